"""The referrals of the demo: each takes one of a few courses, so that every state is there to be seen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from casework.cases.sections import GroundEntry, Letter
from casework.demo.content import DemoCase, DemoExchange, office_of
from casework.demo.visits import DemoSession, Visit
from casework.referrals import ground_actions, promise_actions, receiving_actions
from casework.referrals import sending_actions as sending

At = Callable[[int, int], int]
Step = Callable[[DemoSession, UUID, UUID, DemoExchange], None]
_READ_AFTER_DAYS = 10
# A case no older than this has danger again on the day of its referral, in a ground that nobody has reviewed yet.
_DANGER_DAYS = 60
_DANGER_WORDS = "Hôm nay người gây ra nhắn sẽ quay lại tìm."
_CALLED = "Đã gọi, người ấy nghe máy: vẫn ổn, chưa cần gì thêm."
_AGREED = "Đã hỏi lại người ghi: còn nguy hiểm, phải làm ngay."


def _open(session: DemoSession, case_id: UUID, referral_id: UUID, _exchange: DemoExchange) -> None:
    session.perform(receiving_actions.open_referral, case_id, referral_id)


def _accept(session: DemoSession, case_id: UUID, referral_id: UUID, exchange: DemoExchange) -> None:
    _open(session, case_id, referral_id, exchange)
    session.perform(receiving_actions.accept, case_id, referral_id)


def _decline(session: DemoSession, case_id: UUID, referral_id: UUID, exchange: DemoExchange) -> None:
    _open(session, case_id, referral_id, exchange)
    session.perform(receiving_actions.decline, case_id, referral_id, exchange.decline)


def _ask(session: DemoSession, case_id: UUID, referral_id: UUID, exchange: DemoExchange) -> None:
    _open(session, case_id, referral_id, exchange)
    session.perform(receiving_actions.ask_back, case_id, referral_id, exchange.question)


def _answer(session: DemoSession, case_id: UUID, referral_id: UUID, exchange: DemoExchange) -> None:
    session.perform(receiving_actions.answer, case_id, referral_id, exchange.answer)


def _reply(session: DemoSession, case_id: UUID, referral_id: UUID, exchange: DemoExchange) -> None:
    session.perform(sending.reply, case_id, referral_id, exchange.reply)


def _record(session: DemoSession, case_id: UUID, referral_id: UUID, exchange: DemoExchange) -> None:
    answer = exchange.answer
    session.perform(
        sending.record_answer,
        case_id,
        referral_id,
        Letter(outcome=answer.outcome, words=answer.words, who="người trực máy"),
    )


def _withdraw(session: DemoSession, case_id: UUID, referral_id: UUID, _exchange: DemoExchange) -> None:
    session.perform(sending.withdraw, case_id, referral_id)


def _withdraw_consent(session: DemoSession, case_id: UUID, referral_id: UUID, exchange: DemoExchange) -> None:
    for ground in session.perform(ground_actions.read_ledger, case_id).grounds:
        if ground.carrying and exchange in office_of(ground.entry.receiver).exchanges:
            session.perform(ground_actions.withdraw_ground, case_id, ground.id, words="Người ấy đổi ý, xin dừng lại.")
            return


def _make_promised_calls(session: DemoSession, case_id: UUID, _referral_id: UUID, _exchange: DemoExchange) -> None:
    for call in session.perform(promise_actions.list_promises).calls:
        if call.case_id == case_id:
            session.perform(promise_actions.record_safety_call, case_id, call.ground_id, words=_CALLED)


def _read(session: DemoSession, case_id: UUID, referral_id: UUID, _exchange: DemoExchange) -> None:
    session.perform(receiving_actions.read_referral, case_id, referral_id)


def _review(session: DemoSession, case_id: UUID) -> None:
    for ground in session.perform(ground_actions.read_ledger, case_id).grounds:
        if ground.waiting:
            session.perform(ground_actions.review_ground, case_id, ground.id, agrees=True, words=_AGREED)


# Each step with day and minute after the referral was sent; these are taken by the receiver, the others by the sender.
_RECEIVER_STEPS = (_open, _accept, _decline, _ask, _answer)
Steps = tuple[tuple[int, int, Step], ...]
_OPENED, _ACCEPTED, _ASKED = ((0, 65, _open),), ((0, 65, _accept),), ((0, 65, _ask),)
_WAITING: tuple[Steps, ...] = (_ACCEPTED, (), _ASKED, _OPENED, ((0, 65, _ask), (0, 95, _reply)))
_ENDED: tuple[Steps, ...] = (
    ((0, 65, _accept), (1, 90, _answer)),
    ((1, 30, _record),),
    ((0, 65, _decline),),
    ((0, 65, _accept), (2, 15, _withdraw)),
    ((0, 65, _accept), (1, 90, _answer)),
)
_TAKEN_BACK: Steps = ((0, 65, _open), (1, 20, _withdraw_consent), (4, 40, _make_promised_calls))
# An open case is referred again: what waits was sent in these last days, the rest long ago. What was sent three days
# ago is due today.
_CONSENT_DAYS = 190
_GOES_ON_DAYS, _SENT_DAYS_AGO = 150, (3, 2, 1, 0)


@dataclass(frozen=True)
class ReferralCourse:
    """When a case is referred, in days after the intake, and the steps that follow."""

    after_days: int
    steps: Steps


def _choose_course(case: DemoCase, receiver: str, turn: int) -> ReferralCourse:
    """Choose the course of a referral: recent ones wait for an answer, old ones have ended, or were taken back."""
    going_on = case.ending is None and case.days_ago <= _GOES_ON_DAYS
    if going_on and case.answers.danger == "yes":
        return ReferralCourse(case.days_ago, ())
    if going_on and turn % 3:
        ago = min(case.days_ago, _SENT_DAYS_AGO[turn % len(_SENT_DAYS_AGO)])
        return ReferralCourse(case.days_ago - ago, _WAITING[turn % len(_WAITING)])
    if going_on:
        return ReferralCourse(max(case.days_ago - 4, 0), _ENDED[turn % len(_ENDED)])
    if case.ending:
        return ReferralCourse(0, _ENDED[turn % len(_ENDED)])
    # What goes on without an end is cut off when its consent runs out; danger would stand there as overdue for ever.
    runs_out = case.days_ago > _CONSENT_DAYS and not _is_of_kind(case, receiver, "danger", "duty")
    courses = (*_ENDED, _TAKEN_BACK, *(2 * [_ACCEPTED] if runs_out else _ENDED[:2]))
    return ReferralCourse(0, courses[turn % len(courses)])


class ReferralStory:
    """The referrals of all cases; a case's id is known once its intake has been recorded."""

    def __init__(self, cases: Mapping[int, UUID], *, lead: str) -> None:
        """Refer cases by their ids, keyed by their numbers in the story; the lead reviews grounds of danger."""
        self._case_ids, self._sent, self._turn = cases, dict[tuple[int, str], UUID](), 0
        self._lead = lead

    def visits(self, number: int, case: DemoCase, at: At) -> Iterator[Visit]:
        """Return the visits for the referrals of one case, until it is closed."""
        end = at(case.ending.after_days, 20) if case.ending else None
        if any(entry.kind == "danger" for entry in case.answers.grounds):
            yield Visit(at(0, 50), self._lead, lambda session: _review(session, self._case_ids[number]))
        for place, receiver in enumerate(dict.fromkeys(_receivers(case))):
            turn, self._turn = self._turn, self._turn + 1
            for visit in self._visits(number, case, at, receiver, turn, place):
                if end is None or visit.at < end:
                    yield visit

    def _visits(self, number: int, case: DemoCase, at: At, receiver: str, turn: int, place: int) -> Iterator[Visit]:
        office, course = office_of(receiver), _choose_course(case, receiver, turn)
        exchange = office.exchange(case.answers, turn)
        steps = course.steps
        if steps and steps != _TAKEN_BACK and case.days_ago - course.after_days > _READ_AFTER_DAYS:
            steps = (*steps, (3, 10, _read))
        if course.after_days and case.days_ago <= _DANGER_DAYS and _is_of_kind(case, receiver, "danger"):
            yield Visit(at(course.after_days, 4 + place), case.opened_by, self._record_danger(number, receiver))
        yield Visit(at(course.after_days, 5 + place), case.opened_by, self._send(number, receiver, exchange))
        for after_days, later, step in steps:
            who = office.username if step in _RECEIVER_STEPS else case.opened_by
            when = at(course.after_days + after_days, later + place)
            yield Visit(when, who, self._take_step(number, receiver, exchange, step))

    def _record_danger(self, number: int, receiver: str) -> Callable[[DemoSession], None]:
        def alarm(session: DemoSession) -> None:
            again = GroundEntry(kind="danger", receiver=receiver, reason=_DANGER_WORDS, told="yes")
            session.perform(ground_actions.record_ground, self._case_ids[number], again)

        return alarm

    def _send(self, number: int, receiver: str, exchange: DemoExchange) -> Callable[[DemoSession], None]:
        def send(session: DemoSession) -> None:
            case_id = self._case_ids[number]
            grounds = session.perform(ground_actions.read_ledger, case_id).grounds
            ground = next(one for one in grounds if one.sendable and one.entry.receiver == receiver)
            self._sent[number, receiver] = session.perform(sending.send, case_id, ground.id, exchange.letter)

        return send

    def _take_step(
        self, number: int, receiver: str, exchange: DemoExchange, step: Step
    ) -> Callable[[DemoSession], None]:
        def do(session: DemoSession) -> None:
            step(session, self._case_ids[number], self._sent[number, receiver], exchange)

        return do


def _is_of_kind(case: DemoCase, receiver: str, *kinds: str) -> bool:
    return any(entry.receiver == receiver and entry.kind in kinds for entry in case.answers.grounds)


def _receivers(case: DemoCase) -> Iterator[str]:
    """Yield the agencies a case is referred to: on each valid ground, but never out of a circle."""
    for entry in () if case.circle else case.answers.grounds:
        carries = entry.kind != "consent" or entry.consent == "granted"
        if carries:
            yield entry.receiver
