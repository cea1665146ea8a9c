"""Who is at the browser: reads the cookie, opens the session and the keyring, and locks what has been idle."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from casework import clock
from casework.audit import fresh
from casework.clock import MICROSECOND
from casework.config import Config
from casework.errors import NotFound, VaultError
from casework.gate import Gate, Person
from casework.policy.permit import Actor
from casework.policy.words import Role
from casework.vault import sessions
from casework.vault.circles import ACTIVE
from casework.vault.kek import Control
from casework.vault.keyring import Keyring, unwrap
from casework.vault.macs import equip
from casework.vault.models import Agency, Member, SessionRow, Wrap

COOKIE = "__Host-phien"
_SEEN_EVERY = 60 * MICROSECOND
State = Literal["open", "locked"]


@dataclass(frozen=True)
class Presence:
    """A signed-in person as pages see her; while locked she has no keyring."""

    person: Person
    state: State
    sid: bytes
    username: str
    name: str
    agency_name: str
    commune_name: str

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
        owner = sessions.owner_of(session, token.sid)
        if owner is None:
            return None
        control = gate.control(owner[0])
        equip(session, control)
        try:
            member = fresh.member(session, *owner)
            row = session.get_one(SessionRow, token.sid)
        except (NotFound, VaultError):
            return None
        if member.state != ACTIVE:
            return None
        locked = row.blob is None or _over(row, config, at)
        seed = None if locked else sessions.seed_of(row, token, control)
        present = _presence(session, control, member, row, seed)
    _note_use(gate, control, present, row, at, locked=locked)
    return present


def _over(row: SessionRow, config: Config, at: int) -> bool:
    idle = sessions.idle(row, at=at, minutes=config.idle_minutes)
    return idle or not sessions.alive(row, at=at, hours=config.session_hours)


def _presence(session: Session, control: Control, member: Member, row: SessionRow, seed: bytes | None) -> Presence:
    agencies, keyring = _agencies(session, member, seed)
    head = fresh.head(session, member.commune_id, member.id)
    actor = Actor(
        commune_id=member.commune_id,
        member_id=member.id,
        roles=tuple(Role(code) for code in member.roles.split(",")),
        agency_id=member.agency_id,
        circles=frozenset(one.id for one in agencies if one.circle),
    )
    home = next((one.name for one in agencies if one.id == member.agency_id), "")
    return Presence(
        person=Person(actor=actor, commune_id=control.commune_id, keyring=keyring, version=head.v),
        state="open" if seed is not None else "locked",
        sid=row.sid,
        username=member.username,
        name=member.name,
        agency_name=home,
        commune_name=fresh.commune(session, member.commune_id).name,
    )


def _agencies(session: Session, member: Member, seed: bytes | None) -> tuple[list[Agency], Keyring | None]:
    """Load her agency and circles with fresh heads and, unless locked, open their keys of the newest epoch."""
    wraps = select(Wrap.agency_id).where(Wrap.commune_id == member.commune_id, Wrap.member_id == member.id)
    ids = {row[0] for row in session.execute(wraps.distinct())} | ({member.agency_id} if member.agency_id else set())
    agencies = [fresh.agency(session, member.commune_id, agency_id) for agency_id in sorted(ids)]
    if seed is None:
        return agencies, None
    keys = {}
    for agency in agencies:
        wrap = session.get(Wrap, (member.commune_id, member.id, agency.id, agency.epoch))
        if wrap is not None and agency.state == ACTIVE:
            keys[agency.id] = unwrap(
                seed,
                wrap.blob,
                commune_id=member.commune_id,
                agency_id=agency.id,
                epoch=agency.epoch,
                member_id=member.id,
            )
    return agencies, Keyring(member_id=member.id, agencies=keys)


def _note_use(gate: Gate, control: Control, present: Presence, row: SessionRow, at: int, *, locked: bool) -> None:
    """Write down the use at most once a minute; when the lock falls, delete the sealed key."""
    if locked and row.blob is not None:
        with gate.database.work(None, None) as session:
            equip(session, control)
            fresh.head(session, control.commune_id, present.id)
            session.get_one(SessionRow, row.sid).blob = None
    elif not locked and at - row.seen >= _SEEN_EVERY:
        with gate.database.work(None, None) as session:
            session.execute(update(SessionRow).where(SessionRow.sid == row.sid).values(seen=at))
