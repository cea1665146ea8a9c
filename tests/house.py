"""A house for tests: a real database with two communes, their agencies and people, made through the real actions.

One is built for each kind of database in each worker; every test gets a copy of its own.
"""

import base64
import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from casework import clock
from casework.accounts import own_account_actions, sign_in_actions
from casework.accounts import provisioning_actions as accounts
from casework.accounts.sign_in_actions import Unwrapped, second_factor
from casework.audit import freshness
from casework.audit.outside_evidence import of_installation
from casework.codelists import codelist
from casework.config import Config
from casework.db import Database, upgrade
from casework.gate import ActContext, Action, Gate, Person
from casework.intake import actions as intake
from casework.policy.permit import Actor, issue
from casework.policy.step_up import ProofNeeded
from casework.policy.vocabulary import Act, Role
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import sessions
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import totp
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.provisioning import Enrolment, NewMember
from casework.vault.keys.sessions import token_from
from casework.web.session_loading import SignedInMember, load_session
from tests import postgres
from tests.people import COMMUNES, KEK, KEYLESS, LATER, STAFF, THANH_SON, StaffMember, keys, phone_of
from tests.stories import dao

P = ParamSpec("P")
T = TypeVar("T")
DUTY_PHONE = "0203 555 017"
HAMLETS = ("Thôn Đoài", "Thôn Đông", "Thôn Bãi Dâu")
only_sqlite = pytest.mark.parametrize("house", ["sqlite"], indirect=True)
# For what a database does in its own way (locks, transactions, concurrency, its SQL, its tools) and for whole stories.
both_databases = pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)


@dataclass
class House:
    """One copy: its gate, its configuration (for create_app) and its people by username."""

    gate: Gate
    config: Config
    people: "dict[str, Someone]" = field(default_factory=dict)

    def __getitem__(self, username: str) -> "Someone":
        """Return somebody of the staff, who signs in at their first act."""
        return self.people.setdefault(username, Someone(self, (STAFF | LATER)[username]))

    def hires(self, username: str) -> "Someone":
        """Enrol somebody who comes to work later, with the key that a colleague of the same agency holds."""
        member = self[username]
        colleague = next(self[card.username] for card in STAFF.values() if card.agency == member.card.agency)
        person = colleague.person
        if person.keyring is None or person.actor.agency_id is None:
            raise LookupError(username)
        agency_keys = person.keyring.keys_of(person.actor.agency_id)
        console, card = self.stranger(Role.CONSOLE, member.card.commune_id), member.card
        new = NewMember(card.username, card.name, card.roles, agency_keys.agency_id)
        enrolment = keys()[username].enrolment
        self.gate.perform(console, Action(accounts.enrol.act, _enrol_with_phone), card, new, enrolment, agency_keys)
        return member

    def stranger(self, role: Role = Role.VISITOR, commune_id: UUID = THANH_SON) -> Person:
        """Return somebody with no account: a visitor, the console or the system."""
        return Person(Actor(commune_id, None, (role,)), commune_id)

    @contextlib.contextmanager
    def looking(self, commune_id: UUID = THANH_SON) -> Iterator[Session]:
        """Open a read-only session that verifies signed rows with the commune's server keys."""
        with self.gate.database.read_only() as session:
            attach_keys(session, self.gate.server_keys(commune_id))
            yield session

    @contextlib.contextmanager
    def crypto(self, commune_id: UUID = THANH_SON) -> Iterator[CryptoContext]:
        """Open a crypto context without any key of an agency, for reading the log."""
        with self.looking(commune_id) as session:
            yield CryptoContext(session, self.gate.server_keys(commune_id), None, 0)


