"""Replay of session rows: a session that has ended stays ended when its row is put back."""

import itertools

from casework import clock
from casework.accounts import own_account_actions
from casework.accounts import sign_in_actions as actions
from casework.web.session_loading import load_session
from tests.accounts.sign_in import session_token
from tests.house import House, Someone, both_databases
from tests.people import THANH_SON
from tests.tampering import stolen

IDLE = 16 * 60 * clock.MICROSECOND


def is_accepted(house: House, cookie: str) -> bool:
    return load_session(house.gate, house.config, cookie) is not None


def session_state(house: House, someone: Someone) -> str:
    present = load_session(house.gate, house.config, someone.cookie)
    return present.state if present else ""


def session_rows(house: House, sid: bytes) -> list:
    with stolen(house) as thief:
        return thief.rows("session", sid=sid)


def test_a_session_put_back_after_sign_out_is_refused_and_the_other_one_goes_on(house: House, lan: Someone):
    cookie, mine = lan.cookie, session_token(lan)
    lan.leaves()
    other = lan.cookie
    old = session_rows(house, mine.sid)
    house.gate.perform(house.stranger(commune_id=THANH_SON), actions.sign_out, mine.sid)
    assert session_rows(house, mine.sid) == []
    with stolen(house) as thief:
        thief.put("session", *old)
    assert not is_accepted(house, cookie)
    assert is_accepted(house, other)
    lan.leaves()
    assert is_accepted(house, lan.cookie)


def test_a_session_put_back_after_it_was_ended_from_another_browser_is_refused(house: House, lan: Someone):
    cookie, mine = lan.cookie, session_token(lan)
    lan.leaves()
    seen = lan.does(own_account_actions.list_sessions, sid=session_token(lan).sid)
    [(number, created)] = [(row.number, row.created) for row in seen if not row.this]
    old = session_rows(house, mine.sid)
    lan.does(own_account_actions.end_session, number, created)
    with stolen(house) as thief:
        thief.put("session", *old)
    assert not is_accepted(house, cookie)
    assert is_accepted(house, lan.cookie)


def test_a_session_whose_row_was_changed_ends_all_the_same(house: House, lan: Someone):
    mine = session_token(lan)
    with stolen(house) as thief:
        thief.change("session", {"sid": mine.sid}, factors=9)
    house.gate.perform(house.stranger(commune_id=THANH_SON), actions.sign_out, mine.sid)
    assert session_rows(house, mine.sid) == []


def test_a_session_that_locked_by_itself_stays_locked_when_its_earlier_row_is_put_back(house: House, lan: Someone):
    old = session_rows(house, session_token(lan).sid)
    later = clock.micros() + IDLE
    with clock.use_clock(lambda: later):
        assert session_state(house, lan) == "locked"
        with stolen(house) as thief:
            thief.put_back("session", ("sid",), *old)
        assert session_state(house, lan) == "locked"
    assert [row["blob"] for row in session_rows(house, session_token(lan).sid)] == [None]


def test_the_moment_of_last_use_cannot_be_moved_from_outside(house: House, lan: Someone):
    sid = session_token(lan).sid
    with stolen(house) as thief:
        thief.change("session", {"sid": sid}, seen=clock.micros() + IDLE)
    assert not is_accepted(house, lan.cookie)


@both_databases
def test_the_moment_of_last_use_follows_the_member(house: House, lan: Someone):
    begun = clock.micros()
    for minutes in (10, 20, 30):
        moments = itertools.repeat(begun + minutes * 60 * clock.MICROSECOND)
        with clock.use_clock(moments.__next__):
            assert session_state(house, lan) == "open"
