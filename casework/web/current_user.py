"""The current user of a request (Flask-Login): every route needs one, but those marked as public."""

import logging
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response

from casework.config import Config
from casework.errors import SignInNeeded, VaultError
from casework.gate import Action, Gate
from casework.policy.permit import allowed
from casework.policy.step_up import ProofNeeded
from casework.policy.vocabulary import Act
from casework.web.csrf import SAFE
from casework.web.errors import KEEP
from casework.web.session_loading import COOKIE, SignedInMember, State, load_session

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
View = TypeVar("View", bound=Callable[..., Any])

OPEN_TO_ALL = frozenset({"static", "exit.leave", "exit.leave_again", "exit.health", "language.choose"})


class LoginUser(UserMixin):
    """What Flask-Login carries: the member behind the session cookie."""

    def __init__(self, member: SignedInMember) -> None:
        self.member = member


def install(app: Flask, gate: Gate, config: Config) -> None:
    """Load the session of every request, and lead visitors from all that is not public to sign-in."""
    app.extensions["casework.gate"] = gate
    app.extensions["casework.config"] = config
    app.config["SESSION_PROTECTION"] = None
    manager = LoginManager(app)  # type: ignore[no-untyped-call]
    manager.request_loader(_load_user)  # type: ignore[no-untyped-call]
    app.before_request(_require_open_session)
    app.register_error_handler(ProofNeeded, _ask_for_proof)


def gate() -> Gate:
    installed: Gate = current_app.extensions["casework.gate"]
    return installed


def config() -> Config:
    installed: Config = current_app.extensions["casework.config"]
    return installed


def current_member() -> SignedInMember | None:
    """Return who is signed in, locked or not; None for a visitor."""
    return getattr(current_user, "member", None)


def me() -> SignedInMember:
    """Return who is signed in; raise SignInNeeded if nobody is."""
    member = current_member()
    if member is None:
        raise SignInNeeded("Hãy đăng nhập.")
    return member


def perform(act: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do an act for the person of this request."""
    return gate().perform(me().person, act, *args, **kwargs)


def may(act: Act) -> bool:
    """Tell whether a page may offer an act to the person of this request; a visitor is offered none."""
    member = current_member()
    return member is not None and member.state == "open" and allowed(member.person.actor, act)


def check_permission(act: Act) -> None:
    """Raise Refused or ProofNeeded before the form of an act is shown, as the act itself would."""
    gate().ask(me().person, act, (request.view_args or {}).get("case_id"))


def public(view: View) -> View:
    """Let a view work without a session."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def allow_states(*states: State) -> Callable[[View], View]:
    """Let a view work in these session states too, as the page of the second factor in `pending`."""

    def mark(view: View) -> View:
        view.works = frozenset(states)  # type: ignore[attr-defined]
        return view

    return mark


def allow_locked(view: View) -> View:
    """Let a view work in a locked session, because it only seals."""
    return allow_states("locked", "covered")(view)


def _ask_for_proof(needed: ProofNeeded) -> Response:
    """Redirect to step-up; a form that was being sent is kept, and can be sent from there."""
    back = keep_form(needed.act) or _return_path()
    return redirect(url_for("accounts.step_up", tiep=back, viec=needed.about), 303)


def keep_form(waits: Act | None = None) -> str | None:
    """Keep the form that this request has sent; return where it is shown again, or None if there is nothing to keep."""
    keep: Callable[[Act | None], str | None] = current_app.extensions[KEEP]
    return keep(waits) if request.method not in SAFE else None


def is_public(endpoint: str) -> bool:
    """Tell whether an endpoint works without a session."""
    return endpoint in OPEN_TO_ALL or getattr(current_app.view_functions[endpoint], "is_public", False)


def _load_user(_request: object) -> LoginUser | None:
    """Load the session of a cookie; what does not hold of it is kept, and said on every page that needs a session."""
    cookie = request.cookies.get(COOKIE)
    try:
        member = load_session(gate(), config(), cookie) if cookie else None
    except VaultError as fault:
        log.error("fault=%s row=%s", type(fault).__name__, fault.row or "-")
        g.session_fault, member = fault, None
    return LoginUser(member) if member else None


# The page of the missing step, by the state of a session that is not open.
_PAGE_OF_STATE = {
    "locked": "accounts.unlock",
    "covered": "accounts.mine.covered",
    "pending": "accounts.second_step",
    "waiting": "accounts.wait",
    "away": "accounts.returning.door",
    "renew": "accounts.mine.passphrase",
    "ended": "accounts.sign_in",
}


def _require_open_session() -> Response | None:
    if request.endpoint is None or is_public(request.endpoint):
        return None
    member = current_member()
    if (fault := g.get("session_fault")) is not None:
        raise fault
    if member is None:
        return redirect(url_for("accounts.sign_in", tiep=keep_form() or _return_path()), 303)
    view = current_app.view_functions[request.endpoint]
    if member.state == "open" or member.state in getattr(view, "works", ()):
        return None
    kept = keep_form() if member.state in ("locked", "covered", "ended") else None
    return redirect(url_for(_PAGE_OF_STATE[member.state], tiep=kept or _return_path()), 303)


def _return_path() -> str:
    """Return the path to go on to after sign-in: this page, the page whose form was being sent, or home."""
    if request.method in SAFE:
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    return request.path if adapter is not None and adapter.test(request.path, "GET") else "/"
