"""The door between a browser and its session: cookies in and out, visitors, and what was typed on a locked screen."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import ParamSpec, TypeVar
from uuid import UUID

from flask import current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from casework.accounts import devices, doorstep, own, signing_in, throttle
from casework.accounts.doorstep import Knock
from casework.accounts.forms import ProofForm
from casework.accounts.signing_in import Begun, ByPaper
from casework.errors import BadInput, CaseworkError, SignInNeeded
from casework.gate import Action, Person
from casework.policy.permit import Actor
from casework.policy.words import Act, Role
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.sessions import FULL, NIGHT, PENDING, RENEW, SessionToken, token_from
from casework.web.language import local_path
from casework.web.origin import begin_anew
from casework.web.people import COOKIE, Presence, recognise
from casework.web.presence import config, gate, me, perform, present

P = ParamSpec("P")
T = TypeVar("T")

DEVICE = "__Host-may"
_YEAR = 365 * 86_400
# Secrets are never kept: what is typed into these boxes must be typed again.
_NOT_KEPT = frozenset({"csrf_token", "passphrase", "digits", "code", "short"})


def knock(username: str, passphrase: str) -> Knock:
    """Return who knocks, with the mark of this browser and where it is."""
    return Knock(username, passphrase, device=request.cookies.get(DEVICE, ""), address=request.remote_addr or "")


def family() -> str:
    """Return the family of this browser."""
    return devices.family(request.user_agent.string)


def begin(given: Knock) -> Begun:
    """Try the passphrase outside any transaction, then let the gate begin the session or log the failure.

    A try too many and a slot that was tampered with never reach the gate; their lines are written here.
    """
    stranger = _stranger(given)
    with _told(stranger, signing_in.sign_in):
        opened = doorstep.try_passphrase(gate(), stranger.commune_id, given)
    return gate().perform(stranger, signing_in.sign_in, opened, before=sid(), device=family())


def unlock(passphrase: str) -> Begun:
    """Try the passphrase of the person whose screen has locked."""
    given = knock(me().username, passphrase)
    stranger = _stranger(given)
    with _told(stranger, signing_in.unlock):
        opened = doorstep.try_passphrase(gate(), stranger.commune_id, given)
    return gate().perform(stranger, signing_in.unlock, opened, before=sid())


def finish(digits: str) -> Begun:
    """Try the digits of the phone for the sign-in that waits; each try is counted first."""
    given, stranger = knock(me().username, ""), visitor(me().person.commune_id)
    with _told(stranger, signing_in.second_factor):
        counts = throttle.of_second_step(gate().server_keys(stranger.commune_id), me().sid)
        throttle.count(gate(), stranger.commune_id, counts)
        doorstep.count_try(gate(), stranger.commune_id, given)
    return gate().perform(stranger, signing_in.second_factor, token(), digits)


def begin_by_paper(given: Knock, *, code: str, digits: str, lost: str) -> Begun:
    """Try the code on paper with the one thing that is left: the passphrase, or the digits of the phone."""
    stranger = _stranger(given)
    commune_id, passphrase, paper = stranger.commune_id, None, None
    with _told(stranger, signing_in.by_paper):
        if lost == "phone":
            passphrase = doorstep.try_passphrase(gate(), commune_id, given)
        else:
            doorstep.count_try(gate(), commune_id, given)
        with suppress(BadInput):
            paper = doorstep.try_paper(gate(), commune_id, given, read_code(code))
    tried = ByPaper(paper, passphrase, digits, lost)
    return gate().perform(stranger, signing_in.by_paper, tried, before=sid(), device=family())


def _stranger(given: Knock) -> Person:
    commune_id = doorstep.commune_behind(gate(), given.username)
    if commune_id is None:
        raise signing_in.WrongPassphrase
    return visitor(commune_id)


@contextmanager
def _told(person: Person, doing: Action[..., Begun]) -> Iterator[None]:
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


def welcome(begun: Begun, username: str) -> Response:
    """Answer whoever has come in, or half in: a new cookie, and the next page or what had been typed before."""
    begin_anew()
    if begun.kind != PENDING:
        _settle(begun)
    answer = go_on(begun, _next(begun))
    if begun.kind != PENDING and begun.member_id is not None:
        commune_id, given = _commune(username), knock(username, "")
        doorstep.forgive(gate(), commune_id, given)
        mark = devices.marked(gate().server_keys(commune_id), given.device, begun.member_id)
        answer.set_cookie(DEVICE, mark, max_age=_YEAR, secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def _settle(begun: Begun) -> None:
    """Do what waited for somebody with a key in hand, now that a full session has begun."""
    found = recognise(gate(), config(), begun.token.cookie())
    if found is not None and found.due:
        current_app.extensions["casework.settle"](gate(), found.person, found.due)


def go_on(begun: Begun, to: str) -> Response:
    """Show what had been typed before, or lead on, with the new token."""
    return bring(_what_was_typed(begun.kept) if begun.kept else redirect(to, 303), begun)


def target() -> str:
    """Return the page of this site that was asked for."""
    return local_path(request.args.get("tiep", "/"))


def bring(answer: Response, begun: Begun) -> Response:
    """Put the new token of a session into the browser's cookie."""
    answer.set_cookie(COOKIE, begun.token.cookie(), secure=True, httponly=True, samesite="Lax", path="/")
    return answer


