"""Finds every form that a person can reach, by following what the pages themselves offer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from flask import Flask
from lxml import html

from casework.web.session_loading import COOKIE
from tests.house import Someone

SITE = "https://localhost"
# These end the session; they are tried by tests of their own.
LEFT_OUT = ("/thoat", "/dang-xuat", "/static")


@dataclass(frozen=True)
class FoundForm:
    """A form on a page: where it posts to and the names of its boxes."""

    action: str
    fields: tuple[str, ...]


class Walker:
    """One person with a browser that follows every link and collects every form."""

    def __init__(self, app: Flask, who: Someone) -> None:
        """Sign in."""
        self.client = app.test_client(use_cookies=False)
        self.headers = {"Cookie": f"{COOKIE}={who.cookie}", "Sec-Fetch-Site": "same-origin"}

    def forms(self, starts: Iterable[str]) -> set[FoundForm]:
        """Walk from these pages as far as links lead, and return the forms on the way."""
        waiting, seen, forms = list(starts), set(starts), set()
        while waiting:
            path = waiting.pop()
            answer = self.client.get(path, base_url=SITE, headers=self.headers)
            if answer.status_code != 200 or answer.mimetype != "text/html":
                continue
            page = html.fromstring(answer.get_data())
            forms |= {_form(path, form) for form in page.xpath("//form[@method='post']")}
            for link in page.xpath("//a/@href"):
                target = urldefrag(str(link)).url
                if target.startswith("/") and not target.startswith(LEFT_OUT) and target not in seen:
                    seen.add(target)
                    waiting.append(target)
        return {form for form in forms if not form.action.startswith(LEFT_OUT)}

    def post(self, form: FoundForm, values: Mapping[str, Sequence[str | bytes]] | bytes) -> int:
        """Send a form, with its values or as the bytes that a browser would make of them, and return the status."""
        kind = "application/x-www-form-urlencoded"
        answer = self.client.post(form.action, base_url=SITE, headers=self.headers, data=values, content_type=kind)
        return answer.status_code


def _form(path: str, form: html.HtmlElement) -> FoundForm:
    names = {
        str(name) for name in form.xpath(".//*[self::input or self::textarea or self::select or self::button]/@name")
    }
    action = str(form.get("action") or path)
    return FoundForm(action if urlsplit(action).path else path + action, tuple(sorted(names - {"csrf_token"})))
