"""The pages of passkeys: where an installation has a domain, what is asked of whom, and what a refusal leaves typed."""

import html
import json
import re
from dataclasses import replace

import pytest

from casework import clock
from casework.accounts import passkey_actions, passkeys_before_gate
from casework.accounts.sign_in_actions import sign_in
from casework.app import create_app
from casework.vault.keys.enrolment.passkey_challenges import RelyingParty
from casework.web.session_loading import COOKIE
from tests.accounts.authenticator import Authenticator
from tests.accounts.sign_in import new_paper_code, sign_in_by_paper, unwrapped_by_passphrase
from tests.browsing import browser_of
from tests.house import House, Someone, only_sqlite
from tests.tampering import stolen

MINE, ADD = "/tai-khoan/cua-toi", "/tai-khoan/cua-toi/khoa-tren-may"
SECOND = "/dang-nhap/ma-dien-thoai"
HEADING = "Khóa trên máy hoặc điện thoại"
MINUTE = 60 * clock.MICROSECOND
pytestmark = only_sqlite


def asked_by(page) -> str:
    """What a page asks the browser, as its script reads it; empty if it asks nothing."""
    options = re.search(r'data-options="([^"]*)"', page.text)
    return html.unescape(options[1]) if options else ""


def enrols(client, member: Someone, device: Authenticator, name: str = "máy ở trụ sở"):
    """Add a passkey through the page."""
    options = asked_by(client.get(ADD))
    answer = client.post(ADD, data={"name": name, "passkey": device.makes(options)})
    assert answer.location == MINE, answer.text
    return json.loads(options)


def waits(app, house: House, member: Someone):
    """A browser in which the passphrase was right."""
    client = browser_of(app, None)
    begun = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(member), before=None)
    client.set_cookie(COOKIE, begun.token.cookie(), secure=True)
    return client


def test_a_passkey_is_made_for_the_configured_name_without_attestation_and_kept_on_no_list_of_accounts(
    app, lan: Someone
):
    client = browser_of(app, lan)
    asked = enrols(client, lan, Authenticator())
    assert asked["rp"] == {"name": "So ca", "id": "localhost"}
    assert asked["user"]["name"] == asked["user"]["displayName"] == lan.card.username
    assert asked["attestation"] == "none"
    assert asked["authenticatorSelection"] == {
        "residentKey": "discouraged",
        "requireResidentKey": False,
        "userVerification": "preferred",
    }
    assert asked["timeout"] == 300_000
    page = client.get(MINE).text
    assert HEADING in page
    assert "máy ở trụ sở" in page
    assert len(json.loads(asked_by(client.get(ADD)))["excludeCredentials"]) == 1


def test_sign_in_and_step_up_take_a_passkey_where_they_take_digits(app, house: House, lan: Someone):
    device, now = Authenticator(), clock.micros()
    enrols(browser_of(app, lan), lan, device)
    client = waits(app, house, lan)
    page = client.get(SECOND)
    assert "Hoặc gõ mã 6 số" in page.text
    assert "passkey.js" in page.text
    wrong = client.post(SECOND, data={"passkey": Authenticator().signs(asked_by(page)), "digits": ""})
    assert wrong.status_code == 422
    assert "không phải của tài khoản này" in wrong.text
    assert 'value="{' not in html.unescape(wrong.text), "what was refused is not sent again"
    assert client.post(SECOND, data={"passkey": device.signs(asked_by(wrong)), "digits": ""}).status_code == 303
    with clock.use_clock(lambda: now + 6 * MINUTE):
        asked = client.get(f"{MINE}/ma-giay")
        assert asked.location.startswith("/xac-nhan-lai")
        page = client.get(asked.location)
        typed = {"passphrase": lan.card.passphrase, "digits": ""}
        assert client.post(asked.location, data=typed | {"passkey": "{}"}).status_code == 422
        answer = client.post(asked.location, data=typed | {"passkey": device.signs(asked_by(page))})
        assert answer.location == f"{MINE}/ma-giay"
        assert client.get(f"{MINE}/ma-giay").status_code == 200


def test_what_a_passkey_signed_is_one_of_the_five_tries(app, house: House, lan: Someone):
    device = Authenticator()
    enrols(browser_of(app, lan), lan, device)
    client = waits(app, house, lan)
    for _ in range(5):
        assert client.post(SECOND, data={"passkey": "{}"}).status_code == 422
    assert client.post(SECOND, data={"passkey": device.signs(asked_by(client.get(SECOND)))}).status_code == 429


