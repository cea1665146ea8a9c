"""Loads the session behind a session cookie: verifies its token, opens the keyring, and locks an idle session."""

import logging
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from casework import clock, secure_delete
from casework.audit import freshness
from casework.clock import MICROSECOND
from casework.config import Config
from casework.errors import AlteredRows, VaultError
from casework.gate import Gate, Person
from casework.policy.permit import Actor
from casework.policy.step_up import Proof
from casework.policy.vocabulary import Role
from casework.vault.integrity.signed_rows import attach_keys, columns, split_row, verify_row
from casework.vault.keys import sessions, whose_key
from casework.vault.keys.enrolment.models import Interview
from casework.vault.keys.enrolment.passphrase_words import fingerprint
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.keyring import Keyring, unwrap
from casework.vault.models import Agency, Commune, Head, KeptForm, Member, SessionRow, Wrap
from casework.vault.states import AgencyState, MemberState

log = logging.getLogger(__name__)
# The session, and the mark of a browser that somebody has signed in from: random bytes and MACs, no name.
COOKIE, DEVICE = "__Host-phien", "__Host-may"
_SEEN_EVERY = 60 * MICROSECOND
State = Literal["open", "locked", "covered", "pending", "waiting", "away", "renew", "ended"]
# The states in which keys are opened, and those in which the session's sealed key is deleted.
_OPEN, _LOCKED = frozenset({"open", "renew"}), frozenset({"locked", "covered", "ended"})
_STATE_OF_MEMBER: dict[str, State] = {
    MemberState.ACTIVE: "open",
    MemberState.WAITING: "waiting",
}
_session, _member, _head = SessionRow.__table__, Member.__table__, Head.__table__
_agency, _wrap, _commune = Agency.__table__, Wrap.__table__, Commune.__table__


@dataclass(frozen=True)
class SignedInMember:
    """A signed-in member as pages see them, with a keyring only while `open` or `renew`.

    `due` are the agencies and circles whose key they hold and which is due for rotation. `elsewhere` is when a later
    session of the same account began in another browser that has not signed out, in microseconds; 0 without one.
    `kept_forms` is how many forms they have typed into and not sent.
    """

    person: Person
    state: State
    sid: bytes
    username: str
    name: str
    agency_name: str
    commune_name: str
    due: frozenset[UUID] = frozenset()
    kind: str = sessions.FULL
    elsewhere: int = 0
    public_key: bytes = b""
    kept_forms: int = 0

    @property
    def fingerprint(self) -> str:
        """Return the fingerprint of the public key: four words."""
        return fingerprint(self.public_key)

    @property
    def id(self) -> UUID:
        return self.person.member_id

    @property
    def role(self) -> Role:
        return self.person.actor.roles[0]


def load_session(gate: Gate, config: Config, cookie: str) -> SignedInMember | None:
    """Return the member of a session cookie, or None; an idle session is locked and its sealed key deleted.

    Raises VaultError if a row that is not the session's own does not hold: signing in anew would not help.
    """
    token = sessions.token_from(cookie)
    if token is None:
        return None
    at = clock.micros()
    with gate.reading() as session:
        record = _read_record(gate, session, token)
        state = _state(record, config, at) if record is not None else None
        if record is None or state is None:
            return None
        seed = sessions.seed_of(record.row, token, record.server_keys) if state in _OPEN else None
        member = _signed_in_member(session, record, state, seed)
    _record_use(gate, record, member, at)
    return member


@dataclass(frozen=True)
class _Record:
    """What one SQL statement returns about a token, verified: session, member with head, commune."""

    server_keys: ServerKeys
    row: Any
    member: Any
    head: Any
    commune_name: str
    covered: int
    elsewhere: int
    kept_forms: int


