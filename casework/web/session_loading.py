"""Who is at the browser: reads the cookie, opens the session and the keyring, and locks what has been idle."""

import logging
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from casework import clock
from casework.audit import freshness
from casework.clock import MICROSECOND
from casework.config import Config
from casework.errors import VaultError
from casework.gate import Gate, Person
from casework.policy.permit import Actor
from casework.policy.proof import Proof
from casework.policy.words import Role
from casework.vault.integrity.signed_rows import attach_keys, columns, split_row, verify_row
from casework.vault.keys import sessions
from casework.vault.keys.enrolment.models import Interview
from casework.vault.keys.enrolment.wordlist import fingerprint
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.keyring import Keyring, unwrap
from casework.vault.models import Agency, Commune, Head, Member, SessionRow, Wrap
from casework.vault.states import AgencyState, MemberState

log = logging.getLogger(__name__)
COOKIE = "__Host-phien"
_SEEN_EVERY = 60 * MICROSECOND
State = Literal["open", "locked", "covered", "pending", "waiting", "renew", "ended"]
# The states in which she may be given her keys, and those in which a sealed key is deleted.
_OPEN, _SHUT = frozenset({"open", "renew"}), frozenset({"locked", "covered", "ended"})
_session, _member, _head = SessionRow.__table__, Member.__table__, Head.__table__
_agency, _wrap, _commune = Agency.__table__, Wrap.__table__, Commune.__table__


@dataclass(frozen=True)
class SignedInMember:
    """A signed-in person as pages see her; she has a keyring only while open, or while she must set a new passphrase.

    `due` are the agencies and circles whose key she holds and which must be given a new one. `elsewhere` is when
    somebody signed in to her account after her, in another browser that has not left; 0 if nobody.
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

    @property
    def fingerprint(self) -> str:
        """Return the four words of her key."""
        return fingerprint(self.public_key)

    @property
    def id(self) -> UUID:
        """Return her member id."""
        return self.person.member_id

    @property
    def role(self) -> Role:
        """Return the role that stands first on her card."""
        return self.person.actor.roles[0]


def load_session(gate: Gate, config: Config, cookie: str) -> SignedInMember | None:
    """Return who holds this cookie, or None; an idle session is locked and its sealed key deleted."""
    token = sessions.token_from(cookie)
    if token is None:
        return None
    at = clock.micros()
    with gate.database.read_only() as session:
        try:
            card = _card(gate, session, token)
        except VaultError as cause:
            log.error("fault=%s row=%s", type(cause).__name__, cause.row or "-")
            return None
        state = _state(card, config, at) if card is not None else None
        if card is None or state is None:
            return None
        seed = sessions.seed_of(card.row, token, card.server_keys) if state in _OPEN else None
        present = _presence(session, card, state, seed)
    _note_use(gate, card, present, at)
    return present


@dataclass(frozen=True)
class _Card:
    """What one statement says about a cookie, verified: the session's row, its member with her head."""

    server_keys: ServerKeys
    row: Any
    member: Any
    head: Any
    commune_name: str
    covered: int
    elsewhere: int


def _card(gate: Gate, session: Session, token: sessions.SessionToken) -> _Card | None:
    """Read the card of a token; None for an unknown one, VaultError if any of its rows does not hold."""
    found = session.execute(_CARDS, {"sid": token.sid}).one_or_none()
    if found is None:
        return None
    (row, member, head, commune), (n, mac, covered, elsewhere) = split_row(found[:-4], _CARD_KINDS), found[-4:]
    server_keys = gate.server_keys(row.commune_id)
    verify_row(server_keys, Head, head, 0)
    freshness.require_latest(head, n, mac)
    verify_row(server_keys, Member, member, head.v)
    verify_row(server_keys, SessionRow, row, head.v)
    verify_row(server_keys, Commune, commune, 0)
    return _Card(server_keys, row, member, head, commune.name, covered, elsewhere or 0)


_CARD_KINDS = (SessionRow, Member, Head, Commune)
_other, _interview = _session.alias("other"), Interview.__table__
# These two only choose what a page says; nothing is opened by them.
_COVERED = select(func.count()).where(_interview.c.sid == _session.c.sid).scalar_subquery()
_ELSEWHERE = (
    select(func.max(_other.c.created))
    .where(_other.c.member_id == _session.c.member_id, _other.c.sid != _session.c.sid)
    .where(_other.c.created > _session.c.created, _other.c.factors > 1, _other.c.blob.is_not(None))
    .correlate(_session)
    .scalar_subquery()
)
_CARDS = (
    select(*columns(*_CARD_KINDS), *freshness.newest_line(_head.c.commune_id, _head.c.id), _COVERED, _ELSEWHERE)
    .join(_member, (_member.c.commune_id == _session.c.commune_id) & (_member.c.id == _session.c.member_id))
    .join(_head, (_head.c.commune_id == _member.c.commune_id) & (_head.c.id == _member.c.id))
    .join(_commune, _commune.c.id == _session.c.commune_id)
    .where(_session.c.sid == bindparam("sid"))
)


