"""The notices to the chair in the demo: told within minutes of each intake, taken up, assigned, and answered."""

from collections.abc import Callable, Iterator, Mapping
from uuid import UUID

from casework.cases.states import NoticeState
from casework.demo.content import DemoCase, NoticeCourse, demo_people, notice_courses, office_of
from casework.demo.visits import DemoSession, Visit
from casework.notices import actions as notices

At = Callable[[int, int], int]
_CHAIRMAN = "chairman"
# The newest notices are not all taken up yet.
_NEW_DAYS, _IN_HAND_DAYS = 3, 14


class NoticeStory:
    """The notices of all cases; a case's id is known once its intake has been recorded."""

    def __init__(self, cases: Mapping[int, UUID]) -> None:
        """Tell the chair of cases by their ids, keyed by their numbers in the story."""
        self._case_ids, self._chair = cases, office_of(_CHAIRMAN).username
        self._chairs = {person.username for person in demo_people() if person.agency == _CHAIRMAN}

    def visits(self, number: int, case: DemoCase, at: At) -> Iterator[Visit]:
        """Return the visits for the notice of one case; who asked for advice alone has reported nothing."""
        if case.opened_by in self._chairs:
            return
        if case.answers.only_counselling == "yes" or not case.answers.incident.acts:
            return
        yield Visit(at(0, 3), case.opened_by, lambda session: self._tell(session, number))
        if case.days_ago > _NEW_DAYS:
            yield Visit(at(0, 15), self._chair, lambda session: self._take_up(session, number))
        if case.days_ago > _IN_HAND_DAYS:
            yield Visit(at(1, 45), self._chair, lambda session: self._answer(session, number))
            yield Visit(at(2, 30), case.opened_by, lambda session: self._read(session, number))

    def _tell(self, session: DemoSession, number: int) -> None:
        if not session.perform(notices.preview, self._case_ids[number]).refusal:
            session.perform(notices.send, self._case_ids[number])

    def _take_up(self, session: DemoSession, number: int) -> None:
        for notice_id in self._found(session, number, NoticeState.SENT):
            at = self._case_ids[number], notice_id
            session.perform(notices.open_notice, *at)
            course = _course(number)
            session.perform(notices.assign, *at, agency=course.assigned, words=course.words)

    def _answer(self, session: DemoSession, number: int) -> None:
        for notice_id in self._found(session, number, NoticeState.ASSIGNED):
            session.perform(
                notices.answer,
                self._case_ids[number],
                notice_id,
                notice_courses()[number % len(notice_courses())].answer,
            )

    def _read(self, session: DemoSession, number: int) -> None:
        for notice_id in self._found(session, number, NoticeState.ANSWERED):
            session.perform(notices.read_notice, self._case_ids[number], notice_id)

    def _found(self, session: DemoSession, number: int, state: NoticeState) -> list[UUID]:
        lines = session.perform(notices.list_notices).lines
        return [line.id for line in lines if line.case_id == self._case_ids[number] and line.state == state]


def _course(number: int) -> NoticeCourse:
    return notice_courses()[number % len(notice_courses())]
