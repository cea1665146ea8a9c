"""From the pages, as they are typed, to the sections of the case."""

from datetime import timedelta
from typing import Any

import pytest
from lxml import html

from casework import clock
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.house import only_sqlite
from tests.intake.filling import EVENT, PERSON, REACH, SHARING, TOLD, begins, fills, sends, shown, submits, wrongs

pytestmark = only_sqlite
MOST_REQUIRED = 12
TRICKY = ["<3 tuổi", "A & B", "nói <im đi> rồi đánh", "2 > 1 && 1 < 2", "&lt;b&gt; &amp;", "\"Im!\" 'im' {{ 7*7 }} %s"]


def records(somebody, client, pages):
    """Record an intake with some pages as they are given; return a way to open the sections of its case."""
    case_id = fills(client, pages)
    assert submits(client, case_id).location == f"/vu-viec/{case_id}/gui-ngay"
    return lambda section: somebody.does(desk.read_section, case_id, section)[0].data


def test_no_more_than_twelve_answers_are_required(browser):
    lan = browser("lan")
    asked = wrongs(lan.post("/ghi-nhan/tiep"))
    asked += wrongs(lan.post("/ghi-nhan/bat-dau", data=TOLD))
    asked += wrongs(lan.post("/ghi-nhan/bat-dau", data={**TOLD, "secret": "somebody"}))
    draft_id = begins(lan)
    for number in range(3, 7):
        asked += wrongs(sends(lan, draft_id, number, {}))
    assert 8 <= len(asked) <= MOST_REQUIRED


def test_one_free_text_is_asked_for_on_seven_pages(browser):
    lan = browser("lan")
    draft_id = begins(lan)
    pages = [lan.get(f"/ghi-nhan/{draft_id}/{number}") for number in range(1, 9)]
    assert [page.status_code for page in pages] == [200] * 8
    assert sum(page.text.count("<textarea") for page in pages) == 1
    assert lan.get(f"/ghi-nhan/{draft_id}/9").status_code == 404
    assert lan.get(f"/ghi-nhan/{draft_id}/0").status_code == 404


def test_what_must_be_answered_is_enough_for_a_case(lan, browser):
    case = records(lan, browser("lan"), {})
    assert case(Section.CONTACT).call_her == "Chị Hai"
    assert case(Section.IDENTITY).sex == "NU"
    assert case(Section.INCIDENT).acts == ("A",)
    assert case(Section.PERPETRATOR).relation == "VO_CHONG"


def test_every_answer_arrives_where_it_belongs(lan, browser):
    yesterday = clock.today() - timedelta(days=1)
    day = {f"happened_on-{part}": str(getattr(yesterday, part)) for part in ("day", "month", "year")}
    pages = {
        1: {**TOLD, "danger": "unknown"},
        2: {"secret": "unknown"},
        3: {**REACH, **day, "phone": "+84 987.612.345", "never_say": "đừng nhắc Hội", "report_channel": "GOI_DIEN"},
        4: {**PERSON, "birth_year": "39", "hamlet": "Thôn Đoài", "count": "2", "involvement": ["saw", "heard"]}
        | {"needs": ["health"], "wishes": "được yên"},
        5: {**EVENT, "acts": ["A", "B"], "weapon": ["knife"], "injuries": ["head"], "words": "Nó đánh."},
        6: {**SHARING, "risks": ["control", "stalking"], "detailed": "out"} | {"sex": "NAM", "number": "KHONG_BIET"},
    }
    case = records(lan, browser("lan"), pages)
    assert (case(Section.CONTACT).phone, case(Section.CONTACT).never_say) == ("0987612345", "đừng nhắc Hội")
    assert case(Section.IDENTITY).birth_year == clock.today().year - 39
    assert (case(Section.CHILDREN).count, case(Section.CHILDREN).involvement) == (2, ("saw", "heard"))
    incident = case(Section.INCIDENT)
    assert (incident.acts, incident.weapon, incident.happened_on) == (("A", "B"), ("knife",), yesterday.isoformat())
    assert incident.recorded_at[:10] == clock.today().isoformat()
    reporter, other = case(Section.REPORTER), case(Section.PERPETRATOR)
    assert (reporter.reporter_type, reporter.channel) == ("BAN_THAN", "GOI_DIEN")
    assert (other.sex, other.number) == ("NAM", "KHONG_BIET")
    assert (case(Section.INJURIES).what, case(Section.STORY).words) == (("head",), "Nó đánh.")
    plan = case(Section.SAFETY_PLAN)
    assert (plan.somebody, plan.who_must_not_know) == ("unknown", "")
    assessment = case(Section.ASSESSMENT)
    assert (assessment.level, assessment.needs, assessment.wishes) == ("urgent", ("health",), "được yên")
    assert assessment.next_review == (clock.today() + timedelta(days=1)).isoformat()
    label = case(Section.LABEL)
    assert (label.danger, label.only_counselling) == ("unknown", "no")


