"""The states of members and agencies and the kinds of envelopes, as they stand in the rows; values never change."""

from enum import StrEnum


class MemberState(StrEnum):
    """Invited without a key, waiting for a colleague's word, active, locked for now, or gone."""

    INVITED = "invited"
    WAITING = "waiting"
    ACTIVE = "active"
    LOCKED = "locked"
    LEFT = "left"


class AgencyState(StrEnum):
    """New: nothing is sealed to it yet; active; closed: a circle that was lifted."""

    NEW = "new"
    ACTIVE = "active"
    CLOSED = "closed"


class EnvelopeKind(StrEnum):
    """Kept: sealed under the safe key of an agency of one's own; sent: sealed to another's public key."""

    KEPT = "kept"
    SENT = "sent"
