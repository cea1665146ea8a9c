"""The states of cases, grounds, referrals and trusted addresses, as they stand in the rows; values never change."""

from enum import StrEnum


class CaseState(StrEnum):
    """Advice alone, a draft, open, closed, void (opened by mistake and set aside), or practice: nobody's true story."""

    ADVICE = "advice"
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    VOID = "void"
    PRACTICE = "practice"


class GroundState(StrEnum):
    """Live, under review, set aside or withdrawn; a consent that carries nothing has its code of `consent_state`.

    What is set aside was recorded and is not to be sent: nothing rests on it, and no list asks for it any more.
    One under review carries as a live one does, and waits for the second person's word: routing needs to know that, no
    key to tell it.
    """

    LIVE = "live"
    REVIEW = "review"
    SET_ASIDE = "set_aside"
    WITHDRAWN = "withdrawn"


class ReferralState(StrEnum):
    """From sent to done, or how else it ended; `over` is what was done and may no longer be read."""

    SENT = "sent"
    OPENED = "opened"
    ACCEPTED = "accepted"
    ASKED = "asked"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OVER = "over"


class NoticeState(StrEnum):
    """From sent to answered; told by word; or for the level above, which waits for a call (`kin`) or was told (`city`).

    A notice is `kin` where everybody who would read it must not know of the case; `set_aside` is one that is not given,
    with a reason.
    """

    SENT = "sent"
    OPENED = "opened"
    ASSIGNED = "assigned"
    ANSWERED = "answered"
    SPOKEN = "spoken"
    KIN = "kin"
    CITY = "city"
    SET_ASIDE = "set_aside"
    WITHDRAWN = "withdrawn"


class AddressState(StrEnum):
    """Active; paused, when it takes nobody in for a while; or retired: kept for the cases that came from it."""

    ACTIVE = "active"
    PAUSED = "paused"
    RETIRED = "retired"


CARRYING_GROUND = frozenset({GroundState.LIVE, GroundState.REVIEW})
# While a referral is in one of these states its receiver gets new revisions of what was agreed; in `done` it keeps
# what it has until the ground ends or the case closes.
LIVE_REFERRAL = frozenset({ReferralState.SENT, ReferralState.OPENED, ReferralState.ACCEPTED, ReferralState.ASKED})
READABLE = LIVE_REFERRAL | {ReferralState.DONE}
# The chairs who are named read a notice in these states; while it is unfinished no second one is sent.
READABLE_NOTICE = frozenset({NoticeState.SENT, NoticeState.OPENED, NoticeState.ASSIGNED, NoticeState.ANSWERED})
UNFINISHED_NOTICE = frozenset({NoticeState.SENT, NoticeState.OPENED, NoticeState.ASSIGNED, NoticeState.KIN})
