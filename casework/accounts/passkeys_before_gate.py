"""Passkeys before the gate: for which host name they are made, what the browser is asked, and what it brought."""

from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from flask import current_app

from casework import clock
from casework.accounts import passkey_actions
from casework.accounts.forms import PasskeyForm, SecondFactorForm, StepUpForm
from casework.accounts.passkey_actions import OwnPasskey
from casework.accounts.session_cookies import session_token
from casework.accounts.sign_in_actions import PasskeyAnswer
from casework.errors import BadInput, NotFound, gettext_noop
from casework.gate import Person
from casework.vault.keys.enrolment import passkeys
from casework.vault.keys.enrolment.passkey_challenges import ENROL, Ceremony, RelyingParty
from casework.web.current_user import config, gate, me, perform
from casework.web.host_check import ORIGIN


def relying_party() -> RelyingParty | None:
    """Return whom passkeys are made for, by the configured address; None in the demo and for a bare IP address."""
    origin: str = current_app.extensions[ORIGIN]
    host = urlsplit(origin).hostname or ""
    if config().demo or _is_ip_address(host):
        return None
    return RelyingParty(host, origin)


def second_factor_of(form: SecondFactorForm | StepUpForm) -> str | PasskeyAnswer:
    """Return what a passkey has signed, if the browser brought that, else the digits."""
    party = relying_party()
    if form.passkey.data and party is not None:
        return PasskeyAnswer(form.passkey.data, party)
    return (form.digits.data or "") if form.digits else ""


def ask_for_passkey(person: Person, purpose: str, *, about: UUID | None = None) -> str:
    """Return what the browser needs to ask for a passkey, as JSON; empty where there is none to ask for."""
    party = relying_party()
    if party is None:
        return ""
    ceremony = Ceremony(session_token().sid, purpose, party, about)
    return gate().perform(person, passkey_actions.ask_for_passkey, ceremony)


def own_passkeys() -> list[OwnPasskey] | None:
    """Return one's own passkeys; None where the installation can have none."""
    return perform(passkey_actions.list_passkeys) if relying_party() is not None else None


def offer_passkey() -> str:
    """Return what the browser needs to make a new passkey, as JSON."""
    known = [own.credential for own in perform(passkey_actions.list_passkeys)]
    return passkeys.creation_options(
        gate().server_keys(me().person.commune_id),
        _enrolment(),
        me().id,
        me().username,
        known=known,
        at=clock.micros(),
    )


def add_passkey(form: PasskeyForm) -> None:
    """Add the passkey that the browser has made; raise WrongPasskey or BadInput with what to do."""
    if not form.passkey.data:
        raise BadInput(gettext_noop("Trình duyệt này chưa làm được khóa. Mã 6 số vẫn dùng như trước."))
    perform(passkey_actions.add_passkey, form.name.data or "", form.passkey.data or "", ceremony=_enrolment())


def _enrolment() -> Ceremony:
    party = relying_party()
    if party is None:
        raise NotFound("passkeys")
    return Ceremony(session_token().sid, ENROL, party)


def _is_ip_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
