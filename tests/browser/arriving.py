"""A member of a real installation in a browser: their phone, paper code and passphrase."""

import base64
from dataclasses import dataclass
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, Page

from casework import clock
from casework.vault.keys.enrolment import totp
from tests.browser.walking import Walk

CODE = ".sheet .paper-code"


@dataclass
class Arriving:
    """A walk of a member with their phone, paper code and passphrase."""

    walk: Walk
    app: Flask
    username: str
    passphrase: str = ""
    seed: bytes = b""
    paper: str = ""

    @property
    def page(self) -> Page:
        return self.walk.page

    def digits(self) -> str:
        """Return the next digits of the phone, as if the member had waited for them."""
        with self.app.extensions["casework.gate"].database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE totp SET last_counter = 0")
        return totp.code_at(self.seed, clock.micros())

    def goes(self, press: str, arrives: str) -> None:
        """Press something and look at the page that comes."""
        self.walk.goes(press, arrives)

    def pairs(self) -> None:
        """Type the seed of the page into the phone, and the phone's digits into the page."""
        assert self.page.locator("svg.qr path").count() == 1
        self.seed = base64.b32decode(self.page.inner_text(".paper-code").replace(" ", ""))
        assert self.page.locator("a[href^='otpauth://totp/']").count() == 1
        self.page.fill("#digits", self.digits())

    def takes_account(self, code: str) -> str:
        """Take the account of a code with phone and passphrase; return the four words to be read aloud, if any."""
        self.page.goto(self.walk.site + "/nhan-tai-khoan")
        self.page.fill("#code", code.lower().replace("-", " "))
        self.goes("main form .button", "svg.qr")
        self.pairs()
        self.goes("main form .button", "#passphrase")
        self.chooses()
        self.goes("main form .button", CODE)
        self.paper = self.page.inner_text(CODE)
        words = self.page.locator("main > .paper-code")
        return words.inner_text() if words.count() else ""

    def chooses(self) -> None:
        """Take the five words that are offered above the box."""
        offered = self.page.locator("main > .paper-code")
        self.passphrase = offered.inner_text()
        assert len(self.passphrase.split()) == 5
        assert offered.bounding_box()["y"] < self.page.locator("#passphrase").bounding_box()["y"]  # type: ignore[index]
        self.page.fill("#passphrase", self.passphrase)

    def signs_in(self, arrives: str = "form[action='/dang-xuat']") -> None:
        """Sign in with both factors."""
        self.page.goto(self.walk.site + "/dang-nhap")
        self.page.fill("#username", self.username)
        self.page.fill("#passphrase", self.passphrase)
        self.goes("main form .button", "#digits")
        self.page.fill("#digits", self.digits())
        self.goes("main form .button", arrives)

    def leaves(self) -> None:
        """Sign out at the foot of the page."""
        self.goes("form[action='/dang-xuat'] button", "#username")


def arriving(browser: Browser, app: Flask, site: str, username: str, **how: Any) -> Arriving:
    """Open a browser for somebody."""
    return Arriving(Walk(browser, site, how.get("width", 320), script=how.get("script", True)), app, username)
