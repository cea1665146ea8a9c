"""Step-up and what is not lost by it; attempts at the second factor; idle lock, privacy screen, other sessions."""

import re
from dataclasses import replace

import pytest

from casework import clock
from casework.accounts.sign_in_actions import sign_in
from casework.app import create_app
from casework.config import Config, ConfigurationError
from casework.vault.keys.enrolment.paper_codes import new_code
from casework.web.session_loading import COOKIE
from tests.accounts.sign_in import unwrapped_by_passphrase
from tests.browsing import browser_of
from tests.house import House, Someone, only_sqlite
from tests.tampering import stolen

MINUTE = 60 * clock.MICROSECOND
pytestmark = only_sqlite


def member_state(house: House, somebody: Someone) -> str:
    with stolen(house) as thief:
        return thief.rows("member", id=somebody.id)[0]["state"]


def test_a_press_that_needs_a_proof_goes_on_after_it_with_one_more_press(app, house: House, hoa: Someone, mai: Someone):
    client, now = browser_of(app, hoa), clock.micros()
    old = hoa.cookie
    with clock.use_clock(lambda: now + 6 * MINUTE):
        path = f"/tai-khoan/{mai.id}/khoa"
        assert client.get(path).location.startswith("/xac-nhan-lai?tiep=/tai-khoan/"), "asked before the page too"
        asked = client.post(path)
        assert asked.location.startswith("/xac-nhan-lai")
        hoa.waits_for_new_digits()
        wrong = client.post(asked.location, data={"passphrase": hoa.card.passphrase, "digits": "000000"})
        assert wrong.status_code == 422
        given = {"passphrase": hoa.card.passphrase, "digits": hoa.digits()}
        page = client.post(asked.location, data=given, follow_redirects=True)
        assert "Làm tiếp việc vừa rồi" in page.text
        assert "Khóa ngay một tài khoản" in page.text
        assert f'action="{path}"' in page.text
        assert member_state(house, mai) == "active"
        assert client.post(path).location == "/tai-khoan"
        assert member_state(house, mai) == "locked"
        client.set_cookie(COOKIE, old, secure=True)
        assert client.get("/").location.startswith("/dang-nhap"), "the token before the proof opens nothing"


def csrf_token_of(page) -> str:
    """Return the CSRF token of the form in a page's main part."""
    tokens = re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', page.text.partition("<main")[2])
    return tokens[0]


def test_the_form_that_waited_is_taken_with_the_token_of_its_page(house: House, hoa: Someone, mai: Someone):
    app = create_app(house.config)
    client, now, path = browser_of(app, hoa), clock.micros(), f"/tai-khoan/{mai.id}/khoa"
    first = {"csrf_token": csrf_token_of(client.get(path))}
    with clock.use_clock(lambda: now + 6 * MINUTE):
        asked = client.post(path, data=first)
        hoa.waits_for_new_digits()
        proof = {"passphrase": hoa.card.passphrase, "digits": hoa.digits()}
        proof["csrf_token"] = csrf_token_of(client.get(asked.location))
        page = client.post(asked.location, data=proof, follow_redirects=True)
        assert "Làm tiếp việc vừa rồi" in page.text
        assert client.post(path, data={"csrf_token": csrf_token_of(page)}).location == "/tai-khoan"
    assert member_state(house, mai) == "locked"
    app.extensions["casework.gate"].database.engine.dispose()


def test_words_typed_before_a_proof_are_there_after_it(app, house: House, lan: Someone, mai: Someone):
    case_id, now = lan.opens_a_case(), clock.micros()
    client = browser_of(app, lan)
    with clock.use_clock(lambda: now + 6 * MINUTE):
        path = f"/vu-viec/{case_id}/de-nghi-xoa"
        asked = client.post(path, data={"basis": "x", "words": "Chị ấy nhờ xóa, hẹn thứ năm"})
        lan.waits_for_new_digits()
        given = {"passphrase": lan.card.passphrase, "digits": lan.digits()}
        page = client.post(asked.location, data=given, follow_redirects=True)
        assert "Chị ấy nhờ xóa, hẹn thứ năm" in page.text
        assert "Đề nghị xóa một vụ việc" in page.text


