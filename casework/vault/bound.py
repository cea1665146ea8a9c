"""The rows that are bound to the head of an agency or of a member, and are signed again when its version rises."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.vault.entry.models import Admission, Interview, Totp
from casework.vault.hands import Hands
from casework.vault.macs import Maced
from casework.vault.models import Agency, AgencyEpoch, EpochLink, Member, SessionRow, Slot, Wrap
from casework.vault.recovery.models import Recovery, RecoveryOfficer, RecoveryPair

OF_AGENCY: tuple[type[Any], ...] = (Agency, AgencyEpoch, EpochLink, Wrap, Recovery, RecoveryOfficer, RecoveryPair)
OF_MEMBER: tuple[type[Any], ...] = (Member, Slot, Totp, Admission, SessionRow, Interview)


def to_agency(hands: Hands, agency_id: UUID) -> list[Any]:
    """Load every row that hangs on an agency; its head must have been loaded fresh."""
    return _bound(hands, OF_AGENCY, "agency_id", agency_id)


def to_member(hands: Hands, member_id: UUID) -> list[Any]:
    """Load every row that hangs on a member; her head must have been loaded fresh."""
    return _bound(hands, OF_MEMBER, "member_id", member_id)


def _bound(hands: Hands, kinds: tuple[type[Any], ...], column: str, head_id: UUID) -> list[Maced]:
    found: list[Maced] = []
    for kind in kinds:
        own = kind.id if kind in (Agency, Member) else getattr(kind, column)
        rows = select(kind).where(kind.commune_id == hands.commune_id, own == head_id)
        found += hands.session.execute(rows).scalars()
    return found
