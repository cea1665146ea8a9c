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
from casework.accounts import actions as accounts
from casework.accounts import own_account
from casework.accounts.actions import Unwrapped
from casework.accounts.sign_in_acts import second_factor
from casework.audit import freshness
from casework.audit.revocation_log import RevocationLog
from casework.codelists import codelist
from casework.config import Config
from casework.db import Database, upgrade
from casework.gate import Action, Gate, Person
from casework.intake import actions as intake
from casework.policy.permit import Actor, issue
from casework.policy.proof import ProofNeeded
from casework.policy.words import Act, Role
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import totp
from casework.vault.keys.provisioning import NewMember
from casework.vault.keys.sessions import token_from
from casework.web.session_loading import SignedInMember, load_session
from tests import postgres
from tests.people import COMMUNES, KEK, KEYLESS, STAFF, THANH_SON, Name, keys, phone_of
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
        """Return somebody of the staff, who signs in when she first does something."""
        return self.people.setdefault(username, Someone(self, STAFF[username]))

    def stranger(self, role: Role = Role.VISITOR, commune_id: UUID = THANH_SON) -> Person:
        """Return somebody with no account: a visitor, the console or the system."""
        return Person(Actor(commune_id, None, (role,)), commune_id)

    @contextlib.contextmanager
    def looking(self, commune_id: UUID = THANH_SON) -> Iterator[Session]:
        """Open a transaction that reads control rows with the commune's control keys."""
        with self.gate.database.read_only() as session:
            attach_keys(session, self.gate.server_keys(commune_id))
            yield session

    @contextlib.contextmanager
    def crypto(self, commune_id: UUID = THANH_SON) -> Iterator[CryptoContext]:
        """Open a transaction as the log's readers are given it, with no key of any agency."""
        with self.looking(commune_id) as session:
            yield CryptoContext(session, self.gate.server_keys(commune_id), None, 0)


@dataclass
class Someone:
    """One of the staff before this house's gate."""

    house: House
    card: Name
    _cookie: str | None = None

    @property
    def id(self) -> UUID:
        """Return her member id."""
        return keys()[self.card.username].enrolment.member_id

    @property
    def cookie(self) -> str:
        """Return her browser's cookie, signing in first if she has not."""
        if self._cookie is None:
            self._cookie = self.sign_in()
        return self._cookie

    def sign_in(self) -> str:
        """Sign in with what her passphrase opens (the doorstep's tests spend Argon2's time) and return the cookie."""
        gate, visitor = self.house.gate, self.house.stranger(commune_id=self.card.commune_id)
        opened = Unwrapped(self.id, keys()[self.card.username].seed)
        begun = gate.perform(visitor, accounts.sign_in, opened, before=None)
        self.waits_for_new_digits()
        return gate.perform(visitor, second_factor, begun.token, self.digits()).token.cookie()

    def digits(self, seconds: int = 0) -> str:
        """Return what her phone shows now, or will show so many seconds later."""
        return totp.code_at(phone_of(self.card.username), clock.micros() + seconds * clock.MICROSECOND)

    def waits_for_new_digits(self) -> None:
        """Let the digits that her phone shows be good again, as they are for whoever waits for the next ones."""
        with self.house.gate.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE totp SET last_counter = 0")

    def leaves(self) -> None:
        """Close her browser: she signs in anew when she next does something."""
        self._cookie = None

    @property
    def presence(self) -> SignedInMember:
        """Return her as a page would know her now."""
        found = load_session(self.house.gate, self.house.config, self.cookie)
        assert found is not None, f"{self.card.username} is not signed in"
        return found

    @property
    def person(self) -> Person:
        """Return her as the gate is given her now, with her keys."""
        return self.presence.person

    def does(self, doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do an act through the gate, as a request of hers would; where a proof is asked of her, she gives it."""
        try:
            return self.house.gate.perform(self.person, doing, *args, **kwargs)
        except ProofNeeded as asked:
            self.proves(asked.about)
            return self.house.gate.perform(self.person, doing, *args, **kwargs)

    def proves(self, about: UUID | None = None) -> None:
        """Prove once more who she is, with passphrase and phone; her session goes on under a new token."""
        opened, token = Unwrapped(self.id, keys()[self.card.username].seed), token_from(self.cookie)
        assert token is not None
        self.waits_for_new_digits()
        gate = self.house.gate
        begun = gate.perform(self.person, own_account.step_up, opened, self.digits(), token=token, about=about)
        self._cookie = begun.token.cookie()

    def opens_a_case(self, answers: intake.IntakeAnswers | None = None, *, circle: "Sequence[Someone]" = ()) -> UUID:
        """Record an intake from its first draft to the case, restricted to a circle if somebody is named."""
        draft = self.does(intake.start_draft, {1: {"danger": "no"}}, circle=[one.id for one in circle])
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
                _found(house, commune_id, name)
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
        yield House(Gate(database, KEK, RevocationLog(config.revocation_log_file)), config)
    finally:
        database.engine.dispose()


def _found(house: House, commune_id: UUID, name: str) -> None:
    console = house.stranger(Role.CONSOLE, commune_id)
    does: Callable[..., object] = house.gate.perform
    does(console, accounts.found_commune, name, HAMLETS)
    agencies = {
        one.code: house.gate.perform(console, accounts.add_agency, one.code, one.vi, duty_phone=DUTY_PHONE)
        for one in codelist("agency")
    }
    for one in STAFF.values():
        if one.commune_id == commune_id:
            agency = agencies.get(one.agency)
            new = NewMember(one.username, one.name, one.roles, agency.agency_id if agency else None)
            given = None if one.agency in KEYLESS else agency
            does(console, accounts.enrol, new, keys()[one.username].enrolment, keys=given)
            _pair(house, one)


def _pair(house: House, one: Name) -> None:
    """Put a phone into somebody's hand, as admission does."""
    server_keys, member_id = house.gate.server_keys(one.commune_id), keys()[one.username].enrolment.member_id
    permit = issue(house.stranger(Role.CONSOLE, one.commune_id).actor, Act.ENROL)
    with house.gate.database.transaction(permit, one.commune_id) as session:
        attach_keys(session, server_keys)
        freshness.head(session, one.commune_id, member_id)
        session.add(totp.row(server_keys, member_id, phone_of(one.username), at=clock.micros(), counter=0))
