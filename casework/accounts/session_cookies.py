"""The session cookie and the device cookie of a browser, read and set; and the form that a locked screen had sent.

Both are `__Host-` cookies, Secure, HttpOnly and SameSite=Lax (RFC 6265bis). The session cookie holds a token
(`vault.keys.sessions`) and is verified by `web.session_loading`; the device cookie is described in `known_devices`.
"""

import json
from collections.abc import Callable
from contextlib import suppress

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from casework.accounts import sign_in_actions
from casework.accounts.sign_in_actions import StartedSession
from casework.errors import CaseworkError, SignInNeeded
from casework.policy.vocabulary import Act
from casework.vault.keys.sessions import SessionToken, token_from
from casework.web.current_user import current_member, gate, perform
from casework.web.session_loading import COOKIE, DEVICE, SignedInMember
from casework.web.translation import local_path

_YEAR = 365 * 86_400
# Secrets are never kept: what is typed into these boxes must be typed again.
_NOT_KEPT = frozenset({"csrf_token", "passphrase", "digits", "code", "short", "passkey"})


def session_id() -> bytes | None:
    """Return the id in the session cookie; None without a well-formed one."""
    parsed = token_from(request.cookies.get(COOKIE, ""))
    return parsed.sid if parsed else None


def session_token() -> SessionToken:
    """Return the token in the session cookie; raise SignInNeeded without a well-formed one."""
    parsed = token_from(request.cookies.get(COOKIE, ""))
    if parsed is None:
        raise SignInNeeded
    return parsed


def restore_or_redirect(started: StartedSession, location: str) -> Response:
    """Show the form that was kept, or redirect; with the session cookie either way."""
    return set_session_cookie(_typed_form_page(started.kept) if started.kept else redirect(location, 303), started)


def return_path() -> str:
    """Return the path on this site that was asked for before signing in."""
    return local_path(request.args.get("tiep", "/"))


def set_session_cookie(response: Response, started: StartedSession) -> Response:
    response.set_cookie(COOKIE, started.token.cookie(), secure=True, httponly=True, samesite="Lax", path="/")
    return response


def set_device_cookie(response: Response, device: str) -> None:
    """Keep the mark of this browser (`known_devices.remembered`) for a year."""
    response.set_cookie(DEVICE, device, max_age=_YEAR, secure=True, httponly=True, samesite="Lax", path="/")


def sign_out_after_response() -> Callable[[], None]:
    """Return a function that ends this browser's session, to be called after the response has been sent."""
    member, ended, serving = current_member(), session_id(), gate()

    def end() -> None:
        if member is not None:
            with suppress(CaseworkError):
                serving.perform(member.person, sign_in_actions.sign_out, ended)

    return end


def _typed_form_page(kept: bytes) -> Response:
    return Response(render_template("accounts/kept.html", **({"waits": None} | json.loads(kept))), mimetype="text/html")


def keep_typed_form(member: SignedInMember, waiting_act: Act | None = None) -> None:
    """Seal the form that a locked screen, or an act that waits for a step-up, has sent, to its sender's own key."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    if waiting_act or any(value.strip() for _, value in fields):
        form = {"action": request.full_path.rstrip("?"), "fields": fields, "waits": waiting_act}
        text = json.dumps(form, ensure_ascii=False)
        perform(sign_in_actions.keep_typed_text, member.sid, text.encode())
