"""Agencies with too few key holders, and newcomers who wait to become one: warnings at home and of `casework check`."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, bindparam, func, select

from casework.audit import freshness
from casework.clock import MICROSECOND
from casework.codelists import agencies
from casework.gate import ActContext
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
    """An agency whose cases would be lost with one person: its name and how many people hold its key."""

    name: str
    holders: int


def warnings_for(context: ActContext) -> list[TooFewKeyHolders]:
    """Return the warnings for the home page of a lead or an administrator; none for others."""
    return agencies_at_risk(context.crypto) if {Role.LEAD, Role.ADMINISTRATOR} & set(context.actor.roles) else []


def count_unconfirmed(context: ActContext) -> int:
    """Count the newcomers of my agency who wait for confirmation; unverified, it only chooses words on a page."""
    parameters = {"commune": context.commune_id, "agency": context.actor.agency_id, "me": context.me}
    return context.session.execute(_ARRIVALS, parameters).scalar_one()


def agencies_at_risk(crypto: CryptoContext) -> list[TooFewKeyHolders]:
    """Return the agencies with fewer key holders than MIN_KEY_HOLDERS and without a recovery drill lately."""
    needed = agencies.with_two_holders()
    two_holder_agencies = (Agency.commune_id == crypto.commune_id, Agency.kind.in_(needed), Agency.circle.is_(False))
    rows = crypto.session.execute(select(Agency.id, Agency.kind, Agency.name).where(*two_holder_agencies)).all()
    held = _active_holders(crypto)
    few = [row for row in sorted(rows, key=lambda row: needed.index(row.kind)) if held[row.id] < MIN_KEY_HOLDERS]
    return [TooFewKeyHolders(row.name, held[row.id]) for row in few if not drilled_lately(crypto, row.id)]


def _active_holders(crypto: CryptoContext) -> Counter[UUID]:
    """Count for each agency the active members who hold its newest key."""
    newest_key = (Agency.commune_id == Wrap.commune_id, Agency.id == Wrap.agency_id, Agency.epoch == Wrap.epoch)
    active_holder = (
        Member.commune_id == Wrap.commune_id,
        Member.id == Wrap.member_id,
        Member.state == MemberState.ACTIVE,
    )
    rows = select(Wrap.agency_id).join(Agency, and_(*newest_key)).join(Member, and_(*active_holder))
    return Counter(crypto.session.execute(rows.where(Wrap.commune_id == crypto.commune_id)).scalars())


def drilled_lately(crypto: CryptoContext, agency_id: UUID) -> bool:
    """Tell whether both recovery sheets of an allowed pair were tried within DRILLED_DAYS."""
    freshness.agency(crypto.session, crypto.commune_id, agency_id)
    return sheets.drilled_since(crypto, agency_id) > crypto.at - DRILLED_DAYS * _DAY
