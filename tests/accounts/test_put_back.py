"""A session that has ended stays ended, whoever puts its row back."""

from casework.accounts import own
from casework.accounts import signing_in as actions
from casework.web.people import recognise
from tests.accounts.coming_in import token
from tests.house import House, Someone
from tests.people import THANH_SON
from tests.tampering import stolen


def known(house: House, cookie: str) -> bool:
    return recognise(house.gate, house.config, cookie) is not None


def rows(house: House, sid: bytes) -> list:
    with stolen(house) as thief:
        return thief.rows("session", sid=sid)


def test_a_session_put_back_after_sign_out_is_refused_and_her_other_one_goes_on(house: House, lan: Someone):
    cookie, mine = lan.cookie, token(lan)
    lan.leaves()
    other = lan.cookie
    old = rows(house, mine.sid)
    house.gate.perform(house.stranger(commune_id=THANH_SON), actions.sign_out, mine.sid)
    assert rows(house, mine.sid) == []
    with stolen(house) as thief:
        thief.put("session", *old)
    assert not known(house, cookie)
    assert known(house, other)
    lan.leaves()
    assert known(house, lan.cookie)


def test_a_session_put_back_after_she_ended_it_from_another_browser_is_refused(house: House, lan: Someone):
    cookie, mine = lan.cookie, token(lan)
    lan.leaves()
    seen = lan.does(own.my_sessions, sid=token(lan).sid)
    [(number, created)] = [(one.number, one.created) for one in seen if not one.this]
    old = rows(house, mine.sid)
    lan.does(own.end_session, number, created)
    with stolen(house) as thief:
        thief.put("session", *old)
    assert not known(house, cookie)
    assert known(house, lan.cookie)


def test_a_session_whose_row_was_changed_ends_all_the_same(house: House, lan: Someone):
    mine = token(lan)
    with stolen(house) as thief:
        thief.change("session", {"sid": mine.sid}, factors=9)
    house.gate.perform(house.stranger(commune_id=THANH_SON), actions.sign_out, mine.sid)
    assert rows(house, mine.sid) == []
