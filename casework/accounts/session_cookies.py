"""The session cookie and the device cookie of a browser, read and set.

Both are `__Host-` cookies, Secure, HttpOnly and SameSite=Lax (RFC 6265bis). The session cookie holds a token
(`vault.keys.sessions`) and is verified by `web.session_loading`; the device cookie is described in `known_devices`.
"""

from collections.abc import Callable
from contextlib import suppress

from flask import request
from werkzeug.wrappers import Response

from casework.accounts import sign_in_actions
from casework.accounts.sign_in_actions import StartedSession
from casework.errors import CaseworkError, SignInNeeded
from casework.vault.keys.sessions import SessionToken, token_from
from casework.web.current_user import current_member, gate
from casework.web.session_loading import COOKIE, DEVICE
from casework.web.translation import local_path

_YEAR = 365 * 86_400


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
