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


def browser_family() -> str:
    """Return the family of this browser."""
    return known_devices.browser_family(request.user_agent.string)


def sign_in(attempt: LoginAttempt) -> StartedSession:
    """Try the passphrase outside any transaction, then let the gate begin the session or log the failure.

    A try too many and a slot that was tampered with never reach the gate; their lines are written here.
    """
    person = _visitor_for(attempt)
    with _failures_logged(person, sign_in_acts.sign_in):
        unwrapped = authentication.authenticate(gate(), person.commune_id, attempt)
    return gate().perform(person, sign_in_acts.sign_in, unwrapped, before=sid(), device=browser_family())


def unlock(passphrase: str) -> StartedSession:
    """Try the passphrase of the person whose screen has locked."""
    attempt = login_attempt(me().username, passphrase)
    person = _visitor_for(attempt)
    with _failures_logged(person, sign_in_acts.unlock):
        unwrapped = authentication.authenticate(gate(), person.commune_id, attempt)
    return gate().perform(person, sign_in_acts.unlock, unwrapped, before=sid())


def second_factor(digits: str) -> StartedSession:
    """Try the digits of the phone for the sign-in that waits; each try is counted first."""
    attempt, person = login_attempt(me().username, ""), visitor(me().person.commune_id)
    with _failures_logged(person, sign_in_acts.second_factor):
        buckets = login_rate_limit.of_second_factor(gate().server_keys(person.commune_id), me().sid)
        login_rate_limit.count(gate(), person.commune_id, buckets)
        authentication.count_attempt(gate(), person.commune_id, attempt)
    return gate().perform(person, sign_in_acts.second_factor, token(), digits)


def sign_in_by_paper_code(attempt: LoginAttempt, *, code: str, digits: str, lost: str) -> StartedSession:
    """Try the code on paper with the one thing that is left: the passphrase, or the digits of the phone."""
    person = _visitor_for(attempt)
    commune_id, passphrase, paper = person.commune_id, None, None
    with _failures_logged(person, sign_in_acts.sign_in_by_paper_code):
        if lost == "phone":
            passphrase = authentication.authenticate(gate(), commune_id, attempt)
        else:
            authentication.count_attempt(gate(), commune_id, attempt)
        with suppress(BadInput):
            paper = authentication.authenticate_by_paper_code(gate(), commune_id, attempt, read_code(code))
    paper_sign_in = PaperSignIn(paper, passphrase, digits, lost)
    return gate().perform(
        person, sign_in_acts.sign_in_by_paper_code, paper_sign_in, before=sid(), device=browser_family()
    )


def _visitor_for(attempt: LoginAttempt) -> Person:
    commune_id = authentication.commune_of(gate(), attempt.username)
    if commune_id is None:
        raise sign_in_acts.WrongPassphrase
    return visitor(commune_id)


@contextmanager
def _failures_logged(person: Person, act: Action[..., StartedSession]) -> Iterator[None]:
    """Write into the log what stops an act before it comes to the gate."""
    try:
        yield
    except CaseworkError as cause:
        gate().refuse(person, act.act, cause)
        raise


def visitor(commune_id: UUID) -> Person:
    """Return somebody whom we do not know yet."""
    return Person(Actor(commune_id, None, (Role.VISITOR,)), commune_id)


def sid() -> bytes | None:
    """Return the id of the session that the browser's cookie names, if any."""
    parsed = token_from(request.cookies.get(COOKIE, ""))
    return parsed.sid if parsed else None


def token() -> SessionToken:
    """Return the token of this browser's session."""
    parsed = token_from(request.cookies.get(COOKIE, ""))
    if parsed is None:
        raise SignInNeeded
    return parsed


def signed_in_response(started: StartedSession, username: str) -> Response:
    """Answer whoever has come in, or half in: a new cookie, and the next page or what had been typed before."""
    new_token()
    if started.kind != PENDING:
        _run_due_rotations(started)
    response = restore_or_redirect(started, _page_after(started))
    if started.kind != PENDING and started.member_id is not None:
        commune_id, attempt = _commune_of(username), login_attempt(username, "")
        authentication.reset_attempts(gate(), commune_id, attempt)
        device = known_devices.remembered(gate().server_keys(commune_id), attempt.device, started.member_id)
        response.set_cookie(DEVICE, device, max_age=_YEAR, secure=True, httponly=True, samesite="Lax", path="/")
    return response


