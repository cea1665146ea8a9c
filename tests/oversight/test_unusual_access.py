"""Unusual access: the holder sees it at once, the lead from three openings on, and a rate limit stops browsing."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from casework import clock
from casework.audit import read
from casework.cases import holder_transfer, opening_rate_limit
from casework.desk import actions as desk
from casework.errors import NotFound, Throttled
from casework.policy.vocabulary import Act, Section
from tests.house import House, both_databases, only_sqlite
from tests.people import STAFF
from tests.referrals.scenes import referred
from tests.tampering import stolen

MINUTE = 60 * clock.MICROSECOND
DAY = 24 * 60 * MINUTE


def home(someone):
    return someone.does(desk.list_cases).watch


def opens(someone, *case_ids):
    for case_id in case_ids:
        someone.does(desk.read_case, case_id)


def alerts_of(someone):
    return [(row.name, row.times) for row in home(someone).alerts if not row.stopped]


def test_the_holder_sees_at_once_who_opened_a_case_and_the_lead_is_no_outsider(lan, hoa, binh):
    case_id, other = lan.opens_a_case(), lan.opens_a_case()
    code = lan.does(desk.read_case, case_id).line.code
    opens(hoa, other)
    assert home(lan).opened == ()
    opens(binh, case_id, case_id)
    [row] = home(lan).opened
    assert (row.name, row.code, row.case_id) == (STAFF["binh"].name, code, case_id)
    assert home(binh).opened == home(hoa).opened == ()


def test_a_stand_in_is_no_stranger(lan, mai, binh):
    case_id = lan.opens_a_case()
    lan.does(holder_transfer.transfer_holder, case_id, mai.id, binh.id)
    opens(binh, case_id)
    assert home(mai).opened == ()


@both_databases
def test_the_third_opening_of_a_day_alerts_the_lead_alone(lan, hoa, binh):
    first, second, third = (lan.opens_a_case() for _ in range(3))
    opens(binh, first, second)
    assert alerts_of(hoa) == []
    opens(binh, third)
    assert alerts_of(hoa) == [(STAFF["binh"].name, 3)]
    assert alerts_of(binh) == alerts_of(lan) == []


def test_what_is_opened_again_within_half_an_hour_is_one_opening(lan, hoa, binh):
    morning = clock.midnight(clock.today() + timedelta(days=1)) + 600 * MINUTE
    expected = {0: [], 29: [], 31: [], 62: [(STAFF["binh"].name, 3)]}
    case_id = lan.opens_a_case()
    for minutes, alerts in expected.items():
        moment = morning + minutes * MINUTE
        with clock.use_clock(partial(int, moment)):
            hoa.leaves()
            binh.leaves()
            opens(binh, case_id)
            assert alerts_of(hoa) == alerts


def test_the_lead_s_openings_alert_the_deputy(lan, hoa, binh):
    opens(hoa, *(lan.opens_a_case() for _ in range(3)))
    assert alerts_of(binh) == [(STAFF["hoa"].name, 3)]
    assert alerts_of(hoa) == []


def test_one_s_own_cases_and_those_sealed_to_named_people_are_not_counted(lan, mai, hoa, binh):
    sealed = [lan.opens_a_case(circle=[binh]) for _ in range(3)]
    opens(binh, *sealed)
    own = [binh.opens_a_case() for _ in range(3)]
    opens(binh, *own)
    assert alerts_of(hoa) == []
    assert home(lan).opened == ()


def test_who_was_given_a_case_by_a_referral_is_no_stranger(house):
    row = referred(house).goes("open", "accept")
    opens(row.to, row.case_id)
    assert home(row.lan).opened == ()


def test_after_a_week_it_is_the_log_s_alone(lan, hoa, binh):
    case_id = lan.opens_a_case()
    opens(binh, case_id)
    later = clock.micros() + 8 * DAY
    with clock.use_clock(lambda: later):
        lan.leaves()
        assert home(lan).opened == ()


def fill(someone, case_id, times):
    """Let somebody open a case so often, as a machine would; what is not there counts as well."""
    for _ in range(times):
        someone.does(desk.read_section, case_id, Section.CONTACT)


@only_sqlite
def test_whoever_opens_two_hundred_times_in_ten_minutes_is_stopped_and_it_alerts(house: House, lan, hoa, monkeypatch):
    monkeypatch.setattr(opening_rate_limit, "MAX_OPENINGS", 12)
    now = clock.micros()
    with clock.use_clock(lambda: now):
        case_id = lan.opens_a_case()
        fill(lan, case_id, 11)
        with pytest.raises(NotFound):
            lan.does(desk.read_case, house["luu"].opens_a_case())
        for doing, *arguments in ((desk.read_case, case_id), (desk.show_name, case_id), (desk.search, "dao")):
            with pytest.raises(Throttled):
                lan.does(doing, *arguments)
        [alert] = home(hoa).alerts
        assert (alert.name, alert.times, alert.stopped) == (STAFF["lan"].name, 3, True)
        assert house["son"].does(desk.read_home).watch.alerts == (alert,)
        assert house["quang"].does(desk.read_home).watch.alerts == ()
        opens(hoa, case_id)
    with stolen(house) as thief:
        stops = [row for row in thief.rows("audit_line", about=lan.id) if '"reason":"Throttled"' in row["body"]]
    assert [(row["act"], row["outcome"], row["who"]) for row in stops] == [
        (act, "failed", lan.id) for act in (Act.CASE_READ, Act.NAME_SHOW, Act.CASE_SEARCH)
    ]
    with clock.use_clock(lambda: now + 11 * MINUTE):
        lan.leaves()
        opens(lan, case_id)


def test_two_hundred_is_the_number_that_the_product_promises():
    assert (opening_rate_limit.MAX_OPENINGS, opening_rate_limit.WINDOW_MICROSECONDS) == (200, 10 * MINUTE)


def test_a_busy_colleague_stops_nobody_else(lan, mai, hoa, monkeypatch):
    monkeypatch.setattr(opening_rate_limit, "MAX_OPENINGS", 10)
    case_id = lan.opens_a_case()
    fill(lan, case_id, 9)
    opens(hoa, case_id)


@both_databases
def test_the_first_line_since_a_moment_is_found_by_halves(house: House, lan):
    lan.opens_a_case()
    with house.crypto() as crypto:
        rows = [(row.n, row.at) for row in recent_lines(house)]
        for moment in (0, rows[0][1], rows[len(rows) // 2][1], rows[-1][1], rows[-1][1] + 1):
            expected = next((n for n, at in rows if at >= moment), rows[-1][0] + 1)
            parameters = {"commune": crypto.commune_id, "since": moment}
            assert crypto.session.execute(select(read.first_since()), parameters).scalar_one() == expected
        assert read.last_outcome(crypto, Act.AUDIT_VERIFY, lan.id) is None


def recent_lines(house: House):
    with stolen(house) as thief:
        lines = [row for row in thief.rows("audit_line") if row["commune_id"] == house["lan"].person.commune_id]
    return [type("Row", (), row) for row in sorted(lines, key=lambda row: row["n"])]


@only_sqlite
class TestPages:
    """Home pages with their oversight panel."""

    def test_holder_lead_and_administrator_read_it_in_words(self, house, lan, hoa, binh, browser, monkeypatch):
        opens(binh, *(lan.opens_a_case() for _ in range(3)))
        assert "Người khác đã mở vụ việc bạn phụ trách" in browser("lan").get("/").text
        assert f"{STAFF['binh'].name} đã mở nhiều vụ việc không phụ trách" in browser("hoa").get("/").text
        monkeypatch.setattr(opening_rate_limit, "MAX_OPENINGS", 3)
        assert browser("binh").get("/tim").status_code == 200
        assert browser("binh").post("/tim", data={"query": "dao"}).status_code == 429
        for username in ("hoa", "son"):
            assert f"{STAFF['binh'].name} đã mở hoặc tìm quá nhanh" in browser(username).get("/").text
        assert "quá nhanh" not in browser("lan").get("/").text
