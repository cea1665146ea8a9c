"""Drafts: saved as they stand, by whoever writes them, also behind a locked screen."""

import contextlib
from datetime import date
from uuid import uuid4

import pytest
from lxml import html
from werkzeug.datastructures import MultiDict

from casework import clock
from casework.audit import read
from casework.desk import actions as desk
from casework.intake import actions as intake
from casework.intake.forms import Offers, PersonForm
from casework.policy.vocabulary import Act, Section
from tests.house import only_sqlite
from tests.intake.filling import EVENT, PERSON, REACH, SHARING, begins, fills, sends, shown, submits, value, wrongs
from tests.people import STAFF
from tests.stories import dao
from tests.tampering import stolen

pytestmark = only_sqlite
MINUTE = 60 * clock.MICROSECOND
DAY = 24 * 60 * MINUTE


@contextlib.contextmanager
def later(wait):
    """Live later."""
    at = clock.micros() + wait
    with clock.use_clock(lambda: at):
        yield


def test_a_draft_keeps_what_was_typed_whether_it_is_right_or_not(browser):
    lan = browser("lan")
    draft_id = begins(lan)
    wrong = {"phone": "12 34", "happened_on-day": "31", "happened_on-month": "2", "happened_on-year": "2569"}
    answer = sends(lan, draft_id, 3, wrong, draft="1")
    assert answer.location == f"/ghi-nhan/{draft_id}/3"
    page = lan.get(answer.location)
    assert "Đã lưu nháp" in page.text
    assert wrongs(page) == []
    assert {name: value(page, name) for name in wrong} == wrong


def test_a_draft_is_taken_up_again_where_its_author_stopped(browser):
    lan = browser("lan")
    draft_id = begins(lan)
    assert value(lan.get(f"/ghi-nhan/{draft_id}"), "call_her") == ""
    sends(lan, draft_id, 3, REACH)
    sends(lan, draft_id, 4, {**PERSON, "name": "Đào"}, draft="1")
    sends(lan, draft_id, 3, REACH)
    [way] = html.fromstring(lan.get("/").text).xpath("//a[contains(., 'Ghi tiếp bản nháp')]/@href")
    assert value(lan.get(way), "name") == "Đào"
    sends(lan, draft_id, 4, {**PERSON, "birth_year": "năm nào"})
    assert value(lan.get(way), "birth_year") == "năm nào", "a page that is to be corrected"
    sends(lan, draft_id, 4, PERSON)
    sends(lan, draft_id, 5, EVENT, draft="1")
    assert value(lan.get(way), "words") is not None
    sends(lan, draft_id, 5, EVENT)
    assert value(lan.get(way), "other_name") == ""
    sends(lan, draft_id, 6, SHARING)
    assert "Xem lại" in shown(lan.get(way))
    sends(lan, draft_id, 3, {**REACH, "call_her": "Cô Ba"}, draft="1")
    assert value(lan.get(way), "call_her") == "Cô Ba", "whoever went back is where they went"


def test_drafts_are_told_apart_by_when_they_were_begun_and_the_page(browser):
    lan = browser("lan")
    first, second = begins(lan), begins(lan)
    sends(lan, second, 3, REACH)
    sends(lan, second, 4, PERSON)
    words = " ".join(shown(lan.get("/")).split())
    assert words.count("Ghi tiếp bản nháp bắt đầu") == 2
    assert words.count("hôm nay · đến trang") == 2
    assert "đến trang 2 trong 7" in words
    assert "đến trang 4 trong 7" in words
    assert first != second
    assert "Chị Hai" not in words, "no name on a first page"


@pytest.mark.parametrize("number", [3, 4, 5, 6])
def test_every_page_is_saved_behind_a_locked_screen_and_unlocking_leads_back_to_it(browser, number):
    lan = browser("lan")
    page = {3: {**REACH, "never_say": "đừng gọi"}, 4: {**PERSON, "name": "Đào"}, 5: EVENT, 6: {"other_name": "anh Tư"}}
    draft_id = fills(lan)
    with later(20 * MINUTE):
        assert lan.get(f"/ghi-nhan/{draft_id}/{number}").location.startswith("/mo-khoa")
        saved = sends(lan, draft_id, number, page[number], draft="1")
        assert saved.location == f"/ghi-nhan/{draft_id}/{number}"
        locked = lan.get(saved.location)
        assert locked.location.startswith("/mo-khoa?tiep=")
        assert "Đã lưu nháp" in lan.get(locked.location).text
        back = lan.post(locked.location, data={"passphrase": STAFF["lan"].passphrase})
        assert back.location == f"/ghi-nhan/{draft_id}/{number}"
        after = lan.get(back.location)
        assert all(value(after, name) == words for name, words in page[number].items() if name in {"never_say", "name"})


