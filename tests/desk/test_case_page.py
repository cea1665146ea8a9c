"""The page of a case, its notes, its name and its end."""

from dataclasses import replace
from uuid import uuid4

import pytest
from lxml import html

from casework.cases import reading, writing
from casework.cases.models import Case
from casework.cases.sections import Contact, Label, Plan
from casework.cases.states import CaseState
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.gate import Action
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from tests.house import only_sqlite
from tests.stories import CANARIES, dao

pytestmark = only_sqlite
OLDER: dict[str, object] = {
    "call_her": "Chị Hai",
    "channel": "call",
    "phone": "0987612345",
    "may_answer": "nói nhầm số",
}


def test_safe_contact_stands_first_and_the_name_nowhere(lan, browser):
    page = browser("lan").get(f"/vu-viec/{lan.opens_a_case()}").text
    assert page.index("Liên lạc an toàn") < page.index("Ghi chú nhanh") < page.index("Các phần đã ghi")
    assert CANARIES["contact"] in page
    for hidden in ("identity", "story", "perpetrator", "address"):
        assert CANARIES[hidden] not in page


@pytest.mark.parametrize(
    ("channel", "link"),
    [
        ("call", "tel:0987612345"),
        ("text", "sms:0987612345"),
        ("zalo", None),
        ("do_not_contact", None),
        ("comes_herself", None),
        ("unknown", None),
    ],
)
def test_a_tap_on_the_number_does_what_is_safe_and_nothing_else(lan, browser, channel, link):
    contact = Contact(call_her="Chị Hai", channel=channel, phone="0987612345")
    case_id = lan.opens_a_case(dao(contact=contact))
    card = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}").text).xpath("//section[@class='safe']")[0]
    assert "0987 612 345" in card.text_content()
    assert card.xpath(".//a/@href") == ([link] if link else [])
    may_contact = codelist("safe_channel").get(channel).flag("contact")
    assert ("Không tự gọi" in card.text_content()) is not may_contact


def test_an_older_way_of_contact_keeps_its_answer_under_the_words_of_the_intake(lan, browser):
    def write_as_before(context, case_id):
        case = reading.find_case(context, case_id)
        writing.save_json(context, case, Section.CONTACT, dict(OLDER))

    case_id = lan.opens_a_case()
    lan.does(Action(Act.SECTION_WRITE, write_as_before), case_id)
    card = html.fromstring(browser("lan").get(f"/vu-viec/{case_id}").text).xpath("//section[@class='safe']")[0]
    assert card.xpath("//dt[.='Nếu người khác nghe máy']/following-sibling::dd/text()") == ["nói nhầm số"]
    assert "Ai có thể nghe máy" not in card.text_content()
    browser("lan").post(f"/vu-viec/{case_id}/contact/sua", data={**OLDER, "base": "2", "who_may_answer": "con gái lớn"})
    after = lan.does(desk.read_section, case_id, Section.CONTACT)[0].data
    assert (after.may_answer, after.who_may_answer) == ("nói nhầm số", "con gái lớn")


def test_the_name_is_shown_on_request_and_never_in_title_or_address(lan, browser):
    case_id = lan.opens_a_case()
    answer = browser("lan").post(f"/vu-viec/{case_id}/ten")
    assert answer.status_code == 200
    assert CANARIES["identity"] in answer.text
    assert CANARIES["identity"] not in answer.text.partition("<title>")[2].partition("</title>")[0]
    assert browser("lan").get(f"/vu-viec/{case_id}/ten").status_code == 405


def test_a_case_without_facts_has_a_page_that_does_not_offer_to_write_them(lan, browser):
    def open_without_facts(context):
        mine = {"owner_id": context.actor.agency_id, "holder_id": context.me}
        case = Case(
            commune_id=context.commune_id,
            id=uuid4(),
            state=CaseState.OPEN,
            opened=reading.day_of(context.crypto.at),
            **mine,
        )
        writing.save(context, writing.add_case(context, case), Label(code="sen-lúa-42", nickname="Áo xanh"))
        return case.id

    case_id = lan.does(Action(Act.CASE_OPEN, open_without_facts))
    answer = browser("lan").get(f"/vu-viec/{case_id}")
    assert answer.status_code == 200
    offered = set(html.fromstring(answer.text).xpath("//details//a/@href"))
    assert f"/vu-viec/{case_id}/identity/sua" in offered
    assert not [link for link in offered if "facts" in link]
    written = policy().rows[Act.SECTION_WRITE].opens or frozenset()
    for section in set(Section) - (written - {Section.FACTS}):
        page = f"/vu-viec/{case_id}/{section.code}/sua"
        assert (section, browser("lan").get(page).status_code) == (section, 404)
        assert (section, browser("lan").post(page, data={"base": "1"}).status_code) == (section, 404)


