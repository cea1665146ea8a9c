"""The pages of one section: reading, editing, earlier revisions, and two people who write at once."""

import re
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from casework import clock
from casework.addresses import actions as addresses
from casework.cases.sections import LEDGERS, SECTIONS, Assessment, GroundEntry, Identity, Incident, Letter, Shelter
from casework.cases.states import AddressState
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.desk import section_forms, task_actions
from casework.notices import actions as notices
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, sending_actions
from tests.house import only_sqlite
from tests.referrals.scenes import referred
from tests.stories import CANARIES, HALL, dao

pytestmark = only_sqlite
NOON = "2026-01-02T12:00+07:00"
WRITTEN = [section for section in SECTIONS if section not in LEDGERS | {Section.FACTS, Section.ERASURE, Section.ADVICE}]


def sent(form: Any) -> dict[str, Any]:
    """What a browser would send of a form as it was drawn."""
    data: dict[str, Any] = {}
    for field in form:
        if getattr(field, "kind", "") == "date":
            data |= {name: typed for name, _, typed, _ in field.boxes}
        elif isinstance(field.data, list):
            data[field.name] = field.data
        elif field.data is not None and field.name != "csrf_token":
            data[field.name] = field._value() if hasattr(field, "_value") else field.data
    return data


@pytest.mark.parametrize("section", WRITTEN, ids=lambda section: section.code)
def test_a_section_that_is_saved_unchanged_stays_the_same(app, lan, browser, section):
    case_id = lan.opens_a_case()
    (before,) = lan.does(desk.read_section, case_id, section, may_be_missing=True)
    assert browser("lan").get(f"/vu-viec/{case_id}/{section.code}/sua").status_code == 200
    with app.test_request_context(environ_base={"HTTP_COOKIE": f"__Host-phien={lan.cookie}"}):
        form = sent(section_forms.form_with(before.data, base=before.revision))
    assert browser("lan").post(f"/vu-viec/{case_id}/{section.code}/sua", data=form).status_code == 303
    (after,) = lan.does(desk.read_section, case_id, section)
    assert after.data == before.data
    assert after.revision == before.revision + 1


def test_a_section_is_shown_in_words_with_who_wrote_it(lan, browser):
    page = browser("lan").get(f"/vu-viec/{lan.opens_a_case()}/incident").text
    assert "Trần Thị Lan ghi lúc" in page
    assert "Đánh đập, hành hạ, làm đau" in page
    assert "Ở nhà" in page


def test_a_stay_names_the_trusted_address_even_after_it_was_retired(lan, hoa, browser):
    place_id = hoa.does(addresses.add_address, HALL)
    case_id = lan.opens_a_case(dao(shelter=Shelter(address_id=str(place_id))))
    hoa.does(addresses.change_state, place_id, AddressState.RETIRED)
    assert HALL.name in browser("lan").get(f"/vu-viec/{case_id}/shelter").text
    assert browser("lan").get(f"/vu-viec/{case_id}/shelter/sua").status_code == 200


def test_wrong_answers_are_shown_again_with_what_was_typed(lan, browser):
    case_id = lan.opens_a_case()
    typed = {"base": "1", "birth_year": "2569", "phone": "12", "hamlet": "Thôn Đoài", "sex": "NOBODY"}
    answer = browser("lan").post(f"/vu-viec/{case_id}/identity/sua", data=typed)
    assert answer.status_code == 422
    assert 'value="2569"' in answer.text
    assert "Năm 2569 không đúng" in answer.text
    assert lan.does(desk.read_section, case_id, Section.IDENTITY)[0].revision == 1


def test_the_code_of_a_case_cannot_be_changed_by_a_form(lan, browser):
    case_id = lan.opens_a_case()
    before = lan.does(desk.read_case, case_id).label
    browser("lan").post(
        f"/vu-viec/{case_id}/label/sua", data={"base": "1", "code": "ma-khac-11", "nickname": "Áo xanh", "danger": "no"}
    )
    after = lan.does(desk.read_case, case_id).label
    assert (after.code, after.nickname) == (before.code, "Áo xanh")


