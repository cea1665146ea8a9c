"""The states of members and agencies and the kinds of envelopes, as they stand in the rows; values never change."""

from enum import StrEnum


class MemberState(StrEnum):
    """Invited without a key, waiting for a colleague to confirm it, active, locked, locked for absence, or gone."""

    INVITED = "invited"
    WAITING = "waiting"
    ACTIVE = "active"
    LOCKED = "locked"
    AWAY = "away"
    LEFT = "left"


class AgencyState(StrEnum):
    """New: nothing is encrypted to it yet; active; closed: a circle that was lifted."""

    NEW = "new"
    ACTIVE = "active"
    CLOSED = "closed"


class Detail(StrEnum):
    """What is registered of a commune and its agencies, and changes without any key; the calendar lies in a file."""

    COMMUNE_NAME = "commune_name"
    HAMLETS = "hamlets"
    AGENCY_NAME = "agency_name"
    DUTY_PHONE = "duty_phone"
    CALENDAR = "calendar"
    MERGED = "merged"


class EnvelopeKind(StrEnum):
    """Kept: encrypted under the safe key of the reader's agency; sent: encrypted to its public key."""

    KEPT = "kept"
    SENT = "sent"
