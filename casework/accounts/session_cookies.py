"""The door between a browser and its session: cookies in and out, visitors, and what was typed on a locked screen."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, TypeVar
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.accounts import authentication, known_devices, login_rate_limit, own_account, sign_in_acts
from casework.accounts.authentication import LoginAttempt
from casework.accounts.forms import ProofForm
from casework.accounts.sign_in_acts import PaperSignIn, StartedSession
from casework.errors import BadInput, CaseworkError, SignInNeeded
from casework.gate import Action, Person
from casework.policy.permit import Actor
from casework.policy.words import Act, Role
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.sessions import FULL, NIGHT, PENDING, RENEW, SessionToken, token_from
from casework.web.csrf import new_token
from casework.web.current_user import config, current_member, gate, me, perform
from casework.web.session_loading import COOKIE, SignedInMember, load_session
from casework.web.translation import local_path

P = ParamSpec("P")
T = TypeVar("T")

DEVICE = "__Host-may"
_YEAR = 365 * 86_400
# Secrets are never kept: what is typed into these boxes must be typed again.
_NOT_KEPT = frozenset({"csrf_token", "passphrase", "digits", "code", "short"})


def login_attempt(username: str, passphrase: str) -> LoginAttempt:
    """Return who knocks, with the mark of this browser and where it is."""
    return LoginAttempt(username, passphrase, device=request.cookies.get(DEVICE, ""), address=request.remote_addr or "")


def family() -> str:
    """Return the family of this browser."""
    return known_devices.family(request.user_agent.string)


def sign_in(given: LoginAttempt) -> StartedSession:
    """Try the passphrase outside any transaction, then let the gate begin the session or log the failure.

    A try too many and a slot that was tampered with never reach the gate; their lines are written here.
    """
    stranger = _visitor_for(given)
    with _failures_logged(stranger, sign_in_acts.sign_in):
        opened = authentication.authenticate(gate(), stranger.commune_id, given)
    return gate().perform(stranger, sign_in_acts.sign_in, opened, before=sid(), device=family())


def unlock(passphrase: str) -> StartedSession:
    """Try the passphrase of the person whose screen has locked."""
    given = login_attempt(me().username, passphrase)
    stranger = _visitor_for(given)
    with _failures_logged(stranger, sign_in_acts.unlock):
        opened = authentication.authenticate(gate(), stranger.commune_id, given)
    return gate().perform(stranger, sign_in_acts.unlock, opened, before=sid())


def second_factor(digits: str) -> StartedSession:
    """Try the digits of the phone for the sign-in that waits; each try is counted first."""
    given, stranger = login_attempt(me().username, ""), visitor(me().person.commune_id)
    with _failures_logged(stranger, sign_in_acts.second_factor):
        counts = login_rate_limit.of_second_factor(gate().server_keys(stranger.commune_id), me().sid)
        login_rate_limit.count(gate(), stranger.commune_id, counts)
        authentication.count_attempt(gate(), stranger.commune_id, given)
    return gate().perform(stranger, sign_in_acts.second_factor, token(), digits)


def sign_in_by_paper_code(given: LoginAttempt, *, code: str, digits: str, lost: str) -> StartedSession:
    """Try the code on paper with the one thing that is left: the passphrase, or the digits of the phone."""
    stranger = _visitor_for(given)
    commune_id, passphrase, paper = stranger.commune_id, None, None
    with _failures_logged(stranger, sign_in_acts.by_paper):
        if lost == "phone":
            passphrase = authentication.authenticate(gate(), commune_id, given)
        else:
            authentication.count_attempt(gate(), commune_id, given)
        with suppress(BadInput):
            paper = authentication.authenticate_by_paper_code(gate(), commune_id, given, read_code(code))
    tried = PaperSignIn(paper, passphrase, digits, lost)
    return gate().perform(stranger, sign_in_acts.by_paper, tried, before=sid(), device=family())


def _visitor_for(given: LoginAttempt) -> Person:
    commune_id = authentication.commune_of(gate(), given.username)
    if commune_id is None:
        raise sign_in_acts.WrongPassphrase
    return visitor(commune_id)


@contextmanager
def _failures_logged(person: Person, doing: Action[..., StartedSession]) -> Iterator[None]:
    """Write into the log what stops an act before it comes to the gate."""
    try:
        yield
    except CaseworkError as cause:
        gate().refuse(person, doing.act, cause)
        raise


def visitor(commune_id: UUID) -> Person:
    """Return somebody whom we do not know yet."""
    return Person(Actor(commune_id, None, (Role.VISITOR,)), commune_id)


def sid() -> bytes | None:
    """Return the id of the session that the browser's cookie names, if any."""
    found = token_from(request.cookies.get(COOKIE, ""))
    return found.sid if found else None


