"""Sign-in, the lock, what was typed meanwhile, and the ways out, as a browser meets them."""

import json
import re
from functools import partial

import pytest
from flask import Flask

from casework import clock
from casework.app import create_app
from casework.vault.keys.enrolment import paper_codes
from casework.web.session_loading import COOKIE, DEVICE
from tests.accounts.sign_in import new_paper_code
from tests.house import House, only_sqlite
from tests.people import STAFF

SITE = {"base_url": "https://localhost"}
MINUTE = 60 * 1_000_000
pytestmark = only_sqlite


@pytest.fixture
def app(house: House) -> Flask:
    """The whole application over this house."""
    made = create_app(house.config)
    made.config["WTF_CSRF_ENABLED"] = False
    return made


@pytest.fixture
def browser(app, house):
    """A browser that keeps its cookies."""
    client = app.test_client()
    client.environ_base["house"] = house
    return client


def first_step(browser, username="lan", passphrase=None, **more):
    fields = {"username": username, "passphrase": passphrase or STAFF[username].passphrase}
    return browser.post("/dang-nhap", data=fields, **SITE, **more)


def sign_in(browser, username="lan", passphrase=None, **more):
    """Sign in with both factors; where the first fails, its answer is returned."""
    answer = first_step(browser, username, passphrase, **more)
    if answer.status_code != 303:
        return answer
    somebody = browser.environ_base["house"][username]
    somebody.waits_for_new_digits()
    return browser.post(answer.headers["Location"], data={"digits": somebody.digits()}, **SITE)


def cookie(browser):
    stored = browser.get_cookie(COOKIE, domain="localhost")
    return stored.value if stored else None


def sessions(house):
    with house.gate.database.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM session").scalar_one()


def test_the_cookie_is_host_only_secure_and_out_of_reach_of_scripts(browser):
    answer = sign_in(browser)
    [line] = [line for line in answer.headers.getlist("Set-Cookie") if line.startswith(COOKIE)]
    assert COOKIE.startswith("__Host-")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(line.split("; "))
    assert "Domain" not in line


def test_unknown_name_and_wrong_passphrase_get_the_same_words(browser):
    wrong, unknown = (
        sign_in(browser, passphrase="không phải câu này"),
        sign_in(browser, "khongco", "không phải câu này"),
    )
    assert wrong.status_code == unknown.status_code == 422
    plain = [re.sub(r'value="[^"]*"', "", answer.get_data(as_text=True)) for answer in (wrong, unknown)]
    assert plain[0] == plain[1]
    assert "chưa đúng" in plain[0]


def test_a_failed_try_is_in_the_log(browser, house):
    sign_in(browser, passphrase="không phải câu này")
    with house.gate.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT outcome FROM audit_line WHERE act = 'account.sign_in'").all()
    assert ("failed",) in [tuple(row) for row in rows]


def test_a_stranger_cannot_lock_a_counsellor_out_of_a_known_browser(app, house, browser):
    sign_in(browser)
    answers = [first_step(app.test_client(), passphrase="đoán bừa").status_code for _ in range(11)]
    assert answers[-1] == 429
    assert sign_in(browser).headers["Location"] == "/"


def test_after_the_quick_way_out_a_stranger_s_guesses_still_lock_nobody_out_of_their_own_browser(app, house, browser):
    sign_in(browser)
    guesses = [first_step(app.test_client(), passphrase="đoán bừa").status_code for _ in range(11)]
    assert guesses[-1] == 429
    browser.post("/thoat", **SITE).close()
    assert cookie(browser) is None
    assert sign_in(browser).headers["Location"] == "/"


def by_paper(browser, code, **given):
    fields = {"username": "lan", "code": code, "passphrase": "", "digits": ""} | given
    return browser.post("/dang-nhap/ma-giay", data=fields, **SITE)