@dataclass
class Someone:
    """One of the staff before this house's gate."""

    house: House
    card: StaffMember
    _cookie: str | None = None

    @property
    def id(self) -> UUID:
        """Return their member id."""
        return keys()[self.card.username].enrolment.member_id

    @property
    def cookie(self) -> str:
        """Return the session cookie, of a session that begins now if there is none."""
        if self._cookie is None:
            self._cookie = self._begins_a_session()
        return self._cookie

    def _begins_a_session(self) -> str:
        """Begin a session as the two acts of signing in leave it, without their lines in the log; return the cookie."""
        gate, at = self.house.gate, clock.micros()
        server_keys = gate.server_keys(self.card.commune_id)
        permit = issue(self.house.stranger(commune_id=self.card.commune_id).actor, Act.SECOND_FACTOR)
        with gate.database.transaction(permit, self.card.commune_id) as session:
            attach_keys(session, server_keys)
            freshness.head(session, self.card.commune_id, self.id)
            begun = sessions.SessionState(stepup=at)
            seed = keys()[self.card.username].seed
            return sessions.start(session, server_keys, seed, member_id=self.id, at=at, standing=begun).cookie()

    def sign_in(self) -> str:
        """Sign in with the unwrapped seed (no Argon2 here) and the second factor; return the cookie."""
        gate, visitor = self.house.gate, self.house.stranger(commune_id=self.card.commune_id)
        opened = Unwrapped(self.id, keys()[self.card.username].seed)
        begun = gate.perform(visitor, sign_in_actions.sign_in, opened, before=None)
        self.waits_for_new_digits()
        return gate.perform(visitor, second_factor, begun.token, self.digits()).token.cookie()

    def digits(self, seconds: int = 0) -> str:
        """Return the TOTP code of now, or of so many seconds later."""
        return totp.code_at(phone_of(self.card.username), clock.micros() + seconds * clock.MICROSECOND)

    def waits_for_new_digits(self) -> None:
        """Let the current TOTP code be accepted again, as the next one is for a person who waits for it."""
        with self.house.gate.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE totp SET last_counter = 0")

    def leaves(self) -> None:
        """Forget the cookie: the next act signs in again."""
        self._cookie = None

    @property
    def presence(self) -> SignedInMember:
        """Return the signed-in member as a page loads it."""
        member = load_session(self.house.gate, self.house.config, self.cookie)
        assert member is not None, f"{self.card.username} is not signed in"
        return member

    @property
    def person(self) -> Person:
        """Return the person that the gate is given, with unwrapped keys."""
        return self.presence.person

    def does(self, act: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Perform an act through the gate, as a request does; where a proof is needed, step up first."""
        try:
            return self.house.gate.perform(self.person, act, *args, **kwargs)
        except ProofNeeded as proof:
            self.proves(proof.about)
            return self.house.gate.perform(self.person, act, *args, **kwargs)

    def proves(self, about: UUID | None = None) -> None:
        """Step up with passphrase and TOTP code; the session goes on under a new token."""
        opened, token = Unwrapped(self.id, keys()[self.card.username].seed), token_from(self.cookie)
        assert token is not None
        self.waits_for_new_digits()
        gate = self.house.gate
        stepped_up = gate.perform(
            self.person, own_account_actions.step_up, opened, self.digits(), token=token, about=about
        )
        self._cookie = stepped_up.token.cookie()

    def opens_a_case(self, answers: intake.IntakeAnswers | None = None, *, circle: "Sequence[Someone]" = ()) -> UUID:
        """Record an intake from its first draft to the case, restricted to a circle if somebody is named."""
        draft = self.does(intake.start_draft, {1: {"danger": "no"}}, circle=[member.id for member in circle])
        return self.does(intake.open_case, draft, answers or dao())


@contextlib.contextmanager
def built(kind: str, folder: Path) -> Iterator[str]:
    """Build a house in a new database of one kind; yield the URL of what is to be copied."""
    with contextlib.ExitStack() as stack:
        if kind == "sqlite":
            url = f"sqlite:///{folder / 'house.sqlite3'}"
        else:
            url = stack.enter_context(postgres.fresh_database())
        upgrade(url)
        with opened(url, folder) as house:
            for commune_id, name in COMMUNES.items():
                _found_commune(house, commune_id, name)
        yield url


@contextlib.contextmanager
def copied(url: str, folder: Path) -> Iterator[House]:
    """Copy a built house for one test."""
    with contextlib.ExitStack() as stack:
        if url.startswith("sqlite"):
            shutil.copyfile(url.removeprefix("sqlite:///"), folder / "casework.sqlite3")
            own = f"sqlite:///{folder / 'casework.sqlite3'}"
        else:
            name = url.partition("?")[0].rpartition("/")[2]
            own = stack.enter_context(postgres.fresh_database(template=name))
        yield stack.enter_context(opened(own, folder))


@contextlib.contextmanager
def opened(url: str, folder: Path) -> Iterator[House]:
    """Open the gate of a database, with a configuration and a key file beside it."""
    kek_file = folder / "kek"
    kek_file.touch(mode=0o600)
    kek_file.write_text(f"casework-kek-1 {KEK.number} {base64.b64encode(KEK.secret).decode()}\n", encoding="ascii")
    database = Database(url)
    try:
        config = Config(folder, url, kek_file, public_url="https://localhost")
        yield House(Gate(database, KEK, of_installation(config)), config)
    finally:
        database.engine.dispose()


def _found_commune(house: House, commune_id: UUID, name: str) -> None:
    console = house.stranger(Role.CONSOLE, commune_id)
    does: Callable[..., object] = house.gate.perform
    does(console, accounts.found_commune, name, HAMLETS)
    agencies = {
        listed.code: house.gate.perform(console, accounts.add_agency, listed.code, listed.vi, duty_phone=DUTY_PHONE)
        for listed in codelist("agency")
    }
    for card in STAFF.values():
        if card.commune_id == commune_id:
            agency = agencies.get(card.agency)
            new = NewMember(card.username, card.name, card.roles, agency.agency_id if agency else None)
            agency_keys = None if card.agency in KEYLESS else agency
            enrolment = keys()[card.username].enrolment
            does(console, Action(accounts.enrol.act, _enrol_with_phone), card, new, enrolment, agency_keys)


def _enrol_with_phone(
    context: ActContext, card: StaffMember, new: NewMember, enrolment: Enrolment, agency_keys: AgencyKeys | None
) -> None:
    """Enrol somebody and pair a phone, as admission does, in one act."""
    accounts.enrol.do(context, new, enrolment, keys=agency_keys)
    seed, member_id = phone_of(card.username), enrolment.member_id
    context.session.add(totp.row(context.crypto.server_keys, member_id, seed, at=clock.micros(), counter=0))
