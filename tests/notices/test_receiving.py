"""What the chair does with a notice, what its sender is told, how it is called about, and how it ends."""

from functools import partial
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework import unguarded_database
from casework.cases import restriction
from casework.cases.sections import Identity, Notice, SafetyPlan
from casework.cases.states import NoticeState
from casework.clock import MICROSECOND, use_clock
from casework.codelists import UnknownCode
from casework.desk import actions as desk
from casework.errors import BadInput, CaseworkError, Conflict, NotFound
from casework.maintenance.verify_database import find_faults
from casework.notices import actions
from casework.notices.view_models import NoticeLine, joined_names
from casework.retention import actions as retention
from casework.retention import voiding
from casework.staffing import actions as staffing
from tests.house import House, both_databases
from tests.notices.scenes import readers_of_sheets, told
from tests.retention.scenes import asked
from tests.stories import dao
from tests.tampering import stolen

MINUTE = 60 * MICROSECOND
UNION = {"lan", "mai", "hoa", "binh"}


@both_databases
def test_a_notice_is_received_assigned_and_answered_and_the_sender_reads_each(house: House, lan, hoa, chinh):
    notice = told(house)
    for step, state in (("open", "opened"), ("assign", "assigned"), ("answer", "answered")):
        notice.goes(step)
        assert notice.state == state
        [line] = lan.does(actions.list_notices).answered
        assert line.id == notice.notice_id
        lan.does(actions.read_notice, *notice.at)
        assert lan.does(actions.list_notices).answered == hoa.does(actions.list_notices).answered == []
    page = lan.does(actions.read_notice, *notice.at)
    assert [sheet.notice.step for sheet in page.sheets] == ["send", "open", "assign", "answer"]
    assert (page.line.assigned, page.sheets[2].by) == ("police", "Đặng Văn Chính")
    assert chinh.does(actions.read_notice, *notice.at).sheets == page.sheets


def test_each_step_leads_on_only_from_where_it_should(house: House, chinh, lan):
    notice = told(house)
    for doing, more in ((actions.assign, {"agency": "police"}), (actions.answer, {"words": "xong"})):
        with pytest.raises(Conflict):
            chinh.does(doing, *notice.at, **more)
    notice.goes("open")
    with pytest.raises(Conflict, match="vừa đổi trạng thái"):
        house["vinh"].does(actions.open_notice, *notice.at)
    with pytest.raises(Conflict):
        lan.does(actions.record_call, *notice.at, Notice(who="anh Chính"), reached=True)
    assert notice.state == "opened"


def test_the_deputy_may_take_up_what_the_chair_has_not(house: House, lan):
    notice = told(house).goes("open", "assign", by="vinh")
    assert lan.does(actions.read_notice, *notice.at).sheets[1].by == "Tạ Quang Vinh"


def test_words_that_are_missing_and_codes_that_are_unknown_are_refused(house: House, chinh, lan):
    notice = told(house).goes("open")
    with pytest.raises(UnknownCode):
        chinh.does(actions.assign, *notice.at, agency="mayor")
    with pytest.raises(BadInput, match="đã làm gì"):
        chinh.does(actions.answer, *notice.at, " ")
    with pytest.raises(BadInput, match="vì sao"):
        lan.does(actions.withdraw, *notice.at, "")
    assert notice.state == "opened"


def test_after_each_target_time_the_next_in_order_is_named_and_the_call_is_written_down(house: House, lan):
    notice = told(house)
    sent = notice.row["sent"]
    for minutes, late, name in (
        (14, False, "Đặng Văn Chính"),
        (15, True, "Tạ Quang Vinh"),
        (90, True, "Tạ Quang Vinh"),
    ):
        with use_clock(partial(int, sent + minutes * MINUTE)):
            lan.leaves()
            [line] = lan.does(actions.list_notices).unreceived
            assert (line.late, line.call_next, line.numbers.first.number) == (late, name, "0203 555 017")
    lan.leaves()
    lan.does(actions.record_call, *notice.at, Notice(who="Văn thư", when="2026-11-23T23:15+07:00"), reached=True)
    [line] = lan.does(actions.list_notices).unreceived
    assert (line.call.step, line.call.who, line.state) == ("called", "Văn thư", "sent")
    assert readers_of_sheets(house, notice.case_id)[-1] <= UNION


def test_after_a_call_that_nobody_answered_the_next_in_order_is_named_at_once(house: House, lan):
    notice = told(house)
    sent = notice.row["sent"]
    chair, deputy = "Đặng Văn Chính", "Tạ Quang Vinh"
    for minutes, before, after in ((2, chair, deputy), (16, deputy, chair), (17, chair, deputy)):
        with use_clock(partial(int, sent + minutes * MINUTE)):
            lan.leaves()
            [line] = lan.does(actions.list_notices).unreceived
            assert line.call_next == before
            lan.does(actions.record_call, *notice.at, Notice(when="2026-11-23T23:15+07:00"), reached=False)
            [line] = lan.does(actions.list_notices).unreceived
            assert (line.call_next, line.call.step) == (after, "not_reached")


