"""Founds the fictional commune: its book, its agencies, everybody's account, and the register of trusted addresses."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

from casework.accounts import actions as accounts
from casework.accounts import authentication
from casework.accounts.actions import Unwrapped
from casework.accounts.authentication import LoginAttempt
from casework.codelists import codelist
from casework.demo.content import Resident, commune, residents
from casework.errors import Busy, SignInNeeded
from casework.gate import Gate, Person
from casework.policy.permit import Actor
from casework.policy.words import Role
from casework.vault.keys import provisioning
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.provisioning import NewMember

T = TypeVar("T")
# Argon2 works in two slots of the whole machine; more threads would only wait. A machine that also runs the tests
# keeps them busy for long, and each try waits a few seconds for one.
_AT_ONCE = 2
_TRIES = 60


@dataclass(frozen=True)
class Founded:
    """A commune with the ids of its people by username."""

    commune_id: UUID
    ids: Mapping[str, UUID]


def found(gate: Gate, passphrases: Mapping[str, str]) -> Founded:
    """Found the commune and enrol, as a console does, everybody who has a passphrase."""
    here = commune()
    commune_id = uuid4()
    console = Person(Actor(commune_id, None, (Role.CONSOLE,)), commune_id)
    gate.perform(console, accounts.found_commune, here.name, here.hamlets)
    keys = {
        code: gate.perform(console, accounts.add_agency, code, name, duty_phone=here.phones[code])
        for code, name in here.agencies.items()
    }
    server_keys, people = gate.server_keys(commune_id), [one for one in residents() if one.username in passphrases]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        made = pool.map(
            lambda one: _patiently(lambda: provisioning.new_enrolment(server_keys, passphrases[one.username])), people
        )
        ids = {
            one.username: gate.perform(console, accounts.enrol, _member(one, keys), enrolment, keys=_key(one, keys))
            for one, enrolment in zip(people, made, strict=True)
        }
    return Founded(commune_id, ids)


def _patiently(do: Callable[[], T]) -> T:
    """Try again while others hold this machine's slots of Argon2."""
    for _ in range(_TRIES):
        with suppress(Busy):
            return do()
    return do()


def _member(one: Resident, keys: Mapping[str, AgencyKeys]) -> NewMember:
    agency_id = keys[one.agency].agency_id if one.agency else None
    return NewMember(username=one.username, name=one.name, roles=(one.role,), agency_id=agency_id)


def _key(one: Resident, keys: Mapping[str, AgencyKeys]) -> AgencyKeys | None:
    """Return the key of somebody's agency; who works where no case is opened is given none."""
    opens = one.agency and codelist("agency").get(one.agency).flag("holds_keys")
    return keys[one.agency] if opens else None


def knock(gate: Gate, commune_id: UUID, passphrases: Mapping[str, str]) -> dict[str, Unwrapped]:
    """Let some of them open their keys with their passphrases, two at a time."""

    def opened(username: str) -> Unwrapped:
        given = LoginAttempt(username, passphrases[username], device="demo")
        tried = _patiently(lambda: authentication.authenticate(gate, commune_id, given))
        if tried is None:
            raise SignInNeeded(username)
        return tried

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(passphrases, pool.map(opened, passphrases), strict=True))
