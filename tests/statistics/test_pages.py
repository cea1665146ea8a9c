"""What the statistician sees, numbers as ranges; and what the lead sees, the truth beside what will be published."""

import re

import pytest
from flask import Flask

from casework.statistics import actions, presenters
from casework.statistics.periods import Cadence, Period
from casework.statistics.plan import TOTAL, plan
from casework.statistics.published_tables import Published
from tests.browsing import application, browser_of
from tests.house import House, only_sqlite
from tests.statistics.timeline import Timeline, truth_of

pytestmark = only_sqlite


@pytest.fixture
def app(house: House) -> Flask:
    """The whole application over this house."""
    return application(house)


def words_of(answer) -> str:
    """Return the words of a page without its marks, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))


def test_the_statistician_sees_ranges_and_no_true_number(timeline: Timeline, app: Flask):
    timeline.record(timeline.first, 7)
    release = timeline.close(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        answer = browser_of(app, house["thu"]).get("/so-lieu")
        page = words_of(answer)
    assert answer.status_code == 200
    assert f"≈{release.cells[TOTAL]}" in page
    assert "0–2" in page
    assert "chỉ những vụ được báo" in page
    assert "số lũy kế thật lệch tối đa 2; cộng đúng" in page
    assert "Không công bố" not in page
    assert "“≈3” ở kỳ đầu của năm, hoặc ở cột Từ đầu năm, có nghĩa là chắc chắn có ít nhất một vụ" in page
    assert "* Chỉ tính từ ngày lập sổ" in page
    assert answer.get_data(as_text=True).count('role="img"') == 1
    assert not re.search(r"(?<![≈–\d/.])7(?!\d)", page.partition("Tổng số vụ")[2])


def test_before_the_first_release_the_page_says_what_is_normal(timeline: Timeline, app: Flask):
    with timeline.on(timeline.first.last) as house:
        page = words_of(browser_of(app, house["thu"]).get("/so-lieu"))
    assert "Chưa có kỳ nào được công bố" in page
    assert "Xem kỳ sắp chốt" not in page


def test_no_query_changes_a_byte(timeline: Timeline, app: Flask):
    timeline.close(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        browser = browser_of(app, house["thu"])
        plain = browser.get("/so-lieu").data
        for query in ("?nam=2020", "?tu=2026-01-01&den=2026-02-01", "?ky=2026-Q1", "?" + "x" * 500):
            assert browser.get(f"/so-lieu{query}").data == plain


def test_the_lead_sees_the_truth_beside_what_will_be_published_and_agrees(timeline: Timeline, app: Flask):
    timeline.record(timeline.first, 4)
    seen = timeline.preview(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        browser = browser_of(app, house["hoa"])
        page = browser.get("/chot-ky")
        form = dict(re.findall(r'<input[^>]*name="(period|mark)"[^>]*value="([^"]*)"', page.get_data(as_text=True)))
        assert form == {"period": seen.period.name, "mark": seen.mark}
        assert "Số thật" in words_of(page)
        assert "chắc chắn có ít nhất một vụ" in words_of(page)
        assert "Đây là kỳ đầu tiên" in words_of(page)
        assert re.search(r"máy đã thử tìm lại từng vụ từ những số này: [1-9]\d* phép thử", words_of(page))
        assert "Máy đã dùng hết" not in words_of(page)
        answer = browser.post("/chot-ky/cong-bo", data=form)
        assert (answer.status_code, answer.location) == (303, "/so-lieu")
        assert "Đã công bố" in words_of(browser.get("/so-lieu"))
        assert browser.post("/chot-ky/cong-bo", data=form).status_code == 409
        assert len(house["hoa"].does(actions.read_releases)) == 1
    assert truth_of(seen)[TOTAL] == 4


def test_a_late_case_and_the_day_after_are_told_to_the_lead(timeline: Timeline, app: Flask):
    timeline.record(timeline.first, 1, circle=["mai", "binh"])
    timeline.close(timeline.first)
    with timeline.on(timeline.after(1).next_day) as house:
        assert "Trong đó có 1 vụ" in words_of(browser_of(app, house["binh"]).get("/chot-ky"))
    with timeline.on(timeline.after(1).first) as house:
        page = words_of(browser_of(app, house["hoa"]).get("/chot-ky"))
    assert f"Kỳ này hết ngày {timeline.after(1).last.day}/" in page
    assert "Số thật" not in page


@pytest.mark.parametrize(
    "fields", [{}, {"period": "2026-Q9"}, {"mark": "x", "period": "\x00"}, {"period": "x" * 9999}, {"mark": ["x", "y"]}]
)
def test_a_word_that_agrees_to_nothing_releases_nothing(timeline: Timeline, app: Flask, fields: dict):
    with timeline.on(timeline.first.next_day) as house:
        answer = browser_of(app, house["hoa"]).post("/chot-ky/cong-bo", data=fields)
        assert answer.status_code in (303, 409, 422)
        assert house["hoa"].does(actions.read_releases) == ()


def test_without_a_form_token_nothing_is_released(timeline: Timeline, app: Flask):
    app.config["WTF_CSRF_ENABLED"] = True
    seen = timeline.preview(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        data = {"period": seen.period.name, "mark": seen.mark}
        answer = browser_of(app, house["hoa"]).post("/chot-ky/cong-bo", data=data)
        assert answer.status_code in (303, 400)
        assert house["hoa"].does(actions.read_releases) == ()


def test_a_table_that_is_left_out_is_said_to_the_lead_before_and_to_all_after(app: Flask):
    release = Published(1, Period(2026, Cadence.QUARTER, 1), "S1", 3, {"total": {TOTAL: 0}}, ("form", "sex"))
    with app.test_request_context():
        [year] = presenters.years([release])
    assert year.withheld == (("Quý 1*", ("Hình thức bạo lực", "Giới tính của người bị bạo lực")),)
    assert year.bound == 3
    assert year.bars == (("Quý 1*", 0, "0–3"),)


def test_a_release_without_any_number_still_has_its_page(app: Flask):
    release = Published(1, Period(2026, Cadence.QUARTER, 1), "S1", 2, {}, ("total", "form", "sex"))
    with app.test_request_context():
        [year] = presenters.years([release])
    assert (year.bars, year.sheets) == ((), ())


def quarters_with(*totals: int, bounds: tuple[int, ...] = (2, 2, 2, 2), first: int = 2) -> list[Published]:
    return [
        Published(first + place, Period(2026, Cadence.QUARTER, place + 1), "S1", bound, {"total": {TOTAL: total}}, ())
        for place, (total, bound) in enumerate(zip(totals, bounds, strict=False))
    ]


@pytest.mark.parametrize(
    ("totals", "bounds", "told"),
    [
        # Each year to date may be off by 2, so the difference of two may be off by 4 ...
        ((3, 0), (2, 2), ("≈3", "0–4", "≈3")),
        # ... but a quarter has no more than the year to date may have,
        ((0, 0), (2, 2), ("0–2", "0–2", "0–2")),
        # than what a later release says of it,
        ((0, 0, 3), (2, 3, 2), ("0–2", "0–3", "≈3", "≈3")),
        ((0, 0, 0), (4, 3, 2), ("0–2", "0–2", "0–2", "0–2")),
        # and never less than it may have had.
        ((0, 3, 0), (2, 5, 5), ("0–2", "≈3", "0–8", "≈3")),
    ],
)
def test_no_quarter_is_told_wider_than_its_year(app: Flask, totals, bounds, told):
    with app.test_request_context():
        [year] = presenters.years(quarters_with(*totals, bounds=bounds))
    assert year.sheets[0].rows == (("Tổng số vụ", *told),)
    assert [words for _, _, words in year.bars] == list(told[:-1])


def test_the_quarter_and_the_year_of_the_founding_are_marked_and_no_other(app: Flask):
    first = quarters_with(3, 3, first=1)
    with app.test_request_context():
        [year] = presenters.years(first)
        [other] = presenters.years(quarters_with(3, 3))
    assert (year.first, year.sheets[0].heads) == (True, ("Quý 1*", "Quý 2", "Từ đầu năm"))
    assert [part for part, _, _ in year.bars] == ["Quý 1*", "Quý 2"]
    assert (other.first, other.sheets[0].heads) == (False, ("Quý 1", "Quý 2", "Từ đầu năm"))


def test_a_table_of_the_year_of_the_founding_is_marked_though_it_came_out_later(app: Flask):
    first, second = quarters_with(3, 3, first=1)
    last = Published(3, Period(2026, Cadence.QUARTER, 4), "S1", 2, {"total": {TOTAL: 0}, "age": ages(6)}, ())
    with app.test_request_context():
        [year] = presenters.years([first, second, last])
    assert [sheet.heads for sheet in year.sheets if sheet.added] == [("Cả năm*",)]


def test_years_are_shown_newest_first_with_halves_and_whole_years_in_words(app: Flask):
    old = Published(1, Period(2025, Cadence.HALF, 1), "S0", 2, {"total": {TOTAL: 3}}, ())
    rest = Published(2, Period(2025, Cadence.HALF, 2), "S0", 2, {"total": {TOTAL: 3}, "sex": sexes(6)}, ())
    new = Published(3, Period(2026, Cadence.QUARTER, 1), "S1", 2, {"total": {TOTAL: 1200}}, ())
    with app.test_request_context():
        years = presenters.years([old, rest, new])
        names = [presenters.period_in_words(Period(2026, cadence, 1)) for cadence in Cadence]
    assert [year.year for year in years] == [2026, 2025]
    assert names == ["Quý 1 năm 2026", "6 tháng đầu năm 2026", "Năm 2026"]
    assert years[0].bars == (("Quý 1", 1200, "≈1.200"),)
    assert years[0].sheets[0].rows == (("Tổng số vụ", "≈1.200"),)
    assert [words for words, _, _ in years[1].bars] == ["6 tháng đầu*", "6 tháng cuối"]
    assert presenters.columns(years) == (presenters.Column("Quý 1", 2026, 1200, "≈1.200"),)
    assert [column.part for column in presenters.columns(years[1:])] == ["6 tháng đầu*", "6 tháng cuối"]
    total, sex = years[1].sheets
    assert total.heads == ("6 tháng đầu*", "6 tháng cuối", "Từ đầu năm")
    assert (sex.heads, sex.rows[0], sex.rows[-1]) == (("Cả năm*",), ("Nữ", "≈6"), ("Tổng số vụ", "≈6"))


def test_the_total_stands_at_the_foot_of_the_table_that_adds_up_to_it(app: Flask):
    release = Published(1, Period(2026, Cadence.QUARTER, 1), "S1", 2, {"total": {TOTAL: 3}, "sex": sexes(3)}, ("form",))
    with app.test_request_context():
        [year] = presenters.years([release])
    [sheet] = year.sheets
    assert [row[0] for row in sheet.rows] == ["Nữ", "Nam", "Khác, hoặc không ghi", "Tổng số vụ"]


def ages(adults: int):
    return {cell: adults if cell.code == "A16_59" else 0 for cell in plan().tables["age"].cells}


def sexes(women: int):
    return {cell: women if cell.code == "NU" else 0 for cell in plan().tables["sex"].cells}


def test_the_pages_are_read_in_english_too(timeline: Timeline, app: Flask):
    timeline.record(timeline.first, 4)
    timeline.close(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        browser = browser_of(app, house["thu"])
        browser.set_cookie("__Host-lang", "en", secure=True)
        page = words_of(browser.get("/so-lieu"))
    assert "Sex of the person harmed" in page
    assert "Female" in page


def test_the_lead_is_asked_for_a_period_that_is_over_and_nobody_else_is(timeline: Timeline, app: Flask):
    asked = "Xem số liệu rồi chốt kỳ"
    with timeline.on(timeline.first.last) as house:
        assert asked not in words_of(browser_of(app, house["hoa"]).get("/"))
    with timeline.on(timeline.first.next_day) as house:
        assert asked in words_of(browser_of(app, house["hoa"]).get("/"))
        assert asked in words_of(browser_of(app, house["binh"]).get("/"))
        for username in ("lan", "cuong", "thu", "quang", "son"):
            assert asked not in words_of(browser_of(app, house[username]).get("/"))
    timeline.close(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        assert asked not in words_of(browser_of(app, house["hoa"]).get("/"))