def test_who_is_named_as_one_who_must_not_know_after_it_was_sent_is_not_offered_for_a_call(house: House, lan):
    notice = told(house)
    lan.does(desk.write_section, notice.case_id, SafetyPlan(somebody="yes", who_must_not_know="Đặng Văn Chính"), base=1)
    assert lan.does(actions.read_notice, *notice.at).line.call_next == "Tạ Quang Vinh"
    [line] = lan.does(desk.list_cases, whole_page=True).notices.unreceived
    assert line.call_next == "Tạ Quang Vinh"


def test_where_nobody_of_the_chairs_may_know_the_level_above_is_called():
    first = Notice(readers=joined_names(("A", "B")))
    line = NoticeLine(uuid4(), uuid4(), first, NoticeState.SENT, 0, 0, incoming=False, kin=("A", "B"))
    assert line.call_next == ""


@given(
    moments=st.lists(st.integers(0, 10**6), max_size=9).map(sorted),
    later=st.integers(0, 10**6),
    names=st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=1, max_size=4, unique=True),
)
def test_at_every_moment_somebody_is_named_and_never_who_has_just_not_answered(moments, later, names):
    seconds = [at * MICROSECOND for at in moments]
    first, now = Notice(readers=joined_names(tuple(names))), (seconds[-1] if seconds else 0)

    def named(at: int, missed: list[int]) -> str:
        line = NoticeLine(uuid4(), uuid4(), first, NoticeState.SENT, 0, at, incoming=False, missed=tuple(missed))
        return line.call_next

    assert named(now + later, seconds) in names
    if seconds and len(names) > 1:
        assert named(now, seconds) != named(now, seconds[:-1])


def test_the_targets_are_fifteen_minutes_to_receive_and_an_hour_to_assign(house: House, lan):
    notice = told(house)
    [line] = lan.does(actions.list_notices).lines
    assert line.due == line.sent + 15 * MINUTE
    notice.goes("open")
    [line] = lan.does(actions.list_notices).lines
    assert line.due == line.sent + 60 * MINUTE
    notice.goes("assign")
    assert lan.does(actions.list_notices).lines[0].due is None


def test_new_notices_come_first_danger_before_age(house: House, lan, chinh):
    received = told(house).goes("open")
    old, dangerous = told(house), told(house, danger="yes")
    assert [line.id for line in chinh.does(actions.list_notices).received] == [
        dangerous.notice_id,
        old.notice_id,
        received.notice_id,
    ]


@both_databases
def test_a_notice_that_is_withdrawn_is_gone_for_whom_it_named(house: House, lan, chinh):
    notice = told(house).goes("open")
    lan.does(actions.withdraw, *notice.at, "mở nhầm vụ việc")
    assert notice.state == "withdrawn"
    assert all(readers <= UNION for readers in readers_of_sheets(house, notice.case_id))
    assert chinh.does(actions.list_notices).lines == ()
    for doing in (actions.read_notice, actions.open_notice):
        with pytest.raises(NotFound):
            chinh.does(doing, *notice.at)
    assert lan.does(actions.read_notice, *notice.at).sheets[-1].notice.words == "mở nhầm vụ việc"
    with unguarded_database.snapshot(house.config.database_url) as connection:
        assert find_faults(connection, house.gate.server_keys) == []


def test_a_row_of_a_withdrawn_notice_that_is_put_back_opens_nothing(house: House, lan, chinh):
    notice = told(house)
    with stolen(house) as thief:
        before = thief.rows("notice", id=notice.notice_id)
    lan.does(actions.withdraw, *notice.at, "báo nhầm")
    with stolen(house) as thief:
        thief.put_back("notice", ("commune_id", "id"), *before)
    with unguarded_database.snapshot(house.config.database_url) as connection:
        assert {fault.table for fault in find_faults(connection, house.gate.server_keys)} == {"notice", "head"}
    with pytest.raises(CaseworkError):
        chinh.does(actions.read_notice, *notice.at)


def test_a_case_set_aside_takes_its_notice_back_and_is_told_anew_when_restored(house: House, lan, chinh):
    notice = told(house)
    lan.does(voiding.void_case, notice.case_id, "mở nhầm")
    assert (notice.state, chinh.does(actions.list_notices).lines) == ("withdrawn", ())
    lan.does(voiding.restore_case, notice.case_id)
    assert [case.case_id for case in lan.does(actions.list_due)] == [notice.case_id]
    told(house, case_id=notice.case_id)
    assert len(chinh.does(actions.list_notices).received) == 1


