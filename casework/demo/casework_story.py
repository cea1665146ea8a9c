"""Fourteen months of casework in the demo: every act goes through the gate, in the order of time."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from casework import clock
from casework.accounts import sign_in_actions, sign_in_before_gate
from casework.accounts.sign_in_actions import Unwrapped
from casework.addresses.actions import add_address
from casework.cases import risk_level
from casework.cases.deaths import DIED
from casework.cases.sections import Shelter
from casework.cases.task_entry import Task
from casework.clock import MICROSECOND
from casework.config import Config
from casework.demo.content import DemoAddress, DemoCase, DemoDraft
from casework.demo.notice_story import NoticeStory
from casework.demo.referral_story import ReferralStory
from casework.demo.visits import DemoSession, Visit, moment
from casework.desk import actions as desk
from casework.desk import due_actions, due_items
from casework.gate import Gate
from casework.intake import actions as intake

_STEP = MICROSECOND // 5
_MINUTE = 60 * MICROSECOND
# Nothing happens in the last minutes before the present.
_LAST_VISIT_BEFORE = 15 * _MINUTE
# Cases are opened between these minutes of a day; the pace spreads them over it.
_OPENS, _OPEN_FOR, _PACE = 7 * 60 + 10, 12 * 60, 97
_LEAD_READS_EVERY = 6
# Who does not sign out leaves a session that is deleted a day later; recent visits end with signing out, so that nobody
# seems to be at work still.
_SIGNS_OUT_WITHIN = 30 * 24 * 60 * _MINUTE
# After so many days the danger of a case is over, as its last note says.
_DANGER_DAYS = 60
# A case that stays open longer is still followed up in the last days.
_FOLLOWED_AFTER_DAYS = 14


class StoryClock:
    """The clock while the demo is built: at the moment of the story, and a little later whenever it is read."""

    def __init__(self, at: int) -> None:
        self._at = at

    def __call__(self) -> int:
        self._at += _STEP
        return self._at

    def go_to(self, at: int) -> None:
        """Go on to a later moment; the story never goes back."""
        self._at = max(self._at, at)


@dataclass(frozen=True)
class Cast:
    """The members who act in the demo: ids and unwrapped keys by username, and the lead who reads the cases of others.

    `present` is the moment (microseconds) at which the story ends.
    """

    commune_id: UUID
    ids: Mapping[str, UUID]
    opened: Mapping[str, Unwrapped]
    lead: str
    present: int


def perform_visits(gate: Gate, config: Config, cast: Cast, visits: Sequence[Visit], story_clock: StoryClock) -> None:
    """Sign a member in, perform visits of theirs in one session, and sign them out if these are recent."""
    story_clock.go_to(visits[0].at)
    keys = cast.opened[visits[0].username]
    signed_in = gate.perform(sign_in_before_gate.visitor(cast.commune_id), sign_in_actions.sign_in, keys, before=None)
    session = DemoSession(gate, config, keys, signed_in.token)
    for visit in visits:
        story_clock.go_to(visit.at)
        visit.do(session)
    if visits[-1].at > cast.present - _SIGNS_OUT_WITHIN:
        session.perform(sign_in_actions.sign_out, session.token.sid)


def register_addresses(
    gate: Gate, config: Config, cast: Cast, addresses: Sequence[DemoAddress], story_clock: StoryClock
) -> dict[str, UUID]:
    """Let the lead write the register of trusted addresses; return the ids by the keys that the cases use."""
    ids: dict[str, UUID] = {}

    def fill(session: DemoSession) -> None:
        for address in addresses:
            ids[address.key] = session.perform(add_address, address.entry)

    perform_visits(gate, config, cast, [Visit(clock.micros(), cast.lead, fill)], story_clock)
    return ids


class CaseStory:
    """The cases as visits; a case's id is known once its intake has been recorded."""

    def __init__(self, cast: Cast, addresses: Mapping[str, UUID]) -> None:
        """Act with this cast up to the present; `addresses` are the ids of the register by key."""
        self._cast, self._addresses = cast, addresses
        self._today, self._latest = clock.local(cast.present).date(), cast.present - _LAST_VISIT_BEFORE
        self._case_ids: dict[int, UUID] = {}
        self._notices = NoticeStory(self._case_ids)
        self._referrals = ReferralStory(self._case_ids, lead=cast.lead)

    def visits(self, cases: Sequence[DemoCase], drafts: Sequence[DemoDraft]) -> list[Visit]:
        """Return every visit of all cases, and of the unfinished intakes."""
        visits = [visit for number, case in enumerate(cases) for visit in self._visits(number, case)]
        return [*visits, *(self._draft_visit(draft) for draft in drafts)]

    def _visits(self, number: int, case: DemoCase) -> Iterator[Visit]:
        minute = _OPENS + number * _PACE % _OPEN_FOR
        day = self._today - timedelta(days=case.days_ago)

        def at(after_days: int, later: int = 0) -> int:
            return min(moment(day + timedelta(days=after_days), minute + later), self._latest)

        yield Visit(at(0), case.opened_by, lambda session: self._open(session, number, case, day))
        lead_reads = case.of_the_union and not case.circle and case.opened_by != self._cast.lead
        if lead_reads and number % _LEAD_READS_EVERY == 0:
            yield Visit(at(0, 40), self._cast.lead, lambda session: self._read(session, number))
        for note in case.notes:
            yield Visit(at(note.after_days), case.opened_by, self._add_note(number, note.words))
        if case.answers.danger == "yes" and case.notes and case.days_ago > _DANGER_DAYS:
            yield Visit(at(case.notes[-1].after_days, 10), case.opened_by, self._end_danger(number))
        yield from self._notices.visits(number, case, at)
        yield from self._referrals.visits(number, case, at)
        if not case.ending and case.days_ago > _FOLLOWED_AFTER_DAYS:
            yield Visit(at(case.days_ago - 1 - number % 5, 30), case.opened_by, self._follow_up(number, case, day))
        if case.ending:
            closes = self._cast.lead if case.ending.reason == DIED and not case.circle else case.opened_by
            yield Visit(at(case.ending.after_days, 20), closes, self._close_case(number, case))

    def _draft_visit(self, draft: DemoDraft) -> Visit:
        at = min(moment(self._today - timedelta(days=draft.days_ago), _OPENS), self._latest)

        def begin(session: DemoSession) -> None:
            session.perform(intake.start_draft, {0: {"at": [str(clock.micros())]}, **draft.pages})

        return Visit(at, draft.by, begin)

    def _open(self, session: DemoSession, number: int, case: DemoCase, day: date) -> None:
        """Record the intake as a counsellor does: a draft first, encrypted to its agency or circle, then the case."""
        circle = [self._cast.ids[name] for name in case.circle if name != case.opened_by]
        draft = session.perform(intake.start_draft, {}, circle=circle)
        incident = replace(
            case.answers.incident,
            happened_on=(day - timedelta(days=case.happened_before)).isoformat(),
            recorded_at=clock.local(clock.micros()).strftime("%Y-%m-%d %H:%M"),
        )
        assessment = replace(
            case.answers.assessment, next_review=risk_level.review_by(case.answers.assessment.level, day)
        )
        shelter = Shelter(address_id=str(self._addresses[case.address]))
        answers = replace(case.answers, incident=incident, shelter=shelter, assessment=assessment)
        self._case_ids[number] = session.perform(intake.open_case, draft, answers)

    def _read(self, session: DemoSession, number: int) -> None:
        session.perform(desk.read_case, self._case_ids[number])

    def _add_note(self, number: int, words: str) -> Callable[[DemoSession], None]:
        def note(session: DemoSession) -> None:
            self._read(session, number)
            session.perform(desk.add_note, self._case_ids[number], words)

        return note

    def _follow_up(self, number: int, case: DemoCase, day: date) -> Callable[[DemoSession], None]:
        """Look at the level again, and agree on the next contact: for some it is due today, for a few it was."""

        def follow(session: DemoSession) -> None:
            case_id, level = self._case_ids[number], case.answers.assessment.level
            if level:
                review = due_items.item_id(case_id, due_items.REVIEW, risk_level.review_by(level, day))
                session.perform(due_actions.record_done, case_id, review)
            again = clock.today() + timedelta(days=2 + number % 7)
            session.perform(due_actions.plan_contact, case_id, Task(due_on=again.isoformat(), how="call"))

        return follow

    def _end_danger(self, number: int) -> Callable[[DemoSession], None]:
        def calm(session: DemoSession) -> None:
            case = session.perform(desk.read_case, self._case_ids[number])
            session.perform(desk.write_section, self._case_ids[number], replace(case.label, danger="no"), base=1)

        return calm

    def _close_case(self, number: int, case: DemoCase) -> Callable[[DemoSession], None]:
        def close(session: DemoSession) -> None:
            if case.ending:
                reason, words = case.ending.reason, case.ending.words
                after = "Không có cháu nhỏ nào." if reason == DIED else ""
                session.perform(
                    desk.close_case,
                    self._case_ids[number],
                    outcome=reason,
                    words=words,
                    danger_over=words,
                    children_after=after,
                )

        return close