def test_each_agency_gets_the_answer_that_was_given_for_it_and_none_is_ticked_before(lan, browser):
    client = browser("lan")
    page = client.get(f"/ghi-nhan/{fills(client)}/6").text
    assert "checked" not in page
    asked = {
        **SHARING,
        "consent_police": "granted",
        "consent_chairman": "refused",
        "refusal": "sợ cả xã biết",
        "pressed": "yes",
    }
    case_id = fills(client, {6: {**asked, "consent_legal_aid": "not_asked"}})
    submits(client, case_id)
    entries = [page.data for page in lan.does(desk.read_section, case_id, Section.GROUNDS)]
    assert {(entry.receiver, entry.consent, entry.form, entry.refusal, entry.pressed) for entry in entries} == {
        ("police", "granted", "spoken", "", ""),
        ("chairman", "refused", "", "sợ cả xã biết", "yes"),
        ("legal_aid", "not_asked", "", "", ""),
    }


def test_in_danger_it_is_written_down_who_is_told_at_once_and_without_danger_nobody_is(lan, browser):
    client = browser("lan")
    told = {"at_once_reason": "Có dao", "at_once_told": "no", "at_once_words": "chưa kịp"}
    at_once: dict[int, Any] = {6: {**SHARING, "at_once": ["police", "child_protection"]}, 7: told}
    urgent, calm = fills(client, {**at_once, 1: {**TOLD, "danger": "yes"}}), fills(client, at_once)
    [why] = html.fromstring(client.get(f"/ghi-nhan/{urgent}/7").text).xpath("//label[@for='at_once_reason']")
    assert "không bắt buộc" not in why.text_content(), "an answer that danger needs"
    assert submits(client, urgent).status_code == submits(client, calm).status_code == 303
    entries = [page.data for page in lan.does(desk.read_section, urgent, Section.GROUNDS)]
    assert {(entry.receiver, entry.kind) for entry in entries} == {("police", "danger"), ("child_protection", "duty")}
    assert {(entry.reason, entry.told, entry.words) for entry in entries} == {("Có dao", "no", "chưa kịp")}
    assert [entry.duty for entry in entries if entry.kind == "duty"] == ["LTE_51"]
    assert Section.GROUNDS not in lan.does(desk.read_case, calm).sections


def test_what_may_be_long_when_it_is_changed_may_be_long_at_once(lan, mai, browser):
    long = "rất dài " * 200 + "hết"
    pages = {
        2: {"secret": "somebody", "whom": long, "readers": str(mai.id)},
        4: {**PERSON, "who": long, "wishes": long},
        6: {**SHARING, "reasons": long},
    }
    case = records(lan, browser("lan"), pages)
    assert case(Section.SAFETY_PLAN).who_must_not_know == long
    assert case(Section.CHILDREN).who == long
    assert (case(Section.ASSESSMENT).wishes, case(Section.ASSESSMENT).reasons) == (long, long)