def test_what_is_wrong_behind_a_locked_screen_is_shown_after_unlocking(browser):
    lan = browser("lan")
    draft_id = fills(lan)
    with later(20 * MINUTE):
        saved = sends(lan, draft_id, 4, {"birth_year": "2569", "name": "Đào"})
        locked = lan.get(saved.location)
        back = lan.post(locked.location, data={"passphrase": STAFF["lan"].passphrase})
        page = lan.get(back.location)
    assert len(wrongs(page)) == 2
    assert (value(page, "birth_year"), value(page, "name")) == ("2569", "Đào")


def test_who_must_not_know_is_kept_behind_a_locked_screen_for_its_author_alone(mai, browser):
    lan = browser("lan")
    draft_id = begins(lan)
    hidden = {"secret": "somebody", "whom": "cô Bảy Thược", "readers": str(mai.id)}
    with later(20 * MINUTE):
        locked = sends(lan, draft_id, 2, hidden)
        assert locked.location.startswith("/mo-khoa")
        page = lan.post(locked.location, data={"passphrase": STAFF["lan"].passphrase}, follow_redirects=True)
    assert value(page, "whom") == "cô Bảy Thược"
    assert page.request.path == f"/ghi-nhan/{draft_id}/2"


def test_back_from_the_next_page_shows_what_was_typed(browser):
    lan = browser("lan")
    draft_id = begins(lan)
    words = "A & B\n<3 tuổi"
    sends(lan, draft_id, 5, {**EVENT, "words": words})
    assert value(lan.get(f"/ghi-nhan/{draft_id}/5?luu=1"), "words") == words


def test_back_to_the_first_page_keeps_both_pages_before_there_is_a_draft(browser, house):
    lan = browser("lan")
    answers = {"danger": "unknown", "mode": "record", "pronoun": "em"}
    second = html.fromstring(lan.post("/ghi-nhan/tiep", data=answers).text)
    [back] = second.xpath("//button[@name='back']")
    sent = {box.get("name"): box.get("value") for box in second.xpath("//main//form//input[@type='hidden']")}
    first = html.fromstring(
        lan.post(back.get("formaction"), data={**sent, "back": "1", "secret": "somebody", "whom": "cô Tư"}).text
    )
    assert sorted(first.xpath("//main//input[@checked]/@value")) == ["record", "unknown"]
    assert first.xpath("//main//form//input[@name='pronoun']/@value") == ["em"]
    assert not first.xpath("//*[@data-problems]")
    carried = {box.get("name"): box.get("value") for box in first.xpath("//main//form//input[@type='hidden']")}
    again = html.fromstring(lan.post("/ghi-nhan/tiep", data={**carried, **answers}).text)
    assert again.xpath("//main//input[@name='secret'][@checked]/@value") == ["somebody"]
    assert again.xpath("//main//input[@name='whom']/@value") == ["cô Tư"]
    with stolen(house) as thief:
        assert thief.rows("case_file") == []


@pytest.mark.parametrize(("number", "before"), [(4, 3), (6, 5)])
def test_the_way_back_from_a_page_keeps_what_was_typed_there(browser, number, before):
    """Also what is not right yet: it is asked about when the page is next sent, and at the end."""
    lan = browser("lan")
    draft_id, typed = (
        fills(lan),
        {4: {"name": "Đào", "birth_year": "2569", "wishes": "được yên"}, 6: {"other_name": "anh Tư"}},
    )
    page = html.fromstring(lan.get(f"/ghi-nhan/{draft_id}/{number}").text)
    [back] = page.xpath("//button[contains(@class, 'back')]")
    answer = sends(lan, draft_id, number, typed[number], **{back.get("name"): back.get("value")})
    assert answer.location == f"/ghi-nhan/{draft_id}/{before}"
    again = lan.get(f"/ghi-nhan/{draft_id}/{number}")
    assert {name: value(again, name) for name in typed[number]} == typed[number]


def test_another_persons_draft_cannot_be_told_from_one_that_never_was(browser, lan, mai):
    draft_id = begins(browser("lan"))
    for username in ("mai", "hoa", "luu"):
        client = browser(username)
        for tried_id in (draft_id, uuid4()):
            assert {client.get(f"/ghi-nhan/{tried_id}/{number}").status_code for number in range(1, 9)} == {404}
            assert {sends(client, tried_id, number, EVENT).status_code for number in range(1, 8)} == {404}
            assert client.get(f"/ghi-nhan/{tried_id}/bo").status_code == 404
            assert client.post(f"/ghi-nhan/{tried_id}/bo").status_code == 404
            sent = submits(client, tried_id)
            assert 404 in (sent.status_code, client.get(sent.location or "/").status_code)
    assert [draft.id for draft in lan.does(desk.list_cases).drafts] == [draft_id]


