"""Every kind of question, answered well, badly, twice and not at all."""

import html
import re
import unicodedata
from dataclasses import replace
from datetime import date, time, timedelta
from types import MappingProxyType

import pytest
from werkzeug.datastructures import MultiDict

from casework import clock, codelists, partial_date
from casework.web import choice_fields
from casework.web.translation import day
from tests.web.sample import Everything

GOOD = {
    "name": "Trần Thị Sen",
    "born": "1987",
    "phone": "+84 912.345.678",
    "happened-day": "27",
    "happened-month": "3",
    "happened-year": "2026",
    "danger": "unknown",
    "channel": "call",
    "acts": "A",
    "relation": "",
    "story": "Ảnh nói <im đi> rồi đánh.",
    "username": "lan.hoi",
    "password": " Mật khẩu\u200b ",
}
ENGLISH = re.compile(
    r"\b(the|this|field|required|invalid|valid|must|choice|choices|value|date|number|missing|token)\b",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def _a_day_in_november():
    with clock.use_clock(lambda: 1_795_400_000 * clock.MICROSECOND):
        yield


@pytest.fixture
def fill(app):
    """Fill the form in and say (is it right, the form)."""

    def filled(**answers):
        sent = MultiDict({**GOOD, "relation": first_relation(), **answers})
        with app.test_request_context("/everything", method="POST", data=sent):
            form = Everything()
            return form.validate(), form

    return filled


def first_relation() -> str:
    """A code that the list of relations holds."""
    return next(iter(codelists.codelist("relation"))).code


def wrong(form, name: str) -> str:
    """What the form says about one question."""
    return " ".join(str(message) for message in form[name].errors)


def test_good_answers_are_taken(fill):
    valid, form = fill()
    assert valid, form.errors
    assert form.phone.data == "0912345678"
    assert form.happened.data == date(2026, 3, 27)
    assert form.born.data == 1987
    assert form.acts.data == ["A"]
    assert form.review.data is None
    assert form.hour.data is None


def test_text_is_cleaned_but_a_password_never(fill):
    _, form = fill(name="  Sen\u202e  <b>Thị</b> ", story="<3 tuổi\r\nA & B")
    assert form.name.data == "Sen Thị"
    assert form.story.data == "<3 tuổi\nA & B"
    assert form.password.data == " Mật khẩu\u200b "


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (("31", "2", "2026"), "Tháng 2 năm 2026 chỉ có ngày 1 đến ngày 28"),
        (("29", "2", "2025"), "chỉ có ngày 1 đến ngày 28"),
        (("0", "2", "2026"), "chỉ có ngày 1"),
        (("1", "13", "2026"), "Tháng phải từ 1 đến 12"),
        (("1", "1", "2569"), "Năm 2569 không đúng. Hãy ghi năm từ 1900 đến 2026."),
        (("1", "1", "26"), "đủ bốn chữ số"),
        (("1", "1", ""), "Còn thiếu năm"),
        (("", "1", "2026"), "Còn thiếu ngày"),
        (("mồng một", "1", "2026"), "bằng chữ số"),
        (("1", "1", "99999"), "bằng chữ số"),
        (("1", "1", "2027"), "chưa tới"),
        (("", "", ""), "Hãy ghi ngày, tháng và năm"),
    ],
)
def test_a_broken_day_is_refused_with_advice_and_stays_in_its_boxes(fill, parts, said):
    day, month, year = parts
    valid, form = fill(**{"happened-day": day, "happened-month": month, "happened-year": year})
    assert not valid
    assert said in wrong(form, "happened")
    assert [typed for _, _, typed, _ in form.happened.boxes] == list(parts)


def test_a_day_to_come_may_be_given_where_it_is_asked_for(fill):
    valid, form = fill(**{"review-day": "1", "review-month": "2", "review-year": "2027"})
    assert valid
    assert form.review.data == date(2027, 2, 1)


@pytest.mark.parametrize("year", ["87", "95", "10", "130 tuổi", "2569", "1800", "hai nghìn", "2027", "1901", "-1987"])
def test_a_broken_year_of_birth_is_refused_and_kept(fill, year):
    valid, form = fill(born=year)
    assert not valid
    assert "Hãy" in wrong(form, "born")
    assert form.born._value() == year