def test_a_lower_level_than_the_answers_say_needs_a_reason(browser):
    client = browser("lan")
    draft_id = begins(client)
    lower = {**SHARING, "risks": ["choking"], "level": "low"}
    assert "hãy ghi vì sao" in " ".join(wrongs(sends(client, draft_id, 6, lower)))
    assert sends(client, draft_id, 6, {**lower, "reasons": "người kia đã đi tù"}).status_code == 303


@pytest.mark.parametrize("text", TRICKY)
def test_text_comes_back_exactly_as_it_was_typed(lan, browser, text):
    client = browser("lan")
    case_id = fills(client, {3: {**REACH, "never_say": text}, 5: {**EVENT, "words": f"{text}\nrồi {text}"}})
    check = client.get(f"/ghi-nhan/{case_id}/8")
    assert f"{text}\nrồi {text}" in shown(check)
    submits(client, case_id)
    assert lan.does(desk.read_section, case_id, Section.STORY)[0].data.words == f"{text}\nrồi {text}"
    assert f"{text}\nrồi {text}" in shown(client.get(f"/vu-viec/{case_id}/story"))
    assert text in shown(client.get(f"/vu-viec/{case_id}"))


def test_the_check_page_shows_what_will_be_kept_and_not_what_was_pasted(browser):
    client = browser("lan")
    case_id = fills(client, {5: {**EVENT, "words": "Nó <b>đánh</b> tôi\x00\u202e"}})
    assert "Nó đánh tôi" in shown(client.get(f"/ghi-nhan/{case_id}/8"))


def test_two_taps_make_one_case_and_both_arrive_there(lan, browser):
    client = browser("lan")
    case_id = fills(client)
    answers = [submits(client, case_id), submits(client, case_id)]
    assert [answer.location for answer in answers] == [f"/vu-viec/{case_id}/gui-ngay"] * 2
    assert [line.id for line in lan.does(desk.list_cases).cases] == [case_id]


def test_what_is_missing_leads_back_to_its_page_and_from_there_to_the_check_page(browser):
    client = browser("lan")
    draft_id = begins(client)
    assert "Còn chỗ chưa xong" in shown(client.get(f"/ghi-nhan/{draft_id}/8"))
    sent = submits(client, draft_id)
    assert sent.location.startswith(f"/ghi-nhan/{draft_id}/3?")
    page = client.get(sent.location)
    assert len(wrongs(page)) == 3
    saved = client.post(f"/ghi-nhan/{draft_id}/3?luu=1&sua=1", data=REACH)
    assert saved.location == f"/ghi-nhan/{draft_id}/8"


@pytest.mark.parametrize(
    ("danger", "where", "level"), [("yes", "looking", True), ("yes", "online", False), ("no", "looking", False)]
)
def test_danger_from_somebody_who_is_near_is_urgent_at_the_intake(browser, danger: str, where: str, level: bool):
    client = browser("lan")
    told = {**TOLD, "danger": danger}
    draft_id = fills(client, {1: told, 5: {"acts": ["B"]}, 6: {**SHARING, "where": where}})
    assert ("Khẩn cấp" in shown(client.get(f"/ghi-nhan/{draft_id}/8"))) is level


def test_who_the_trusted_person_is_is_asked_only_where_the_way_leads_through_one(lan, browser):
    client = browser("lan")
    through = {**REACH, "channel": "through_person", "phone": "0987 654 321"}
    draft = begins(client)
    answer = sends(client, draft, 3, through)
    assert answer.status_code == 422
    assert "người tin cậy" in " ".join(wrongs(answer))
    assert html.fromstring(answer.text).xpath("//details[@open]//input[@name='through']")
    named = fills(client, {3: {**through, "through": "chị Lụa, chị gái"}})
    submits(client, named)
    assert lan.does(desk.read_case, named).contact.through == "chị Lụa, chị gái"
    assert "chị Lụa" in shown(client.get(f"/vu-viec/{named}"))
    other = fills(client, {3: {**REACH, "through": "chị Lụa, chị gái"}})
    submits(client, other)
    assert lan.does(desk.read_case, other).contact.through == ""
