"""Cases opened by mistake or twice: nothing is deleted, nothing is counted twice, the old code still finds."""

from dataclasses import replace

import pytest

from casework.audit.verify import verify
from casework.cases.sections import GroundEntry, Identity
from casework.desk import actions as desk
from casework.errors import BadInput, NotFound
from casework.intake import actions as intake
from casework.policy.vocabulary import Section
from casework.referrals import ground_actions, unsent_actions
from casework.retention import voiding
from casework.statistics import actions as statistics
from casework.statistics.plan import TOTAL
from tests.house import House, both_databases, only_sqlite
from tests.intake.filling import value, wrongs
from tests.referrals.scenes import everything, referred
from tests.statistics.timeline import Timeline, first_of
from tests.stories import CANARIES, dao


def codes(someone):
    return {line.code for line in someone.does(desk.list_cases).cases}


def code_of(someone, case_id):
    return someone.does(desk.read_case, case_id).line.code


def test_a_case_opened_by_mistake_leaves_lists_and_search_and_nothing_is_deleted(house, lan, hoa):
    case_id = lan.opens_a_case()
    code, before = code_of(lan, case_id), everything(house, case_id)
    lan.does(voiding.void_case, case_id, "Người khác gọi nhầm số")
    assert code not in codes(hoa)
    assert hoa.does(desk.search, code) == ()
    with pytest.raises(NotFound):
        lan.does(desk.read_case, case_id)
    after = everything(house, case_id)
    assert len(after["document"]) == len(before["document"]) + 1
    [aside] = hoa.does(voiding.list_voided)
    assert (aside.id, aside.code, aside.words) == (case_id, code, "Người khác gọi nhầm số")


@both_databases
def test_what_was_set_aside_is_restored_as_it_was(house, lan, hoa):
    opened, closed = lan.opens_a_case(), lan.opens_a_case()
    lan.does(desk.close_case, closed, outcome="needs_met", words="")
    for case_id, state in ((opened, "open"), (closed, "closed")):
        lan.does(voiding.void_case, case_id, "nhầm")
        hoa.does(voiding.restore_case, case_id)
        assert lan.does(desk.read_case, case_id).line.standing == state
    assert lan.does(voiding.list_voided) == ()
    with house.crypto() as crypto:
        assert verify(crypto).holds


def test_a_reason_is_needed_and_the_case_must_be_ours(house, lan, mai):
    case_id = lan.opens_a_case()
    with pytest.raises(BadInput):
        lan.does(voiding.void_case, case_id, " ")
    for doing in (lambda: mai.does(voiding.void_case, case_id, "x"), lambda: mai.does(voiding.restore_case, case_id)):
        with pytest.raises(NotFound):
            doing()
    referral = referred(house).goes("open", "accept")
    with pytest.raises(NotFound):
        referral.to.does(voiding.void_case, referral.case_id, "x")


def test_a_draft_that_was_discarded_is_not_among_what_was_set_aside(lan):
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    lan.does(intake.discard_draft, draft)
    assert lan.does(voiding.list_voided) == ()
    with pytest.raises(NotFound):
        lan.does(voiding.restore_case, draft)


def test_what_was_shared_of_a_mistake_is_cut_off(house):
    referral = referred(house).goes("open", "accept")
    referral.lan.does(voiding.void_case, referral.case_id, "Mở nhầm người")
    with pytest.raises(NotFound):
        referral.to.does(desk.read_case, referral.case_id)


@both_databases
def test_the_old_code_finds_the_case_that_was_kept(house, lan, hoa):
    first, second, third = (lan.opens_a_case(dao(grounds=())) for _ in range(3))
    old = [code_of(lan, case_id) for case_id in (first, second)]
    assert lan.does(voiding.merge_case, first, code_of(lan, second).upper(), "Cùng số điện thoại") == second
    hoa.does(voiding.merge_case, second, code_of(lan, third), "Cùng một chị")
    for code in old:
        assert [line.id for line in lan.does(desk.search, code)] == [third]
    assert [case.code for case in lan.does(voiding.list_voided)] == sorted(old)
    assert lan.does(desk.read_case, third).label.former == " ".join(reversed(old))
    with house.crypto() as crypto:
        assert verify(crypto).holds


