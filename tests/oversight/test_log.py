"""The log as it is shown: lines to leads, totals to whoever watches, and nothing that gives a sealed case away."""

from datetime import timedelta
from uuid import uuid4

import pytest

from casework import clock
from casework.cases import restriction
from casework.desk import actions as desk
from casework.errors import NotFound, Refused
from casework.intake import actions as intake
from casework.oversight import actions as oversight
from casework.oversight.actions import PAGE
from casework.policy.vocabulary import Act, Section
from tests.house import both_databases, only_sqlite
from tests.stories import dao

WEEK = 7 * 86_400 * clock.MICROSECOND


def acts(log):
    return [(line.who, line.act) for line in log.lines]


@both_databases
def test_the_lead_reads_who_did_what_in_the_agency(lan, hoa):
    case_id = lan.opens_a_case()
    line = next(entry for entry in hoa.does(oversight.read_log).lines if entry.act == Act.CASE_OPEN)
    assert (line.who, line.case_id, line.denied) == ("Trần Thị Lan", case_id, False)
    assert line.code == lan.does(desk.read_case, case_id).line.code


def test_the_lead_reads_no_line_of_another_agency(cuong, hoa):
    cuong.does(desk.list_cases)
    assert "Vũ Mạnh Cường" not in {who for who, _ in acts(hoa.does(oversight.read_log))}


def test_nothing_of_a_sealed_case_stands_in_the_log_of_who_is_outside(lan, mai, hoa):
    before = acts(hoa.does(oversight.read_log))
    sealed = lan.opens_a_case(circle=[mai])
    lan.does(desk.read_section, sealed, Section.STORY)
    lan.does(desk.add_note, sealed, "Đã gọi.")
    after = [
        line
        for line in acts(hoa.does(oversight.read_log))
        if line[1] not in (Act.SIGN_IN, Act.SECOND_FACTOR, Act.AUDIT_READ)
    ]
    assert after == [line for line in before if line[1] not in (Act.SIGN_IN, Act.SECOND_FACTOR, Act.AUDIT_READ)]


def test_a_lead_inside_the_circle_sees_its_lines(lan, hoa):
    sealed = lan.opens_a_case(circle=[hoa])
    assert sealed in {line.case_id for line in hoa.does(oversight.read_log).lines}


def test_a_draft_is_nobodys_business_until_it_is_a_case(lan, hoa):
    lan.does(intake.start_draft, {1: {"danger": "no"}})
    assert Act.DRAFT_START not in {line.act for line in hoa.does(oversight.read_log).lines}


def test_a_denied_try_is_shown_about_a_case_that_the_reader_can_open_and_about_no_other(lan, mai, hoa, binh):
    """A sealed case and one that does not exist look the same: nothing, whoever tried, a member of the circle too."""
    ours, sealed = lan.opens_a_case(), lan.opens_a_case(circle=[binh])
    for case_id in (ours, sealed, uuid4()):
        with pytest.raises(NotFound):
            mai.does(desk.read_case, case_id)
    with pytest.raises(Refused):
        binh.does(restriction.lift, sealed)
    tried = [line for line in hoa.does(oversight.read_log).lines if line.denied]
    assert [(line.who, line.act, line.case_id) for line in tried] == [("Phạm Thu Mai", Act.CASE_READ, ours)]
    assert Act.CIRCLE_LIFT in {line.act for line in binh.does(oversight.read_log).lines if line.denied}


def test_an_intake_that_was_begun_and_a_proof_on_the_way_are_shown_to_nobody_without_its_case(lan, hoa):
    """So they would tell that somebody came, of whom the lead shall not know."""
    lan.does(intake.begin_intake)
    lan.proves()
    shown = {line.act for line in hoa.does(oversight.read_log).lines if line.who == "Trần Thị Lan"}
    assert not shown & {Act.INTAKE_BEGIN, Act.ADDRESS_LIST, Act.STEP_UP}


