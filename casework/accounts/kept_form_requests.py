"""Forms that are not lost, as requests bring them: what was sent too late or in vain is kept, and shown again."""

import logging
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from flask import current_app, g, request, url_for
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from casework import clock
from casework.accounts import kept_form_actions, session_cookies
from casework.accounts.kept_form_actions import TypedForm
from casework.audit import freshness
from casework.errors import CaseworkError, NotFound
from casework.gate import Person
from casework.policy.permit import Actor
from casework.policy.vocabulary import Act, Role
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import kept_forms
from casework.vault.models import KeptForm
from casework.vault.states import MemberState
from casework.web import form_tokens
from casework.web.csrf import SAFE
from casework.web.current_user import current_member, gate, perform
from casework.web.form_tokens import RESTORED, FormToken

log = logging.getLogger(__name__)
# Whichever row a form is about, its words go with it: a draft and advice are cases that are not open.
_ABOUT = ("case_id", "draft_id", "contact_id")
_HOME = "/"


def keep_sent_form(waits: Act | None = None) -> str | None:
    """Seal the form that this request has sent to whoever typed it; return the address where it is shown again.

    None where there is nothing to keep or nobody for whom: a form that holds no word, an erased case, a token that is
    not ours. A form that `waits` for a proof is kept even if it is a button alone.
    """
    fields = form_tokens.sent_fields()
    if g.get("kept") is None and (waits or form_tokens.says_something(fields)):
        g.kept = ""
        with suppress(CaseworkError, SQLAlchemyError, HTTPException):
            g.kept = _keep(form_tokens.sent_token(), fields, waits)
        if not g.kept:
            log.warning("a form was not kept: route=%s", request.url_rule.rule if request.url_rule else "-")
    return g.get("kept") or None


def _keep(token: FormToken | None, fields: list[tuple[str, str]], waits: Act | None) -> str:
    """Keep a form for the owner of its token, or without one for whoever is signed in."""
    person = _sender(token)
    if person is None:
        return ""
    form_id, page, title = (token.id, token.page, token.title) if token else (uuid4(), _page(), "")
    action = token.action if token and request.endpoint == "accounts.kept.keep" else request.full_path.rstrip("?")
    form = TypedForm(form_id, page, action, title, tuple(fields), waits or "")
    gate().perform(person, kept_form_actions.keep_form, form, case_id=_case_of(action))
    return url_for("accounts.kept.go_on", form_id=form_id)


def _sender(token: FormToken | None) -> Person | None:
    """Return who typed: the owner of the token, who may have signed out meanwhile, or whoever is signed in."""
    member = current_member()
    if token is None or (member is not None and member.id == token.member_id):
        return member.person if member is not None else None
    with gate().reading() as session:
        attach_keys(session, gate().server_keys(token.commune_id))
        head = freshness.head(session, token.commune_id, token.member_id)
        owner = freshness.member(session, token.commune_id, token.member_id)
    if owner.state != MemberState.ACTIVE:
        return None
    roles = tuple(Role(code) for code in owner.roles.split(","))
    actor = Actor(token.commune_id, owner.id, roles, owner.agency_id)
    return Person(actor, token.commune_id, None, head.v)


def _case_of(action: str) -> UUID | None:
    """Return which case a form is about, by the address where it is sent; raise NotFound for no address of ours."""
    adapter = current_app.create_url_adapter(request)
    try:
        _, values = adapter.match(urlsplit(action).path, "POST") if adapter else ("", {})
    except RequestRedirect as elsewhere:
        raise NotFound("page") from elsewhere
    return next((values[name] for name in _ABOUT if values.get(name) is not None), None)


def _page() -> str:
    """Return the page of a form that came without a token: its own address, if it can be asked for."""
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(request.path, "GET") else _HOME


def kept_texts() -> tuple[TypedForm, ...]:
    """Return what the person of this request has typed and not sent; nothing is opened where there is none."""
    member = current_member()
    if member is None or member.state != "open" or not member.kept_forms:
        return ()
    return perform(kept_form_actions.read_kept_forms, token=session_cookies.session_token())


def find_kept(form_id: UUID | None) -> TypedForm | None:
    """Return one of them; None for what was sent or thrown away meanwhile, or is somebody else's."""
    return next((form for form in kept_texts() if form.id == form_id), None)


def show_again() -> None:
    """Before a page that is asked for with a kept form: open it, and let the form of the page show what was typed."""
    asked = request.args.get(RESTORED, "") if request.method in SAFE else ""
    if not asked:
        return
    with suppress(ValueError):
        form = find_kept(UUID(asked))
        if form is not None and urlsplit(form.page).path == request.path:
            g.shown_again = form
            form_tokens.restore(form.id, form.action, form.fields)


def shown_again() -> TypedForm | None:
    """Return the form whose text this page shows again."""
    shown: TypedForm | None = g.get("shown_again")
    return shown


def unfinished_here() -> list[Any]:
    """Return id and moment of what was typed on this page and not sent, and is not shown in it already."""
    member, shown = current_member(), shown_again()
    if member is None or member.state != "open" or not member.kept_forms or request.method not in SAFE:
        return []
    # Unverified: they only choose what the page offers, and nothing opens that was not sealed for its reader.
    row = KeptForm.__table__.c
    here = (row.member_id == member.id, row.page.in_([request.path, f"{request.path}?{request.query_string.decode()}"]))
    recent = row.at >= kept_forms.expires_before(clock.micros())
    with gate().reading() as session:
        found = session.execute(select(row.id, row.at).where(*here, recent).order_by(row.at.desc())).all()
    return [one for one in found if shown is None or one.id != shown.id]


def discard_sent(response: Response) -> Response:
    """After a form was taken, and the answer leads on: what was kept of it is no longer needed."""
    taken = request.method not in SAFE and 300 <= response.status_code < 400 and g.get("kept") is None
    member, token = (current_member(), form_tokens.sent_token()) if taken else (None, None)
    if token and member and member.state == "open" and member.kept_forms and member.id == token.member_id:
        with suppress(CaseworkError):
            perform(kept_form_actions.discard_kept_form, token.id)
    return response


def shown_in(address: str) -> str:
    """Return an address to lead on to: with what was typed in its form, if it is that of the very page."""
    token = form_tokens.sent_token()
    same_page = token is not None and g.get("kept") and urlsplit(token.page).path == urlsplit(address).path
    return with_form(address, token.id) if token and same_page else address


def with_form(page: str, form_id: UUID) -> str:
    """Return the address of a page with what was typed in its form."""
    joint = "&" if "?" in page else "?"
    return f"{page}{joint}{RESTORED}={form_id}"