def _read_record(gate: Gate, session: Session, token: sessions.SessionToken) -> _Record | None:
    """Read the record of a token; None for an unknown one or one whose own row does not verify.

    Raises VaultError if another of its rows does not verify.
    """
    columns_read = session.execute(_RECORDS, {"sid": token.sid}).one_or_none()
    if columns_read is None:
        return None
    row, member, head, commune = split_row(columns_read[:-5], _RECORD_MODELS)
    newest_number, newest_mac, covered, elsewhere, kept_forms = columns_read[-5:]
    server_keys = gate.server_keys(row.commune_id)
    verify_row(server_keys, Head, head, 0)
    freshness.require_latest(session, head, newest_number, newest_mac)
    verify_row(server_keys, Member, member, head.v)
    freshness.require_own_row(session, head, member)
    verify_row(server_keys, Commune, commune, 0)
    try:
        verify_row(server_keys, SessionRow, row, head.v)
    except VaultError as cause:
        log.error("fault=%s row=%s", type(cause).__name__, cause.row)
        return None
    return _Record(server_keys, row, member, head, commune.name, covered, elsewhere or 0, kept_forms)


_RECORD_MODELS = (SessionRow, Member, Head, Commune)
_other, _interview, _kept = _session.alias("other"), Interview.__table__, KeptForm.__table__
# These three are unverified: they only choose what a page says.
_COVERED = select(func.count()).where(_interview.c.sid == _session.c.sid).scalar_subquery()
_KEPT = select(func.count()).where(_kept.c.member_id == _session.c.member_id).scalar_subquery()
_ELSEWHERE = (
    select(func.max(_other.c.created))
    .where(_other.c.member_id == _session.c.member_id, _other.c.sid != _session.c.sid)
    .where(_other.c.created > _session.c.created, _other.c.factors > 1, _other.c.blob.is_not(None))
    .correlate(_session)
    .scalar_subquery()
)
_RECORDS = (
    select(
        *columns(*_RECORD_MODELS), *freshness.newest_line(_head.c.commune_id, _head.c.id), _COVERED, _ELSEWHERE, _KEPT
    )
    .join(_member, (_member.c.commune_id == _session.c.commune_id) & (_member.c.id == _session.c.member_id))
    .join(_head, (_head.c.commune_id == _member.c.commune_id) & (_head.c.id == _member.c.id))
    .join(_commune, _commune.c.id == _session.c.commune_id)
    .where(_session.c.sid == bindparam("sid"))
)


def _state(record: _Record, config: Config, at: int) -> State | None:
    """Return the state of a session now; None if it is invalid, as with one factor outside the demo."""
    row, state = record.row, record.member.state
    if state not in (MemberState.ACTIVE, MemberState.WAITING, MemberState.AWAY):
        return None
    if row.kind == sessions.PENDING:
        return "pending" if sessions.is_pending(row, at=at) else None
    if row.factors < 2 and not config.demo:
        return None
    if row.kind == sessions.RENEW:
        return "renew" if sessions.is_pending(row, at=at) and row.blob is not None else None
    if not sessions.is_valid(row, at=at, hours=config.session_hours):
        return "ended"
    # Who is away has no screen that could lock: what may be done on a locked one is for who is let in.
    if state == MemberState.AWAY:
        return "away" if sessions.is_at_door(row, at=at) else "ended"
    if row.blob is None or sessions.is_idle(row, at=at, minutes=config.idle_minutes):
        return "covered" if record.covered else "locked"
    return _STATE_OF_MEMBER[state]


def _signed_in_member(session: Session, record: _Record, state: State, seed: bytes | None) -> SignedInMember:
    member = record.member
    agencies, keyring = _agencies_and_keyring(session, record, seed)
    actor = Actor(
        commune_id=member.commune_id,
        member_id=member.id,
        roles=tuple(Role(code) for code in member.roles.split(",")),
        agency_id=member.agency_id,
        circles=frozenset(agency.id for agency in agencies if agency.circle),
    )
    agency_name = next((agency.name for agency in agencies if agency.id == member.agency_id), "")
    return SignedInMember(
        person=Person(actor, member.commune_id, keyring, record.head.v, _proof(record.row)),
        state=state,
        sid=record.row.sid,
        username=member.username,
        name=member.name,
        agency_name=agency_name,
        commune_name=record.commune_name,
        due=frozenset(
            agency.id for agency in agencies if agency.rotation_due and keyring and agency.id in keyring.agencies
        ),
        kind=record.row.kind,
        elsewhere=record.elsewhere,
        public_key=member.public_key,
        kept_forms=record.kept_forms,
    )