@pytest.mark.parametrize("typed", ["39", "39 tuổi", "39 TUỔI", " 39tuoi ", unicodedata.normalize("NFD", "39 tuổi")])
def test_an_age_is_the_year_that_it_most_likely_means(fill, typed):
    valid, form = fill(born=typed)
    assert valid
    assert form.born.data == clock.today().year - 39


def test_two_figures_that_may_be_an_age_or_the_end_of_a_year_are_asked_about(fill):
    asked = "Là 95 tuổi hay sinh năm 1995? Hãy ghi “95 tuổi” hoặc “1995”."
    assert fill(born="95")[1].born.errors == [asked]
    assert fill(born="95 tuổi")[1].born.data == clock.today().year - 95
    assert fill(born="1995")[1].born.data == 1995


def test_an_age_is_counted_from_the_day_on_which_it_was_said(fill):
    _, form = fill(born="39")
    form.born.count_from(date(2025, 12, 31))
    assert form.born.data == 1986
    _, form = fill(born="1987")
    form.born.count_from(date(2025, 12, 31))
    assert form.born.data == 1987


@pytest.mark.parametrize(
    ("typed", "read", "words"),
    [
        (("", "6", "2026"), "2026-06", "khoảng tháng 6/2026"),
        (("", "", "2025"), "2025", "khoảng năm 2025"),
        (("3", "6", "2026"), "2026-06-03", "3/6/2026"),
    ],
)
def test_of_a_day_that_is_not_known_the_month_or_the_year_is_kept(app, fill, typed, read, words):
    boxes = {f"about-{part}": value for part, value in zip(("day", "month", "year"), typed, strict=True)}
    valid, form = fill(**boxes)
    assert valid
    assert form.about.data.isoformat() == read
    assert partial_date.parse(read) == form.about.data
    with app.test_request_context():
        assert day(form.about.data) == words
        assert [box[2] for box in Everything(data={"about": form.about.data}).about.boxes] == list(typed)


@pytest.mark.parametrize("typed", [("3", "", "2026"), ("", "6", ""), ("", "13", "2026"), ("", "12", "2027")])
def test_a_day_without_its_month_or_a_month_without_its_year_is_refused(fill, typed):
    valid, form = fill(**{f"about-{part}": value for part, value in zip(("day", "month", "year"), typed, strict=True)})
    assert not valid
    assert form.about.errors


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("23:15", time(23, 15)),
        ("7h", time(7)),
        ("7 giờ 05", time(7, 5)),
        ("23h15", time(23, 15)),
        ("0.30", time(0, 30)),
    ],
)
def test_an_hour_is_read_as_people_write_it(fill, typed, read):
    valid, form = fill(hour=typed)
    assert valid
    assert form.hour.data == read


@pytest.mark.parametrize("typed", ["24:00", "12:60", "tối", "1:2:3"])
def test_a_broken_hour_is_refused(fill, typed):
    valid, form = fill(hour=typed)
    assert not valid
    assert "Giờ chưa đúng" in wrong(form, "hour")


@pytest.mark.parametrize("name", ["acts", "relation", "danger", "channel", "told"])
def test_an_unknown_code_is_refused_and_the_rest_is_kept(fill, name):
    valid, form = fill(**{name: "khong-co"})
    assert not valid
    assert "không có trong danh sách" in wrong(form, name)
    assert form.story.data == GOOD["story"]


@pytest.mark.parametrize("name", ["name", "phone", "danger", "story", "born", "password", "relation"])
def test_an_answer_sent_twice_is_refused(app, name):
    sent = MultiDict({**GOOD, "relation": first_relation()})
    sent.add(name, sent[name])
    with app.test_request_context(method="POST", data=sent):
        form = Everything()
        assert not form.validate()
        assert "hai lần" in wrong(form, name)


def test_a_box_of_a_day_sent_twice_is_refused(app):
    sent = MultiDict({**GOOD, "relation": first_relation()})
    sent.add("happened-day", "28")
    with app.test_request_context(method="POST", data=sent):
        form = Everything()
        assert not form.validate()
        assert "hai lần" in wrong(form, "happened")


def test_many_answers_may_be_given_where_many_are_asked_for(app):
    sent = MultiDict({**GOOD, "relation": first_relation()})
    sent.setlist("acts", ["A", "B"])
    with app.test_request_context(method="POST", data=sent):
        form = Everything()
        assert form.validate(), form.errors
        assert form.acts.data == ["A", "B"]


