"""A plain HTTP client for forms of a real server: one connection a request, cookies and CSRF token by hand."""

import re
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.faults.served import HERE

_TOKEN = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


@dataclass
class FormClient:
    """A browser with one form open, to be submitted at a chosen moment."""

    port: int
    path: str
    cookies: dict[str, str] = field(default_factory=dict)
    token: str = ""

    def fetch(self) -> "FormClient":
        """Fetch the form with its token."""
        _, _, body = self._request("GET")
        match = _TOKEN.search(body)
        assert match is not None, self.path
        self.token = match[1].decode()
        return self

    def submit(self, **fields: str) -> tuple[int, str]:
        """Submit the form; return the status and the Location."""
        status, location, _ = self._request("POST", urlencode({"csrf_token": self.token, **fields}))
        return status, location

    def _request(self, method: str, body: str = "") -> tuple[int, str, bytes]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = HERE | {"Cookie": cookies, "Origin": "https://localhost", "Referer": "https://localhost/"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, self.path, body=body or None, headers=headers)
            response = connection.getresponse()
            content = response.read()
        for header in response.headers.get_all("Set-Cookie") or ():
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.status, response.headers.get("Location", ""), content