def _proof(row: Any) -> Proof:
    """Return the newest step-up; a `renew` session counts as one, as it began with paper code and phone."""
    return Proof(clock.micros() if row.kind == sessions.RENEW else row.stepup, row.stepup_about)


def _agencies_and_keyring(session: Session, record: _Record, seed: bytes | None) -> tuple[list[Any], Keyring | None]:
    """Load the member's agency and circles with their newest heads; with `seed`, unwrap their newest keys."""
    member, server_keys = record.member, record.server_keys
    agencies, keys = [], {}
    ids = {"commune": member.commune_id, "member": member.id, "agency": member.agency_id}
    for row in session.execute(_AGENCIES, ids):
        (agency, head, wrap), (newest_number, newest_mac) = split_row(row[:-2], _AGENCY_MODELS), row[-2:]
        verify_row(server_keys, Head, head, 0)
        freshness.require_latest(session, head, newest_number, newest_mac)
        verify_row(server_keys, Agency, agency, head.v)
        freshness.require_own_row(session, head, agency)
        if wrap.agency_id is not None:
            verify_row(server_keys, Wrap, wrap, head.v)
        elif agency.id != member.agency_id:
            continue
        elif not whose_key.is_whole(session, head):
            raise AlteredRows(row="wrap")
        agencies.append(agency)
        if wrap.agency_id is None or seed is None or agency.state != AgencyState.ACTIVE:
            continue
        ids_of_wrap = {"commune_id": wrap.commune_id, "agency_id": wrap.agency_id, "member_id": wrap.member_id}
        keys[agency.id] = unwrap(seed, wrap.blob, epoch=wrap.epoch, **ids_of_wrap)
    return agencies, Keyring(member_id=member.id, agencies=keys) if seed is not None else None


_AGENCY_MODELS = (Agency, Head, Wrap)
_OWN_WRAPS = and_(_wrap.c.commune_id == bindparam("commune"), _wrap.c.member_id == bindparam("member"))
_AGENCIES = (
    select(*columns(*_AGENCY_MODELS), *freshness.newest_line(_head.c.commune_id, _head.c.id))
    .join(_head, (_head.c.commune_id == _agency.c.commune_id) & (_head.c.id == _agency.c.id))
    .outerjoin(_wrap, and_(_OWN_WRAPS, _wrap.c.agency_id == _agency.c.id, _wrap.c.epoch == _agency.c.epoch))
    .where(
        _agency.c.commune_id == bindparam("commune"),
        or_(_agency.c.id == bindparam("agency"), _agency.c.id.in_(select(_wrap.c.agency_id).where(_OWN_WRAPS))),
    )
    .order_by(_agency.c.id)
)


def _record_use(gate: Gate, record: _Record, member: SignedInMember, at: int) -> None:
    """Write the time of use at most once a minute; delete the sealed key of a session that locks."""
    row = record.row
    locks = member.state in _LOCKED and row.blob is not None
    used = member.state not in _LOCKED and member.state != "pending" and at - row.seen >= _SEEN_EVERY
    if not (locks or used):
        return
    with gate.database.transaction(None, row.commune_id) as session:
        attach_keys(session, record.server_keys)
        freshness.head(session, row.commune_id, member.id)
        stored = session.get(SessionRow, row.sid)
        if stored is None:
            return
        if locks:
            stored.blob = None
            secure_delete.request(session)
        else:
            stored.seen = max(stored.seen, at)
