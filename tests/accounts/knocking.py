"""Browsers of plain HTTP before a real server: one connection a request, cookies and form token by hand."""

import re
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.faults.served import HERE

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class Knocking:
    """Somebody who has a form open and can send it at the agreed moment."""

    port: int
    path: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def opens(self) -> "Knocking":
        """Fetch the form with its token."""
        _, _, body = self._asks("GET")
        found = _TOKEN.search(body)
        assert found is not None, self.path
        self.token = found[1].decode()
        return self

    def sends(self, **fields: str) -> tuple[int, str]:
        """Send the form; return the status and where it leads."""
        status, location, _ = self._asks("POST", urlencode({"csrf_token": self.token, **fields}))
        return status, location

    def _asks(self, method: str, body: str = "") -> tuple[int, str, bytes]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = HERE | {"Cookie": cookies, "Origin": "https://localhost", "Referer": "https://localhost/"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, self.path, body=body or None, headers=headers)
            answer = connection.getresponse()
            said = answer.read()
        for one in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = one.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, answer.headers.get("Location", ""), said
