"""The word by which somebody is spoken to is chosen once, kept with the safe contact, and used by later scripts."""

from uuid import UUID

import pytest

from casework.cases.sections import Contact, Identity
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, receiving_actions, sending_actions
from tests.house import House, Someone, only_sqlite
from tests.intake.filling import PERSON, TOLD, fills, shown, submits
from tests.referrals.scenes import ASKED, ground
from tests.stories import dao

pytestmark = only_sqlite
SCRIPTS = ("/chuyen-gui/can-cu/dong-y", "/chuyen-gui/can-cu/nguy-hiem", "/dong")


def kept(somebody: Someone, case_id: UUID) -> str:
    """The word that is kept with the safe contact of a case."""
    contact = somebody.does(desk.read_section, case_id, Section.CONTACT)[0].data
    assert isinstance(contact, Contact)
    return contact.pronoun


def words_of(page: str) -> set[str]:
    """The words of a page without marks, small."""
    return set(page.lower().replace(".", " ").replace(",", " ").split())


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_word_of_the_intake_is_that_of_each_later_script(lan: Someone, browser, script: str):
    client = browser("lan")
    case_id = fills(client, {1: {**TOLD, "pronoun": "bac"}})
    submits(client, case_id)
    assert kept(lan, case_id) == "bac"
    page = client.get(f"/vu-viec/{case_id}{script}")
    assert 'aria-current="true">bác' in page.text
    spoken = words_of(shown(page).partition("Đang nói với:")[2].partition("bạn")[2])
    assert "bác" in spoken
    assert "chị" not in spoken
    assert 'aria-current="true">anh' in client.get(f"/vu-viec/{case_id}{script}?goi=anh").text


@pytest.mark.parametrize(
    ("person", "word"),
    [
        ({"sex": "NAM"}, "anh"),
        ({"sex": "NAM", "birth_year": "72 tuổi"}, "bac"),
        ({"sex": "NU", "birth_year": "9"}, "chau"),
    ],
)
def test_where_nobody_chose_the_word_that_fits_is_kept(lan: Someone, browser, person, word: str):
    client = browser("lan")
    case_id = fills(client, {1: {**TOLD, "pronoun": ""}, 4: {**PERSON, **person}})
    submits(client, case_id)
    assert kept(lan, case_id) == word


@pytest.mark.parametrize(
    ("answers", "word"), [({}, "bạn"), ({"identity": Identity(birth_year=2018), "grounds": ()}, "cháu")]
)
def test_a_case_without_a_word_uses_the_neutral_one_and_offers_all(lan: Someone, browser, answers, word: str):
    page = browser("lan").get(f"/vu-viec/{lan.opens_a_case(dao(**answers))}/dong").text
    assert f'aria-current="true">{word}' in page
    assert page.count("?goi=") == 10


def test_whoever_calls_after_a_withdrawal_reads_how_to_address_the_person(house: House, lan: Someone, browser):
    case_id = lan.opens_a_case(dao(contact=Contact(call_her="Bác Tư", channel="call", pronoun="bac"), grounds=()))
    ground_id = ground(house, case_id)
    lan.does(ground_actions.withdraw_ground, case_id, ground_id)
    page = shown(browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/{ground_id}/da-goi"))
    assert "gọi người ấy là “bác”" in page


def test_who_is_given_no_safe_contact_reads_nowhere_whether_it_is_a_man_or_an_old_woman(house: House, lan: Someone):
    case_id = lan.opens_a_case(dao(contact=Contact(call_her="Ông Tư", channel="call", pronoun="ong"), grounds=()))
    ground_id = ground(house, case_id, sections=("incident",))
    referral_id = lan.does(sending_actions.send, case_id, ground_id, ASKED)
    cuong = house["cuong"]
    cuong.does(receiving_actions.open_referral, case_id, referral_id)
    page = cuong.does(desk.read_case, case_id)
    assert page.contact is None
    assert "pronoun" not in page.label.to_json()
    with pytest.raises(NotFound):
        cuong.does(desk.read_section, case_id, Section.CONTACT)


NOT_YET, IN_DANGER, CHILD = (
    "Chưa nghĩ xong thì chưa gửi gì",
    "tôi vẫn báo nơi cứu được",
    "luật bắt làm ngay để bảo vệ trẻ em",
)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"danger": "no"}, NOT_YET),
        ({"danger": "yes"}, IN_DANGER),
        ({"danger": "no", "identity": Identity(birth_year=2018)}, CHILD),
        ({"danger": "yes", "identity": Identity(birth_year=2018)}, IN_DANGER),
    ],
)
def test_a_child_is_read_what_is_true_for_a_child_and_somebody_in_danger_what_is_true_then(
    lan: Someone, browser, answers, said: str
):
    case_id = lan.opens_a_case(dao(grounds=(), **answers))
    page = shown(browser("lan").get(f"/vu-viec/{case_id}/chuyen-gui/can-cu/dong-y"))
    assert [words for words in (NOT_YET, IN_DANGER, CHILD) if words in page] == [said]
    years = {"birth_year": "9"} if "identity" in answers else {}
    client = browser("lan")
    draft_id = fills(client, {1: {**TOLD, "danger": answers["danger"]}, 4: {**PERSON, **years}})
    intake = shown(client.get(f"/ghi-nhan/{draft_id}/6"))
    assert [words for words in (NOT_YET, IN_DANGER, CHILD) if words in intake] == [said]


def test_a_child_is_not_told_that_it_may_only_ask(browser):
    may_only_ask = "có thể chỉ hỏi"
    assert may_only_ask in shown(browser("lan").get("/ghi-nhan"))
    child = shown(browser("lan").get("/ghi-nhan?goi=chau"))
    assert may_only_ask not in child
    assert "Cháu đang bị hại thì tôi ghi và lo ngay" in child