def _state(card: _Card, config: Config, at: int) -> State | None:
    """Tell what a session is good for now; None if it is good for nothing, as one factor is outside the demo."""
    row, state = card.row, card.member.state
    if state not in (MemberState.ACTIVE, MemberState.WAITING):
        return None
    if row.kind == sessions.PENDING:
        return "pending" if sessions.is_pending(row, at=at) else None
    if row.factors < 2 and not config.demo:
        return None
    if row.kind == sessions.RENEW:
        return "renew" if sessions.is_pending(row, at=at) and row.blob is not None else None
    if not sessions.is_valid(row, at=at, hours=config.session_hours):
        return "ended"
    if row.blob is None or sessions.is_idle(row, at=at, minutes=config.idle_minutes):
        return "covered" if card.covered else "locked"
    if state == MemberState.WAITING:
        return "waiting"
    return "open"


def _presence(session: Session, card: _Card, state: State, seed: bytes | None) -> SignedInMember:
    member = card.member
    agencies, keyring = _agencies(session, card, seed)
    actor = Actor(
        commune_id=member.commune_id,
        member_id=member.id,
        roles=tuple(Role(code) for code in member.roles.split(",")),
        agency_id=member.agency_id,
        circles=frozenset(one.id for one in agencies if one.circle),
    )
    home = next((one.name for one in agencies if one.id == member.agency_id), "")
    return SignedInMember(
        person=Person(actor, member.commune_id, keyring, card.head.v, _proof(card.row)),
        state=state,
        sid=card.row.sid,
        username=member.username,
        name=member.name,
        agency_name=home,
        commune_name=card.commune_name,
        due=frozenset(one.id for one in agencies if one.rotation_due and keyring and one.id in keyring.agencies),
        kind=card.row.kind,
        elsewhere=card.elsewhere,
        public_key=member.public_key,
    )


def _proof(row: Any) -> Proof:
    """Return her newest proof; the quarter of an hour for a new passphrase began with her code and her phone."""
    return Proof(clock.micros() if row.kind == sessions.RENEW else row.stepup, row.stepup_about)


def _agencies(session: Session, card: _Card, seed: bytes | None) -> tuple[list[Any], Keyring | None]:
    """Load her agency and circles with fresh heads and, unless locked, open their keys of the newest epoch."""
    member, server_keys = card.member, card.server_keys
    agencies, keys = [], {}
    ids = {"commune": member.commune_id, "member": member.id, "agency": member.agency_id}
    for row in session.execute(_AGENCIES, ids):
        (agency, head, wrap), (n, mac) = split_row(row[:-2], _AGENCY_KINDS), row[-2:]
        verify_row(server_keys, Head, head, 0)
        freshness.require_latest(head, n, mac)
        verify_row(server_keys, Agency, agency, head.v)
        if wrap.agency_id is not None:
            verify_row(server_keys, Wrap, wrap, head.v)
        elif agency.id != member.agency_id:
            continue
        agencies.append(agency)
        if wrap.agency_id is None or seed is None or agency.state != AgencyState.ACTIVE:
            continue
        ids_of_wrap = {"commune_id": wrap.commune_id, "agency_id": wrap.agency_id, "member_id": wrap.member_id}
        keys[agency.id] = unwrap(seed, wrap.blob, epoch=wrap.epoch, **ids_of_wrap)
    return agencies, Keyring(member_id=member.id, agencies=keys) if seed is not None else None


_AGENCY_KINDS = (Agency, Head, Wrap)
_MINE = and_(_wrap.c.commune_id == bindparam("commune"), _wrap.c.member_id == bindparam("member"))
_AGENCIES = (
    select(*columns(*_AGENCY_KINDS), *freshness.newest_line(_head.c.commune_id, _head.c.id))
    .join(_head, (_head.c.commune_id == _agency.c.commune_id) & (_head.c.id == _agency.c.id))
    .outerjoin(_wrap, and_(_MINE, _wrap.c.agency_id == _agency.c.id, _wrap.c.epoch == _agency.c.epoch))
    .where(
        _agency.c.commune_id == bindparam("commune"),
        or_(_agency.c.id == bindparam("agency"), _agency.c.id.in_(select(_wrap.c.agency_id).where(_MINE))),
    )
    .order_by(_agency.c.id)
)


def _note_use(gate: Gate, card: _Card, present: SignedInMember, at: int) -> None:
    """Write down the use at most once a minute; when the lock falls, delete the sealed key."""
    row = card.row
    shuts = present.state in _SHUT and row.blob is not None
    used = present.state not in _SHUT and present.state != "pending" and at - row.seen >= _SEEN_EVERY
    if not (shuts or used):
        return
    with gate.database.transaction(None, row.commune_id) as session:
        attach_keys(session, card.server_keys)
        freshness.head(session, row.commune_id, present.id)
        found = session.get(SessionRow, row.sid)
        if found is None:
            return
        if shuts:
            found.blob = None
        else:
            found.seen = max(found.seen, at)
