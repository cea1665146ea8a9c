"""Tells fourteen months of a commune: every act goes through the gate, in the order in which it happened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from casework import clock
from casework.accounts import actions as accounts
from casework.accounts import session_cookies
from casework.accounts.actions import Unwrapped
from casework.addresses.actions import add_address
from casework.cases.trusted_addresses import AddressEntry
from casework.clock import MICROSECOND
from casework.config import Config
from casework.demo.content import Begun, DemoAddress, DemoCase
from casework.demo.referral_story import Referring
from casework.demo.seats import Seat, Visit, moment
from casework.desk import actions as desk
from casework.gate import Gate
from casework.intake import actions as intake
from casework.intake import risk_level
from casework.web.phones import normalise

_STEP = MICROSECOND // 5
_MINUTE = 60 * MICROSECOND
# Nothing of the story happens in the last minutes before the present.
_QUIET = 15 * _MINUTE
# Cases come between these minutes of a day; the pace spreads them over it.
_OPENS, _OPEN_FOR, _PACE = 7 * 60 + 10, 12 * 60, 97
_LEAD_LOOKS_EVERY = 6
# Whoever only closes her browser leaves a session that is swept a day later; who came lately signs out, so that nobody
# seems to be at work still.
_SIGNS_OUT = 30 * 24 * 60 * _MINUTE
# After so many days the danger of a tale is over, as its last note knows.
_DANGER_DAYS = 60


class Calendar:
    """The clock of the telling: it stands where the story is and moves on a little whenever it is asked."""

    def __init__(self, at: int) -> None:
        """Start at a moment in microseconds."""
        self._at = at

    def __call__(self) -> int:
        """Return the moment of the story."""
        self._at += _STEP
        return self._at

    def go_to(self, at: int) -> None:
        """Go on to a later moment; the story never goes back."""
        self._at = max(self._at, at)


@dataclass(frozen=True)
class Cast:
    """Who tells the story in which commune: ids and opened keys by username, and who looks in on the others.

    `present` is the moment (microseconds) at which the story ends.
    """

    commune_id: UUID
    ids: Mapping[str, UUID]
    opened: Mapping[str, Unwrapped]
    lead: str
    present: int


def receive(gate: Gate, config: Config, cast: Cast, sitting: Sequence[Visit], calendar: Calendar) -> None:
    """Let somebody in through the same door as always, let her do what she came for, and let her go."""
    calendar.go_to(sitting[0].at)
    opened = cast.opened[sitting[0].username]
    begun = gate.perform(session_cookies.visitor(cast.commune_id), accounts.sign_in, opened, before=None)
    seat = Seat(gate, config, opened, begun.token)
    for visit in sitting:
        calendar.go_to(visit.at)
        visit.do(seat)
    if sitting[-1].at > cast.present - _SIGNS_OUT:
        seat.perform(accounts.sign_out, seat.token.sid)


def register(
    gate: Gate, config: Config, cast: Cast, places: Sequence[DemoAddress], calendar: Calendar
) -> dict[str, UUID]:
    """Let the lead write the register of trusted addresses; return the ids by the keys that the tales use."""
    ids: dict[str, UUID] = {}

    def fill(seat: Seat) -> None:
        for one in places:
            contact = normalise(one.phone)
            entry = AddressEntry(one.name, one.host, one.hamlet, one.kind, one.capacity, one.opening, contact)
            ids[one.key] = seat.perform(add_address, entry)

    receive(gate, config, cast, [Visit(clock.micros(), cast.lead, fill)], calendar)
    return ids


class Telling:
    """The tales as visits; a case's id is known once its intake has been written down."""

    def __init__(self, cast: Cast, addresses: Mapping[str, UUID]) -> None:
        """Tell with this cast up to the present; `addresses` are the ids of the register by key."""
        self._cast, self._addresses = cast, addresses
        self._today, self._latest = clock.local(cast.present).date(), cast.present - _QUIET
        self._cases: dict[int, UUID] = {}
        self._referring = Referring(self._cases, lead=cast.lead)

    def visits(self, tales: Sequence[DemoCase], drafts: Sequence[Begun]) -> list[Visit]:
        """Return every visit of all tales, and of the intakes that were not finished."""
        found = [visit for number, tale in enumerate(tales) for visit in self._visits(number, tale)]
        return [*found, *(self._beginning(one) for one in drafts)]

    def _visits(self, number: int, tale: DemoCase) -> Iterator[Visit]:
        minute = _OPENS + number * _PACE % _OPEN_FOR
        day = self._today - timedelta(days=tale.days_ago)

        def at(after_days: int, later: int = 0) -> int:
            return min(moment(day + timedelta(days=after_days), minute + later), self._latest)

        yield Visit(at(0), tale.opened_by, lambda seat: self._open(seat, number, tale, day))
        looks = tale.of_the_union and not tale.circle and tale.opened_by != self._cast.lead
        if looks and number % _LEAD_LOOKS_EVERY == 0:
            yield Visit(at(0, 40), self._cast.lead, lambda seat: self._read(seat, number))
        for note in tale.notes:
            yield Visit(at(note.after_days), tale.opened_by, self._noting(number, note.words))
        if tale.answers.danger == "yes" and tale.notes and tale.days_ago > _DANGER_DAYS:
            yield Visit(at(tale.notes[-1].after_days, 10), tale.opened_by, self._calming(number))
        yield from self._referring.visits(number, tale, at)
        if tale.ending:
            yield Visit(at(tale.ending.after_days, 20), tale.opened_by, self._closing(number, tale))

    def _beginning(self, begun: Begun) -> Visit:
        at = min(moment(self._today - timedelta(days=begun.days_ago), _OPENS), self._latest)

        def begin(seat: Seat) -> None:
            seat.perform(intake.start_draft, {0: {"at": [str(clock.micros())]}, **begun.pages})

        return Visit(at, begun.by, begin)

    def _open(self, seat: Seat, number: int, tale: DemoCase, day: date) -> None:
        """Write the intake down as it is done: a draft first, sealed to whom it will belong, then the case."""
        circle = [self._cast.ids[name] for name in tale.circle if name != tale.opened_by]
        draft = seat.perform(intake.start_draft, {}, circle=circle)
        incident = replace(
            tale.answers.incident,
            happened_on=(day - timedelta(days=tale.happened_before)).isoformat(),
            address_id=str(self._addresses[tale.address]),
            recorded_at=clock.local(clock.micros()).strftime("%Y-%m-%d %H:%M"),
        )
        assessment = replace(
            tale.answers.assessment, next_review=risk_level.review_by(tale.answers.assessment.level, day)
        )
        answers = replace(tale.answers, incident=incident, assessment=assessment)
        self._cases[number] = seat.perform(intake.open_case, draft, answers)

    def _read(self, seat: Seat, number: int) -> None:
        seat.perform(desk.read_case, self._cases[number])

    def _noting(self, number: int, words: str) -> Callable[[Seat], None]:
        def note(seat: Seat) -> None:
            self._read(seat, number)
            seat.perform(desk.add_note, self._cases[number], words)

        return note

    def _calming(self, number: int) -> Callable[[Seat], None]:
        def calm(seat: Seat) -> None:
            page = seat.perform(desk.read_case, self._cases[number])
            seat.perform(desk.write_section, self._cases[number], replace(page.label, danger="no"), base=1)

        return calm

    def _closing(self, number: int, tale: DemoCase) -> Callable[[Seat], None]:
        def close(seat: Seat) -> None:
            if tale.ending:
                words = tale.ending
                seat.perform(desk.close_case, self._cases[number], outcome=words.reason, words=words.words)

        return close
