"""The door between a browser and its session: cookies in and out, visitors, and what was typed on a locked screen."""

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from flask import current_app, redirect, render_template, request, session
from werkzeug.wrappers import Response

from casework.accounts import actions, doorstep
from casework.accounts.actions import Begun
from casework.accounts.doorstep import Knock
from casework.errors import CaseworkError
from casework.gate import Action, Person
from casework.policy.permit import Actor
from casework.policy.words import Role
from casework.vault.sessions import token_from
from casework.web.language import local_path
from casework.web.people import COOKIE, Presence, recognise
from casework.web.presence import config, gate, perform, present

DEVICE = "__Host-may"
_YEAR = 365 * 86_400
# Secrets are never kept: what is typed into these boxes must be typed again.
_NOT_KEPT = frozenset({"csrf_token", "passphrase"})


def knock(username: str, passphrase: str) -> Knock:
    """Return who knocks, with the mark of this device."""
    return Knock(username=username, passphrase=passphrase, device=request.cookies.get(DEVICE, ""))


def begin(doing: Action[..., Begun], given: Knock) -> Begun:
    """Try the passphrase outside any transaction, then let the gate begin the session or log the failure.

    A try too many and a slot that was tampered with never reach the gate; their lines are written here.
    """
    commune_id = doorstep.commune_behind(gate(), given.username)
    if commune_id is None:
        raise actions.WrongPassphrase
    stranger = visitor(commune_id)
    try:
        opened = doorstep.try_passphrase(gate(), commune_id, given)
    except CaseworkError as cause:
        gate().refuse(stranger, doing.act, cause)
        raise
    return gate().perform(stranger, doing, opened, before=sid())


def visitor(commune_id: UUID) -> Person:
    """Return somebody whom we do not know yet."""
    return Person(Actor(commune_id, None, (Role.VISITOR,)), commune_id)


def sid() -> bytes | None:
    """Return the id of the session that the browser's cookie names, if any."""
    token = token_from(request.cookies.get(COOKIE, ""))
    return token.sid if token else None


def welcome(begun: Begun) -> Response:
    """Answer a sign-in or unlock: a new cookie, and either the page asked for or what had been typed before."""
    session.clear()
    _settle(begun)
    kept = json.loads(begun.kept) if begun.kept else None
    target = local_path(request.args.get("tiep", "/"))
    answer = (
        Response(render_template("accounts/kept.html", **kept), mimetype="text/html") if kept else redirect(target, 303)
    )
    answer.set_cookie(COOKIE, begun.token.cookie(), secure=True, httponly=True, samesite="Lax", path="/")
    if DEVICE not in request.cookies:
        mark = secrets.token_urlsafe(16)
        answer.set_cookie(DEVICE, mark, max_age=_YEAR, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def _settle(begun: Begun) -> None:
    """Do what waited for somebody with a key in hand, now that a full session has begun."""
    found = recognise(gate(), config(), begun.token.cookie())
    if found is not None and found.due:
        current_app.extensions["casework.settle"](gate(), found.person, found.due)


def ending() -> Callable[[], None]:
    """Return what ends this browser's session after the answer has been sent."""
    found, this, by = present(), sid(), gate()

    def end() -> None:
        if found is not None:
            with suppress(CaseworkError):
                by.perform(found.person, actions.sign_out, this)

    return end


def _what_was_typed(kept: bytes) -> Response:
    return Response(render_template("accounts/kept.html", **json.loads(kept)), mimetype="text/html")


def keep_what_was_typed(who: Presence) -> None:
    """Seal the form that a locked screen has just sent to the person herself, to be shown again after unlocking."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    if any(value.strip() for _, value in fields):
        text = json.dumps({"action": request.full_path.rstrip("?"), "fields": fields}, ensure_ascii=False)
        perform(actions.keep, who.sid, text.encode())