def test_who_watches_from_outside_sees_totals_and_no_line(house, lan, mai):
    lan.opens_a_case()
    lan.opens_a_case(circle=[mai])
    mai.sign_in()
    log = house["quang"].does(oversight.read_log)
    assert log.lines is None
    assert dict(log.week.totals)[Act.SECOND_FACTOR] > 0


def test_no_act_that_grows_with_the_cases_is_counted():
    """Each of these has been looked at: an act that is new is not counted before it is, too."""
    kinds = {act.partition(".")[0] for act in oversight.COUNTED}
    known = "account admission agency audit backup clock commune counts keys period recovery restore review session"
    assert kinds == {*known.split(), "upgrade"}
    beside = {Act.STEP_UP, Act.KEEP, Act.COVER, Act.UNCOVER, Act.AGENCY_ROTATE, Act.RESTORE_ERASE}
    assert not {*beside, Act.RECOVERY_HAND_OVER} & oversight.COUNTED


@both_databases
def test_totals_are_counted_week_by_week(house, lan):
    quang = house["quang"]
    quang.does(oversight.verify_log)
    assert not quang.does(oversight.read_log).older
    later = clock.micros() + WEEK
    with clock.use_clock(lambda: later):
        lan._cookie = quang._cookie = None
        lan.does(desk.list_cases)
        now, before = quang.does(oversight.read_log), quang.does(oversight.read_log, 1)
    assert Act.AUDIT_VERIFY not in dict(now.week.totals)
    assert now.older
    assert dict(before.week.totals)[Act.AUDIT_VERIFY] == 1
    assert now.week.first - before.week.first == timedelta(days=7)
    assert now.week.first.weekday() == 0


def test_an_installation_with_a_line_this_week_alone_has_no_older_page(house):
    assert house["quang"].does(oversight.read_log).older is False


@pytest.mark.parametrize("page", [-1, 10**6])
def test_a_page_that_no_log_can_have_is_not_found(house, page):
    with pytest.raises(NotFound):
        house["quang"].does(oversight.read_log, page)


@only_sqlite
class TestPages:
    """The pages of the log."""

    def test_the_lead_turns_pages(self, lan, hoa, browser):
        for _ in range(PAGE + 5):
            lan.does(desk.list_cases)
        first = browser("hoa").get("/nhat-ky").text
        assert "/nhat-ky?trang=1" in first
        second = browser("hoa").get("/nhat-ky?trang=1").text
        assert 'rel="prev" href="/nhat-ky"' in second
        assert "Trần Thị Lan" in second

    def test_a_line_leads_to_its_case(self, lan, browser):
        case_id = lan.opens_a_case()
        assert f'href="/vu-viec/{case_id}"' in browser("hoa").get("/nhat-ky").text

    def test_an_observer_reads_no_name_and_no_code(self, lan, browser):
        case_id = lan.opens_a_case(dao())
        page = browser("quang").get("/nhat-ky").text
        assert "Ghi nhận một vụ việc" not in page
        assert 'href="/so-lieu"' in page
        for secret in ("Trần Thị Lan", str(case_id), lan.does(desk.read_case, case_id).line.code):
            assert secret not in page

    def test_a_whole_log_is_said_to_be_whole(self, browser):
        page = browser("quang").post("/kiem-tra").text
        assert "Nhật ký còn nguyên vẹn" in page

    def test_a_log_that_was_touched_is_said_to_be(self, house, browser):
        with house.gate.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE audit_line SET at = at + 1 WHERE n = 5")
        assert "Nhật ký đã bị động vào" in browser("quang").post("/kiem-tra").text

    def test_a_head_that_was_taken_away_is_said_to_be(self, house, lan, browser):
        case_id = lan.opens_a_case()
        with house.gate.database.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM head WHERE id = ?", (case_id.hex,))
        assert "Dữ liệu không khớp với nhật ký" in browser("quang").post("/kiem-tra").text
