"""Who must not know: asked before any name, and sealed to chosen people from the first byte."""

from uuid import UUID

import pytest

from casework.desk import actions as desk
from casework.errors import NotFound
from casework.intake import actions as intake
from casework.policy.vocabulary import Section
from tests.house import only_sqlite
from tests.intake.filling import EVENT, PAGES, READERS, TOLD, fills, sends, shown, submits, value, wrongs

pytestmark = only_sqlite
SECRET = "cô Bảy Thược làm ở Hội"


def hidden_from(whom, *readers):
    """Answer that somebody must not know."""
    return {"secret": "somebody", "whom": whom, "readers": [str(reader.id) for reader in readers]}


def readers_of(somebody, case_id):
    return set(somebody.does(desk.read_case, case_id).readers)


def test_only_the_chosen_people_open_the_draft_and_the_case(lan, mai, hoa, browser):
    case_id = fills(browser("lan"), {2: hidden_from(SECRET, mai), 5: {**EVENT, "words": "chuyện riêng"}})
    with pytest.raises(NotFound):
        hoa.does(intake.open_draft, case_id)
    assert "khóa riêng" in shown(browser("lan").get(f"/ghi-nhan/{case_id}/8"))
    submits(browser("lan"), case_id)
    assert readers_of(lan, case_id) == {"Trần Thị Lan", "Phạm Thu Mai"}
    assert mai.does(desk.read_section, case_id, Section.STORY)[0].data.words == "chuyện riêng"
    assert lan.does(desk.read_section, case_id, Section.SAFETY_PLAN)[0].data.who_must_not_know == SECRET
    for username in ("hoa", "binh", "cuong", "chinh"):
        assert browser(username).get(f"/vu-viec/{case_id}").status_code == 404


def test_a_reader_who_is_named_as_the_one_who_must_not_know_is_refused(mai, hoa, browser):
    for whom in ("Phạm Thu Mai", "chị Mai ở Hội", "pham thu mai", "mai", "Mai"):
        answer = browser("lan").post("/ghi-nhan/bat-dau", data={**TOLD, **hidden_from(whom, mai, hoa)})
        assert answer.status_code == 422, whom
        assert "Phạm Thu Mai trùng tên" in " ".join(wrongs(answer))
        assert value(answer, "whom") == whom


def test_who_must_not_know_and_who_may_read_must_both_be_said(mai, browser):
    lan = browser("lan")
    assert len(wrongs(lan.post("/ghi-nhan/bat-dau", data={**TOLD, "secret": "somebody"}))) == 2
    assert len(wrongs(lan.post("/ghi-nhan/bat-dau", data={**TOLD, **hidden_from("", mai)}))) == 1
    assert len(wrongs(lan.post("/ghi-nhan/bat-dau", data={**TOLD, **hidden_from(SECRET)}))) == 1


@pytest.mark.parametrize("answered", ["unknown", "nobody"])
def test_a_name_beside_the_answer_that_there_is_none_is_asked_about_and_not_kept(lan, mai, browser, answered):
    unclear = {**hidden_from(SECRET, mai), "secret": answered}
    answer = browser("lan").post("/ghi-nhan/bat-dau", data={**TOLD, **unclear})
    assert answer.status_code == 422
    assert (wrongs(answer) != [], value(answer, "whom")) == (True, SECRET)
    assert lan.does(desk.list_cases).drafts == ()


def test_nobody_outside_the_list_can_be_chosen(lan, cuong, house, browser):
    for outsider in (cuong, house["son"], house["luu"], lan):
        answer = browser("lan").post("/ghi-nhan/bat-dau", data={**TOLD, **hidden_from(SECRET, outsider)})
        assert answer.status_code == 422, outsider.card.username


def test_changing_the_readers_moves_the_draft_to_new_ones_with_all_that_was_answered(lan, mai, hoa, browser):
    client = browser("lan")
    old = fills(client, {5: {**EVENT, "words": "đã ghi"}})
    sent = sends(client, old, 2, hidden_from(SECRET, mai))
    new = UUID(sent.location.split("/")[2])
    assert (sent.status_code, new != old) == (303, True)
    assert client.get(f"/ghi-nhan/{old}/5").status_code == 404
    assert value(client.get(f"/ghi-nhan/{new}/5"), "words") == "đã ghi"
    sent = sends(client, new, 2, hidden_from(SECRET, hoa))
    newest = UUID(sent.location.split("/")[2])
    assert client.get(f"/ghi-nhan/{new}/5").status_code == 404
    assert submits(client, newest).location == f"/vu-viec/{newest}/gui-ngay"
    assert readers_of(lan, newest) == {"Trần Thị Lan", "Lê Thị Hòa"}
    assert browser("mai").get(f"/vu-viec/{newest}").status_code == 404


def test_the_same_readers_keep_the_draft(mai, browser):
    client = browser("lan")
    draft_id = fills(client, {2: hidden_from(SECRET, mai)})
    assert sends(client, draft_id, 2, hidden_from("người khác hẳn", mai)).location == f"/ghi-nhan/{draft_id}/3"
    assert value(client.get(f"/ghi-nhan/{draft_id}/2"), "whom") == "người khác hẳn"


def test_readers_that_are_refused_later_leave_the_draft_as_it_was(mai, browser):
    client = browser("lan")
    draft_id = fills(client)
    answer = sends(client, draft_id, 2, hidden_from("Mai", mai), draft="1")
    assert answer.status_code == 422
    assert value(answer, "whom") == "Mai"
    assert client.get(f"/ghi-nhan/{draft_id}/5").status_code == 200
    assert PAGES[2] == READERS