def token() -> SessionToken:
    """Return the token of this browser's session."""
    found = token_from(request.cookies.get(COOKIE, ""))
    if found is None:
        raise SignInNeeded
    return found


def signed_in_response(begun: StartedSession, username: str) -> Response:
    """Answer whoever has come in, or half in: a new cookie, and the next page or what had been typed before."""
    new_token()
    if begun.kind != PENDING:
        _settle(begun)
    answer = restore_or_redirect(begun, _next(begun))
    if begun.kind != PENDING and begun.member_id is not None:
        commune_id, given = _commune(username), login_attempt(username, "")
        authentication.reset_attempts(gate(), commune_id, given)
        mark = known_devices.remembered(gate().server_keys(commune_id), given.device, begun.member_id)
        answer.set_cookie(DEVICE, mark, max_age=_YEAR, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def _settle(begun: StartedSession) -> None:
    """Do what waited for somebody with a key in hand, now that a full session has begun."""
    found = load_session(gate(), config(), begun.token.cookie())
    if found is not None and found.due:
        current_app.extensions["casework.settle"](gate(), found.person, found.due)


def restore_or_redirect(begun: StartedSession, to: str) -> Response:
    """Show what had been typed before, or lead on, with the new token."""
    return set_session_cookie(_what_was_typed(begun.kept) if begun.kept else redirect(to, 303), begun)


def target() -> str:
    """Return the page of this site that was asked for."""
    return local_path(request.args.get("tiep", "/"))


def set_session_cookie(answer: Response, begun: StartedSession) -> Response:
    """Put the new token of a session into the browser's cookie."""
    answer.set_cookie(COOKIE, begun.token.cookie(), secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def _next(begun: StartedSession) -> str:
    """Return where to go: on with the second step, to a new passphrase, or to the page that was asked for."""
    after = {PENDING: "accounts.second_step", RENEW: "accounts.mine.passphrase", NIGHT: "accounts.mine.overview"}
    return target() if begun.kind == FULL else url_for(after[begun.kind], tiep=target())


def _commune(username: str) -> UUID:
    found = authentication.commune_of(gate(), username)
    if found is None:
        raise sign_in_acts.WrongPassphrase
    return found


def ending() -> Callable[[], None]:
    """Return what ends this browser's session after the answer has been sent."""
    found, this, by = current_member(), sid(), gate()

    def end() -> None:
        if found is not None:
            with suppress(CaseworkError):
                by.perform(found.person, sign_in_acts.sign_out, this)

    return end


def _what_was_typed(kept: bytes) -> Response:
    return Response(render_template("accounts/kept.html", **({"waits": None} | json.loads(kept))), mimetype="text/html")


def keep_what_was_typed(who: SignedInMember, waits: Act | None = None) -> None:
    """Seal the form that a locked screen, or an act that waits for a proof, has just sent, to the person herself."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    if waits or any(value.strip() for _, value in fields):
        kept = {"action": request.full_path.rstrip("?"), "fields": fields, "waits": waits}
        text = json.dumps(kept, ensure_ascii=False)
        perform(sign_in_acts.keep, who.sid, text.encode())


def step_up_form() -> ProofForm:
    """Return the form that proves who she is: without a phone where none can be asked for."""
    form = ProofForm()
    if config().demo or me().kind == NIGHT:
        del form.digits
    return form


def step_up(form: ProofForm, about: str) -> StartedSession:
    """Try the passphrase outside any transaction, then let the gate check both factors and begin anew."""
    given = login_attempt(me().username, form.passphrase.data or "")
    with _failures_logged(me().person, own_account.step_up):
        opened = authentication.authenticate(gate(), me().person.commune_id, given)
    digits = form.digits.data or "" if form.digits else ""
    return perform(own_account.step_up, opened, digits, token=token(), about=_id(about))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def perform_for_anyone(doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do an act that the policy gives to visitors too; raises SignInNeeded where it is not clear whose commune."""
    return gate().perform(_anyone(), doing, *args, **kwargs)


def _anyone() -> Person:
    found = current_member()
    if found is not None and found.state == "open":
        return found.person
    commune_id: UUID | None = authentication.only_commune(gate())
    if commune_id is None:
        raise SignInNeeded("Hãy đăng nhập để xem trang của xã mình.")
    return visitor(commune_id)