def test_a_stranger_s_guesses_do_not_take_the_code_on_paper_away(app, house, lan):
    code = new_paper_code(lan)
    wrong = paper_codes.new_code()
    for _ in range(11):
        first_step(app.test_client(), passphrase="đoán bừa")
        by_paper(app.test_client(), wrong, lost="phone", passphrase="đoán bừa")
    known = {"lost": "phone", "passphrase": STAFF["lan"].passphrase}
    assert by_paper(app.test_client(), code, **known).status_code == 303


def test_whoever_found_the_code_on_paper_does_not_guess_the_rest_for_long(app, house, lan):
    code = new_paper_code(lan)
    guesses = [
        by_paper(app.test_client(), code, lost="passphrase", digits=f"{number:06}").status_code for number in range(11)
    ]
    assert guesses == [422] * 10 + [429]


def _lines_of_sign_in(house):
    with house.gate.database.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT outcome, body FROM audit_line WHERE act = 'account.sign_in'").all()
    return [(outcome, json.loads(body)["reason"]) for outcome, body in rows]


def test_a_try_too_many_is_in_the_log(browser, house):
    for _ in range(10):
        assert sign_in(browser, passphrase="đoán bừa").status_code == 422
    assert ("failed", "Throttled") not in _lines_of_sign_in(house)
    assert sign_in(browser, passphrase="đoán bừa").status_code == 429
    assert ("failed", "Throttled") in _lines_of_sign_in(house)


def test_a_slot_that_was_tampered_with_opens_nothing_and_is_in_the_log(browser, house):
    with house.gate.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE slot SET passes = 1")
    assert sign_in(browser).status_code == 503
    assert _lines_of_sign_in(house)[-1] == ("failed", "AlteredRow")


def test_after_fifteen_idle_minutes_the_sealed_key_is_gone_and_the_passphrase_is_asked(browser, house):
    sign_in(browser)
    assert browser.get("/", **SITE).status_code == 200
    later = clock.micros() + 16 * MINUTE
    with clock.use_clock(lambda: later):
        assert browser.get("/", **SITE).headers["Location"].startswith("/mo-khoa")
    with house.gate.database.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT blob FROM session").scalars().all() == [None]
    assert browser.get("/", **SITE).headers["Location"].startswith("/mo-khoa"), "a clock moved back revived it"


def test_what_was_typed_on_a_locked_screen_comes_back_after_unlocking(browser, house, lan):
    case_id = lan.opens_a_case()
    sign_in(browser)
    words = "Đã gọi lại: chị ấy nói <im đi> rồi đánh, cháu <3 tuổi & mẹ.\nHẹn chiều mai."
    later = clock.micros() + 20 * MINUTE
    with clock.use_clock(lambda: later):
        answer = browser.post(f"/vu-viec/{case_id}/ghi-chu", data={"words": words}, **SITE)
        assert answer.headers["Location"].startswith("/mo-khoa")
        with house.gate.database.engine.connect() as connection:
            kept = connection.exec_driver_sql("SELECT blob FROM kept_form").scalar_one()
        assert "Hẹn chiều mai".encode() not in bytes(kept)
        passphrase = {"passphrase": STAFF["lan"].passphrase}
        answer = browser.post(answer.headers["Location"], data=passphrase, follow_redirects=True, **SITE)
    page = answer.get_data(as_text=True)
    assert "Hẹn chiều mai." in page
    assert "&lt;im đi&gt;" in page
    assert f'action="/vu-viec/{case_id}/ghi-chu"' in page


def test_nobody_but_its_sender_opens_what_was_kept(browser, house, lan, app):
    case_id = lan.opens_a_case()
    sign_in(browser)
    later = clock.micros() + 20 * MINUTE
    with clock.use_clock(lambda: later):
        browser.post(f"/vu-viec/{case_id}/ghi-chu", data={"words": "chữ của Lan"}, **SITE)
        sign_in(browser, "hoa")
        home = browser.get("/", **SITE).get_data(as_text=True)
        assert "Bản đang viết dở" not in home
        sign_in(browser, "lan")
        home = browser.get("/", **SITE).get_data(as_text=True)
        assert "Bản đang viết dở" in home
        [own] = set(re.findall(r"/viet-do/[0-9a-f-]{36}", home))
        assert "chữ của Lan" in browser.get(f"{own}/chu", **SITE).get_data(as_text=True)
        sign_in(browser, "hoa")
        assert browser.get(f"{own}/chu", **SITE).headers["Location"] == "/"


