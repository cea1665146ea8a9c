"""Sign-in before the gate: passphrase, second factor, paper code, unlock and step-up, as HTTP requests bring them.

Each attempt is counted first (`login_rate_limit`), Argon2id works outside any transaction, and a failure that never
reaches the gate is logged here.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, TypeVar
from uuid import UUID

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from casework.accounts import (
    authentication,
    known_devices,
    login_rate_limit,
    own_account_actions,
    passkeys_before_gate,
    sign_in_actions,
)
from casework.accounts.authentication import LoginAttempt
from casework.accounts.forms import SecondFactorForm, StepUpForm
from casework.accounts.session_cookies import (
    return_path,
    session_id,
    session_token,
    set_device_cookie,
    set_session_cookie,
)
from casework.accounts.sign_in_actions import PaperSignIn, StartedSession
from casework.errors import BadInput, CaseworkError, SignInNeeded
from casework.gate import Action, Person
from casework.policy.vocabulary import Role
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.enrolment.passkey_challenges import SIGN_IN, STEP_UP
from casework.vault.keys.sessions import FULL, NIGHT, PENDING, RENEW
from casework.web.csrf import new_token
from casework.web.current_user import config, current_member, gate, me, perform
from casework.web.forms import parse_uuid
from casework.web.session_loading import DEVICE, load_session

P = ParamSpec("P")
T = TypeVar("T")


def login_attempt(username: str, passphrase: str) -> LoginAttempt:
    """Return the attempt of this request, with the browser's device cookie and its network address."""
    return LoginAttempt(username, passphrase, device=request.cookies.get(DEVICE, ""), address=request.remote_addr or "")


def browser_family() -> str:
    return known_devices.browser_family(request.user_agent.string)


def sign_in(attempt: LoginAttempt) -> StartedSession:
    """Try the passphrase outside any transaction, then let the gate begin the session or log the failure.

    Throttled and VaultError never reach the gate; their log lines are written here.
    """
    person = visitor(_commune_of(attempt.username))
    with failures_logged(person, sign_in_actions.sign_in):
        unwrapped = authentication.authenticate(gate(), person.commune_id, attempt)
    return gate().perform(person, sign_in_actions.sign_in, unwrapped, before=session_id(), device=browser_family())


def unlock(passphrase: str) -> StartedSession:
    """Try the passphrase of a locked session's member."""
    attempt = login_attempt(me().username, passphrase)
    person = visitor(_commune_of(attempt.username))
    with failures_logged(person, sign_in_actions.unlock):
        unwrapped = authentication.authenticate(gate(), person.commune_id, attempt)
    return gate().perform(person, sign_in_actions.unlock, unwrapped, before=session_id())


def second_factor(form: SecondFactorForm) -> StartedSession:
    """Try the TOTP code or the passkey for the pending sign-in; each attempt is counted first."""
    attempt, person = login_attempt(me().username, ""), visitor(me().person.commune_id)
    with failures_logged(person, sign_in_actions.second_factor):
        buckets = login_rate_limit.of_second_factor(gate().server_keys(person.commune_id), me().sid)
        login_rate_limit.count(gate(), person.commune_id, buckets)
        authentication.count_attempt(gate(), person.commune_id, attempt)
    second = passkeys_before_gate.second_factor_of(form)
    return gate().perform(person, sign_in_actions.second_factor, session_token(), second)


def sign_in_by_paper_code(attempt: LoginAttempt, *, code: str, digits: str, lost: str) -> StartedSession:
    """Try the paper code with the factor that is left: the passphrase, or the TOTP code."""
    person = visitor(_commune_of(attempt.username))
    commune_id, passphrase, paper = person.commune_id, None, None
    with failures_logged(person, sign_in_actions.sign_in_by_paper_code):
        with suppress(BadInput):
            paper = authentication.authenticate_by_paper_code(gate(), commune_id, attempt, read_code(code))
        if paper is not None and lost == "phone":
            passphrase = authentication.open_with_passphrase(gate(), commune_id, attempt)
    paper_sign_in = PaperSignIn(paper, passphrase, digits, lost)
    return gate().perform(
        person, sign_in_actions.sign_in_by_paper_code, paper_sign_in, before=session_id(), device=browser_family()
    )


def _commune_of(username: str) -> UUID:
    commune_id = authentication.commune_of(gate(), username)
    if commune_id is None:
        raise sign_in_actions.WrongPassphrase
    return commune_id


@contextmanager
def failures_logged(person: Person, act: Action[P, T]) -> Iterator[None]:
    """Log a failure that stops an act before it reaches the gate."""
    try:
        yield
    except CaseworkError as cause:
        gate().refuse(person, act.act, cause)
        raise


def signed_in_response(started: StartedSession, username: str) -> Response:
    """Answer a sign-in, complete or pending: set the session cookie and lead to the next page."""
    new_token()
    if started.kind != PENDING:
        _run_due_rotations(started)
    response = set_session_cookie(redirect(_page_after(started), 303), started)
    if started.kind != PENDING and started.member_id is not None:
        commune_id, attempt = _commune_of(username), login_attempt(username, "")
        authentication.reset_attempts(gate(), commune_id, attempt)
        device = known_devices.remembered(gate().server_keys(commune_id), attempt.device, started.member_id)
        set_device_cookie(response, device)
    return response


def _run_due_rotations(started: StartedSession) -> None:
    """Renew the agency keys that are due for rotation, now that somebody holds them in a full session."""
    member = load_session(gate(), config(), started.token.cookie())
    if member is not None and member.due:
        current_app.extensions["casework.settle"](gate(), member.person, member.due)


def _page_after(started: StartedSession) -> str:
    """Return the next page: the second factor, a new passphrase, or the page that was asked for."""
    pages = {PENDING: "accounts.second_step", RENEW: "accounts.mine.passphrase", NIGHT: "accounts.mine.overview"}
    return return_path() if started.kind == FULL else url_for(pages[started.kind], tiep=return_path())


def step_up_form() -> StepUpForm:
    """Return the step-up form, without a TOTP code in the demo and after the paper code stood in for the phone."""
    form = StepUpForm()
    if config().demo or me().kind == NIGHT:
        del form.digits
    return form


def step_up(form: StepUpForm, about: str) -> StartedSession:
    """Try the passphrase outside any transaction, then let the gate check both factors and issue a new token."""
    attempt = login_attempt(me().username, form.passphrase.data or "")
    with failures_logged(me().person, own_account_actions.step_up):
        unwrapped = authentication.authenticate(gate(), me().person.commune_id, attempt)
    second = passkeys_before_gate.second_factor_of(form)
    return perform(own_account_actions.step_up, unwrapped, second, token=session_token(), about=parse_uuid(about))


def passkey_for_sign_in() -> str:
    """Return what the browser needs to ask for a passkey in place of the digits; empty without any."""
    return passkeys_before_gate.ask_for_passkey(visitor(me().person.commune_id), SIGN_IN)


def passkey_for_step_up(form: StepUpForm, about: str) -> str:
    """Return the same for a step-up; empty too where no second factor is asked for."""
    if not form.digits:
        return ""
    return passkeys_before_gate.ask_for_passkey(me().person, STEP_UP, about=parse_uuid(about))


def visitor(commune_id: UUID) -> Person:
    """Return the person of a request without a session: no member, no key, the role of a visitor."""
    return Person.without_account(Role.VISITOR, commune_id)


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