def test_two_people_who_write_at_once_both_keep_their_words(lan, hoa, browser):
    case_id = lan.opens_a_case()
    (before,) = lan.does(desk.read_section, case_id, Section.IDENTITY)
    hoa.does(desk.write_section, case_id, replace(before.data, birth_year=1991, hamlet="Thôn Đông"), base=1)
    form = {"base": "1", "name": CANARIES["identity"], "birth_year": "1990", "sex": "NU", "hamlet": "Thôn Bãi Dâu"}
    form |= {"address": CANARIES["address"], "phone": CANARIES["phone"]}
    answer = browser("lan").post(f"/vu-viec/{case_id}/identity/sua", data=form)
    assert answer.status_code == 409
    assert "Lê Thị Hòa đã sửa phần này" in answer.text
    assert answer.text.index("Thôn Đông") < answer.text.index('value="Thôn Bãi Dâu"')
    assert 'value="1991"' in answer.text, "what I left as it was comes from the other text"
    form |= {"base": "2", "birth_year": "1991"}
    assert browser("lan").post(f"/vu-viec/{case_id}/identity/sua", data=form).status_code == 303
    (after,) = lan.does(desk.read_section, case_id, Section.IDENTITY)
    assert after.data == replace(before.data, birth_year=1991, hamlet="Thôn Bãi Dâu")


def test_a_form_without_its_revision_overwrites_nothing(lan, browser):
    case_id = lan.opens_a_case()
    answer = browser("lan").post(f"/vu-viec/{case_id}/story/sua", data={"words": "mới"})
    assert answer.status_code == 409
    assert CANARIES["story"] in answer.text


def test_what_is_counted_follows_what_is_corrected_and_the_wish_is_kept(lan, hoa):
    answers = dao()
    case_id = lan.opens_a_case(dao(detailed=False))
    lan.does(desk.write_section, case_id, replace(answers.identity, birth_year=2020, sex="NAM"), base=1)
    lan.does(desk.write_section, case_id, replace(answers.incident, acts=("K",)), base=1)
    (facts,) = hoa.does(desk.read_section, case_id, Section.FACTS)
    assert (facts.data.age_band, facts.data.sex, facts.data.detailed) == ("LT16", "NAM", "no")
    assert facts.data.types == (codelist("dv_act").get("K").text("type"),)
    lan.does(desk.write_section, case_id, replace(answers.story, words="mới"), base=1)
    assert hoa.does(desk.read_section, case_id, Section.FACTS)[0].revision == facts.revision


def test_every_kept_revision_can_be_read(lan, browser):
    case_id = lan.opens_a_case()
    browser("lan").post(f"/vu-viec/{case_id}/story/sua", data={"base": "1", "words": "lời kể mới"})
    page = browser("lan").get(f"/vu-viec/{case_id}/story/cu").text
    assert page.index("lời kể mới") < page.index(CANARIES["story"])
    assert "Xem các bản cũ" in browser("lan").get(f"/vu-viec/{case_id}/story").text


@pytest.mark.parametrize("word", ["facts", "draft", "papers", "STORY", "x", "counselling/sua", "grounds/sua"])
def test_a_word_that_is_no_page_of_a_case_is_not_found(lan, browser, word):
    assert browser("lan").get(f"/vu-viec/{lan.opens_a_case()}/{word}").status_code == 404


def test_a_section_that_nobody_wrote_is_not_found_but_can_be_begun(lan, browser):
    case_id = lan.opens_a_case()
    assert browser("lan").get(f"/vu-viec/{case_id}/plan").status_code == 404
    assert browser("lan").get(f"/vu-viec/{case_id}/plan/sua").status_code == 200
    sent = {"base": "0", "actions": "Hẹn thứ sáu"}
    assert browser("lan").post(f"/vu-viec/{case_id}/plan/sua", data=sent).status_code == 303