def test_a_text_that_is_too_long_says_by_how_much_and_is_kept(fill):
    valid, form = fill(story="đ" * 20_512)
    assert not valid
    assert "Dài quá 512 ký tự. Nhiều nhất là 20000 ký tự" in wrong(form, "story")
    assert len(form.story.data) == 20_512


def test_a_name_needs_a_letter(fill):
    assert "chữ cái" in wrong(fill(name="12345")[1], "name")
    assert fill(name="H'Mai Niê")[0]


def test_a_chosen_code_that_was_retired_can_still_be_chosen(app, monkeypatch):
    real = codelists.codelist("sex")
    code = next(iter(real))
    old = replace(code, retired=date(2020, 1, 1))
    changed = replace(real, codes=MappingProxyType({**real.codes, code.code: old}))

    def lists(name):
        return changed if name == "sex" else codelists.codelist(name)

    monkeypatch.setattr(choice_fields, "codelist", lists)
    with app.test_request_context():
        fresh = Everything(formdata=None)
        kept = Everything(formdata=None, data={"sex": code.code})
        assert code.code not in [answer.data for answer in fresh.sex]
        assert code.code in [answer.data for answer in kept.sex]


@pytest.mark.parametrize(
    "data",
    [
        {},
        dict.fromkeys(GOOD, ""),
        dict.fromkeys(GOOD, "\x00<script>") | {"happened-day": "x"},
        dict.fromkeys(GOOD, "9" * 300),
    ],
)
def test_no_english_reaches_somebody_who_reads_vietnamese(client, data):
    page = client.post("/everything", data=data)
    said = [html.unescape(re.sub(r"<[^>]+>", "", part)) for part in re.findall(r'<p class="wrong".*', page.text)]
    assert page.status_code == 422
    assert len(said) >= 7
    assert not [sentence for sentence in said if ENGLISH.search(sentence)]


def test_the_summary_leads_to_every_question_in_the_same_words(client):
    page = client.post("/everything", data={"born": "x"}).text
    summary = page[page.index("data-problems") : page.index("</ul>", page.index("data-problems"))]
    links = re.findall(r'href="#([^"]+)">([^<]+)<', summary)
    assert len(links) >= 8
    for anchor, words in links:
        assert f'id="{anchor}"' in page
        assert page.count(words) >= 2


def test_what_was_typed_stands_in_the_page_again(client):
    page = client.post("/everything", data={"phone": "12 34", "story": '<3 & "x"', "danger": "yes"}).text
    assert 'value="12 34"' in page
    assert "&lt;3 &amp; &#34;x&#34;</textarea>" in page
    assert re.search(r'value="yes" checked', page)


def test_a_password_is_never_shown_again(client):
    assert "bí mật lắm" not in client.post("/everything", data={"password": "bí mật lắm"}).text


def test_a_near_day_is_chosen_by_one_tap_and_stands_in_the_boxes_when_the_form_comes_back(fill):
    empty = {"happened-day": "", "happened-month": "", "happened-year": ""}
    # Of a page that was drawn before midnight, "Hôm qua" is the day before yesterday.
    for days in (0, 1, 2):
        chosen = clock.today() - timedelta(days=days)
        right, form = fill(**empty, **{"happened-near": chosen.isoformat()})
        assert right, form.errors
        assert form.happened.data == chosen
        assert not any(chosen for _, _, chosen in form.happened.near)
        assert [typed for _, _, typed, _ in form.happened.boxes] == [
            str(getattr(form.happened.data, part)) for part in ("day", "month", "year")
        ]


def test_a_near_day_beside_another_one_is_asked_about_with_both_and_nonsense_is_no_day(fill):
    right, form = fill(**{"happened-near": clock.today().isoformat()})
    assert not right
    assert "Hãy để một trong hai." in wrong(form, "happened")
    assert [chosen for _, _, chosen in form.happened.near] == [True, False]
    assert [typed for _, _, typed, _ in form.happened.boxes] == ["27", "3", "2026"]
    empty = {"happened-day": "", "happened-month": "", "happened-year": ""}
    assert not fill(**empty, **{"happened-near": "2026-02-30"})[0]
    assert fill(**{"happened-near": "7"})[1].happened.data == date(2026, 3, 27)


def test_a_day_to_come_is_not_offered_as_near(fill):
    form = fill()[1]
    assert form.review.near == []
    assert [words for _, words, _ in form.happened.near] == ["Hôm nay", "Hôm qua"]
