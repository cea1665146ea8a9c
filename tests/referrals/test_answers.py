"""What a receiver answers: in words of its own, and what is being done stays in hand."""

from lxml import html

from casework.cases.sections import Letter
from casework.referrals import receiving_actions
from tests.house import only_sqlite
from tests.referrals.scenes import referred

pytestmark = only_sqlite


def offered(client, path):
    page = html.fromstring(client.get(path).text)
    return [" ".join(label.text_content().split()) for label in page.xpath("//fieldset[@id='outcome']//label")]


def test_a_receiver_is_asked_in_its_own_words(house, browser):
    referral = referred(house).goes("open", "accept")
    words = offered(browser("cuong"), f"{referral.path}/tra-loi")
    assert words[:3] == ["Đã nhận, đang làm", "Đã làm xong", "Không liên lạc được"]


def test_what_is_being_done_stays_in_hand_and_what_is_done_stays_done(house):
    referral = referred(house).goes("open", "accept")
    going_on = Letter(outcome="in_progress", words="Đang xác minh")
    house["cuong"].does(receiving_actions.answer, *referral.at, going_on)
    assert referral.state == "accepted"
    referral.goes("ask")
    house["cuong"].does(receiving_actions.answer, *referral.at, going_on)
    assert referral.state == "accepted"
    referral.goes("answer")
    house["cuong"].does(receiving_actions.answer, *referral.at, going_on)
    assert referral.state == "done"
    [line] = house["lan"].does(receiving_actions.list_referrals).lines
    assert line.fresh


def test_who_records_an_answer_for_the_receiver_is_not_offered_what_goes_on(house, browser):
    referral = referred(house).goes("open")
    words = offered(browser("lan"), f"{referral.path}/ghi-ho")
    assert "Đã làm xong" in words
    assert "Đã nhận, đang làm" not in words
    sent = {"outcome": "in_progress", "words": "x", "who": "anh Cường"}
    assert browser("lan").post(f"{referral.path}/ghi-ho", data=sent).status_code == 422
    assert referral.state == "opened"