@pytest.mark.parametrize(
    ("section", "name", "code"),
    [(Section.ASSESSMENT, "answers", "suicide"), (Section.PERPETRATOR, "age", "AGE_41_60")],
    ids=["several", "one"],
)
def test_an_answer_that_is_asked_no_more_is_read_and_kept_when_its_section_is_saved(lan, browser, section, name, code):
    answers: Any = getattr(dao(), section.code)
    written = replace(answers, **{name: (code,) if name == "answers" else code})
    case_id = lan.opens_a_case(dao(**{section.code: written}))
    url = f"/vu-viec/{case_id}/{section.code}"
    source = codelist("risk_question" if name == "answers" else "perpetrator_age").get(code)
    assert source.retired
    assert (source.text("reason") or source.vi) in browser("lan").get(url).text
    typed = {"base": "1", name: code, "level": "urgent", "relation": "VO_CHONG"}
    assert browser("lan").post(f"{url}/sua", data=typed).status_code == 303
    (after,) = lan.does(desk.read_section, case_id, section)
    assert code in getattr(after.data, name)


def test_an_answer_to_an_optional_question_can_be_taken_back(lan, browser):
    case_id = lan.opens_a_case(dao(incident=replace(dao().incident, children_present="yes")))
    url = f"/vu-viec/{case_id}/incident/sua"
    form = html.fromstring(browser("lan").get(url).text)
    named = {radio.get("name") for radio in form.xpath("//input[@type='radio']")}
    takes_back = {radio.get("name") for radio in form.xpath("//input[@type='radio'][@value='']")}
    assert named == takes_back
    assert "children_present" in named
    typed = {"base": "1", "acts": ["A"], "children_present": ""}
    assert browser("lan").post(url, data=typed).status_code == 303
    (after,) = lan.does(desk.read_section, case_id, Section.INCIDENT)
    assert after.data.children_present == ""


def test_danger_signs_are_read_as_statements_and_a_refusal_as_no_ground(lan, browser):
    case_id = lan.opens_a_case(
        dao(
            assessment=Assessment(answers=("threat_to_kill",), level="urgent"),
            grounds=(GroundEntry("consent", "police", consent="refused"),),
        )
    )
    assert "Dọa giết" in browser("lan").get(f"/vu-viec/{case_id}/assessment").text
    assert "?" not in rows_of(browser("lan").get(f"/vu-viec/{case_id}/assessment").text)
    grounds = rows_of(browser("lan").get(f"/vu-viec/{case_id}/grounds").text)
    assert "Không đồng ý" in grounds
    assert "Người bị bạo lực đồng ý" not in grounds


def rows_of(page: str) -> str:
    """Return the words in the middle of a page."""
    return str(html.fromstring(page).xpath("//main")[0].text_content())


def test_whoever_a_section_was_sent_to_is_offered_no_form_for_it(house, browser):
    sent = referred(house).goes("open", "accept")
    for username, offered in (("cuong", False), ("lan", True)):
        page = browser(username).get(f"/vu-viec/{sent.case_id}/incident")
        assert (username, page.status_code) == (username, 200)
        assert (username, "/incident/sua" in page.text) == (username, offered)


def test_whoever_edits_a_section_is_told_who_reads_it_at_once(house, browser):
    sent = referred(house).goes("open", "accept")
    edit = f"/vu-viec/{sent.case_id}/{{}}/sua"
    said = "Lưu xong là đọc được ngay: Công an"
    assert said in browser("lan").get(edit.format("incident")).text
    assert said in browser("lan").post(edit.format("incident"), data={"happened_on-day": "99"}).text
    assert "Lưu xong là đọc được ngay" not in browser("lan").get(edit.format("plan")).text
    sent.lan.does(ground_actions.withdraw_ground, sent.case_id, sent.ground_id)
    assert said not in browser("lan").get(edit.format("incident")).text


