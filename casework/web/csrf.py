"""CSRF protection: Fetch Metadata (Sec-Fetch-Site) or the Origin header first, then the form's token."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, current_app, g, request, session
from flask_wtf.csrf import CSRFProtect

from casework.errors import Refused
from casework.web.host_check import ORIGIN

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_ORIGIN = frozenset({"same-origin", "none"})

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()  # type: ignore[no-untyped-call]


def install(app: Flask) -> None:
    """Check the origin of every unsafe request, then its token.

    The Referer is not checked: our policy, no-referrer, makes browsers leave it out.
    """
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.before_request(refuse_cross_site)
    csrf.init_app(app)  # type: ignore[no-untyped-call]


def refuse_cross_site() -> None:
    """Raise Refused for an unsafe request that another site caused."""
    if request.method not in SAFE and not _is_same_origin():
        raise Refused("cross-site")


def without_token(view: View) -> View:
    """Exempt a view that does no harm from the token, so that it works on an old page; its origin is checked."""
    csrf.exempt(view)  # type: ignore[no-untyped-call]
    return view


def new_token() -> None:
    """Replace the CSRF token, as at sign-in; also the one that this request has cached.

    Else a page in the same response would carry a token of the former cookie, and its form be refused.
    """
    session.clear()
    g.pop("csrf_token", None)


def _is_same_origin() -> bool:
    """Tell whether a request is same-origin by its headers; without them the token alone decides.

    Under no-referrer a browser may send "Origin: null" for our own forms, but then it sends Sec-Fetch-Site too,
    which is read first.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in SAME_ORIGIN
    origin = request.headers.get("Origin")
    return origin is None or origin == current_app.extensions.get(ORIGIN, request.host_url.rstrip("/"))
