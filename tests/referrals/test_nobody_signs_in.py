"""What was sent to an agency where nobody can sign in says so, with whom to call, until somebody opens it."""

from html import unescape

from casework.desk import actions as desk
from casework.referrals import receiving_actions
from casework.staffing import actions as staffing
from tests.house import only_sqlite
from tests.referrals.scenes import referred

pytestmark = only_sqlite
SAID = "chưa ai ở đó đọc được; hãy gọi"


def test_it_stands_on_the_first_page_the_case_and_the_referral_until_somebody_opens_it(house, lan, browser):
    sent = referred(house)
    assert lan.does(receiving_actions.list_referrals).unreadable == []
    house["son"].does(staffing.lock, house["cuong"].id)
    [line] = lan.does(receiving_actions.list_referrals).unreadable
    assert line.id == sent.referral_id
    [unread] = lan.does(desk.read_case, sent.case_id).unread
    assert (unread.id, unread.agency, unread.numbers.first.number) == (sent.referral_id, "Công an xã", "0203 555 017")
    for path in ("/", "/chuyen-gui", f"/vu-viec/{sent.case_id}", sent.path):
        page = unescape(browser("lan").get(path).text)
        assert SAID in page, path
        assert "0203 555 017" in page, path
    house["son"].does(staffing.unlock_account, house["cuong"].id)
    house["cuong"].leaves()
    assert SAID not in unescape(browser("lan").get(f"/vu-viec/{sent.case_id}").text)
    sent.goes("open")
    assert lan.does(receiving_actions.list_referrals).unreadable == []