def test_a_draft_that_has_lain_for_a_week_is_offered_to_the_lead_who_can_finish_it(lan, hoa, browser):
    draft_id = fills(browser("lan"))
    with later(8 * DAY):
        for member in (lan, hoa):
            member._cookie = None
        assert [draft.id for draft in hoa.does(desk.list_cases).drafts] == [draft_id]
        lead = browser("hoa")
        assert str(draft_id) in lead.get("/").text
        assert lead.get(f"/ghi-nhan/{draft_id}/8").status_code == 200
        assert sends(lead, draft_id, 5, {**EVENT, "words": "ghi tiếp"}).status_code == 303
        assert submits(lead, draft_id).location == f"/vu-viec/{draft_id}/gui-ngay"
        assert lead.get(f"/vu-viec/{draft_id}").status_code == 200
        assert lan.does(desk.read_case, draft_id).holder == "Trần Thị Lan"


def test_a_sealed_draft_is_not_offered_to_a_lead_outside_its_circle(lan, mai, hoa, browser):
    hidden = {"secret": "somebody", "whom": "cô Bảy Thược", "readers": str(mai.id)}
    draft_id = begins(browser("lan"), readers=hidden)
    with later(8 * DAY):
        hoa._cookie = None
        assert hoa.does(desk.list_cases).drafts == ()
        assert browser("hoa").get(f"/ghi-nhan/{draft_id}/2").status_code == 404


def test_a_draft_is_read_and_becomes_a_case_in_one_commit(house, browser):
    lan = browser("lan")
    draft_id = fills(lan)
    assert submits(lan, draft_id).location == f"/vu-viec/{draft_id}/gui-ngay"
    with house.crypto() as crypto:
        opened, looked_at, *_ = read.lines_about(crypto, draft_id, acts=[Act.DRAFT_OPEN, Act.CASE_OPEN])
    assert {opened.act, looked_at.act} == {Act.DRAFT_OPEN, Act.CASE_OPEN}
    assert opened.at == looked_at.at


def test_a_draft_with_something_to_correct_stays_a_draft_and_leads_to_the_page(house, browser):
    lan = browser("lan")
    draft_id = fills(lan)
    sends(lan, draft_id, 5, {"acts": []}, draft="1")
    assert submits(lan, draft_id).location == f"/ghi-nhan/{draft_id}/5?xem=1&sua=1"
    with house.crypto() as crypto:
        assert read.lines_about(crypto, draft_id, acts=[Act.CASE_OPEN]) == []


def test_a_discarded_draft_is_gone_and_asks_first(lan, browser):
    client = browser("lan")
    draft_id = fills(client)
    assert "không lấy lại được" in shown(client.get(f"/ghi-nhan/{draft_id}/bo"))
    assert lan.does(intake.open_draft, draft_id).pages
    assert client.post(f"/ghi-nhan/{draft_id}/bo").status_code == 303
    assert client.get(f"/ghi-nhan/{draft_id}/5").status_code == 404
    assert lan.does(desk.list_cases).drafts == ()


def test_a_page_that_is_too_big_is_refused_in_words_and_the_draft_stays(browser):
    lan = browser("lan")
    draft_id = fills(lan, {5: {**EVENT, "words": "đã ghi"}})
    answer = sends(lan, draft_id, 5, {**EVENT, "words": "x" * 10_000_000})
    assert answer.status_code == 413
    assert "quá lớn" in answer.text
    assert value(lan.get(f"/ghi-nhan/{draft_id}/5"), "words") == "đã ghi"


def test_a_case_was_received_on_the_day_on_which_its_draft_was_begun(lan):
    with later(-3 * DAY):
        begun = clock.today()
        draft_id = lan.does(intake.start_draft, {1: {"danger": "no"}})
    lan.leaves()
    draft_id = lan.does(intake.start_draft, {1: {"danger": "no"}}, instead_of=draft_id)
    case_id = lan.does(intake.open_case, draft_id, dao())
    (line,) = lan.does(desk.list_cases).cases
    (facts,) = lan.does(desk.read_section, case_id, Section.FACTS)
    assert line.opened == begun
    assert facts.data.received_on == begun.isoformat()


def test_an_age_in_a_draft_keeps_its_year_over_the_turn_of_the_year(app, lan):
    setting = lan.does(intake.begin_intake)
    typed = MultiDict({"sex": "NU", "birth_year": "39"})
    with app.test_request_context():
        form = PersonForm(typed, Offers(setting=setting, begun=date(2025, 12, 31)))
        assert form.birth_year.data == 1986
        assert form.birth_year._value() == "39"
