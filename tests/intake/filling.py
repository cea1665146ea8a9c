"""Fills in the pages of an intake as a browser sends them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

from casework.codelists import codelist

Typed = Mapping[str, str | Sequence[str]]
TOLD: Typed = {"danger": "no", "mode": "record", "pronoun": "chi"}
READERS: Typed = {"secret": "nobody"}
REACH: Typed = {"call_her": "Chị Hai", "channel": "call", "reporter_type": "BAN_THAN"}
PERSON: Typed = {"sex": "NU"}
EVENT: Typed = {"acts": ["A"]}
SHARING: Typed = {"relation": "VO_CHONG"}
# Asked of those who were agreed to, and of who is told at once; other answers lead past it.
CONSENT: Typed = {"consent_by": "herself", "consent_form": "spoken", "at_once_reason": "Người kia cầm dao ngoài cổng"}
PARTS: Mapping[str, Sequence[str]] = {bundle.code: list(bundle.texts("sections")) for bundle in codelist("bundle")}
CHECK = 8
PAGES: Mapping[int, Typed] = {1: TOLD, 2: READERS, 3: REACH, 4: PERSON, 5: EVENT, 6: SHARING}
_DRAFT = re.compile(r"/ghi-nhan/([0-9a-f-]{36})/3$")


def begins(client: FlaskClient, told: Typed = TOLD, readers: Typed = READERS) -> UUID:
    """Answer the two pages before a draft and return the draft that they start."""
    answer = client.post("/ghi-nhan/bat-dau", data={**told, **readers})
    draft = _DRAFT.search(answer.location or "")
    assert answer.status_code == 303, wrongs(answer)
    assert draft, answer.location
    return UUID(draft[1])


def sends(client: FlaskClient, draft_id: UUID, number: int, page: Typed, **more: str) -> TestResponse:
    """Send one page of a draft as its own form does."""
    return client.post(f"/ghi-nhan/{draft_id}/{number}?luu=1", data={**page, **more})


def fills(client: FlaskClient, changes: Mapping[int, Typed] | None = None) -> UUID:
    """Answer what must be answered on every page, with some pages as they are given, up to the check page."""
    pages: dict[int, Any] = {**PAGES, **(changes or {})}
    draft_id = begins(client, pages[1], pages[2])
    for number in range(3, 7):
        answer = sends(client, draft_id, number, pages[number])
        assert answer.status_code == 303, wrongs(answer)
    if (answer.location or "").endswith("/7"):
        answer = sends(client, draft_id, 7, pages.get(7) or consents(pages[6]))
        assert answer.status_code == 303, wrongs(answer)
    return draft_id


def consents(sharing: Typed) -> dict[str, Any]:
    """Answer the page on consent as the bundles suggest, for those who were agreed to."""
    granted = [code for code in PARTS if sharing.get(f"consent_{code}") == "granted"]
    return {**CONSENT, **{f"consent_sections_{code}": PARTS[code] for code in granted}}


def submits(client: FlaskClient, draft_id: UUID) -> TestResponse:
    """Press the button of the check page."""
    return client.post(f"/ghi-nhan/{draft_id}/{CHECK}")


def wrongs(answer: TestResponse) -> list[str]:
    """Return what the error summary of a page says."""
    return [str(link.text_content()) for link in html.fromstring(answer.text).xpath("//*[@data-problems]//a")]


def value(answer: TestResponse, name: str) -> str:
    """Return what stands in the first box of a name on a page."""
    box = html.fromstring(answer.text).xpath(f"(//main//*[@name='{name}'])[1]")[0]
    return str(box.text or "").removeprefix("\n") if box.tag == "textarea" else str(box.get("value") or "")


def shown(answer: TestResponse) -> str:
    """Return the words in the middle of a page, as they are read."""
    return str(html.fromstring(answer.text).xpath("//main")[0].text_content())