def test_a_case_opened_twice_takes_its_notice_back_and_the_other_one_stands(house: House, lan, chinh):
    twice, kept = told(house), told(house)
    code = lan.does(desk.read_case, kept.case_id).label.code
    lan.does(voiding.merge_case, twice.case_id, code, "mở hai lần")
    assert (twice.state, kept.state) == ("withdrawn", "sent")
    assert [line.id for line in chinh.does(actions.list_notices).lines] == [kept.notice_id]


def test_closing_leaves_the_chair_what_they_were_told(house: House, lan, chinh):
    notice = told(house).goes("open", "assign", "answer")
    lan.does(desk.close_case, notice.case_id, outcome="needs_met", words="")
    assert chinh.does(actions.read_notice, *notice.at).line.state == "answered"


def test_a_case_that_is_sealed_to_named_people_is_told_alike_and_gives_away_no_circle(house: House, lan, mai, chinh):
    case_id = lan.opens_a_case(dao(grounds=()), circle=[mai])
    sealed = told(house, case_id=case_id)
    open_case = told(house)
    read = [chinh.does(actions.read_notice, *one.at).line.first for one in (sealed, open_case)]
    same = ("danger", "vulnerable", "holder", "phone", "asks", "readers")
    assert [getattr(read[0], name) for name in same] == [getattr(read[1], name) for name in same]
    assert readers_of_sheets(house, case_id) == [{"lan", "mai", "chinh", "vinh"}]
    assert house["hoa"].does(actions.list_notices).lines[0].case_id == open_case.case_id


def test_the_union_keeps_reading_its_notice_when_a_case_is_sealed_later(house: House, lan, mai, hoa, chinh):
    notice = told(house)
    lan.does(restriction.restrict, notice.case_id, [mai.id])
    assert readers_of_sheets(house, notice.case_id) == [{"lan", "mai", "chinh", "vinh"}]
    assert hoa.does(actions.list_notices).lines == ()
    notice.goes("open")
    assert mai.does(actions.read_notice, *notice.at).line.state == "opened"


def test_an_erased_case_leaves_nothing_of_its_notice(house: House, lan, hoa, chinh):
    notice = told(house).goes("open", "answer")
    asked(lan, notice.case_id, hoa)
    hoa.does(retention.erase_case, notice.case_id)
    with stolen(house) as thief:
        assert thief.rows("notice") == thief.rows("document", case_id=notice.case_id) == []
    assert chinh.does(actions.list_notices).lines == ()


def test_a_chair_who_alone_was_told_may_leave_and_reads_nothing_more(house: House, lan, chinh):
    case_id = lan.opens_a_case(dao(grounds=()))
    lan.does(actions.send, case_id, readers=[chinh.id])
    assert len(chinh.does(actions.list_notices).lines) == 1
    house["son"].does(staffing.leave, chinh.id)
    assert readers_of_sheets(house, case_id) == [UNION]
    told(house)
    assert [line.readers for line in house["vinh"].does(actions.list_notices).lines] == [("Tạ Quang Vinh",)]


def test_every_step_of_a_notice_is_a_line_of_the_log_about_its_case(house: House, lan):
    notice = told(house).goes("open", "assign", "answer")
    lan.does(actions.withdraw, *notice.at, "báo nhầm")
    with stolen(house) as thief:
        lines = [row for row in thief.rows("audit_line", head=notice.case_id) if row["act"].startswith("notice.")]
    acts = [row["act"] for row in sorted(lines, key=lambda row: row["n"])]
    assert acts == ["notice.send", "notice.open", "notice.assign", "notice.answer", "notice.withdraw"]
    assert {row["about"] for row in lines} == {notice.case_id}


@both_databases
def test_the_chair_reads_until_when_the_law_has_them_decide_and_not_that_it_is_a_child(
    house: House, chinh, lan, browser
):
    opened = 1_764_399_600 * MICROSECOND
    with use_clock(lambda: opened):
        child = told(house, identity=Identity(birth_year=2015, sex="NU"), danger="no")
        of_age = told(house, danger="no")
        lines = {line.id: line for line in chinh.does(actions.list_notices).received}
        line = lines[child.notice_id]
        assert line.decide_by == opened + 12 * 60 * MINUTE
        assert "decide" in line.first.asks
        assert next(one.id for one in chinh.does(actions.list_notices).received) == child.notice_id
        assert lines[of_age.notice_id].decide_by is None
        assert "decide" not in lines[of_age.notice_id].first.asks
        home, page = browser("chinh").get("/").text, browser("chinh").get(child.path).text
        for shown in (home, page):
            assert "Luật buộc" in shown
            assert "còn 12 giờ" in shown
            assert "trẻ" not in shown.lower()
    with use_clock(lambda: opened + 13 * 60 * MINUTE):
        chinh.leaves()
        lan.leaves()
        assert "quá hạn" in browser("chinh").get(child.path).text
        child.goes("open", "answer")
        assert lan.does(actions.read_notice, *child.at).line.decide_by is None