def test_an_unknown_name_says_so(lan, browser):
    answers = dao()
    case_id = lan.opens_a_case(dao(identity=replace(answers.identity, name="")))
    assert "chưa biết" in browser("lan").post(f"/vu-viec/{case_id}/ten").text


def test_a_note_is_one_form_on_the_page_itself(lan, browser):
    case_id = lan.opens_a_case()
    answer = browser("lan").post(f"/vu-viec/{case_id}/ghi-chu", data={"words": "Gọi lại, 'A & B' <3 tuổi"})
    assert answer.location == f"/vu-viec/{case_id}"
    assert "Gọi lại, &#39;A &amp; B&#39; &lt;3 tuổi" in browser("lan").get(f"/vu-viec/{case_id}/counselling").text


def test_a_double_tap_makes_one_note(lan, browser):
    case_id, once = lan.opens_a_case(), uuid4().hex
    for words in ("Đã gọi.", "Đã gọi.", "Đã gọi lại."):
        browser("lan").post(f"/vu-viec/{case_id}/ghi-chu", data={"words": words, "once": once})
    notes = lan.does(desk.read_section, case_id, Section.COUNSELLING)
    assert [note.data.to_json()["words"] for note in notes] == ["Đã gọi.", "Đã gọi lại."]


def test_an_empty_note_is_asked_for_again(lan, browser):
    answer = browser("lan").post(f"/vu-viec/{lan.opens_a_case()}/ghi-chu", data={"words": "  ", "once": "x"})
    assert answer.status_code == 422
    assert "Hãy ghi vài chữ trước khi lưu." in answer.text


def test_a_broken_idempotency_key_does_not_lose_a_note(lan, browser):
    case_id = lan.opens_a_case()
    assert browser("lan").post(f"/vu-viec/{case_id}/ghi-chu", data={"words": "Còn", "once": "?"}).status_code == 303
    assert len(lan.does(desk.read_section, case_id, Section.COUNSELLING)) == 1


def test_the_holder_alone_sees_who_else_has_opened_the_case(lan, hoa, browser):
    case_id = lan.opens_a_case()
    hoa.does(desk.read_section, case_id, Section.STORY)
    assert "Người khác đã mở (1)" in browser("lan").get(f"/vu-viec/{case_id}").text
    assert "Người khác đã mở" not in browser("hoa").get(f"/vu-viec/{case_id}").text


def test_a_sealed_case_names_those_who_can_read_it(lan, mai, browser):
    page = browser("mai").get(f"/vu-viec/{lan.opens_a_case(circle=[mai])}").text
    assert "Vụ việc kín" in page
    assert "Trần Thị Lan, Phạm Thu Mai" in page or "Phạm Thu Mai, Trần Thị Lan" in page


def test_a_case_is_closed_with_its_outcome_and_opened_again_with_a_reason(lan, browser):
    case_id = lan.opens_a_case()
    client, at = browser("lan"), f"/vu-viec/{case_id}"
    assert client.post(f"{at}/dong", data={"words": "x"}).status_code == 422
    assert client.post(f"{at}/dong", data={"outcome": "needs_met", "words": "Đã ổn."}).status_code == 303
    assert "Đã đóng" in client.get(at).text
    assert "Vì sao mở lại?" in client.get(f"{at}/dong").text
    assert client.post(f"{at}/mo-lai", data={}).status_code == 422
    assert client.post(f"{at}/mo-lai", data={"words": "Chị ấy trở lại."}).status_code == 303
    (plan,) = lan.does(desk.read_section, case_id, Section.PLAN)
    assert plan.data == Plan(closing_words="Chị ấy trở lại.")


def test_what_somebody_has_just_closed_is_not_closed_twice_nor_opened_by_mistake(lan, browser):
    case_id = lan.opens_a_case()
    client, ending = browser("lan"), {"outcome": "needs_met", "words": ""}
    assert client.post(f"/vu-viec/{case_id}/mo-lai", data={"words": "x"}).status_code == 409
    assert client.post(f"/vu-viec/{case_id}/dong", data=ending).status_code == 303
    assert client.post(f"/vu-viec/{case_id}/dong", data=ending).status_code == 409