def test_signing_out_ends_the_row_and_clears_the_browser(browser, house):
    sign_in(browser)
    old = cookie(browser)
    answer = browser.post("/dang-xuat", **SITE)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert browser.get_cookie(DEVICE, domain="localhost") is not None, "the device cookie stays"
    assert sessions(house) == 0
    replay = browser.get("/", headers={"Cookie": f"{COOKIE}={old}"}, **SITE)
    assert replay.headers["Location"].startswith("/dang-nhap")


def test_the_quick_way_out_ends_the_session_after_its_page_has_been_sent(browser, house):
    sign_in(browser)
    answer = browser.post("/thoat", **SITE)
    assert answer.status_code == 200
    answer.close()
    assert sessions(house) == 0


def test_each_sign_in_makes_a_new_token_and_ends_the_one_before(browser, house):
    sign_in(browser)
    first = cookie(browser)
    sign_in(browser)
    assert cookie(browser) != first
    assert sessions(house) == 1


def test_extra_fields_change_nobody_and_nothing(browser, house):
    before = _members(house)
    extra = {
        "role": "lead",
        "roles": "lead,administrator",
        "agency_id": "x",
        "is_admin": "1",
        "mac": "0",
        "version": "9",
    }
    given = {"username": "lan", "passphrase": STAFF["lan"].passphrase, **extra}
    assert browser.post("/dang-nhap", data=given, **SITE).status_code == 303
    digits = {"digits": house["lan"].digits(), **extra}
    assert browser.post("/dang-nhap/ma-dien-thoai", data=digits, **SITE).status_code == 303
    assert _members(house) == before


def _members(house):
    with house.gate.database.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT username, roles, agency_id FROM member ORDER BY username").all()


def test_a_session_row_given_to_another_member_opens_nothing(browser, house, hoa):
    sign_in(browser)
    with house.gate.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE session SET member_id = ?", (hoa.id.hex,))
    assert browser.get("/", **SITE).headers["Location"].startswith("/dang-nhap")


def test_the_address_after_signing_in_stays_on_this_site(browser):
    for elsewhere in ("https://example.org/", "//example.org", "/\\example.org"):
        assert sign_in(browser, query_string={"tiep": elsewhere}).headers["Location"] == "/"
    assert sign_in(browser, query_string={"tiep": "/tim"}).headers["Location"] == "/tim"


def test_after_nine_hours_nothing_opens_without_signing_in_anew(browser, house):
    sign_in(browser)
    start = clock.micros()
    for minutes in range(0, 9 * 60 + 10, 10):
        with clock.use_clock(partial(int, start + minutes * MINUTE)):
            status = browser.get("/", **SITE)
    assert status.headers["Location"].startswith("/dang-nhap")
    assert _blobs(house) == [None]
    assert browser.get("/", **SITE).status_code == 303, "a clock moved back revived it"


def _blobs(house):
    with house.gate.database.engine.connect() as connection:
        return connection.exec_driver_sql("SELECT blob FROM session").scalars().all()


def test_unlocking_lengthens_no_session(browser, house):
    sign_in(browser)
    start = clock.micros()
    with clock.use_clock(lambda: start + 8 * 60 * MINUTE):
        assert browser.get("/", **SITE).headers["Location"].startswith("/mo-khoa")
        browser.post("/mo-khoa", data={"passphrase": STAFF["lan"].passphrase}, **SITE)
        assert browser.get("/", **SITE).status_code == 200
    with clock.use_clock(lambda: start + (9 * 60 + 1) * MINUTE):
        assert browser.get("/", **SITE).headers["Location"].startswith("/dang-nhap")
