"""The roster: sealed, committed to, written by leads and receivers for their own agency, read by the staff."""

from datetime import date, timedelta
from functools import partial
from uuid import UUID

import pytest

from casework import clock
from casework.administration import agency_recovery
from casework.cases import duty_gaps
from casework.cases.duty_roster import DAYS, EMPTY_WEEK, DutyDay
from casework.duty import actions as duty
from casework.duty.weeks import WeekPlan
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.policy.vocabulary import Act, Role
from tests.administration.rotated_house import rotate_kek
from tests.cases.keys import make_due, settle
from tests.duty.scenes import PHONES, every_day, this_monday, writes
from tests.house import House, both_databases, only_sqlite
from tests.tampering import stolen

WEEK = timedelta(days=DAYS)
WRITERS = ("hoa", "binh", "cuong", "tam", "phuc", "nga", "chinh", "vinh")
READERS = (*WRITERS, "lan", "mai", "thu", "rang", "hien", "quang")


def first_of(somebody, agency="police"):
    """The first number that somebody reads for an agency."""
    orders = {order.agency: order for order in somebody.does(duty.read_week).tonight}
    return orders[agency].first.number


def test_leads_and_receivers_write_the_roster_of_their_own_agency_and_nobody_else_does(house: House):
    for name in WRITERS:
        somebody = house[name]
        writes(somebody, every_day(somebody.id), {somebody.id: ["0912 345 678"]})
    for name in ("lan", "mai", "thu", "rang", "hien", "quang", "son"):
        with pytest.raises(Refused):
            house[name].does(duty.plan_week, this_monday())
        with pytest.raises(Refused):
            house[name].does(duty.write_week, this_monday(), EMPTY_WEEK, {}, shown="")


def test_all_of_the_staff_read_it_but_the_administrator_who_calls_nobody(house: House, cuong):
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]})
    for name in READERS:
        if name != "cuong":
            assert first_of(house[name]) == "0900 000 151", name
    with pytest.raises(Refused):
        house["son"].does(duty.read_week)
    assert "0900 000 151" not in str(house["luu"].does(duty.read_week).tonight), "another commune reads its own"


@both_databases
def test_the_database_tells_neither_who_nor_when_nor_which_number(house: House, cuong):
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]})
    with stolen(house) as thief:
        [row] = thief.rows("duty_roster")
    told = (cuong.id.bytes, cuong.id.hex.encode(), b"0900000151", this_monday().isoformat().encode())
    assert not [one for one in told if one in bytes(row["blob"])]
    writes(cuong, EMPTY_WEEK, {})
    with stolen(house) as thief:
        assert len(thief.rows("duty_roster")[0]["blob"]) == len(row["blob"]), "an empty week is as long as a full one"


def test_it_outlives_a_new_kek_a_new_key_of_the_agency_and_new_recovery_sheets(house: House, cuong, lan):
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]})
    rotate_kek(house)
    assert first_of(lan) == "0900 000 151"
    police = cuong.person.actor.agency_id
    make_due(house, police, cuong)
    settle(house, cuong)
    assert first_of(lan) == "0900 000 151"
    for _ in range(2):
        keys = cuong.person.keyring.keys_of(police)
        console = house.stranger(Role.CONSOLE)
        house.gate.perform(console, agency_recovery.renew_sheets, keys, ("Ông A", "Bà B", "Bà C"), [(1, 2), (1, 3)])
        assert first_of(lan) == "0900 000 151"


@both_databases
@pytest.mark.parametrize("what", ["changed", "gone", "put back"])
def test_a_roster_that_somebody_has_tampered_with_is_not_believed_and_rings(house: House, cuong, lan, caplog, what):
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]})
    with stolen(house) as thief:
        [row] = thief.rows("duty_roster")
    writes(cuong, every_day(cuong.id), {cuong.id: ["0900 000 199"]})
    assert first_of(lan) == "0900 000 199"
    keys = {name: row[name] for name in ("commune_id", "agency_id")}
    with stolen(house) as thief:
        if what == "changed":
            thief.change("duty_roster", keys, blob=row["blob"])
        elif what == "gone":
            thief.delete("duty_roster", **keys)
        else:
            thief.put_back("duty_roster", tuple(keys), row)
    assert first_of(lan) == "0203 555 017", "the page still says whom to call"
    assert "duty_roster" in caplog.text


def test_a_week_that_cannot_be_called_is_refused_with_what_to_do(cuong, lan):
    monday, days = this_monday(), every_day(cuong.id)
    shown = cuong.does(duty.plan_week, monday).mark
    for wrong, numbers, words in (
        (days, {}, "số điện thoại"),
        (days, {cuong.id: ["12"]}, "Số điện thoại chưa đúng"),
        (every_day(cuong.id, cuong.id), {cuong.id: PHONES["cuong"]}, "hai người khác nhau"),
        (every_day(lan.id), {lan.id: ["0900000100"]}, "không còn làm ở đây"),
    ):
        with pytest.raises(BadInput, match=words):
            cuong.does(duty.write_week, monday, wrong, numbers, shown=shown)
    tuesday = monday + timedelta(days=1)
    with pytest.raises(NotFound):
        cuong.does(duty.write_week, tuesday, EMPTY_WEEK, {}, shown=cuong.does(duty.plan_week, tuesday).mark)


