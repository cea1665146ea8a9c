"""Acts on duty rosters: read who is on duty, open the page of a week, write it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness
from casework.cases import duty_numbers, duty_roster
from casework.cases.duty_numbers import CallNumber, NumberKind
from casework.cases.duty_roster import DAYS, MOST_PHONES, DutyDay, Roster
from casework.codelists import codelist
from casework.duty import weeks
from casework.duty.weeks import AgencyWeek, DutyPage, Standing, WeekPlan
from casework.errors import BadInput, Conflict, NotFound, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.vault.models import Agency
from casework.vault.states import AgencyState
from casework.web import phones

_WEEK = timedelta(days=DAYS)
OUTDATED = gettext_noop("Từ lúc mở trang này có người khác đã sửa lịch trực. Hãy xem lại rồi lưu.")
NOT_HERE = gettext_noop("Có người trong lịch không còn làm ở đây hoặc đang bị khóa. Hãy chọn người khác.")
SAME = gettext_noop("Người trực và người thay phải là hai người khác nhau.")
NO_PHONE = gettext_noop("Người trực, người thay phải có ít nhất một số điện thoại.")


@action(Act.DUTY_READ)
def read_week(context: ActContext, monday: date | None = None) -> DutyPage:
    """Return who is on duty now at each agency, and the week of this Monday, by default the present one."""
    today = duty_roster.duty_day(context.crypto.at)
    monday = monday or duty_roster.monday_of(today)
    rows, people = _agencies(context), {member.id: member for member in staff.colleagues(context)}
    rosters = {row.id: duty_roster.read(context, row.id) for row in rows}
    own = rosters.get(context.actor.agency_id, Roster()) if context.actor.agency_id else Roster()
    orders = {row.id: duty_numbers.called(context, row, without=()) for row in rows}
    return DutyPage(
        today=today,
        monday=monday,
        tonight=tuple(order for order in orders.values() if order.known),
        weeks=tuple(_agency_week(row, rosters[row.id], people, monday, orders[row.id].office) for row in rows),
        mine=next((row.kind for row in rows if row.id == context.actor.agency_id), ""),
        on_duty_myself=context.me in (own.day(today).on, own.day(today).stand_in),
    )


def _agencies(context: ActContext) -> list[Agency]:
    """Return the agencies of the commune where cases are opened, from fresh rows, in the order of their list."""
    rows = [row for row in freshness.agencies(context.session, context.commune_id) if row.state == AgencyState.ACTIVE]
    places = {code.code: place for place, code in enumerate(codelist("agency")) if code.flag("holds_keys")}
    return sorted((row for row in rows if row.kind in places), key=lambda row: places[row.kind])


def _agency_week(
    row: Agency, roster: Roster, people: Mapping[UUID, Colleague], monday: date, office: CallNumber | None
) -> AgencyWeek:
    week = [
        (_standing(row, roster, people, day.on), _standing(row, roster, people, day.stand_in))
        for day in roster.week(monday)
    ]
    return AgencyWeek(row.kind, office, weeks.day_lines(monday, week))


def _standing(row: Agency, roster: Roster, people: Mapping[UUID, Colleague], member_id: UUID | None) -> Standing | None:
    member = people.get(member_id) if member_id else None
    if member is None or not duty_numbers.may_stand(member, row.id):
        return None
    numbers = duty_numbers.own_numbers(roster, member, NumberKind.ON_DUTY)
    return Standing(member.name, tuple(numbers))


@action(Act.DUTY_PLAN)
def plan_week(context: ActContext, monday: date) -> WeekPlan:
    """Open the week of one's own agency to be written."""
    agency = _own_agency(context)
    roster = duty_roster.read(context, agency.id)
    return WeekPlan(
        monday=monday,
        agency=agency.kind,
        people={member.id: member.name for member in _people(context, agency.id)},
        phones=roster.phones,
        days=roster.week(monday),
        before=roster.week(monday - _WEEK),
        mark=roster.mark(monday),
    )


def _own_agency(context: ActContext) -> Any:
    if context.actor.agency_id is None:
        raise NotFound("agency")
    return freshness.agency(context.session, context.commune_id, context.actor.agency_id)


def _people(context: ActContext, agency_id: UUID) -> list[Colleague]:
    return [member for member in staff.colleagues(context) if duty_numbers.may_stand(member, agency_id)]


@action(Act.DUTY_EDIT)
def write_week(
    context: ActContext,
    monday: date,
    days: Sequence[DutyDay],
    numbers: Mapping[UUID, Sequence[str]],
    *,
    shown: str,
) -> None:
    """Write a week of one's own agency, with the telephones of its people (as they are dialled).

    `shown` is the mark of what the page has shown: Conflict if somebody has changed it since. Weeks that are over go,
    and so do the telephones of who does not work here any more. Raises BadInput for a week that cannot be called.
    """
    agency = _own_agency(context)
    context.about, context.reason = agency.id, monday.isoformat()
    roster, people = duty_roster.read(context, agency.id), {one.id for one in _people(context, agency.id)}
    if shown != roster.mark(monday):
        raise Conflict(OUTDATED, about=agency.id)
    kept = {one: _checked(numbers.get(one, ()), agency.id) for one in people}
    _require_callable(days, people, kept, agency.id)
    allowed = weeks.mondays(duty_roster.duty_day(context.crypto.at))
    if monday not in allowed or len(days) != DAYS:
        raise NotFound("week", about=agency.id)
    going_on = {week: duty for week, duty in roster.weeks.items() if week in allowed}
    duty_roster.write(context, agency.id, Roster(going_on | {monday: tuple(days)}, kept))


def _checked(numbers: Iterable[str], agency_id: UUID) -> tuple[str, ...]:
    """Return numbers as they are dialled, each once; raise BadInput for what is no telephone number."""
    try:
        found = tuple(dict.fromkeys(phones.normalise(number) for number in numbers))
    except phones.NotAPhone as cause:
        raise BadInput(str(cause), about=agency_id) from None
    return found[:MOST_PHONES]


def _require_callable(
    days: Iterable[DutyDay], people: Collection[UUID], kept: Mapping[UUID, Sequence[str]], agency_id: UUID
) -> None:
    """Raise BadInput for somebody who cannot be on duty here, has no telephone, or stands in for themselves."""
    for day in days:
        named = [one for one in (day.on, day.stand_in) if one is not None]
        if not set(named) <= set(people):
            raise BadInput(NOT_HERE, about=agency_id)
        if len(named) > len(set(named)):
            raise BadInput(SAME, about=agency_id)
        if not all(kept[one] for one in named):
            raise BadInput(NO_PHONE, about=agency_id)
