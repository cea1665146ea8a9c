"""Founds the fictional commune: its agencies and everybody's account."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

from casework.accounts import authentication
from casework.accounts import provisioning_actions as accounts
from casework.accounts.authentication import LoginAttempt
from casework.accounts.sign_in_actions import Unwrapped
from casework.codelists import codelist
from casework.demo.content import DemoPerson, commune, demo_people
from casework.errors import Busy, SignInNeeded
from casework.gate import Gate
from casework.maintenance.system_actors import console_of
from casework.vault.keys import provisioning
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.provisioning import Enrolment, NewMember

T = TypeVar("T")
# Argon2 runs in two slots of the whole machine; more threads would only wait. A machine that also runs the tests
# keeps them busy for long, and each attempt waits a few seconds for one.
_AT_ONCE = 2
_TRIES = 60


@dataclass(frozen=True)
class FoundedCommune:
    """A commune with the ids of its people by username."""

    commune_id: UUID
    ids: Mapping[str, UUID]


def found_commune(gate: Gate, passphrases: Mapping[str, str]) -> FoundedCommune:
    """Found the commune and enrol, as the console does, everybody who has a passphrase."""
    fictional = commune()
    commune_id = uuid4()
    console = console_of(commune_id)
    gate.perform(console, accounts.found_commune, fictional.name, fictional.hamlets)
    keys = {
        code: gate.perform(console, accounts.add_agency, code, name, duty_phone=fictional.phones[code])
        for code, name in fictional.agencies.items()
    }
    server_keys = gate.server_keys(commune_id)
    people = [person for person in demo_people() if person.username in passphrases]

    def enrolment_of(person: DemoPerson) -> Enrolment:
        return _retry_while_busy(lambda: provisioning.new_enrolment(server_keys, passphrases[person.username]))

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        enrolments = pool.map(enrolment_of, people)
        ids = {
            person.username: gate.perform(
                console, accounts.enrol, _new_member(person, keys), enrolment, keys=_keys_for(person, keys)
            )
            for person, enrolment in zip(people, enrolments, strict=True)
        }
    return FoundedCommune(commune_id, ids)


def _retry_while_busy(attempt: Callable[[], T]) -> T:
    """Call again while other processes hold the machine's slots of Argon2."""
    for _ in range(_TRIES):
        with suppress(Busy):
            return attempt()
    return attempt()


def _new_member(person: DemoPerson, keys: Mapping[str, AgencyKeys]) -> NewMember:
    agency_id = keys[person.agency].agency_id if person.agency else None
    return NewMember(username=person.username, name=person.name, roles=(person.role,), agency_id=agency_id)


def _keys_for(person: DemoPerson, keys: Mapping[str, AgencyKeys]) -> AgencyKeys | None:
    """Return the key of a person's agency; None for an agency that opens no cases."""
    opens_cases = person.agency and codelist("agency").get(person.agency).flag("holds_keys")
    return keys[person.agency] if opens_cases else None


def open_keys(gate: Gate, commune_id: UUID, passphrases: Mapping[str, str]) -> dict[str, Unwrapped]:
    """Unwrap the keys of members with their passphrases, two at a time; raise SignInNeeded for a wrong one."""

    def opened(username: str) -> Unwrapped:
        attempt = LoginAttempt(username, passphrases[username], device="demo")
        keys = _retry_while_busy(lambda: authentication.authenticate(gate, commune_id, attempt))
        if keys is None:
            raise SignInNeeded(username)
        return keys

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(passphrases, pool.map(opened, passphrases), strict=True))
