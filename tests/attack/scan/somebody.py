"""Somebody signed in to a running demo over HTTP, who finds every form that a scanner is to try."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import quote, urldefrag, urlencode, urljoin, urlsplit

from lxml import html

# What ends or covers a session, renews its key or changes its language is left alone: who is out finds nothing.
LEFT_OUT = ("/thoat", "/dang-xuat", "/ngon-ngu", "/static", "/tai-khoan/cua-toi/")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_MOST_PAGES = 150
_OF_A_KIND = 2
_ASKED_TO_COMPARE = 4


@dataclass(frozen=True)
class Target:
    """One request with parameters: its address, and what it posts (empty for a GET)."""

    url: str
    data: str = ""


class Somebody:
    """A person of the demo with the cookies that a browser would hold."""

    def __init__(self, port: int, username: str, passphrase: str) -> None:
        """Sign in; raise RuntimeError if it is refused."""
        self.port, self.cookies = port, dict[str, str]()
        # The pages that it led to, so that a scanner that saw fewer is not believed.
        self.pages = set[str]()
        page = html.fromstring(self._read(self.ask("/dang-nhap")))
        fields = {
            "username": username,
            "passphrase": passphrase,
            "csrf_token": page.xpath("//*[@name='csrf_token']")[0].get("value"),
        }
        self._read(self.ask("/dang-nhap", urlencode(fields)))
        if self.ask("/tai-khoan/cua-toi").status != 200:
            raise RuntimeError(f"{username} was not let in")

    @property
    def cookie(self) -> str:
        """Return the header that carries the session and the one that form tokens belong to."""
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items() if name != "__Host-may")

    def ask(self, path: str, body: str | None = None) -> HTTPResponse:
        """Send one request and remember the cookies of the answer."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("GET" if body is None else "POST", path, body, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def targets(self) -> list[Target]:
        """Follow every link, a few of each kind, and return each kind of request with parameters once."""
        waiting, seen, found = ["/"], dict[str, int](), dict[object, Target]()
        while waiting and sum(seen.values()) < _MOST_PAGES:
            path = waiting.pop(0)
            answer = self.ask(path)
            if answer.status != 200 or not str(answer.getheader("Content-Type")).startswith("text/html"):
                continue
            page = html.fromstring(self._read(answer))
            self.pages.add(path)
            for form in page.xpath("//form"):
                target = self._target(form, path)
                if target:
                    found.setdefault((_kind(target.url), re.sub(r"=[^&]*", "", target.data)), target)
            for link in map(str, page.xpath("//a/@href")):
                url, kind = urldefrag(link).url, _kind(link)
                if link.startswith("/") and not link.startswith(LEFT_OUT) and seen.get(kind, 0) < _OF_A_KIND:
                    seen[kind] = seen.get(kind, 0) + 1
                    waiting.append(url)
                    if "?" in url:
                        found.setdefault(kind, Target(self._url(url)))
        return list(found.values())

    def unguarded(self, targets: Iterable[Target]) -> list[str]:
        """Return the posts that are taken with a token that is not ours, which none may be."""
        forged = [(target, re.sub(r"(csrf_token=[^&]*)", r"\1x", target.data)) for target in targets if target.data]
        path = len(f"http://127.0.0.1:{self.port}")
        return [f"{one.url} took a wrong token" for one, data in forged if self.ask(one.url[path:], data).status != 400]

    def varies(self, target: Target) -> bool:
        """Tell whether one and the same request is answered at another length each time, as by a log that grows."""
        path = target.url[len(f"http://127.0.0.1:{self.port}") :]
        return len({len(self._read(self.ask(path, target.data or None))) for _ in range(_ASKED_TO_COMPARE)}) > 1

    def _target(self, form: html.HtmlElement, path: str) -> Target | None:
        action = urljoin(path, str(form.get("action") or ""))
        names = form.xpath(".//*[self::input or self::textarea or self::select or self::button][@name]")
        boxes = {str(box.get("name")): str(box.get("value") or "1") for box in names}
        if action.startswith(LEFT_OUT) or not set(boxes) - {"csrf_token"}:
            return None
        if form.get("method", "get").lower() == "get":
            return Target(self._url(f"{action}?{urlencode(boxes)}"))
        return Target(self._url(action), urlencode(boxes))

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{quote(path, safe='/?&=%-')}"

    @staticmethod
    def _read(answer: HTTPResponse) -> bytes:
        return answer.read()


def _kind(url: str) -> str:
    """Return an address without what makes it one of many: its ids and the values in its query."""
    parts = urlsplit(url)
    return _ID.sub("ID", parts.path) + re.sub(r"=[^&]*", "", parts.query)
