"""Tells what became of the referrals: each takes one of a few courses, so that every state is there to be seen."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from casework.cases.sections import GroundEntry, Letter
from casework.demo.content import DemoCase
from casework.demo.correspondence import DemoOffice, office_of
from casework.demo.seats import Seat, Visit
from casework.referrals import actions as sending
from casework.referrals import ground_acts, receiving_acts

At = Callable[[int, int], int]
Step = Callable[[Seat, UUID, UUID, DemoOffice, int], None]
_READ_AFTER_DAYS = 10
# In a case no older than this the danger of the intake is there again today, in an entry that nobody has reviewed yet.
_AGAIN_DAYS = 60
_AGAIN = "Hôm nay người gây ra nhắn sẽ quay lại tìm."
_AGREED = "Đã hỏi lại người ghi: còn nguy hiểm, phải làm ngay."


def _open(seat: Seat, case_id: UUID, referral_id: UUID, _office: DemoOffice, _turn: int) -> None:
    seat.perform(receiving_acts.open_referral, case_id, referral_id)


def _accept(seat: Seat, case_id: UUID, referral_id: UUID, office: DemoOffice, turn: int) -> None:
    _open(seat, case_id, referral_id, office, turn)
    seat.perform(receiving_acts.accept, case_id, referral_id)


def _decline(seat: Seat, case_id: UUID, referral_id: UUID, office: DemoOffice, turn: int) -> None:
    _open(seat, case_id, referral_id, office, turn)
    seat.perform(receiving_acts.decline, case_id, referral_id, office.decline)


def _ask(seat: Seat, case_id: UUID, referral_id: UUID, office: DemoOffice, turn: int) -> None:
    _open(seat, case_id, referral_id, office, turn)
    seat.perform(receiving_acts.ask_back, case_id, referral_id, office.question)


def _answer(seat: Seat, case_id: UUID, referral_id: UUID, office: DemoOffice, turn: int) -> None:
    seat.perform(receiving_acts.answer, case_id, referral_id, office.answer(turn))


def _reply(seat: Seat, case_id: UUID, referral_id: UUID, office: DemoOffice, _turn: int) -> None:
    seat.perform(sending.reply, case_id, referral_id, office.reply)


def _record(seat: Seat, case_id: UUID, referral_id: UUID, office: DemoOffice, turn: int) -> None:
    told = office.answer(turn)
    seat.perform(
        sending.record_answer,
        case_id,
        referral_id,
        Letter(outcome=told.outcome, words=told.words, who="người trực máy"),
    )


def _withdraw(seat: Seat, case_id: UUID, referral_id: UUID, _office: DemoOffice, _turn: int) -> None:
    seat.perform(sending.withdraw, case_id, referral_id)


def _end_ground(seat: Seat, case_id: UUID, referral_id: UUID, office: DemoOffice, _turn: int) -> None:
    for ground in seat.perform(ground_acts.read_ledger, case_id).grounds:
        if ground.carrying and office_of(ground.entry.receiver) is office:
            seat.perform(ground_acts.withdraw_ground, case_id, ground.id, words="Người ấy đổi ý, xin dừng lại.")
            return


def _look(seat: Seat, case_id: UUID, referral_id: UUID, _office: DemoOffice, _turn: int) -> None:
    seat.perform(receiving_acts.read_referral, case_id, referral_id)


def _review(seat: Seat, case_id: UUID) -> None:
    for ground in seat.perform(ground_acts.read_ledger, case_id).grounds:
        if ground.waiting:
            seat.perform(ground_acts.review_ground, case_id, ground.id, agrees=True, words=_AGREED)


# Each step with the day and minute after it was sent; `theirs` are taken by the receiver, the others by the sender.
_THEIRS = (_open, _accept, _decline, _ask, _answer)
Course = tuple[tuple[int, int, Step], ...]
_OPENED, _ACCEPTED, _ASKED = ((0, 65, _open),), ((0, 65, _accept),), ((0, 65, _ask),)
_WAITING: tuple[Course, ...] = (_ACCEPTED, (), _ASKED, _OPENED, ((0, 65, _ask), (0, 95, _reply)))
_ENDED: tuple[Course, ...] = (
    ((0, 65, _accept), (1, 90, _answer)),
    ((1, 30, _record),),
    ((0, 65, _decline),),
    ((0, 65, _accept), (2, 15, _withdraw)),
    ((0, 65, _accept), (1, 90, _answer)),
)
_TAKEN_BACK: Course = ((0, 65, _open), (1, 20, _end_ground))
# A case that goes on is referred again and again: what waits was sent in these last days, the rest long ago. What was
# sent three days ago is due today.
_GOES_ON_DAYS, _SENT_DAYS_AGO = 150, (3, 2, 1, 0)


@dataclass(frozen=True)
class ReferralPlan:
    """When something is referred, in days after the intake, and what follows."""

    after_days: int
    course: Course


def _plan(tale: DemoCase, turn: int) -> ReferralPlan:
    """Choose what becomes of a referral: what waits is young, what is old has come to an end or has run out."""
    going_on = tale.ending is None and tale.days_ago <= _GOES_ON_DAYS
    if going_on and tale.answers.danger == "yes":
        return ReferralPlan(tale.days_ago, ())
    if going_on and turn % 3:
        ago = min(tale.days_ago, _SENT_DAYS_AGO[turn % len(_SENT_DAYS_AGO)])
        return ReferralPlan(tale.days_ago - ago, _WAITING[turn % len(_WAITING)])
    if going_on:
        return ReferralPlan(max(tale.days_ago - 4, 0), _ENDED[turn % len(_ENDED)])
    courses = _ENDED if tale.ending else (*_ENDED, _TAKEN_BACK, _ACCEPTED, _ACCEPTED)
    return ReferralPlan(0, courses[turn % len(courses)])


class Referring:
    """The referrals of all tales; a case's id is known once its intake has been written down."""

    def __init__(self, cases: Mapping[int, UUID], *, lead: str) -> None:
        """Refer the cases that stand in this book by the numbers of their tales; the lead reviews what is danger."""
        self._cases, self._sent, self._turn = cases, dict[tuple[int, str], UUID](), 0
        self._lead = lead

    def visits(self, number: int, tale: DemoCase, at: At) -> Iterator[Visit]:
        """Return the visits of the referrals of one tale, up to its end."""
        end = at(tale.ending.after_days, 20) if tale.ending else None
        if any(entry.kind == "danger" for entry in tale.answers.grounds):
            yield Visit(at(0, 50), self._lead, lambda seat: _review(seat, self._cases[number]))
        for place, receiver in enumerate(dict.fromkeys(_receivers(number, tale))):
            turn, self._turn = self._turn, self._turn + 1
            for visit in self._course(number, tale, at, receiver, turn, place):
                if end is None or visit.at < end:
                    yield visit

    def _course(self, number: int, tale: DemoCase, at: At, receiver: str, turn: int, place: int) -> Iterator[Visit]:
        office, plan = office_of(receiver), _plan(tale, turn)
        steps = plan.course
        if steps and steps[-1][2] is not _end_ground and tale.days_ago - plan.after_days > _READ_AFTER_DAYS:
            steps = (*steps, (3, 10, _look))
        if plan.after_days and tale.days_ago <= _AGAIN_DAYS and _is_danger(tale, receiver):
            yield Visit(at(plan.after_days, 4 + place), tale.opened_by, self._alarming(number, receiver))
        yield Visit(at(plan.after_days, 5 + place), tale.opened_by, self._sending(number, receiver, office, turn))
        for after_days, later, step in steps:
            who = office.username if step in _THEIRS else tale.opened_by
            when = at(plan.after_days + after_days, later + place)
            yield Visit(when, who, self._doing(number, receiver, office, turn, step))

    def _alarming(self, number: int, receiver: str) -> Callable[[Seat], None]:
        def alarm(seat: Seat) -> None:
            again = GroundEntry(kind="danger", receiver=receiver, words=_AGAIN, told="yes")
            seat.perform(ground_acts.record_ground, self._cases[number], again)

        return alarm

    def _sending(self, number: int, receiver: str, office: DemoOffice, turn: int) -> Callable[[Seat], None]:
        def send(seat: Seat) -> None:
            case_id = self._cases[number]
            grounds = seat.perform(ground_acts.read_ledger, case_id).grounds
            ground = next(one for one in grounds if one.sendable and one.entry.receiver == receiver)
            self._sent[number, receiver] = seat.perform(sending.send, case_id, ground.id, office.letter(turn))

        return send

    def _doing(self, number: int, receiver: str, office: DemoOffice, turn: int, step: Step) -> Callable[[Seat], None]:
        def do(seat: Seat) -> None:
            step(seat, self._cases[number], self._sent[number, receiver], office, turn)

        return do


def _is_danger(tale: DemoCase, receiver: str) -> bool:
    return any((entry.kind, entry.receiver) == ("danger", receiver) for entry in tale.answers.grounds)


def _receivers(number: int, tale: DemoCase) -> Iterator[str]:
    """Return where a tale is referred: on each ground that carries, but never out of a circle."""
    for entry in () if tale.circle else tale.answers.grounds:
        carries = entry.kind != "consent" or entry.consent == "granted"
        if carries and number % office_of(entry.receiver).every == 0:
            yield entry.receiver
