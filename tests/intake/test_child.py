"""A child is asked what is needed to help now and no more; who must be told is named without danger."""

from lxml import html

from casework import clock
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.house import only_sqlite
from tests.intake.filling import EVENT, PAGES, PERSON, SHARING, TOLD, begins, fills, sends, shown, submits

pytestmark = only_sqlite
CHILD = {**TOLD, "age_group": "LT16"}
NOT_ASKED = {"count", "who", "involvement", "medicine", "school", "may_pick_up", "again", "children_present", "seen"}
NOT_ASKED |= {"past", "next"}


def asked(client, draft_id):
    """Return the names of all boxes on the pages of a draft, and the values of the signs of danger."""
    pages = [html.fromstring(client.get(f"/ghi-nhan/{draft_id}/{number}").text) for number in PAGES]
    names = {str(name) for page in pages for name in page.xpath("//main//@name")}
    return names, {str(value) for page in pages for value in page.xpath("//main//input[@name='risks']/@value")}


def test_a_child_is_asked_fewer_questions_and_none_about_children_of_their_own(browser):
    client = browser("lan")
    (child, signs), (adult, all_signs) = (asked(client, begins(client, told)) for told in (CHILD, TOLD))
    assert adult - child == NOT_ASKED
    assert all_signs - signs == {"pregnancy", "separation", "control", "children_hurt"}
    assert child - adult == {"at_once"}


def test_an_age_that_is_told_later_asks_less_from_there_on(browser):
    client = browser("lan")
    draft_id = fills(client, {4: {**PERSON, "birth_year": str(clock.today().year - 14)}})
    assert NOT_ASKED.isdisjoint(asked(client, draft_id)[0])
    older = fills(client, {4: {**PERSON, "birth_year": str(clock.today().year - 17)}})
    assert asked(client, older)[0] >= NOT_ASKED, "16 and 17 are no children in law"


def test_what_was_sent_past_the_page_of_a_child_is_not_kept(lan, browser):
    client = browser("lan")
    case_id = fills(client, {1: CHILD, 4: {**PERSON, "count": "2"}, 6: {**SHARING, "past": ["drinks"]}})
    submits(client, case_id)
    assert Section.CHILDREN not in lan.does(desk.read_case, case_id).sections
    assert lan.does(desk.read_section, case_id, Section.PERPETRATOR)[0].data.past == ()


def test_a_child_is_spoken_to_as_a_child(browser):
    client = browser("lan")
    page = client.get(f"/ghi-nhan/{begins(client, CHILD)}/6").text
    assert "Cháu có lúc nào nghĩ đến chuyện tự làm hại mình không?" in page
    assert "Cháu có sợ về nhà, sợ bị hại nặng không?" in page
    assert "của con không" not in page
    named = {**CHILD, "pronoun": "em"}
    assert "Em có lúc nào nghĩ" in client.get(f"/ghi-nhan/{begins(client, named)}/6").text
    older = {**TOLD, "age_group": "A16_17"}
    assert "Em có lúc nào nghĩ" in client.get(f"/ghi-nhan/{begins(client, older)}/6").text


def test_who_must_be_told_of_a_child_is_named_without_danger_and_is_not_ticked(lan, browser):
    client = browser("lan")
    draft_id = fills(client, {1: CHILD})
    page = html.fromstring(client.get(f"/ghi-nhan/{draft_id}/6").text)
    assert page.xpath("//input[@name='at_once']/@value") == ["child_protection"]
    assert page.xpath("//input[@name='at_once'][@checked]") == []
    assert "không chờ cha mẹ đồng ý" in shown(client.get(f"/ghi-nhan/{draft_id}/6"))
    assert sends(client, draft_id, 6, {**SHARING, "at_once": ["police"]}).status_code == 422
    assert sends(client, draft_id, 6, {**SHARING, "at_once": ["child_protection"]}).location.endswith("/7")
    assert sends(client, draft_id, 7, {"at_once_told": "yes"}).location.endswith("/8")
    assert "Dưới 16 tuổi, luật bắt phải báo" in shown(client.get(f"/ghi-nhan/{draft_id}/8"))
    submits(client, draft_id)
    [entry] = [page.data for page in lan.does(desk.read_section, draft_id, Section.GROUNDS)]
    assert (entry.kind, entry.receiver, entry.told) == ("duty", "child_protection", "yes")
    assert entry.duty == "LTE_51"


def test_the_label_keeps_the_age_in_law_from_whatever_told_it(lan, browser):
    client = browser("lan")
    for pages, group in (
        ({1: CHILD}, "LT16"),
        ({4: {**PERSON, "birth_year": "9"}}, "LT16"),
        ({4: {**PERSON, "vulnerable": ["TRE_EM"]}}, "LT16"),
        ({1: {**TOLD, "age_group": "A16_17"}}, "A16_17"),
        ({4: {**PERSON, "birth_year": "39"}}, "GE18"),
        ({}, ""),
    ):
        case_id = fills(client, pages)
        submits(client, case_id)
        assert lan.does(desk.read_section, case_id, Section.LABEL)[0].data.age_group == group


def test_signs_of_trafficking_say_at_once_where_to_bring_the_person(lan, browser):
    client = browser("lan")
    draft_id = fills(client, {5: {**EVENT, "acts": [], "other": ["MUA_BAN_NGUOI", "DANH_DAP"]}})
    words = "đưa người ấy đến Ủy ban nhân dân xã hoặc Công an xã ngay"
    assert words in shown(client.get(f"/ghi-nhan/{draft_id}/6"))
    assert words not in shown(client.get(f"/ghi-nhan/{fills(client)}/6"))
    submits(client, draft_id)
    page = shown(client.get(f"/vu-viec/{draft_id}"))
    assert words in page
    assert "53/2024/QH15" in page


def test_a_child_is_spoken_to_as_a_child_as_soon_as_the_age_is_said(browser):
    child = {"danger": "yes", "age_group": "LT16", "mode": "record", "pronoun": ""}
    client = browser("lan")
    for answers in (child, {**child, "mode": "advice"}):
        spoken = shown(client.post("/ghi-nhan/tiep", data=answers)).partition("Đang nói với:")
        words = (spoken[2].partition("bạn")[2] or spoken[0]).lower().split()
        assert "cháu" in words
        assert "chị" not in words
