"""What cannot be taken back asks first for a proof who is there, younger than five minutes (ASVS 7.5.3)."""

from uuid import uuid4

from casework import clock
from tests.browsing import browser_of
from tests.house import House, only_sqlite
from tests.laws.test_routes import routes, standing

pytestmark = only_sqlite
# Sending a case on, giving a key or a way in, destroying, and what leaves the house for good.
PROVEN = {
    "referrals.send": "lan",
    "retention.erase": "hoa",
    "retention.purge": "hoa",
    "statistics.close": "hoa",
    "oversight.export": "quang",
    "staffing.leave": "hoa",
    "staffing.confirm": "hoa",
    "staffing.details.confirm": "hoa",
    "accounts.admission.restart": "son",
    "accounts.admission.invite": "hoa",
    "accounts.admission.confirm": "hoa",
    "accounts.returning.confirm": "hoa",
    "accounts.mine.passphrase": "lan",
    "accounts.mine.phone": "lan",
    "accounts.mine.paper": "lan",
}


def test_six_minutes_after_signing_in_nothing_of_it_is_done_without_a_proof(app, house: House):
    cookies = {name: house[name].cookie for name in set(PROVEN.values())}
    assert all(cookies.values())
    later = clock.micros() + 6 * 60 * clock.MICROSECOND
    wrong, before = [], standing(house)
    with clock.use_clock(lambda: later):
        for route in routes(app):
            if route.method == "POST" and route.rule.endpoint in PROVEN:
                client = browser_of(app, house[PROVEN[route.rule.endpoint]])
                answer = route.asked_by(client, app, uuid4())
                if answer.status_code != 303 or not (answer.location or "").startswith("/xac-nhan-lai"):
                    wrong.append((route.rule.endpoint, answer.status_code, answer.location))
    assert wrong == []
    assert standing(house) == before


def test_after_the_proof_she_stands_where_she_was(app, house: House):
    lan = house["hoa"]
    assert lan.cookie
    later, case_id = clock.micros() + 6 * 60 * clock.MICROSECOND, uuid4()
    with clock.use_clock(lambda: later):
        answer = browser_of(app, lan).post(f"/vu-viec/{case_id}/xoa")
    assert f"tiep=/vu-viec/{case_id}/xoa" in (answer.location or "").replace("%2F", "/")
