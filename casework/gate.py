"""The one gate: asks the policy, runs the act, writes the log, commits; only then is anything returned."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Concatenate, Generic, ParamSpec, TypeVar
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from casework import clock
from casework.audit import freshness, outside_evidence, visitor_summary, write
from casework.audit.chain import LogEntry
from casework.audit.outside_evidence import OutsideEvidence
from casework.audit.watermark import End
from casework.audit.write import Appended
from casework.config import Config
from casework.db import Database
from casework.errors import (
    AlteredRows,
    BadInput,
    Busy,
    CaseworkError,
    Conflict,
    LogRolledBack,
    MissingGrants,
    NotFound,
    Refused,
    SignInNeeded,
    Ungrounded,
    VaultError,
)
from casework.policy.permit import Actor, Permit, issue
from casework.policy.step_up import NEVER, Proof, ProofNeeded, demand
from casework.policy.vocabulary import Act, Role
from casework.vault.integrity import bound_rows
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import Kek, ServerKeys, server_keys_of
from casework.vault.keys.keyring import Keyring

P = ParamSpec("P")
T = TypeVar("T")
log = logging.getLogger(__name__)

OK, DENIED, FAILED = "ok", "denied", "failed"


@dataclass(frozen=True)
class Person:
    """Who asks for an act: an actor with a keyring, the version of the member's own head and the newest fresh proof.

    `unreadable` gathers the cases that lists have passed over for this person, for the page to say how many.
    """

    actor: Actor
    commune_id: UUID
    keyring: Keyring | None = None
    version: int = 0
    proof: Proof = NEVER
    unreadable: set[UUID] = field(default_factory=set, compare=False, repr=False)

    @property
    def member_id(self) -> UUID:
        """Return the member's id; raise SignInNeeded for somebody who is no member."""
        if self.actor.member_id is None:
            raise SignInNeeded("Hãy đăng nhập.")
        return self.actor.member_id

    @classmethod
    def without_account(cls, role: Role, commune_id: UUID) -> "Person":
        """Return a visitor, the system or the console, who act in a commune without a key of it."""
        return cls(Actor(commune_id, None, (role,)), commune_id)


@dataclass
class ActContext:
    """What an action is given: its permit, its crypto context, and the fields of its log line that it may set.

    In `unreadable` a list notes the cases that it passed over, each with what is wrong; in `unseen` those that this
    person would not have found anyway, which ring and are told to nobody. `at_end` is run in the same transaction once
    the lines of the act are written, with the ends of the log before and after them, as when the log itself goes.
    """

    permit: Permit
    crypto: CryptoContext
    about: UUID | None = None
    reason: str = ""
    who: UUID | None = None
    others: list["ActContext"] = field(default_factory=list)
    released: Database | None = None
    evidence: OutsideEvidence | None = None
    unreadable: dict[UUID, VaultError] = field(default_factory=dict)
    unseen: dict[UUID, VaultError] = field(default_factory=dict)
    at_end: Callable[[End, End], None] | None = None

    @property
    def session(self) -> Session:
        return self.crypto.session

    @property
    def actor(self) -> Actor:
        return self.permit.actor

    @property
    def commune_id(self) -> UUID:
        return self.crypto.commune_id

    @property
    def me(self) -> UUID:
        """Return the member who acts; a visitor, the system or the console has none and is refused."""
        if self.permit.actor.member_id is None:
            raise Refused("nobody is signed in")
        return self.permit.actor.member_id

    def also(self, doing: "Action[P, T]", *args: P.args, **kwargs: P.kwargs) -> T:
        """Do a further act in the same commit, with a permit and a log line of its own."""
        other = ActContext(permit=issue(self.actor, doing.act), crypto=self.crypto, who=self.who, others=self.others)
        other.unreadable, other.unseen = self.unreadable, self.unseen
        self.others.append(other)
        connection = self.session.connection().execution_options(permit=other.permit)
        try:
            return doing.do(other, *args, **kwargs)
        finally:
            self.crypto = other.crypto
            connection.execution_options(permit=self.permit)


class Action(Generic[P, T]):
    """A function that does one act; only the gate can run it."""

    def __init__(self, act: Act, do: Callable[Concatenate[ActContext, P], T]) -> None:
        self.act, self.do = act, do
        self.__doc__, self.__name__, self.__module__ = do.__doc__, do.__name__, do.__module__


