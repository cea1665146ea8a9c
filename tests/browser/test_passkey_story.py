"""A member adds a passkey in a real browser and comes in with it; a browser without scripts has the digits."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page

from casework import clock
from casework.app import create_app
from casework.config import load
from tests.administration.new_installation import code_for, founded
from tests.browser.arriving import Arriving, arriving
from tests.browser.serving import serving

MINE = "/tai-khoan/cua-toi"
WITH_PASSKEY = "[data-passkey] button"
HOME = "form[action='/dang-xuat']"


@dataclass
class Device:
    """Chromium's own virtual authenticator: a fingerprint reader inside the machine."""

    session: CDPSession
    authenticator: str

    def credentials(self) -> list[dict[str, object]]:
        answer = self.session.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        return answer["credentials"]

    def counts_from(self, number: int) -> None:
        """Put a copy in its place that has signed so often."""
        [credential] = self.credentials()
        own = {"authenticatorId": self.authenticator}
        self.session.send("WebAuthn.clearCredentials", own)
        self.session.send("WebAuthn.addCredential", own | {"credential": credential | {"signCount": number}})


def device_of(page: Page) -> Device:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return Device(session, session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"])


@dataclass
class Office:
    """An installation of today, served under a name and not a number."""

    app: Flask
    site: str
    code: str


@pytest.fixture
def office(tmp_path) -> Iterator[Office]:
    folder = tmp_path / "sổ"
    made = founded(folder)
    app = create_app(load(folder))
    with serving(app, "localhost") as site:
        yield Office(app, site, code_for(made, "hoa.hoi"))
    app.extensions["casework.gate"].database.engine.dispose()


def passphrase_alone(somebody: Arriving) -> None:
    somebody.page.goto(somebody.walk.site + "/dang-nhap")
    somebody.page.fill("#username", somebody.username)
    somebody.page.fill("#passphrase", somebody.passphrase)
    somebody.goes("main form .button", "#digits")


def test_a_passkey_of_the_machine_lets_its_owner_in_and_digits_stay_the_way_without_it(
    chromium: Browser, office: Office
):
    hoa = arriving(chromium, office.app, office.site, "hoa.hoi")
    device = device_of(hoa.page)
    hoa.takes_account(office.code)
    hoa.signs_in()
    hoa.page.goto(office.site + MINE)
    hoa.goes("main >> text=Thêm khóa của máy này", "#name")
    assert hoa.page.locator("[data-passkey-missing]").is_hidden()
    hoa.page.fill("#name", "máy ở trụ sở")
    hoa.goes(WITH_PASSKEY, "main >> text=máy ở trụ sở")
    [credential] = device.credentials()
    assert credential["rpId"] == "localhost"
    assert credential["isResidentCredential"] is False
    hoa.goes("main >> text=Thêm khóa của máy này", "#name")
    hoa.page.click(WITH_PASSKEY)
    hoa.page.wait_for_selector("[data-passkey-there]:visible")
    hoa.page.goto(office.site + "/")
    hoa.leaves()

    passphrase_alone(hoa)
    hoa.goes(WITH_PASSKEY, HOME)
    assert hoa.page.locator(HOME).count() == 1
    now = clock.micros()
    with clock.use_clock(lambda: now + 6 * 60 * clock.MICROSECOND):
        hoa.page.goto(f"{office.site}{MINE}/ma-giay")
        assert "/xac-nhan-lai" in hoa.page.url
        hoa.page.fill("#passphrase", hoa.passphrase)
        hoa.goes(WITH_PASSKEY, "main >> text=mã giấy")
        assert hoa.page.url == f"{office.site}{MINE}/ma-giay"
    hoa.leaves()

    passphrase_alone(hoa)
    device.counts_from(0)
    hoa.goes(WITH_PASSKEY, "main >> text=bị chép sang máy khác")
    hoa.page.fill("#digits", hoa.digits())
    hoa.goes("main form .button:not([type])", HOME)

    plain = arriving(chromium, office.app, office.site, "hoa.hoi", script=False)
    plain.passphrase, plain.seed = hoa.passphrase, hoa.seed
    passphrase_alone(plain)
    assert plain.page.locator("[data-passkey]").is_hidden()
    plain.page.fill("#digits", plain.digits())
    plain.goes("main form .button:not([type])", HOME)
    plain.page.goto(f"{office.site}{MINE}/khoa-tren-may")
    assert plain.page.locator("[data-passkey-missing]").is_visible()

    hoa.page.goto(office.site + MINE)
    hoa.goes("main >> text=Bỏ khóa này", "text=Đã bỏ khóa")
    hoa.leaves()
    passphrase_alone(hoa)
    assert hoa.page.locator("[data-passkey]").count() == 0
    assert hoa.walk.wrong + plain.walk.wrong == []


def test_a_reader_that_knows_nobody_leaves_the_page_as_it_is_and_the_script_needs_no_leave_of_the_policy(
    chromium: Browser, office: Office
):
    hoa = arriving(chromium, office.app, office.site, "hoa.hoi")
    hoa.takes_account(office.code)
    hoa.signs_in()
    # The walk looks at pages with a script of its own, which the Content-Security-Policy would refuse.
    context = chromium.new_context(storage_state=hoa.walk.context.storage_state())
    page = context.new_page()
    device = device_of(page)
    page.goto(f"{office.site}{MINE}/khoa-tren-may")
    page.fill("#name", "điện thoại của tôi")
    asked = {"authenticatorId": device.authenticator}
    device.session.send("WebAuthn.setUserVerified", asked | {"isUserVerified": False})
    page.click(WITH_PASSKEY)
    page.wait_for_selector("[data-passkey-stopped]:visible")
    assert page.input_value("#name") == "điện thoại của tôi"
    assert device.credentials() == []
    device.session.send("WebAuthn.setUserVerified", asked | {"isUserVerified": True})
    page.press("#name", "Enter")
    page.wait_for_selector("text=Đã thêm khóa")
    assert len(device.credentials()) == 1
    context.close()
