"""Two do the same at the same moment, in duty, details and slips: one of them is told, and nothing is lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

from casework.cases.sections import Letter
from casework.duty import actions as duty
from casework.errors import CaseworkError
from casework.maintenance import verify_database
from casework.referrals import receiving_actions, slip_actions
from casework.staffing import detail_actions
from casework.vault.states import Detail
from tests.duty.scenes import every_day, this_monday
from tests.house import House, Someone, both_databases
from tests.referrals.scenes import referred


def at_once(*acts: Callable[[], object]) -> list[str]:
    """Run acts in threads that begin together; return for each "done", or the name of what it raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except CaseworkError as refusal:
            return type(refusal).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@both_databases
def test_of_two_who_write_a_week_from_the_same_page_one_is_told(house: House, cuong: Someone):
    dung = house.hires("dung")
    monday, numbers = this_monday(), {cuong.id: ("0900000151",), dung.id: ("0900000161",)}
    shown = cuong.does(duty.plan_week, monday).mark
    weeks = (every_day(cuong.id), every_day(dung.id))
    done = at_once(
        *(lambda days=days: cuong.does(duty.write_week, monday, days, numbers, shown=shown) for days in weeks)
    )
    assert done.count("done") == 1, done
    assert cuong.does(duty.plan_week, monday).days == weeks[done.index("done")]
    assert verify_database.find_all_faults(house.config, house.gate) == []


@both_databases
def test_of_two_proposals_about_one_detail_one_is_left_and_it_is_confirmed_once(house: House, cuong: Someone):
    agency, son = cuong.person.actor.agency_id, house["son"]
    new = ("0203555098", "0203555099")
    at_once(*(lambda n=n: son.does(detail_actions.propose, Detail.DUTY_PHONE, n, agency_id=agency) for n in new))
    [change] = cuong.does(detail_actions.list_details).changes
    done = at_once(*[lambda: cuong.does(detail_actions.confirm, change.id)] * 2)
    assert done.count("done") == 1, done
    assert cuong.does(detail_actions.list_details).value_of(Detail.DUTY_PHONE, agency)[1] == change.new
    assert verify_database.find_all_faults(house.config, house.gate) == []


@both_databases
def test_a_slip_that_is_sent_twice_at_once_is_one_slip(house: House):
    referral, once = referred(house, "health_station"), uuid4()
    slip = Letter(slip_kind="appointment", place="Trạm Y tế xã", ask_for="chị Hà")
    make = lambda: referral.lan.does(slip_actions.make_slip, *referral.at, slip, safe="yes", once=once)  # noqa: E731
    assert "done" in at_once(make, make)
    page = referral.lan.does(receiving_actions.read_referral, *referral.at)
    assert [sheet.letter.step for sheet in page.sheets].count("slip") == 1
    assert verify_database.find_all_faults(house.config, house.gate) == []
