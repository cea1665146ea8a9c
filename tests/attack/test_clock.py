"""The clock goes a day, a year and back again: nobody comes in by it, nothing is taken twice, the log goes on (F9)."""

from functools import partial

import pytest

from casework import clock
from casework.accounts import sign_in_actions
from casework.accounts.sign_in_actions import Unwrapped, WrongCode, second_factor
from casework.audit.models import AuditLine
from casework.desk import actions as desk
from casework.errors import CaseworkError
from casework.web.session_loading import load_session
from tests.faults.writer import log_holds
from tests.house import House, Someone, only_sqlite
from tests.people import keys
from tests.tampering import stolen

pytestmark = only_sqlite
DAY = 24 * 3600 * clock.MICROSECOND
JUMPS = (DAY, -DAY, 365 * DAY, -365 * DAY, 30 * DAY, -30 * DAY)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_session_lives_neither_before_it_began_nor_after_it_ended(house: House, lan: Someone, jump: int):
    cookie, now = lan.cookie, clock.micros()
    with clock.use_clock(lambda: now + jump):
        member = load_session(house.gate, house.config, cookie)
        assert member is None or (member.state in {"ended", "locked"} and member.person.keyring is None)


def test_what_has_locked_stays_locked_when_the_clock_comes_back(house: House, lan: Someone):
    cookie, now = lan.cookie, clock.micros()
    with clock.use_clock(lambda: now + 20 * 60 * clock.MICROSECOND):
        assert load_session(house.gate, house.config, cookie) is not None
    member = load_session(house.gate, house.config, cookie)
    assert member is not None
    assert (member.state, member.person.keyring) == ("locked", None)


def test_digits_are_good_once_however_often_their_moment_comes(house: House, lan: Someone):
    gate, visitor, now = house.gate, house.stranger(), clock.micros()
    opened, digits = Unwrapped(lan.id, keys()["lan"].seed), lan.digits()
    with clock.use_clock(lambda: now):
        begun = gate.perform(visitor, sign_in_actions.sign_in, opened, before=None)
        gate.perform(visitor, second_factor, begun.token, digits)
    for jump in (0, DAY, -DAY, 0):
        with clock.use_clock(partial(int, now + jump)):
            again = gate.perform(visitor, sign_in_actions.sign_in, opened, before=None)
            with pytest.raises(WrongCode):
                gate.perform(visitor, second_factor, again.token, digits)


def test_the_log_goes_on_by_its_numbers_and_still_holds(house: House, lan: Someone):
    case_id, now = lan.opens_a_case(), clock.micros()
    for jump in (0, DAY, 0, -DAY, 365 * DAY, 0):
        with clock.use_clock(partial(int, now + jump)):
            lan.leaves()
            try:
                lan.does(desk.read_case, case_id)
            except CaseworkError:
                assert jump, "at the right time she works"
    with stolen(house) as thief:
        numbers = [row["n"] for row in thief.rows(AuditLine.__tablename__, commune_id=lan.card.commune_id)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert log_holds(house)