def test_a_case_is_merged_only_with_another_of_the_same_owner_that_one_reaches(lan, mai, hoa):
    mine, theirs, sealed = lan.opens_a_case(dao(grounds=())), mai.opens_a_case(), lan.opens_a_case(circle=[mai])
    for code in ("không-có-99", code_of(lan, mine), code_of(mai, theirs), code_of(lan, sealed)):
        with pytest.raises(BadInput):
            lan.does(voiding.merge_case, mine, code, "x")
    assert hoa.does(voiding.merge_case, mine, code_of(mai, theirs), "x") == theirs


@only_sqlite
def test_what_was_said_and_not_sent_and_danger_are_not_lost_with_a_case_that_was_opened_twice(house, lan):
    danger = GroundEntry("danger", "police", reason="Dọa giết, có dao", told="yes")
    twice, kept = lan.opens_a_case(dao(danger="yes", grounds=(danger,))), lan.opens_a_case(dao(grounds=()))
    merge = (voiding.merge_case, twice, code_of(lan, kept), "Một người")
    before = everything(house, twice)
    with pytest.raises(BadInput, match="đã nói mà chưa gửi"):
        lan.does(*merge)
    assert everything(house, twice) == before
    [line] = lan.does(ground_actions.read_ledger, twice).grounds
    lan.does(unsent_actions.set_aside, twice, line.id, "Đã gọi 113")
    assert lan.does(*merge) == kept
    assert lan.does(desk.read_case, kept).label.danger == "yes"


@only_sqlite
def test_an_open_case_does_not_vanish_into_one_that_is_closed(house, lan):
    twice, kept = lan.opens_a_case(dao(danger="yes", grounds=())), lan.opens_a_case(dao(grounds=()))
    lan.does(desk.close_case, kept, outcome="needs_met", words="")
    with pytest.raises(BadInput, match="đã đóng"):
        lan.does(voiding.merge_case, twice, code_of(lan, kept), "Một người")


def test_an_edited_label_keeps_the_old_code(lan):
    first, second = lan.opens_a_case(dao(grounds=())), lan.opens_a_case()
    lan.does(voiding.merge_case, first, code_of(lan, second), "x")
    label = lan.does(desk.read_case, second).label
    lan.does(desk.write_section, second, replace(label, nickname="Áo xanh", former=""), base=2)
    assert lan.does(desk.read_case, second).label.former == label.former


@pytest.fixture
def timeline(house: House) -> Timeline:
    """A timeline whose first quarter waits to be closed."""
    return Timeline(house, first_of(house))


def test_a_case_that_was_set_aside_is_not_counted(timeline, house):
    timeline.record(timeline.first, 5)
    with timeline.on(timeline.first.next_day):
        before = timeline.house["hoa"].does(desk.list_cases).cases
        house["hoa"].does(voiding.void_case, before[0].id, "nhầm")
        assert truth(timeline) == 4


def test_a_case_merged_into_one_that_is_not_counted_yet_is_counted_once(timeline, house):
    """The one that was counted stays counted in its quarter; the one that is kept is of the same person."""
    timeline.record(timeline.first, 5)
    timeline.close(timeline.first)
    timeline.record(timeline.after(1), 4)
    with timeline.on(timeline.after(1).next_day):
        cases = sorted(house["hoa"].does(desk.list_cases).cases, key=lambda line: line.opened)
        old, new = cases[0], cases[-1]
        assert truth(timeline) == 4
        house["hoa"].does(voiding.merge_case, old.id, new.code, "cùng một chị")
        assert truth(timeline) == 3


def test_a_correction_keeps_what_was_merged(timeline, house):
    timeline.record(timeline.first, 2)
    timeline.close(timeline.first)
    timeline.record(timeline.after(1), 2)
    with timeline.on(timeline.after(1).next_day):
        hoa = house["hoa"]
        cases = sorted(hoa.does(desk.list_cases).cases, key=lambda line: line.opened)
        hoa.does(voiding.merge_case, cases[0].id, cases[-1].code, "cùng một chị")
        [written] = hoa.does(desk.read_section, cases[-1].id, Section.IDENTITY)
        assert isinstance(written.data, Identity)
        hoa.does(desk.write_section, cases[-1].id, Identity(name="Đào", sex="NAM", birth_year=1950), base=1)
        assert truth(timeline) == 1


