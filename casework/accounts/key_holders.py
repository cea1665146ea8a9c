"""Agencies with too few key holders, and newcomers who wait to become one: warnings at home and of `casework check`."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from casework.accounts import absence
from casework.audit import freshness
from casework.clock import MICROSECOND
from casework.codelists import agencies
from casework.gate import ActContext
from casework.policy.table import policy
from casework.policy.vocabulary import Role
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import admission
from casework.vault.keys.enrolment.models import Admission
from casework.vault.keys.recovery import sheets
from casework.vault.models import Agency, Member, Wrap
from casework.vault.states import MemberState

MIN_KEY_HOLDERS = 2
DRILLED_DAYS = 180
_DAY = 24 * 3600 * MICROSECOND
_ARRIVALS = select(func.count()).where(
    Admission.commune_id == bindparam("commune"),
    Admission.state == admission.WAITS,
    Admission.agency_id == bindparam("agency"),
    Admission.member_id != bindparam("me"),
)


@dataclass(frozen=True)
class TooFewKeyHolders:
    """An agency whose cases would be lost with one person: its name and how many people hold its key and can come in.

    `away` more hold it and are locked for absence; `soon` of the holders will be within ten days.
    """

    name: str
    holders: int
    away: int = 0
    soon: int = 0


def warnings_for(context: ActContext) -> list[TooFewKeyHolders]:
    """Return the warnings for the home page of a lead, a deputy or an administrator; none for others."""
    told = policy().leads | {Role.ADMINISTRATOR}
    return [] if told.isdisjoint(context.actor.roles) else agencies_at_risk(context.crypto)


def count_unconfirmed(context: ActContext) -> int:
    """Count the newcomers of my agency who wait for confirmation; unverified, it only chooses words on a page."""
    parameters = {"commune": context.commune_id, "agency": context.actor.agency_id, "me": context.me}
    return context.session.execute(_ARRIVALS, parameters).scalar_one()


def agencies_at_risk(crypto: CryptoContext) -> list[TooFewKeyHolders]:
    """Return the agencies with fewer key holders than MIN_KEY_HOLDERS, now or within ten days.

    A recovery drill lately excuses that there is one holder, but not that the others are or will be away: sheets are
    no help to somebody at the door at night.
    """
    needed = agencies.with_two_holders()
    two_holder_agencies = (Agency.commune_id == crypto.commune_id, Agency.kind.in_(needed), Agency.circle.is_(False))
    rows = crypto.session.execute(select(Agency.id, Agency.kind, Agency.name).where(*two_holder_agencies)).all()
    holders, near = _holders(crypto), absence.soon_locked_at(crypto)
    active = Counter(agency_id for agency_id, _, state in holders if state == MemberState.ACTIVE)
    away = Counter(agency_id for agency_id, _, state in holders if state == MemberState.AWAY)
    soon = Counter(agency_id for agency_id, member_id, _ in holders if member_id in near)
    few = [row for row in rows if active[row.id] - soon[row.id] < MIN_KEY_HOLDERS]
    told = [row for row in few if away[row.id] or soon[row.id] or not drilled_lately(crypto, row.id)]
    told.sort(key=lambda row: needed.index(row.kind))
    return [TooFewKeyHolders(row.name, active[row.id], away[row.id], soon[row.id]) for row in told]


def _holders(crypto: CryptoContext) -> list[tuple[UUID, UUID, str]]:
    """Return agency, member and state of everybody who holds the newest key of an agency and may come in, or could."""
    newest_key = (Agency.commune_id == Wrap.commune_id, Agency.id == Wrap.agency_id, Agency.epoch == Wrap.epoch)
    holder = (
        Member.commune_id == Wrap.commune_id,
        Member.id == Wrap.member_id,
        Member.state.in_((MemberState.ACTIVE, MemberState.AWAY)),
    )
    rows = select(Wrap.agency_id, Wrap.member_id, Member.state).join(Agency, and_(*newest_key))
    ours = rows.join(Member, and_(*holder)).where(Wrap.commune_id == crypto.commune_id)
    return [(row.agency_id, row.member_id, row.state) for row in crypto.session.execute(ours)]


def drilled_lately(crypto: CryptoContext, agency_id: UUID) -> bool:
    """Tell whether both recovery sheets of an allowed pair were tried within DRILLED_DAYS."""
    freshness.agency(crypto.session, crypto.commune_id, agency_id)
    return sheets.drilled_since(crypto, agency_id) > crypto.at - DRILLED_DAYS * _DAY
