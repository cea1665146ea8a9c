"""The change of an algorithm: what the server's own keys seal is sealed again here, and agencies are asked to do so.

An agency's envelopes, wraps, links and recovery are sealed again when its key is next renewed, in one commit and in
the hands of somebody who holds it; nobody else could open them. Sessions end. The body of a section is never written
again: its key, in the envelopes, is what is sealed anew.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.audit import fresh
from casework.cases import scope
from casework.gate import Work, action
from casework.office import rekeying
from casework.policy.words import Act
from casework.vault import algorithms, heads, marks, passwords
from casework.vault import bound as hanging
from casework.vault.entry import bound, totp
from casework.vault.entry.models import Interview, Totp
from casework.vault.models import Agency, Envelope, EpochLink, SessionRow, Slot, Wrap
from casework.vault.recovery.models import Recovery, RecoveryPair
from casework.vault.states import AgencyState, EnvelopeKind

_Kind = type[Any]
_RENEWED: tuple[tuple[_Kind, algorithms.Register[Any]], ...] = (
    (EpochLink, algorithms.E1),
    (Wrap, algorithms.E2),
    (Recovery, algorithms.E2),
)


@dataclass(frozen=True)
class Rewrapped:
    """How many blobs were sealed again, how many sessions ended; whose keys and whose sheets are still to be renewed.

    `due` and `sheets` are names of agencies; a circle has none and stands there as an empty one.
    """

    again: int
    ended: int
    due: tuple[str, ...]
    sheets: tuple[str, ...]

    def __bool__(self) -> bool:
        """Tell whether anything was, or is still, to be done."""
        return bool(self.again or self.ended or self.due or self.sheets)


@action(Act.KEYS_REWRAP)
def rewrap(work: Work) -> Rewrapped:
    """Seal again what an earlier algorithm has sealed, or ask for it; run again, it does what is left."""
    rekeying.make_sure(work)
    again = _marks(work)
    ended = 0
    for one in fresh.members(work.hands):
        more, out = _member(work, one.id)
        again, ended = again + more, ended + out
    due, sheets = _agencies(work)
    newest = f"E1 {algorithms.E1.current}, E2 {algorithms.E2.current}"
    work.reason = f"{newest}: {again}, {ended}, {len(due)}"
    return Rewrapped(again, ended, due, sheets)


def _marks(work: Work) -> int:
    commune = fresh.commune(work.session, work.commune_id)
    if not algorithms.E1.outdated(commune.marks):
        return 0
    commune.marks = marks.rewrapped(work.hands.control, work.hands.control, commune)
    return 1


def _member(work: Work, member_id: UUID) -> tuple[int, int]:
    """Seal a member's slots and second factor again; her rows as they were before are never believed again."""
    head = fresh.head(work.session, work.commune_id, member_id)
    member = fresh.member(work.session, work.commune_id, member_id)
    control, old = work.hands.control, algorithms.E1.outdated
    slots = [one for one in bound.rows(work.session, member, Slot) if old(one.blob)]
    phones = [one for one in bound.rows(work.session, member, Totp) if old(one.blob)]
    for slot in slots:
        slot.blob = passwords.rewrapped(control, control, slot)
    for phone in phones:
        phone.blob = totp.rewrapped(control, control, phone)
    ended = [one for one in bound.rows(work.session, member, SessionRow, Interview) if old(one.blob)]
    if slots or phones or ended:
        bound.take(work.session, head, member, ended)
    return len(slots) + len(phones), len(ended)


def _agencies(work: Work) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ask for a new key wherever an earlier algorithm holds something; say which sheets an earlier one has sealed."""
    envelopes, due, sheets = _with_old_envelopes(work), list[str](), list[str]()
    wanted = (Agency.commune_id == work.commune_id, Agency.state != AgencyState.CLOSED)
    for agency_id in work.session.execute(select(Agency.id).where(*wanted).order_by(Agency.name)).scalars().all():
        agency = fresh.agency(work.session, work.commune_id, agency_id)
        rows = hanging.to_agency(work.hands, agency_id)
        if agency_id in envelopes or any(_old(row) for row in rows):
            due.append(agency.name)
            _ask(work, agency)
        if any(isinstance(row, RecoveryPair) and algorithms.E1.outdated(row.blob) for row in rows):
            sheets.append(agency.name)
    return tuple(due), tuple(sheets)


def _ask(work: Work, agency: Agency) -> None:
    if not agency.rotation_due:
        agency.rotation_due = True
        heads.change(work.session, fresh.head(work.session, work.commune_id, agency.id))


def _old(row: Any) -> bool:
    return any(isinstance(row, kind) and register.outdated(row.blob) for kind, register in _RENEWED)


def _with_old_envelopes(work: Work) -> set[UUID]:
    """Find the agencies that hold an envelope of an earlier algorithm; what it holds is verified when it is opened."""
    ours = Envelope.__table__.c.commune_id == work.commune_id
    rows = scope.every(work.permit, Envelope, ours, "agency_id", "kind", "blob").on(work.session)
    kinds = {EnvelopeKind.KEPT: algorithms.E1}
    return {row.agency_id for row in rows if kinds.get(row.kind, algorithms.E2).outdated(row.blob)}
