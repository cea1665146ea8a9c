"""The duty rosters of the demo: this week and the next, at each agency that acts in it; one of them has none yet."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from casework.cases import duty_roster
from casework.cases.duty_roster import DAYS, DutyDay
from casework.demo.casework_story import Cast
from casework.demo.content import DemoPerson, demo_people, offices
from casework.demo.visits import DemoSession, Visit
from casework.duty import actions as duty

_WEEKS = 2
# What an agency without a roster looks like stands in the demo too.
_WITHOUT = "legal_aid"


def visits(cast: Cast, at: int) -> list[Visit]:
    """Return a visit of one member of each agency at a moment (microseconds), who writes its roster."""
    writers = {person.agency: person.username for person in demo_people() if person.username == cast.lead}
    writers |= {code: office.username for code, office in offices().items() if code != _WITHOUT}
    return [_visit(cast, at, username, agency) for agency, username in writers.items()]


def _visit(cast: Cast, at: int, username: str, agency: str) -> Visit:
    people = [person for person in demo_people() if person.agency == agency and person.username in cast.ids]
    first = duty_roster.monday_of(duty_roster.duty_day(at))

    def write(session: DemoSession) -> None:
        for number in range(_WEEKS):
            monday = first + timedelta(days=DAYS * number)
            _write(session, monday, people, cast, turn=number * DAYS)

    return Visit(at, username, write)


def _write(session: DemoSession, monday: date, people: Sequence[DemoPerson], cast: Cast, *, turn: int) -> None:
    ids = [cast.ids[person.username] for person in people]
    numbers = {cast.ids[person.username]: (person.phone,) for person in people}
    days = tuple(_day(ids, turn + number) for number in range(DAYS))
    shown = session.perform(duty.plan_week, monday).mark
    session.perform(duty.write_week, monday, days, numbers, shown=shown)


def _day(ids: Sequence[UUID], turn: int) -> DutyDay:
    """Return who is on duty in turn, and the next of them as the stand-in where there are several."""
    on, following = ids[turn % len(ids)], ids[(turn + 1) % len(ids)]
    return DutyDay(on, following if following != on else None)