def test_after_five_wrong_digits_the_right_ones_come_too_late(app, house: House, lan: Someone):
    client = browser_of(app, None)
    begun = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None)
    client.set_cookie(COOKIE, begun.token.cookie(), secure=True)
    for _ in range(5):
        assert client.post("/dang-nhap/ma-dien-thoai", data={"digits": "000000"}).status_code == 422
    assert client.post("/dang-nhap/ma-dien-thoai", data={"digits": lan.digits()}).status_code == 429


def test_one_address_cannot_try_admission_codes_for_ever(app):
    client = browser_of(app, None)
    answers = [client.post("/nhan-tai-khoan", data={"code": new_code()}).status_code for _ in range(61)]
    assert answers == [422] * 60 + [429]


def test_a_second_sign_in_warns_the_first_which_can_end_it(app, house: House, lan: Someone):
    first, now = browser_of(app, lan), clock.micros()
    assert "vừa được đăng nhập ở nơi khác" not in first.get("/").text
    with clock.use_clock(lambda: now + MINUTE):
        second = browser_of(app, None)
        second.set_cookie(COOKIE, lan.sign_in(), secure=True)
        assert second.get("/").status_code == 200
        page = first.get("/").text
        assert "vừa được đăng nhập ở nơi khác" in page
        assert 'href="/tai-khoan/cua-toi"' in page
        rows = first.get("/tai-khoan/cua-toi").text
        assert rows.count("Kết thúc phiên này") == 1
        first.post("/tai-khoan/cua-toi/ket-thuc", data={"number": "1", "created": str(now + MINUTE)})
        assert second.get("/").location.startswith("/dang-nhap")
        assert "vừa được đăng nhập ở nơi khác" not in first.get("/").text


@pytest.mark.parametrize(("minutes", "idle", "locked"), [(2, 3, True), (2, 1, False), (15, 14, False)])
def test_the_lock_falls_after_the_minutes_that_are_set(house: House, lan: Someone, minutes, idle, locked):
    app = create_app(replace(house.config, idle_minutes=minutes))
    client, now = browser_of(app, lan), clock.micros()
    with clock.use_clock(lambda: now + idle * MINUTE):
        answer = client.get("/")
    assert (answer.status_code == 303 and answer.location.startswith("/mo-khoa")) is locked
    app.extensions["casework.gate"].database.engine.dispose()


@pytest.mark.parametrize("minutes", [0, 1, 16, 60])
def test_the_lock_is_set_to_two_to_fifteen_minutes(house: House, minutes):
    with pytest.raises(ConfigurationError):
        replace(house.config, idle_minutes=minutes)
    assert isinstance(house.config, Config)


def test_the_cover_leads_back_to_the_page_and_keeps_what_another_tab_sends(app, house: House, lan: Someone):
    case_id = lan.opens_a_case()
    client, path = browser_of(app, lan), f"/vu-viec/{case_id}"
    answer = client.post(f"/tai-khoan/cua-toi/che?tiep={path}", data={"short": "2580"})
    assert answer.location == f"/man-hinh?tiep={path}"
    assert client.get(path).location.startswith("/man-hinh")
    kept = client.post(f"{path}/ghi-chu", data={"words": "Chị ấy vừa gọi lại"})
    assert kept.location.startswith("/man-hinh")
    page = client.post(kept.location, data={"short": "2580"}, follow_redirects=True)
    assert "Chị ấy vừa gọi lại" in page.text
    client.post(f"/tai-khoan/cua-toi/che?tiep={path}", data={"short": "2580"})
    assert client.post(f"/man-hinh?tiep={path}", data={"short": "2580"}).location == path