ACTIONS: dict[Act, Action[..., object]] = {}


def action(act: Act) -> Callable[[Callable[Concatenate[ActContext, P], T]], Action[P, T]]:
    """Declare the one function that does an act."""

    def declare(do: Callable[Concatenate[ActContext, P], T]) -> Action[P, T]:
        if act in ACTIONS:
            raise ValueError(f"{act} has two functions")
        declared = Action(act, do)
        ACTIONS[act] = declared  # type: ignore[assignment]
        return declared

    return declare


@dataclass(frozen=True)
class Gate:
    """The gate of an installation; `released` is a database whose role reads released counts and nothing else.

    Without `evidence` nothing outside is compared or written, as with a database that is still being made.
    """

    database: Database
    kek: Kek
    evidence: OutsideEvidence | None = None
    released: Database | None = None

    def server_keys(self, commune_id: UUID) -> ServerKeys:
        return server_keys_of(self.kek, commune_id)

    def perform(self, person: Person, doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do one act for one person in one transaction and return its result after the commit.

        Raises Refused (403) or ProofNeeded before any look-up, whatever CaseworkError the action raises, and Busy
        (503) if the line could not be written: then nothing is kept and nothing is shown.
        """
        try:
            permit = issue(person.actor, doing.act)
            demand(permit, person.proof, person.proof.about)
            return self._run(person, permit, doing, *args, **kwargs)
        except CaseworkError as cause:
            if isinstance(cause, VaultError):
                _report(person, doing.act, cause)
            self.refuse(person, doing.act, cause)
            raise
        except SQLAlchemyError as cause:
            log.exception("act %s could not be kept", doing.act)
            raise Busy("Không ghi được vào sổ. Không có gì bị mất; chờ một chút rồi thử lại.") from cause

    def ask(self, person: Person, act: Act, about: UUID | None = None) -> None:
        """Refuse who may not do an act before its empty form is shown; `perform` checks again."""
        try:
            demand(issue(person.actor, act), person.proof, about)
        except Refused as cause:
            self.refuse(person, act, cause)
            raise

    def _run(self, person: Person, permit: Permit, doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        keys = self.server_keys(person.commune_id)
        with self.database.transaction(permit, person.commune_id) as session:
            self._begin(session, keys)
            freshness.require_unchanged(session, person.commune_id, person.actor.member_id, person.version)
            crypto = CryptoContext(session=session, server_keys=keys, keyring=person.keyring, at=clock.micros())
            context = ActContext(permit=permit, crypto=crypto, who=person.actor.member_id)
            context.released, context.evidence = self.released, self.evidence
            result = _run_action(context, doing, *args, **kwargs)
            acts = (context, *context.others)
            for done in acts:
                demand(done.permit, person.proof, done.about)
            session.flush()
            context.unseen |= {gone: AlteredRows(row="slot") for gone in bound_rows.credentials_gone(session)}
            entries = [*map(_entry, acts), *_entries_of_unreadable(context)]
            appended = write.append(session, keys, visitor_summary.summarise(session, keys, entries))
            revoked = self._note_revocations(session, keys, permit.act, appended)
            if context.at_end is not None and appended is not None:
                context.at_end(appended.before, appended.end)
                revoked = True
        self._end(keys, appended, revoked=revoked)
        for about, fault in (context.unreadable | context.unseen).items():
            _report(person, doing.act, fault, about=about)
            self._mark(person.commune_id)
        person.unreadable.update(context.unreadable)
        return result

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Read control rows before an act; heads older than the revocation log says are refused there too."""
        with self.database.read_only() as session:
            if self.evidence is not None:
                self.evidence.attach(session)
            yield session

    def _begin(self, session: Session, keys: ServerKeys) -> None:
        """Give a transaction its keys, and refuse a database that is older than what lies outside it says."""
        attach_keys(session, keys)
        if self.evidence is not None:
            self.evidence.require(session, self.server_keys, keys.commune_id)

    def _note_revocations(self, session: Session, keys: ServerKeys, act: Act, appended: Appended | None) -> bool:
        if self.evidence is None or appended is None:
            return False
        at, before, end = clock.micros(), appended.before, appended.end
        return self.evidence.revocation_log.note(session, keys, act=act, at=at, before=before, end=end)

    def _end(self, keys: ServerKeys, appended: Appended | None, *, revoked: bool = False) -> None:
        """Note outside the database what has been committed."""
        if self.evidence is not None and appended is not None:
            self.evidence.committed(keys, appended.end, revoked=revoked)

    def _mark(self, commune_id: UUID) -> None:
        """Note outside the database that something did not hold."""
        if self.evidence is not None:
            self.evidence.fault_mark.set(commune_id)

    def exchange(self, newer: Kek, communes: Iterable[UUID], doing: "Action[[Kek], None]") -> None:
        """Do an act of the console for all communes in one transaction, whose lines are signed with the newer key."""
        permit = issue(Actor(None, None, (Role.CONSOLE,)), doing.act)
        with self.database.transaction(permit, None) as session:
            for commune_id in communes:
                self._begin(session, keys := self.server_keys(commune_id))
                context = ActContext(permit=permit, crypto=CryptoContext(session, keys, None, clock.micros()))
                doing.do(context, newer)
                attach_keys(session, keys := server_keys_of(newer, commune_id))
                session.flush()
                write.append(session, keys, [_entry(context)])

    def refuse(self, person: Person, act: Act, cause: CaseworkError) -> None:
        """Write the line of a refusal in a transaction of its own; if that fails, the answer is 503.

        What stops an act before the gate is logged here too, as a passphrase tried too often. Nothing is written to a
        log that was put back.
        """
        if isinstance(cause, LogRolledBack):
            log.error("act %s: fault=%s row=%s", act, type(cause).__name__, cause.row)
            return
        if isinstance(cause, Conflict | Busy | BadInput | ProofNeeded) and not isinstance(cause, Ungrounded):
            return
        keys = self.server_keys(person.commune_id)
        entry = LogEntry(
            at=clock.micros(),
            act=act,
            role=",".join(person.actor.roles),
            who=person.actor.member_id,
            about=cause.about,
            outcome=DENIED if isinstance(cause, Refused | NotFound | Ungrounded) else FAILED,
            reason=type(cause).__name__,
        )
        if isinstance(cause, VaultError) and not isinstance(cause, MissingGrants):
            self._mark(person.commune_id)
        try:
            with self.database.transaction(None, person.commune_id) as session:
                self._begin(session, keys)
                appended = write.append(session, keys, visitor_summary.summarise(session, keys, [entry]))
        except VaultError as broken:
            # What stopped the act is told all the same; any other refusal is not, for it cannot be logged.
            _report(person, act, broken)
            if not isinstance(cause, VaultError):
                raise
            return
        except SQLAlchemyError as broken:
            log.exception("a refusal of %s could not be logged", act)
            raise Busy("Không ghi được nhật ký. Chờ một chút rồi thử lại.") from broken
        self._end(keys, appended)


def open_gate(config: Config, key: Kek) -> Gate:
    """Open the gate of an installation, with the evidence that lies outside the database."""
    released = Database(config.counts_url, tables=("release",)) if config.counts_url else None
    return Gate(Database(config.database_url), key, outside_evidence.of_installation(config), released)


def _report(person: Person, act: Act, fault: VaultError, *, about: UUID | None = None) -> None:
    """Write to the operator's log what did not hold: kinds and ids, no name and no text."""
    kinds = (type(fault).__name__, fault.row or "-", act)
    ids = (about or fault.about or "-", person.actor.member_id or "-", person.commune_id)
    log.error("fault=%s row=%s act=%s about=%s who=%s commune=%s", *kinds, *ids)


def _entries_of_unreadable(context: ActContext) -> Iterator[LogEntry]:
    """Yield the line of each case that lists have passed over; a search by another word is no further try."""
    # Of what this person would not have found, one line rings for all.
    unseen = list(context.unseen.items())[: not context.unreadable]
    for about, fault in (*context.unreadable.items(), *unseen):
        found = replace(_entry(context), act=Act.CASE_LIST, about=about)
        yield replace(found, outcome=FAILED, reason=type(fault).__name__)


def _run_action(context: ActContext, doing: Action[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run an action; an error that stops it gets the id it was about, for the log."""
    try:
        return doing.do(context, *args, **kwargs)
    except CaseworkError as cause:
        cause.about = cause.about or context.about
        raise


def _entry(context: ActContext) -> LogEntry:
    return LogEntry(
        at=context.crypto.at,
        act=context.permit.act,
        role=context.permit.role,
        who=context.who,
        about=context.about,
        outcome=OK,
        reason=context.reason,
    )