def _next(begun: Begun) -> str:
    """Return where to go: on with the second step, to a new passphrase, or to the page that was asked for."""
    after = {PENDING: "accounts.second_step", RENEW: "accounts.mine.passphrase", NIGHT: "accounts.mine.overview"}
    return target() if begun.kind == FULL else url_for(after[begun.kind], tiep=target())


def _commune(username: str) -> UUID:
    found = doorstep.commune_behind(gate(), username)
    if found is None:
        raise signing_in.WrongPassphrase
    return found


def ending() -> Callable[[], None]:
    """Return what ends this browser's session after the answer has been sent."""
    found, this, by = present(), sid(), gate()

    def end() -> None:
        if found is not None:
            with suppress(CaseworkError):
                by.perform(found.person, signing_in.sign_out, this)

    return end


def _what_was_typed(kept: bytes) -> Response:
    return Response(render_template("accounts/kept.html", **({"waits": None} | json.loads(kept))), mimetype="text/html")


def keep_what_was_typed(who: Presence, waits: Act | None = None) -> None:
    """Seal the form that a locked screen, or an act that waits for a proof, has just sent, to the person herself."""
    fields = [(name, value) for name, value in request.form.items(multi=True) if name not in _NOT_KEPT]
    if waits or any(value.strip() for _, value in fields):
        kept = {"action": request.full_path.rstrip("?"), "fields": fields, "waits": waits}
        text = json.dumps(kept, ensure_ascii=False)
        perform(signing_in.keep, who.sid, text.encode())


def proof_form() -> ProofForm:
    """Return the form that proves who she is: without a phone where none can be asked for."""
    form = ProofForm()
    if config().demo or me().kind == NIGHT:
        del form.digits
    return form


def prove(form: ProofForm, about: str) -> Begun:
    """Try the passphrase outside any transaction, then let the gate check both factors and begin anew."""
    given = knock(me().username, form.passphrase.data or "")
    with _told(me().person, own.step_up):
        opened = doorstep.try_passphrase(gate(), me().person.commune_id, given)
    digits = form.digits.data or "" if form.digits else ""
    return perform(own.step_up, opened, digits, token=token(), about=_id(about))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def perform_for_anyone(doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do an act that the policy gives to visitors too; raises SignInNeeded where it is not clear whose commune."""
    return gate().perform(_anyone(), doing, *args, **kwargs)


def _anyone() -> Person:
    found = present()
    if found is not None and found.state == "open":
        return found.person
    commune_id: UUID | None = doorstep.only_commune(gate())
    if commune_id is None:
        raise SignInNeeded("Hãy đăng nhập để xem trang của xã mình.")
    return visitor(commune_id)
