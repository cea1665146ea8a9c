"""The token of a form that is typed into: by it what was typed can be kept for whoever the page was drawn for.

A token is signed with K_web and says whose page a form stood on, where that page is and where the form is sent. It
opens nothing: whoever holds it can only add to what its owner finds later.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import urljoin, urlsplit
from uuid import UUID, uuid4

from flask import Flask, current_app, g, request
from flask_login import current_user
from itsdangerous import BadSignature, Signer
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from casework import clock
from casework.web.csrf import SAFE

FIELD, RESTORED = "form_token", "viet-do"
# The form that the page is about; what stands outside it (the way back, the cover, the language) belongs to it too,
# and names it so often that its id is short.
WRITING = "f"
# Secrets are never kept: what is typed into these boxes must be typed again.
SECRET = frozenset({"passphrase", "digits", "code", "short", "passkey", "proof", "offer"})
SECRET |= {"sheets", "seat_1", "seat_2", "seat_3"}
# What a page puts into a form itself says nothing of a person, and is never kept or else not typed.
_TOKENS = frozenset({"csrf_token", FIELD, "roi"})
# Which button was pressed, or which step was sent, is no answer.
_NOT_CARRIED = SECRET | _TOKENS | {"back", "called", "draft", "promote", "parts"}
DRAWN = "drawn"
_NOT_TYPED = frozenset({"once", "base", "pronoun", "mark", "period", "practice", "paper", DRAWN})
_LASTS = 3 * 24 * 3600 * clock.MICROSECOND


@dataclass(frozen=True)
class FormToken:
    """Whose page a form stood on, which form it is, where it stands and is sent, and the words of its page."""

    commune_id: UUID
    member_id: UUID
    id: UUID
    page: str
    action: str
    title: str
    at: int

    def signed(self) -> str:
        """Return the token as it stands in a page: few bytes more than what it says."""
        ids = b"".join(one.bytes for one in (self.commune_id, self.member_id, self.id)) + self.at.to_bytes(8, "big")
        path, _, query = self.action.partition("?")
        action = f"?{query}" if path == urlsplit(self.page).path else self.action
        text = " ".join([urlsafe_b64encode(ids).decode(), self.page, action, self.title])
        return _signer().sign(text.encode()).decode()


# What was offered, and the mark of what was shown.
_PUT_BY_THE_PAGE = ("-offered", "-shown")


def install(app: Flask) -> None:
    """Give every template the token of its forms."""
    functions = (form_token, form_id, note_title, is_typed_into)
    app.jinja_env.globals.update({function.__name__: function for function in functions} | {"carried_fields": carried})


def sent_token() -> FormToken | None:
    """Return the token that this request has sent; None without one, or with one that is not ours or too old."""
    if "sent_token" not in g:
        text = request.form.get(FIELD, "") if request.method not in SAFE else ""
        g.sent_token = _read(text) if text else None
    return g.sent_token  # type: ignore[no-any-return]


def sent_fields() -> list[tuple[str, str]]:
    """Return what this request has sent, as pairs of (name, value), without tokens and secrets."""
    return [(name, value) for name, value in request.form.items(multi=True) if name not in SECRET | _TOKENS]


def says_something(fields: list[tuple[str, str]]) -> bool:
    """Tell whether any of these pairs was typed or chosen, and not put there by the page.

    A form in which much is proposed says in the box `drawn` what that was.
    """
    said = [pair for pair in fields if pair[1].strip() and pair[0] not in _NOT_TYPED]
    return bool(said) and as_drawn(said) != dict(fields).get(DRAWN)


def as_drawn(fields: Iterable[tuple[str, str]]) -> str:
    """Return a short word for the answers that stand in a form, whatever their order: what says nothing is left out."""
    said = sorted(pair for pair in fields if pair[1].strip() and not pair[0].endswith(_PUT_BY_THE_PAGE))
    return sha256(json.dumps(said).encode()).hexdigest()[:16]


def restore(form_id: UUID, action: str, fields: Any) -> None:
    """Let the forms of this page show what was typed before: those that ask what stands in it."""
    g.typed_before = (form_id, action)
    g.fields_before = MultiDict(fields)


def typed_before(form: Any) -> MultiDict[str, str] | None:
    """Return what was typed into this form before, if this page shows it again; None for any other form."""
    fields: MultiDict[str, str] | None = g.get("fields_before") if request.method in SAFE else None
    if fields is None:
        return None
    return fields if any(_asks(form, name) for name in fields) else None


def given_fields() -> MultiDict[str, str]:
    """Return what a page has to show: what this request has sent, or what was typed before."""
    return request.form if request.method not in SAFE else g.get("fields_before") or MultiDict()


def carried(form: Any = ()) -> dict[str, list[str]]:
    """Return the answers of the other steps of a form, which travel on in hidden boxes; not its own."""
    sent = {name: [value for value in values if value] for name, values in given_fields().lists()}
    others = {name: values for name, values in sent.items() if values and name not in _NOT_CARRIED}
    return {name: values for name, values in others.items() if not _asks(form, name)}


def given_before(make: Callable[[Any], Any]) -> Any:
    """Return the form of a later step, made from what was answered there before going back, or else from None."""
    form, given = make(None), given_fields()
    return make(given) if any(_asks(form, name) for name in given) else form


def _asks(form: Any, sent: str) -> bool:
    """Tell whether a form asks what was sent by this name; of a field in several boxes its own is the beginning."""
    names = [field.name for field in form if field.name != "csrf_token"]
    return any(sent == name or sent.startswith(f"{name}-") for name in names)


def go_on() -> None:
    """Let the form of this page go on with the one that was sent: the next page of one and the same form."""
    g.goes_on = True


def note_title(title: str) -> str:
    """Note the words of a page, by which its forms are called in a list; returns nothing to be shown."""
    g.page_title = " ".join(title.split())
    return ""


def form_id() -> str:
    """Return the id of the next form of the page: the first is the one that the page is about."""
    g.forms = g.get("forms", 0) + 1
    return WRITING if g.forms == 1 else f"{WRITING}-{g.forms}"


def is_typed_into() -> bool:
    """Tell whether the first form of this page has a token, so that what stands around it can keep what was typed."""
    return bool(g.get("tokens"))


def form_token(action: str = "") -> Markup:
    """Return the hidden box with the token of a form that is sent to an address; nothing for who is not signed in."""
    member = getattr(current_user, "member", None)
    if member is None or member.state != "open":
        return Markup("")
    g.tokens = True
    address = urljoin(request.path, action) if action else request.path
    form, page = _form_and_page(address)
    ids = {"commune_id": member.person.commune_id, "member_id": member.id, "id": form}
    token = FormToken(**ids, page=page, action=address, title=g.get("page_title", ""), at=clock.micros())
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token.signed())


def _form_and_page(address: str) -> tuple[UUID, str]:
    """Return which form this is and where it stands: the one that came back or that is shown again, or a new one."""
    sent = sent_token()
    page = sent.page if sent else _own_page()
    before = (sent.id, sent.action) if sent else g.get("typed_before")
    if before and (g.get("goes_on") or urlsplit(before[1]).path == urlsplit(address).path):
        return before[0], page
    return uuid4(), page


def _own_page() -> str:
    """Return the address of this page, as it can be asked for again; home for a page that cannot."""
    if request.method in SAFE:
        query = "&".join(part for part in request.query_string.decode().split("&") if not part.startswith(RESTORED))
        return f"{request.path}?{query}" if query else request.path
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(request.path, "GET") else "/"


def _read(text: str) -> FormToken | None:
    try:
        packed, page, action, title = _signer().unsign(text.encode()).decode().split(" ", 3)
    except BadSignature:
        return None
    ids, at = urlsafe_b64decode(packed), clock.micros()
    commune_id, member_id, form = (UUID(bytes=ids[start : start + 16]) for start in (0, 16, 32))
    made = int.from_bytes(ids[48:], "big")
    address = action if action.startswith("/") else urlsplit(page).path + action.removesuffix("?")
    return FormToken(commune_id, member_id, form, page, address, title, made) if 0 <= at - made < _LASTS else None


def _signer() -> Signer:
    return Signer(current_app.secret_key or b"", salt="casework.form")
