"""A small client with one connection that stays open, cookies, and the token of the last form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from casework.serving import HOST

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Page:
    """What came back: status, where it leads, and the text."""

    status: int
    location: str
    text: str


@dataclass
class Browser:
    """One person at a browser."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def __post_init__(self) -> None:
        self._connection = HTTPConnection(HOST, self.port, timeout=30)

    @property
    def socket(self) -> object:
        """Return the connection's socket: another one if it was closed and opened again."""
        return self._connection.sock

    def close(self) -> None:
        self._connection.close()

    def get(self, path: str) -> Page:
        return self._send("GET", path, None)

    def post(self, path: str, fields: Mapping[str, str | list[str]]) -> Page:
        """Send a form with the token of the last one seen."""
        return self._send("POST", path, urlencode({"csrf_token": self.token, **fields}, doseq=True))

    def sign_in(self, username: str, passphrase: str) -> None:
        """Sign in; raise RuntimeError if it is refused."""
        self.get("/dang-nhap")
        answer = self.post("/dang-nhap", {"username": username, "passphrase": passphrase})
        if answer.status != 303:
            raise RuntimeError(f"sign-in answered {answer.status}")

    def _send(self, method: str, path: str, body: str | None) -> Page:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        self._store_cookies(answer)
        if match := _TOKEN.search(text):
            self.token = match[1]
        return Page(answer.status, answer.headers.get("Location", ""), text)

    def _store_cookies(self, answer: HTTPResponse) -> None:
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