def test_nobody_adds_or_removes_a_passkey_without_a_fresh_proof_and_the_press_goes_on_after_it(app, lan: Someone):
    client, now = browser_of(app, lan), clock.micros()
    enrols(client, lan, Authenticator())
    [own] = lan.does(passkey_actions.list_passkeys)
    with clock.use_clock(lambda: now + 6 * MINUTE):
        assert client.get(ADD).location.startswith("/xac-nhan-lai")
        asked = client.post(f"{ADD}/bo", data={"key": str(own.id)})
        lan.waits_for_new_digits()
        page = client.post(asked.location, data={"passphrase": lan.card.passphrase, "digits": lan.digits()})
        page = client.get(page.location)
        assert "Bỏ một khóa trên máy của mình" in page.text
        assert str(own.id) in page.text
        assert client.post(f"{ADD}/bo", data={"key": str(own.id)}).location == MINE
        assert "máy ở trụ sở" not in client.get(MINE).text
        assert client.post(f"{ADD}/bo", data={"key": "x"}).status_code == 404


def test_a_browser_that_can_make_none_is_told_so_and_the_name_stays(app, lan: Someone):
    client = browser_of(app, lan)
    page = client.post(ADD, data={"name": "máy của Lan", "passkey": ""})
    assert page.status_code == 422
    assert "Trình duyệt này chưa làm được khóa" in page.text
    assert 'value="máy của Lan"' in page.text


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://soca.xa.example", "soca.xa.example"),
        ("https://SoCa.lan:8443", "soca.lan"),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::7]:8443", None),
    ],
)
def test_passkeys_are_made_for_a_name_and_never_for_a_number(house: House, address, host):
    app = create_app(replace(house.config, public_url=address))
    with app.app_context():
        party = passkeys_before_gate.relying_party()
    assert party == (RelyingParty(host, address.lower()) if host else None)
    app.extensions["casework.gate"].database.engine.dispose()


def test_an_installation_without_a_name_shows_no_passkeys_and_takes_none(house: House, lan: Someone):
    app = create_app(replace(house.config, public_url="https://192.0.2.7"))
    app.config["WTF_CSRF_ENABLED"] = False
    client, here = app.test_client(), {"base_url": "https://192.0.2.7"}
    client.set_cookie(COOKIE, lan.cookie, secure=True, domain="192.0.2.7")
    page = client.get(MINE, **here)
    assert page.status_code == 200
    assert HEADING not in page.text
    assert client.get(ADD, **here).status_code == 404
    begun = house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None)
    client.set_cookie(COOKIE, begun.token.cookie(), secure=True, domain="192.0.2.7")
    page = client.get(SECOND, **here)
    assert page.status_code == 200
    assert asked_by(page) == ""
    assert client.post(SECOND, data={"passkey": "{}"}, **here).status_code == 422
    app.extensions["casework.gate"].database.engine.dispose()


def test_after_the_code_on_paper_stood_in_for_the_phone_no_passkey_is_asked_for(app, house: House, lan: Someone):
    enrols(browser_of(app, lan), lan, Authenticator())
    code, now = new_paper_code(lan), clock.micros()
    begun = sign_in_by_paper(house, lan, code, lost="phone")
    client = browser_of(app, None)
    client.set_cookie(COOKIE, begun.token.cookie(), secure=True)
    assert "Các khóa trên máy hoặc điện thoại cũng bị bỏ hết" in client.get(f"{MINE}/dien-thoai").text
    with clock.use_clock(lambda: now + 6 * MINUTE):
        asked = client.get(f"{MINE}/ma-giay")
        assert asked_by(client.get(asked.location)) == ""


def test_asking_for_a_passkey_leaves_a_line_in_the_log_and_a_page_without_one_writes_no_challenge(
    app, house: House, lan: Someone
):
    enrols(browser_of(app, lan), lan, Authenticator())
    client = waits(app, house, lan)
    with stolen(house) as thief:
        before, lines = len(thief.rows("throttle")), len(thief.rows("audit_line", act="passkey.ask"))
    assert asked_by(client.get(SECOND))
    with stolen(house) as thief:
        assert len(thief.rows("throttle")) == before
        assert len(thief.rows("audit_line", act="passkey.ask")) == lines + 1
