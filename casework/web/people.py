"""Who is at the browser: reads the cookie, opens the session and the keyring, and locks what has been idle."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from casework import clock
from casework.audit import fresh
from casework.clock import MICROSECOND
from casework.config import Config
from casework.errors import VaultError
from casework.gate import Gate, Person
from casework.policy.permit import Actor
from casework.policy.words import Role
from casework.vault import sessions
from casework.vault.circles import ACTIVE
from casework.vault.kek import Control
from casework.vault.keyring import Keyring, unwrap
from casework.vault.macs import check, columns, equip, taken_apart
from casework.vault.models import Agency, Commune, Head, Member, SessionRow, Wrap

COOKIE = "__Host-phien"
_SEEN_EVERY = 60 * MICROSECOND
State = Literal["open", "locked"]
_session, _member, _head = SessionRow.__table__, Member.__table__, Head.__table__
_agency, _wrap, _commune = Agency.__table__, Wrap.__table__, Commune.__table__


@dataclass(frozen=True)
class Presence:
    """A signed-in person as pages see her; while locked she has no keyring.

    `due` are the agencies and circles whose key she holds and which must be given a new one.
    """

    person: Person
    state: State
    sid: bytes
    username: str
    name: str
    agency_name: str
    commune_name: str
    due: frozenset[UUID] = frozenset()

    @property
    def id(self) -> UUID:
        """Return her member id."""
        return self.person.member_id

    @property
    def role(self) -> Role:
        """Return the role that stands first on her card."""
        return self.person.actor.roles[0]


def recognise(gate: Gate, config: Config, cookie: str) -> Presence | None:
    """Return who holds this cookie, or None; an idle session is locked and its sealed key deleted."""
    token = sessions.token_from(cookie)
    if token is None:
        return None
    at = clock.micros()
    with gate.database.look() as session:
        try:
            card = _card(gate, session, token)
        except VaultError:
            return None
        if card is None or card.member.state != ACTIVE:
            return None
        locked = card.row.blob is None or _over(card.row, config, at)
        seed = None if locked else sessions.seed_of(card.row, token, card.control)
        present = _presence(session, card, seed)
    _note_use(gate, card, present, at, locked=locked)
    return present


@dataclass(frozen=True)
class _Card:
    """What one statement says about a cookie, verified: the session's row, its member with her head."""

    control: Control
    row: Any
    member: Any
    head: Any
    commune_name: str


def _card(gate: Gate, session: Session, token: sessions.Token) -> _Card | None:
    """Read the card of a token; None for an unknown one, VaultError if any of its rows does not hold."""
    found = session.execute(_CARDS, {"sid": token.sid}).one_or_none()
    if found is None:
        return None
    (row, member, head, commune), (n, mac) = taken_apart(found[:-2], _CARD_KINDS), found[-2:]
    control = gate.control(row.commune_id)
    check(control, Head, head, 0)
    fresh.believe(head, n, mac)
    check(control, Member, member, head.v)
    check(control, SessionRow, row, head.v)
    check(control, Commune, commune, 0)
    return _Card(control, row, member, head, commune.name)


_CARD_KINDS = (SessionRow, Member, Head, Commune)
_CARDS = (
    select(*columns(*_CARD_KINDS), *fresh.newest_line(_head.c.commune_id, _head.c.id))
    .join(_member, (_member.c.commune_id == _session.c.commune_id) & (_member.c.id == _session.c.member_id))
    .join(_head, (_head.c.commune_id == _member.c.commune_id) & (_head.c.id == _member.c.id))
    .join(_commune, _commune.c.id == _session.c.commune_id)
    .where(_session.c.sid == bindparam("sid"))
)


def _over(row: Any, config: Config, at: int) -> bool:
    idle = sessions.idle(row, at=at, minutes=config.idle_minutes)
    return idle or not sessions.alive(row, at=at, hours=config.session_hours)


def _presence(session: Session, card: _Card, seed: bytes | None) -> Presence:
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
    return Presence(
        person=Person(actor=actor, commune_id=member.commune_id, keyring=keyring, version=card.head.v),
        state="open" if seed is not None else "locked",
        sid=card.row.sid,
        username=member.username,
        name=member.name,
        agency_name=home,
        commune_name=card.commune_name,
        due=frozenset(one.id for one in agencies if one.rotation_due and keyring and one.id in keyring.agencies),
    )


def _agencies(session: Session, card: _Card, seed: bytes | None) -> tuple[list[Any], Keyring | None]:
    """Load her agency and circles with fresh heads and, unless locked, open their keys of the newest epoch."""
    member, control = card.member, card.control
    agencies, keys = [], {}
    ids = {"commune": member.commune_id, "member": member.id, "agency": member.agency_id}
    for row in session.execute(_AGENCIES, ids):
        (agency, head, wrap), (n, mac) = taken_apart(row[:-2], _AGENCY_KINDS), row[-2:]
        check(control, Head, head, 0)
        fresh.believe(head, n, mac)
        check(control, Agency, agency, head.v)
        if wrap.agency_id is not None:
            check(control, Wrap, wrap, head.v)
        elif agency.id != member.agency_id:
            continue
        agencies.append(agency)
        if wrap.agency_id is None or seed is None or agency.state != ACTIVE:
            continue
        ids_of_wrap = {"commune_id": wrap.commune_id, "agency_id": wrap.agency_id, "member_id": wrap.member_id}
        keys[agency.id] = unwrap(seed, wrap.blob, epoch=wrap.epoch, **ids_of_wrap)
    return agencies, Keyring(member_id=member.id, agencies=keys) if seed is not None else None


_AGENCY_KINDS = (Agency, Head, Wrap)
_MINE = and_(_wrap.c.commune_id == bindparam("commune"), _wrap.c.member_id == bindparam("member"))
_AGENCIES = (
    select(*columns(*_AGENCY_KINDS), *fresh.newest_line(_head.c.commune_id, _head.c.id))
    .join(_head, (_head.c.commune_id == _agency.c.commune_id) & (_head.c.id == _agency.c.id))
    .outerjoin(_wrap, and_(_MINE, _wrap.c.agency_id == _agency.c.id, _wrap.c.epoch == _agency.c.epoch))
    .where(
        _agency.c.commune_id == bindparam("commune"),
        or_(_agency.c.id == bindparam("agency"), _agency.c.id.in_(select(_wrap.c.agency_id).where(_MINE))),
    )
    .order_by(_agency.c.id)
)


def _note_use(gate: Gate, card: _Card, present: Presence, at: int, *, locked: bool) -> None:
    """Write down the use at most once a minute; when the lock falls, delete the sealed key."""
    row = card.row
    if locked and row.blob is not None:
        with gate.database.work(None, None) as session:
            equip(session, card.control)
            fresh.head(session, row.commune_id, present.id)
            session.get_one(SessionRow, row.sid).blob = None
    elif not locked and at - row.seen >= _SEEN_EVERY:
        with gate.database.work(None, None) as session:
            session.execute(update(SessionRow).where(SessionRow.sid == row.sid).values(seen=at))