def test_of_two_who_write_the_same_week_the_second_looks_again(house: House, cuong):
    dung = house.hires("dung")
    monday, numbers = this_monday(), {cuong.id: PHONES["cuong"], dung.id: PHONES["dung"]}
    shown = dung.does(duty.plan_week, monday).mark
    cuong.does(duty.write_week, monday, every_day(cuong.id), numbers, shown=shown)
    with pytest.raises(Conflict, match="người khác"):
        dung.does(duty.write_week, monday, every_day(dung.id), numbers, shown=shown)
    assert {day.on for day in dung.does(duty.plan_week, monday).days} == {cuong.id}


def test_a_new_telephone_counts_in_every_week_and_weeks_that_are_over_go(house: House, cuong):
    monday = this_monday()
    for number in range(3):
        writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]}, monday + number * WEEK)
    writes(cuong, every_day(cuong.id), {cuong.id: ["0900 000 155"]}, monday + WEEK)
    assert cuong.does(duty.plan_week, monday).phones[cuong.id] == ("0900000155",)
    later = clock.midnight(monday + 3 * WEEK) + 9 * 3600 * clock.MICROSECOND
    with clock.use_clock(partial(int, later)):
        cuong.leaves()
        writes(cuong, EMPTY_WEEK, {}, this_monday())
        plan = cuong.does(duty.plan_week, this_monday())
        assert {day.on for day in plan.before} == {cuong.id}, "last week stays to be copied"
        assert plan.phones == {}
    cuong.leaves()
    assert cuong.does(duty.plan_week, monday).days == EMPTY_WEEK


def plan(people, before) -> WeekPlan:
    return WeekPlan(date(2026, 12, 7), "police", people, {}, EMPTY_WEEK, tuple(before), "")


def test_a_week_is_copied_or_goes_round_without_who_has_left(house: House, cuong, lan, mai):
    a, b, gone = cuong.id, lan.id, mai.id
    ring = plan({a: "A", b: "B"}, [DutyDay(a, b), DutyDay(b, a), DutyDay(gone, a), *[DutyDay(a)] * 4])
    assert ring.copied()[:3] == (DutyDay(a, b), DutyDay(b, a), DutyDay(None, a))
    assert ring.rotated()[:4] == (DutyDay(b, a), DutyDay(a, b), DutyDay(None, b), DutyDay(b))
    whole_weeks = plan({a: "A", b: "B"}, [DutyDay(a)] * DAYS)
    assert whole_weeks.rotated() == (DutyDay(b),) * DAYS
    assert plan({a: "A"}, [DutyDay(a)] * DAYS).rotated() == (DutyDay(a),) * DAYS, "who is alone stays on duty"
    assert plan({}, EMPTY_WEEK).rotated() == EMPTY_WEEK


@only_sqlite
def test_what_is_logged_is_the_week_and_nobody_s_number(house: House, cuong):
    writes(cuong, every_day(cuong.id), {cuong.id: PHONES["cuong"]})
    with stolen(house) as thief:
        lines = [str(row["body"]) for row in thief.rows("audit_line") if Act.DUTY_EDIT.value in str(row["body"])]
    assert len(lines) == 1
    assert this_monday().isoformat() in lines[0]
    assert "0900" not in lines[0]


def test_a_week_with_a_holiday_is_marked_and_asked_for_earlier():

    tet = date(2027, 2, 8)
    assert duty_gaps.has_holiday(tet)
    assert duty_gaps.is_holiday(date(2027, 2, 8))
    assert not duty_gaps.is_holiday(date(2027, 2, 7)), "a Sunday is a Sunday"
    assert duty_gaps.is_off(date(2027, 2, 7))
    asked = list(duty_gaps.mondays_asked(date(2027, 1, 30)))
    assert asked == [date(2027, 1, 25), date(2027, 2, 1), tet]
    assert list(duty_gaps.mondays_asked(date(2027, 1, 28)))[-1] == date(2027, 2, 1)


def test_a_form_names_people_by_as_much_of_their_ids_as_tells_them_apart():
    a, b, c = UUID(int=1 << 100), UUID(int=(1 << 100) + (1 << 90)), UUID(int=(1 << 100) + 1)
    assert plan({a: "A"}, EMPTY_WEEK).keys == {a: "000000"}
    assert len(plan({a: "A", b: "B"}, EMPTY_WEEK).keys[a]) == 10
    assert plan({a: "A", c: "C"}, EMPTY_WEEK).keys == {a: a.hex, c: c.hex}