def truth(timeline: Timeline) -> int | None:
    """Return how many cases the lead sees waiting to be counted in the next period."""
    closing = timeline.house["hoa"].does(statistics.preview_period)
    rows = [row for _, _, compared in closing.tables for row in compared if row.cell == TOTAL]
    return rows[0].truth


def test_what_stands_in_a_merged_case_is_read_and_found_through_the_case_that_stays(lan, hoa, mai, browser):
    kept = lan.opens_a_case(
        dao(identity=Identity(name="Lò Thị Mận", sex="NU"), contact=replace(dao().contact, phone=""))
    )
    twice = lan.opens_a_case(dao(grounds=()))
    lan.does(desk.add_note, twice, "Đã gặp ở chợ phiên")
    code = code_of(lan, twice)
    lan.does(voiding.merge_case, twice, code_of(lan, kept), "Một người")
    for query in ("0987 612 345", "nguyen thi dao", code):
        assert {line.id for line in lan.does(desk.search, query)} == {kept}
    page = browser("lan").get(f"/vu-viec/{kept}").text
    assert f"/vu-viec/{kept}/da-gop/{twice}" in page
    for username in ("lan", "hoa"):
        read = browser(username).get(f"/vu-viec/{kept}/da-gop/{twice}").text
        for words in (CANARIES["story"], CANARIES["identity"], "Đã gặp ở chợ phiên", code, "0987 612 345"):
            assert words in read
    assert browser("mai").get(f"/vu-viec/{kept}/da-gop/{twice}").status_code == 404
    assert browser("lan").get(f"/vu-viec/{kept}/da-gop/{kept}").status_code == 404
    hoa.does(voiding.restore_case, twice)
    assert browser("lan").get(f"/vu-viec/{kept}/da-gop/{twice}").status_code == 404
    assert "da-gop" not in browser("lan").get(f"/vu-viec/{kept}").text


@only_sqlite
def test_a_wrong_code_is_said_beside_its_box_and_the_reason_stays(browser, lan):
    case_id = lan.opens_a_case()
    typed = {"kept_case": "mai-chua-co-99", "words": "Cùng số điện thoại"}
    answer = browser("lan").post(f"/vu-viec/{case_id}/gop", data=typed)
    assert answer.status_code == 422
    assert len(wrongs(answer)) == 1
    assert {name: value(answer, name) for name in typed} == typed


def test_a_case_in_danger_is_set_aside_only_with_why_there_is_none_and_says_so_again_when_restored(lan):
    case_id = lan.opens_a_case(dao(danger="yes", grounds=()))
    with pytest.raises(BadInput):
        lan.does(voiding.void_case, case_id, "Ghi nhầm lúc tập huấn")
    lan.does(voiding.void_case, case_id, "Ghi nhầm lúc tập huấn", danger_over="Không có người nào như vậy")
    lan.does(voiding.restore_case, case_id)
    assert lan.does(desk.read_case, case_id).line.urgent


def test_the_page_of_a_mistake_lists_what_is_not_done_yet_and_asks_about_danger(browser, house):
    referral = referred(house)
    client, url = browser("lan"), f"/vu-viec/{referral.case_id}/mo-nham"
    page = client.get(url).text
    assert "Việc đang dở" in page
    assert f"/chuyen-gui/{referral.referral_id}" in page
    assert "Đóng thì" not in page
    assert "danger_over" not in page
    urgent = f"/vu-viec/{referral.lan.opens_a_case(dao(danger='yes', grounds=()))}/mo-nham"
    answer = client.post(urgent, data={"why": "Ghi nhầm lúc tập huấn"})
    assert answer.status_code == 422
    assert "Còn nguy hiểm thì chưa bỏ" in answer.text
    assert "Ghi nhầm lúc tập huấn" in answer.text
    told = {"why": "Ghi nhầm lúc tập huấn", "danger_over": "Không có người nào như vậy"}
    assert client.post(urgent, data=told).status_code == 303
    assert client.get(url.replace(str(referral.case_id), urgent.split("/")[2])).status_code == 404
