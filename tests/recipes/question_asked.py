"""What must be true of the question of the recipe; run by `test_question.py` in a copy that has it."""

from casework.desk import actions as desk
from casework.policy.words import Section
from tests.house import only_sqlite
from tests.intake.filling import PERSON, begins, fills, shown, submits

pytestmark = only_sqlite
LABEL, ENGLISH, ANSWER = "Nói tiếng gì", "Which language the person speaks", "tiếng Dao Tuyển"


def test_the_intake_asks_it_and_the_case_page_prints_it(browser):
    lan = browser("lan")
    draft_id = fills(lan, {4: {**PERSON, "language": ANSWER}})
    assert LABEL in shown(lan.get(f"/ghi-nhan/{draft_id}/4"))
    case_id = draft_id
    submits(lan, draft_id)
    page = shown(lan.get(f"/vu-viec/{case_id}/identity"))
    assert page.index(LABEL) < page.index(ANSWER)


def test_the_edit_form_asks_it_and_the_case_page_prints_it(lan, browser):
    client, case_id = browser("lan"), lan.opens_a_case()
    at = f"/vu-viec/{case_id}/identity"
    assert LABEL in shown(client.get(f"{at}/sua"))
    assert client.post(f"{at}/sua", data={"base": "1", "sex": "NU", "language": ANSWER}).status_code == 303
    assert lan.does(desk.read_section, case_id, Section.IDENTITY)[0].data.to_json()["language"] == ANSWER
    page = shown(client.get(at))
    assert page.index(LABEL) < page.index(ANSWER)
    client.post("/ngon-ngu", data={"lang": "en", "back": "/"})
    assert ENGLISH in shown(client.get(at))


def test_the_intake_does_not_ask_it(browser):
    lan = browser("lan")
    assert LABEL not in shown(lan.get(f"/ghi-nhan/{begins(lan)}/4"))
