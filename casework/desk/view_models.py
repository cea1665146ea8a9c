"""What the desk shows, as frozen dataclasses: lines of a list, the page of a case, a section as it was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from casework.cases.commune_merger import MergedCommune
from casework.cases.deaths import DIED
from casework.cases.due_entries import DueEntry
from casework.cases.duty_gaps import DutyGap
from casework.cases.legal_clocks import LegalClock
from casework.cases.merged_cases import MergedCase
from casework.cases.paper_record import PaperRecord
from casework.cases.questions import SectionData
from casework.cases.reporting_delay import FirstHours
from casework.cases.restriction import SealedCaseAtRisk
from casework.cases.sections import Contact, Label
from casework.cases.states import CaseState
from casework.cases.unasked_sections import unasked
from casework.cases.urgent_care import UrgentCare
from casework.codelists import codelist
from casework.desk.due_items import CaseDues
from casework.desk.progress import CaseProgress
from casework.desk.reporting_duty import ReportingDuty
from casework.desk.task_actions import RunningClock
from casework.desk.timeline import TimelineEvent
from casework.intake.actions import Draft
from casework.intake.advice_actions import AdviceContact
from casework.notices.view_models import DueNotice, NoticeBox, NoticeStanding
from casework.oversight.home_panel import OversightPanel
from casework.policy.vocabulary import Section
from casework.referrals.named_view_models import NamedCase
from casework.referrals.promise_view_models import Promises
from casework.referrals.unsent_view_models import MissingGround, UnsentCase, UnsentGrounds
from casework.referrals.view_models import AwaitingReview, Box, UnreadReferral
from casework.retention.actions import ErasureRequest
from casework.sealed import Sealed
from casework.statistics.periods import Period

# So many lines of a list of cases stand on the first page; all of them on a page of their own.
FEW = 3
# What a case may be called in a list, the most pressing first.
IN_DANGER = "danger"
STANDINGS = (IN_DANGER, CaseState.OPEN, CaseState.PRACTICE, CaseState.CLOSED)


class CaseLine(NamedTuple):
    """One line of a list: code and neutral nickname, never a name.

    `standing` is closed, practice, open, or in danger, which stands for an open one. `ours` is false for a case that
    was referred to us. `age_group` is the age in law, or empty. `died` tells that the person has died ("yes"), or that
    a lead is asked for the word that closes the case ("asked").
    """

    id: UUID
    code: str
    nickname: str
    standing: str
    opened: date
    holder: str
    mine: bool
    ours: bool = True
    age_group: str = ""
    holder_id: UUID | None = None
    died: str = ""

    @property
    def is_open(self) -> bool:
        return self.standing != CaseState.CLOSED

    @property
    def practice(self) -> bool:
        return self.standing == CaseState.PRACTICE

    @property
    def urgent(self) -> bool:
        return self.standing == IN_DANGER


@dataclass(frozen=True)
class Home:
    """What stands on a home page: cases in reach, urgent ones first, drafts, the period that waits to be closed.

    `watch` is what the roles of oversight are shown, `arrivals` how many newcomers wait until a colleague
    confirms them, `box` what was referred and `notices` those to the chair, for whom they may be listed;
    of the cases in `untold` the chair has not been told; `again` are those who asked for advice and were promised a
    further talk by today; `clocks` are those of the law that nobody has kept yet; `at_risk` are sealed cases of my own
    that may be lost; the cases in `named` are read by somebody who must not know; `dues` is what is due by their own
    pages, of cases in reach; `progress` is where those stand that are shown.
    `to_compare` are new cases that a lead has not compared with the others yet; `changes` of what is registered of the
    commune and its agencies wait for this person's word; on `duty_gaps` nobody of the agency is on duty, for who
    writes its roster; `merged` is where the commune goes, if anywhere.
    """

    cases: tuple[CaseLine, ...]
    drafts: tuple[Draft, ...]
    waiting: Period | None = None
    contacts_to_renew: frozenset[UUID] = frozenset()
    watch: OversightPanel = field(default_factory=OversightPanel)
    arrivals: int = 0
    changes: int = 0
    merged: MergedCommune | None = None
    box: Box | None = None
    notices: NoticeBox = field(default_factory=lambda: NoticeBox(()))
    untold: tuple[DueNotice, ...] = ()
    endings: tuple[ErasureRequest, ...] = ()
    reviews: tuple[AwaitingReview, ...] = ()
    again: tuple[AdviceContact, ...] = ()
    unsent: tuple[UnsentCase, ...] = ()
    promises: Promises = field(default_factory=Promises)
    clocks: tuple[RunningClock, ...] = ()
    named: tuple[NamedCase, ...] = ()
    at_risk: tuple[SealedCaseAtRisk, ...] = ()
    dues: CaseDues = field(default_factory=CaseDues)
    progress: Mapping[UUID, CaseProgress] = field(default_factory=dict)
    to_compare: tuple[CaseLine, ...] = ()
    duty_gaps: tuple[DutyGap, ...] = ()

    @cached_property
    def by_id(self) -> dict[UUID, CaseLine]:
        return {line.id: line for line in self.cases}

    @cached_property
    def inherited(self) -> list[CaseLine]:
        """Return the open cases taken over from a member who left and still knows the safe contact."""
        return [line for line in self.cases if line.id in self.contacts_to_renew and line.is_open]

    @cached_property
    def urgent(self) -> list[CaseLine]:
        """Return the open cases in which somebody is in danger now."""
        return self._ours(IN_DANGER)

    @cached_property
    def followed(self) -> list[CaseLine]:
        """Return the other open cases of our own; what was referred to us stands among the referrals."""
        return self._ours(CaseState.OPEN)

    @cached_property
    def deaths(self) -> list[CaseLine]:
        """Return the open cases that a lead is asked to close because the person has died."""
        return [line for line in self.open_cases if line.died]

    @property
    def shown(self) -> list[CaseLine]:
        """Return the cases that the first page shows line by line."""
        return [*self.urgent[:FEW], *self.followed[:FEW]]

    @cached_property
    def open_cases(self) -> list[CaseLine]:
        """Return every open case of our own, danger first."""
        return [*self.urgent, *self.followed]

    @cached_property
    def closed(self) -> list[CaseLine]:
        return self._ours(CaseState.CLOSED)

    def _ours(self, standing: str) -> list[CaseLine]:
        return [line for line in self.cases if line.standing == standing and line.ours]


@dataclass(frozen=True)
class Welcome:
    """The home page of a role that works on no case: the panel of oversight, and whom they must tell of violence.

    `changes` of what is registered wait for this person's word; `merged` is where the commune goes, if anywhere.
    """

    watch: OversightPanel
    duty: ReportingDuty | None
    changes: int = 0
    merged: MergedCommune | None = None


@dataclass(frozen=True)
class Opening:
    """Somebody opened or read the case; `at` in microseconds. Of a line that was `altered` nothing else is known."""

    name: str
    act: str
    at: int
    altered: bool = False


@dataclass(frozen=True)
class CasePage:
    """The page of a case: safe contact first, then which sections there are, each opened by a click of its own.

    `counts` says how many entries each section has. `restricted` is true for a case sealed to a circle, and
    `readers` are then the names of those who can open it. `opened_by` is filled for its holder alone. In a case
    that was referred to us `referral_id` is what brought it, and `outdated` are the sections rewritten since. `hours`
    are the first 72 hours after the incident while they may be running, `clocks` those of the law, the first to end
    first. `contacts` are the next ones that were planned. `must_tell` says that the law makes us tell the child
    protection officer, `unprotected` whom to call in danger without a ground to tell the police; `named` are those who
    must not know and read it all the same; `notice` is for who may notify the chair. `names` are those of all members,
    for who wrote what. `unread` is what nobody at its receiver can open, `unsent` is what was said and not sent yet, or
    cut off by the second person, `told` are the kinds of agencies that can read what was sent.
    `merged` are the cases that were merged into it.
    `progress` is where the case stands, `timeline` what happened in it, the newest first. `care` is what a health
    worker is to look at; `near` is where the other person is, a code, if they can be there at once. `outcome` is the
    reason for closing, a code, for whoever may read the plan. `paper` is that from which a case of ours was typed in.
    `has_safety_plan` tells that what to do when something happens is written down.
    """

    line: CaseLine
    label: Label
    contact: Contact | None
    sections: tuple[Section, ...]
    opened_by: tuple[Opening, ...]
    holder: str
    restricted: bool
    writable: frozenset[Section]
    counts: Mapping[Section, int] = field(default_factory=dict)
    readers: tuple[str, ...] = ()
    outdated: frozenset[Section] = frozenset()
    referral_id: UUID | None = None
    hours: FirstHours | None = None
    notice: NoticeStanding | None = None
    clocks: tuple[LegalClock, ...] = ()
    contacts: tuple[DueEntry, ...] = ()
    must_tell: bool = False
    unprotected: MissingGround | None = None
    named: tuple[str, ...] = ()
    unread: tuple[UnreadReferral, ...] = ()
    unsent: UnsentGrounds = field(default_factory=UnsentGrounds)
    told: frozenset[str] = frozenset()
    names: Mapping[UUID, str] = field(default_factory=dict)
    merged: tuple[MergedCase, ...] = ()
    progress: CaseProgress = field(default_factory=CaseProgress)
    timeline: tuple[TimelineEvent, ...] = ()
    care: UrgentCare | None = None
    near: str = ""
    outcome: str = ""
    paper: PaperRecord | None = None
    has_safety_plan: bool = False

    @property
    def died(self) -> bool:
        """Tell whether the person has died, or a lead is asked to close the case for that: nobody is called."""
        return bool(self.label.died) or self.outcome == DIED

    @property
    def unasked(self) -> tuple[Section, ...]:
        """Return what an intake would have asked, after a night sheet; nothing of a closed case or of the dead."""
        return unasked(self.sections, self.writable) if self.line.is_open and not self.died else ()

    @property
    def may_return(self) -> bool:
        """Tell whether a closed case is opened again when the person comes back, not only to set a mistake right."""
        return not self.outcome or codelist("closing_reason").get(self.outcome).flag("may_return")


@dataclass(frozen=True)
class WrittenSection(Sealed):
    """A section as it was written: its data, its revision, who wrote it, when (microseconds), and its case's code.

    `named` gives the words for fields that hold an id, as the trusted address of a stay; `ours` tells whether the case
    is of my own agency or circle, which alone writes its sections. `readers` are the names of the agencies that will
    read at once what is written there; they are looked up for whoever is to write it.
    """

    data: SectionData
    revision: int
    by: str
    at: int
    code: str = ""
    named: Mapping[str, str] = field(default_factory=dict)
    ours: bool = True
    readers: tuple[str, ...] = ()


@dataclass(frozen=True)
class SafeContact(Sealed):
    """How to reach the person without harm: (name, question, answer) in the order of the card.

    `dials` is what a tap on the number does by the safe way: `tel`, `sms`, or nothing. While no safe way is known
    nobody is to be contacted. `lacks_number` tells that the safe way needs a number and none was written down.
    """

    lines: list[tuple[str, str, str | list[str]]]
    may_contact: bool = False
    dials: str = ""
    lacks_number: bool = False