def _run_due_rotations(started: StartedSession) -> None:
    """Do what waited for somebody with a key in hand, now that a full session has begun."""
    member = load_session(gate(), config(), started.token.cookie())
    if member is not None and member.due:
        current_app.extensions["casework.settle"](gate(), member.person, member.due)


def restore_or_redirect(started: StartedSession, location: str) -> Response:
    """Show what had been typed before, or lead on, with the new token."""
    return set_session_cookie(_typed_form_page(started.kept) if started.kept else redirect(location, 303), started)


def return_path() -> str:
    """Return the page of this site that was asked for."""
    return local_path(request.args.get("tiep", "/"))


def set_session_cookie(response: Response, started: StartedSession) -> Response:
    """Put the new token of a session into the browser's cookie."""
    response.set_cookie(COOKIE, started.token.cookie(), secure=True, httponly=True, samesite="Lax", path="/")
    return response


def _page_after(started: StartedSession) -> str:
    """Return where to go: on with the second step, to a new passphrase, or to the page that was asked for."""
    pages = {PENDING: "accounts.second_step", RENEW: "accounts.mine.passphrase", NIGHT: "accounts.mine.overview"}
    return return_path() if started.kind == FULL else url_for(pages[started.kind], tiep=return_path())


def _commune_of(username: str) -> UUID:
    commune_id = authentication.commune_of(gate(), username)
    if commune_id is None:
        raise sign_in_acts.WrongPassphrase
    return commune_id


def ending() -> Callable[[], None]:
    """Return what ends this browser's session after the answer has been sent."""
    member, session_id, serving = current_member(), sid(), gate()

    def end() -> None:
        if member is not None:
            with suppress(CaseworkError):
                serving.perform(member.person, sign_in_acts.sign_out, session_id)

    return end


def _typed_form_page(kept: bytes) -> Response:
    return Response(render_template("accounts/kept.html", **({"waits": None} | json.loads(kept))), mimetype="text/html")


def keep_what_was_typed(member: SignedInMember, waiting_act: Act | None = None) -> None:
    """Seal the form that a locked screen, or an act that waits for a proof, has just sent, to the person herself."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    if waiting_act or any(value.strip() for _, value in fields):
        form = {"action": request.full_path.rstrip("?"), "fields": fields, "waits": waiting_act}
        text = json.dumps(form, ensure_ascii=False)
        perform(sign_in_acts.keep_typed_text, member.sid, text.encode())


def step_up_form() -> ProofForm:
    """Return the form that proves who she is: without a phone where none can be asked for."""
    form = ProofForm()
    if config().demo or me().kind == NIGHT:
        del form.digits
    return form


def step_up(form: ProofForm, about: str) -> StartedSession:
    """Try the passphrase outside any transaction, then let the gate check both factors and begin anew."""
    attempt = login_attempt(me().username, form.passphrase.data or "")
    with _failures_logged(me().person, own_account.step_up):
        unwrapped = authentication.authenticate(gate(), me().person.commune_id, attempt)
    digits = form.digits.data or "" if form.digits else ""
    return perform(own_account.step_up, unwrapped, digits, token=token(), about=_uuid_or_none(about))


def _uuid_or_none(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def perform_for_anyone(act: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do an act that the policy gives to visitors too; raises SignInNeeded where it is not clear whose commune."""
    return gate().perform(_member_or_visitor(), act, *args, **kwargs)


def _member_or_visitor() -> Person:
    member = current_member()
    if member is not None and member.state == "open":
        return member.person
    commune_id: UUID | None = authentication.only_commune(gate())
    if commune_id is None:
        raise SignInNeeded("Hãy đăng nhập để xem trang của xã mình.")
    return visitor(commune_id)
