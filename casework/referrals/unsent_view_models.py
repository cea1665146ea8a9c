"""What was said and has not been sent, as the first page, the page of a case and the step show it."""

from dataclasses import dataclass
from uuid import UUID

from casework.cases.duty_numbers import CallOrder
from casework.codelists import codelist
from casework.notices.view_models import Proposal
from casework.referrals.preview_view_models import Preview
from casework.referrals.view_models import GroundLine


@dataclass(frozen=True)
class UnsentGrounds:
    """What was said of an open case and never sent: it can go now, it waits for a second person, or they refused it."""

    sendable: tuple[GroundLine, ...] = ()
    held_back: tuple[GroundLine, ...] = ()
    disagreed: tuple[GroundLine, ...] = ()

    @property
    def lines(self) -> tuple[GroundLine, ...]:
        return (*self.sendable, *self.held_back, *self.disagreed)

    @property
    def receivers(self) -> tuple[str, ...]:
        """Return to whom (codes of agencies) something was said and nothing was sent."""
        return tuple(dict.fromkeys(line.entry.receiver for line in self.lines if not line.cut_off))

    @property
    def refused(self) -> tuple[tuple[str, str], ...]:
        """Return the receivers about whom the second person said no before anything was sent, each with why."""
        return tuple((line.entry.receiver, line.entry.review_words) for line in self.disagreed if not line.cut_off)

    @property
    def cut_off(self) -> tuple[tuple[str, str], ...]:
        """Return the receivers who no longer read what they were sent, for the second person said no, and why."""
        return tuple((line.entry.receiver, line.entry.review_words) for line in self.disagreed if line.cut_off)


@dataclass(frozen=True)
class UnsentCase:
    """A case in the list of what was said and not sent: to whom (codes of agencies), and since when (microseconds).

    `receivers` can be sent something now, `waiting` not before a second person has looked; `disagreed` are those about
    whom the second person said no, each with why, and `cut_off` those who had been sent it before that.
    """

    case_id: UUID
    code: str
    danger: bool
    receivers: tuple[str, ...]
    since: int
    waiting: tuple[str, ...] = ()
    disagreed: tuple[tuple[str, str], ...] = ()
    cut_off: tuple[tuple[str, str], ...] = ()

    @property
    def only_cut_off(self) -> bool:
        """Tell whether nothing is unsent, and all that there is to know is that something ended."""
        return not (self.receivers or self.waiting or self.disagreed)


@dataclass(frozen=True)
class MissingGround:
    """An agency that no ground lets us tell although there is danger: whom to call there.

    `kin` are those there who must not know and may answer; `child` tells that an article makes us tell of a child.
    """

    numbers: CallOrder
    kin: tuple[str, ...]
    child: bool


@dataclass(frozen=True)
class UnsentPage:
    """Everything of a case that was said and has not been sent: a preview for each receiver, and the chair's notice.

    `needs` are the needs that were written down, by which the letters are proposed; `unprotected` says whom to
    call where there is danger now and no ground lets the police be told, `must_tell` that none lets us tell who
    protects children; `held_back` are consents that wait for a second person,
    `disagreed` what the second person refused and nothing has replaced.
    """

    case_id: UUID
    code: str
    nickname: str
    danger: bool
    needs: tuple[str, ...]
    previews: tuple[Preview, ...]
    held_back: tuple[GroundLine, ...] = ()
    disagreed: tuple[GroundLine, ...] = ()
    unprotected: MissingGround | None = None
    must_tell: bool = False
    notice: Proposal | None = None

    @property
    def sends(self) -> bool:
        """Tell whether anything can be sent from here now."""
        return bool(self.previews) or self.notice is not None

    @property
    def is_empty(self) -> bool:
        return not (self.sends or self.held_back or self.disagreed)

    def asks(self, receiver: str) -> list[str]:
        """Return what an agency (code) is proposed to be asked for: of what it helps with the needs, or the first."""
        helped = [need.code for need in codelist("need").active() if need.text("agency") == receiver]
        return [code for code in helped if code in self.needs] or helped[:1]