RAW = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|\b[0-9a-f]{32}\b|\b\d{13,}\b|\d{4}-\d{2}-\d{2}|\d{2}:\d{2}\+")


def test_no_section_shows_an_id_or_a_time_as_it_is_stored_to_whoever_may_open_it(house, lan, browser):
    """Each section is opened that a case with a referral, a notice, a duty done and a refused consent has."""
    child = Identity(name="Đào", sex="NU", birth_year=clock.today().year - 9)
    incident = Incident(acts=("A",), happened_on=clock.today().isoformat())
    case_id = lan.opens_a_case(dao(identity=child, incident=incident, grounds=(), danger="yes"))
    law = GroundEntry("duty", "child_protection", duty="LTE_51", told="yes")
    ill = GroundEntry("danger", "health_station", reason="Bóp cổ", told="yes")
    for entry, asks in ((law, "child_protection"), (ill, "health")):
        ground_id = lan.does(ground_actions.record_ground, case_id, entry)
        referral_id = lan.does(sending_actions.send, case_id, ground_id, Letter(asks=(asks,)))
        lan.does(sending_actions.record_call, case_id, referral_id, Letter(who="Chị Nga", when=NOON), reached=True)
    lan.does(notices.send, case_id)
    lan.does(task_actions.record_done, case_id, "child_emergency", who="Anh Chính", when=NOON, words="Đã quyết định")
    shown, ledgers = {}, {Section.LETTER, Section.NOTICE, Section.TASK, Section.GROUNDS}
    for section in lan.does(desk.read_case, case_id).sections:
        page = browser("lan").get(f"/vu-viec/{case_id}/{section.code}")
        words = html.fromstring(page.text).xpath("string(//main)") if page.status_code == 200 else ""
        shown[section] = words
    assert ledgers <= set(shown)
    assert {section: RAW.findall(words) for section, words in shown.items() if RAW.search(words)} == {}
    assert "Chuyển gửi đến" in shown[Section.LETTER]
    assert "Trạm Y tế" in shown[Section.LETTER]
    assert "72 giờ đầu" in shown[Section.LETTER]


def test_a_sheet_of_a_ledger_shows_what_was_written_on_it_and_no_empty_question(house, browser):
    sent = referred(house)
    words = html.fromstring(browser("lan").get(f"/vu-viec/{sent.case_id}/letter").text).xpath("string(//main)")
    assert "Chuyển gửi đến" in words
    assert "chưa ghi" not in words


def test_a_receiver_reads_all_that_was_shared_on_one_page_in_one_line_of_the_log(house, lan, browser):
    referral = referred(house).goes("open")
    at = f"/vu-viec/{referral.case_id}/duoc-chia-se"
    page = browser("cuong").get(at)
    assert page.status_code == 200
    heads = [head.text for head in html.fromstring(page.text).xpath("//h2")]
    shared = ("CONTACT", "IDENTITY", "CHILDREN", "INCIDENT", "INJURIES", "PERPETRATOR")
    assert heads == [codelist("section").label(Section[name].code, "vi") for name in shared]
    assert CANARIES["story"] not in page.text
    assert f'href="{at}"' in browser("cuong").get(referral.path).text
    assert f'href="{at}"' in browser("cuong").get(f"/vu-viec/{referral.case_id}").text
    for name in ("lan", "tam", "chinh", "mai"):
        assert browser(name).get(at).status_code in (403, 404), name


def test_what_was_rewritten_after_the_work_was_done_is_not_on_the_page_of_what_was_shared(house, lan, browser):
    referral = referred(house).goes("open", "accept", "answer")
    page = lan.does(desk.read_section, referral.case_id, Section.IDENTITY)[0]
    lan.does(desk.write_section, referral.case_id, Identity(name="Tên mới", sex="NU"), base=page.revision)
    text = browser("cuong").get(f"/vu-viec/{referral.case_id}/duoc-chia-se").text
    assert "Tên mới" not in text
    assert "Người bị bạo lực</h2>" not in text
