"""Cases sealed to named people later, changed and given back: outside nobody can tell that they exist."""

import contextlib
from uuid import UUID

import pytest

from casework.audit.verify import verify
from casework.cases import holder_transfer, restriction
from casework.cases.sections import SafetyPlan, Story
from casework.desk import actions as desk
from casework.errors import BadInput, CaseworkError, Conflict, NotFound, Refused
from casework.oversight import actions as oversight
from casework.policy.vocabulary import Section
from casework.referrals import receiving_actions
from casework.referrals import sending_actions as sending
from casework.statistics import actions as statistics
from tests.cases.keys import agency_id, wraps_of
from tests.house import House, Someone, both_databases
from tests.referrals.scenes import referred
from tests.stories import dao
from tests.tampering import refused, stolen


def holds(house: House) -> bool:
    with house.crypto() as crypto:
        return verify(crypto).holds


def owner_of(house: House, case_id: UUID) -> UUID:
    with stolen(house) as thief:
        return UUID(str(thief.rows("case_file", id=case_id)[0]["owner_id"]))


def envelopes_of(house: House, case_id: UUID) -> dict[UUID, set[str]]:
    kinds: dict[UUID, set[str]] = {}
    with stolen(house) as thief:
        for row in thief.rows("envelope", case_id=case_id):
            kinds.setdefault(row["agency_id"], set()).add(row["kind"])
    return kinds


def seen_by(somebody: Someone, case_id: UUID) -> set[str]:
    """Everything in which somebody meets a case."""
    seen = set()
    if case_id in {line.id for line in somebody.does(desk.list_cases).cases}:
        seen.add("list")
    if case_id in {line.id for line in somebody.does(desk.search, "nguyen thi dao")}:
        seen.add("search")
    log = somebody.does(oversight.read_log)
    if case_id in {line.case_id for line in log.lines or ()}:
        seen.add("log")
    with contextlib.suppress(CaseworkError):
        somebody.does(desk.read_case, case_id)
        seen.add("page")
    return seen


def test_a_case_that_is_restricted_later_is_gone_for_everybody_else(house: House, lan, mai, hoa: Someone, binh):
    other, case_id = lan.opens_a_case(), lan.opens_a_case()
    lan.does(desk.write_section, case_id, Story(words="bản hai"), base=1)
    assert seen_by(hoa, case_id) == {"list", "search", "log", "page"}
    log = [line.act for line in hoa.does(oversight.read_log).lines or ()]
    lan.does(restriction.restrict, case_id, [mai.id])
    circle = owner_of(house, case_id)
    assert envelopes_of(house, case_id) == {circle: {"kept"}}
    assert wraps_of(house, circle) == {(lan.id, 1), (mai.id, 1)}
    for outside in (hoa, binh):
        assert seen_by(outside, case_id) == set()
    assert "case.restrict" not in [line.act for line in hoa.does(oversight.read_log).lines or ()] + log
    assert {line.id for line in hoa.does(desk.list_cases).cases} == {other}
    for inside in (lan, mai):
        inside.leaves()
        assert [page.revision for page in inside.does(desk.read_history, case_id, Section.STORY)] == [2, 1]
    mai.does(desk.write_section, case_id, Story(words="bản ba"), base=2)
    assert envelopes_of(house, case_id) == {circle: {"kept"}}
    assert hoa.does(statistics.preview_period)
    assert holds(house)


def test_totals_say_nothing_of_circles(house: House, lan, mai, hoa):
    case_id = lan.opens_a_case()
    lan.does(restriction.restrict, case_id, [mai.id])
    lan.leaves()
    lan.does(restriction.read_readers, case_id)
    lan.does(restriction.change, case_id, [mai.id, house["binh"].id])
    lan.does(restriction.lift, case_id)
    week = house["quang"].does(oversight.read_log).week
    assert week is not None
    assert not {act for act, _ in week.totals if act.startswith("circle.") or act in ("case.restrict", "agency.rotate")}


def test_what_was_readable_put_back_is_refused(house: House, lan, mai, hoa: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        old = {name: thief.rows(name, case_id=case_id) for name in ("document", "envelope")}
        case = thief.rows("case_file", id=case_id)
    lan.does(restriction.restrict, case_id, [mai.id])
    with stolen(house) as thief:
        thief.put_back("case_file", ("id",), *case)
        thief.put_back("document", ("id",), *old["document"])
        thief.put("envelope", *old["envelope"])
    refused(lambda: hoa.does(desk.read_case, case_id))
    person = hoa.person
    assert (house.gate.perform(person, desk.list_cases).cases, person.unreadable) == ((), {case_id})


def test_the_excluded_person_is_no_reader(house: House, lan, mai, hoa: Someone):
    case_id = lan.opens_a_case()
    with pytest.raises(BadInput):
        lan.does(restriction.restrict, case_id, [hoa.id], whom="cô Lê Thị Hòa")
    with pytest.raises(BadInput):
        lan.does(restriction.restrict, case_id, [])
    with pytest.raises(BadInput):
        lan.does(restriction.restrict, case_id, [house["cuong"].id])
    lan.does(restriction.restrict, case_id, [mai.id], whom="cô Lê Thị Hòa")
    lan.leaves()
    with pytest.raises(BadInput):
        lan.does(restriction.change, case_id, [mai.id, hoa.id], whom="cô Lê Thị Hòa")
    with pytest.raises(Conflict):
        lan.does(restriction.restrict, case_id, [mai.id])


@pytest.mark.parametrize("later", [False, True])
def test_who_must_not_know_is_kept_where_the_circle_alone_reads_it(house: House, lan, mai, hoa: Someone, later):
    """Whatever is sent afterwards leaves that person out, as if they had been named at the intake."""
    case_id = lan.opens_a_case(dao(safety_plan=SafetyPlan(code_word="trời mưa")))
    if later:
        lan.does(restriction.restrict, case_id, [mai.id])
        lan.does(restriction.change, case_id, [mai.id], whom="Nguyễn Văn Quyết, công an xã")
    else:
        lan.does(restriction.restrict, case_id, [mai.id], whom="Nguyễn Văn Quyết, công an xã")
    for _again in range(2):
        [plan] = [page.data for page in mai.does(desk.read_section, case_id, Section.SAFETY_PLAN)]
        assert plan == SafetyPlan("yes", "Nguyễn Văn Quyết, công an xã", "trời mưa")
        lan.does(restriction.change, case_id, [mai.id], whom="nguyen van quyet, cong an xa")
    with pytest.raises(NotFound):
        hoa.does(desk.read_section, case_id, Section.SAFETY_PLAN)


def test_a_lead_who_restricts_without_the_holder_becomes_the_holder(house: House, lan, mai, hoa: Someone):
    case_id = lan.opens_a_case()
    hoa.does(restriction.restrict, case_id, [mai.id])
    hoa.leaves()
    assert hoa.does(desk.read_case, case_id).line.mine
    assert seen_by(hoa, case_id) >= {"list", "page"}
    with pytest.raises(NotFound):
        lan.does(desk.read_case, case_id)


@both_databases
def test_a_circle_is_changed_and_who_is_left_out_reads_no_more(house: House, lan, mai, hoa: Someone, binh):
    case_id = lan.opens_a_case(circle=[mai])
    old = mai.person.keyring
    circle = owner_of(house, case_id)
    lan.does(restriction.change, case_id, [hoa.id])
    assert wraps_of(house, circle) == {(lan.id, 2), (hoa.id, 2)}
    assert old is not None
    assert old.keys_of(circle).epoch == 1
    mai.leaves()
    hoa.leaves()
    with pytest.raises(NotFound):
        mai.does(desk.read_case, case_id)
    assert hoa.does(desk.read_section, case_id, Section.STORY)
    lan.does(restriction.change, case_id, [hoa.id, binh.id])
    assert wraps_of(house, circle) == {(lan.id, 2), (hoa.id, 2), (binh.id, 2)}
    with pytest.raises(BadInput):
        lan.does(restriction.change, case_id, [])
    hoa.does(restriction.change, case_id, [binh.id])
    assert hoa.does(desk.read_case, case_id).line.mine
    assert holds(house)


def test_a_case_given_back_is_the_agency_s_again_and_the_circle_is_closed(house: House, lan, mai, hoa: Someone):
    case_id = lan.opens_a_case(circle=[mai])
    circle, union = owner_of(house, case_id), agency_id(house, "womens_union")
    with pytest.raises(Refused):
        mai.does(restriction.lift, case_id)
    lan.does(restriction.lift, case_id)
    assert envelopes_of(house, case_id) == {union: {"kept"}}
    assert wraps_of(house, circle) == set()
    with stolen(house) as thief:
        assert thief.rows("agency", id=circle)[0]["state"] == "closed"
    lan.leaves()
    assert seen_by(hoa, case_id) == {"list", "search", "page"} | ({"log"} & seen_by(hoa, case_id))
    with pytest.raises(NotFound):
        mai.does(desk.read_case, case_id)
    with pytest.raises(Conflict):
        lan.does(restriction.lift, case_id)
    lan.does(restriction.restrict, case_id, [mai.id])
    lan.leaves()
    assert owner_of(house, case_id) not in (circle, union)
    assert holds(house)


def test_a_case_of_the_police_takes_its_facts_along(house: House, cuong: Someone, hoa: Someone):
    case_id, union = cuong.opens_a_case(dao(grounds=())), agency_id(house, "womens_union")
    assert union in envelopes_of(house, case_id)
    with pytest.raises(BadInput):
        cuong.does(restriction.restrict, case_id, [])
    with pytest.raises(NotFound):
        hoa.does(restriction.restrict, case_id, [house["lan"].id])


@both_databases
def test_letters_go_on_between_a_circle_and_who_was_sent_to(house: House, lan, mai, cuong: Someone):
    referral = referred(house).goes("open", "accept")
    lan.does(restriction.restrict, referral.case_id, [mai.id])
    lan.leaves()
    assert cuong.does(receiving_actions.read_referral, *referral.at).sheets
    cuong.does(receiving_actions.ask_back, *referral.at, "chị ấy còn ở nhà ấy không?")
    mai.does(sending.reply, *referral.at, "đã về nhà mẹ")
    words = [sheet.letter.words for sheet in mai.does(receiving_actions.read_referral, *referral.at).sheets]
    assert words[-2:] == ["chị ấy còn ở nhà ấy không?", "đã về nhà mẹ"]
    assert words == [sheet.letter.words for sheet in cuong.does(receiving_actions.read_referral, *referral.at).sheets]
    lan.does(restriction.lift, referral.case_id)
    lan.leaves()
    assert lan.does(receiving_actions.read_referral, *referral.at).sheets


@both_databases
def test_a_case_is_handed_to_a_colleague_with_a_stand_in(house: House, lan, mai, hoa: Someone, binh):
    case_id = lan.opens_a_case()
    lan.does(holder_transfer.transfer_holder, case_id, mai.id, binh.id)
    assert mai.does(desk.read_case, case_id).line.mine
    assert binh.does(desk.read_case, case_id)
    with pytest.raises(NotFound):
        lan.does(desk.read_case, case_id)
    for holder, standin in ((house["cuong"].id, None), (lan.id, lan.id), (house["son"].id, None)):
        with pytest.raises(BadInput):
            mai.does(holder_transfer.transfer_holder, case_id, holder, standin)
    referral = referred(house).goes("open")
    with pytest.raises(NotFound):
        house["chinh"].does(holder_transfer.transfer_holder, referral.case_id, mai.id)


def test_a_restricted_case_is_handed_only_to_who_reads_it(house: House, lan, mai, hoa: Someone):
    case_id = lan.opens_a_case(circle=[mai])
    with pytest.raises(BadInput):
        lan.does(holder_transfer.transfer_holder, case_id, hoa.id)
    lan.does(holder_transfer.transfer_holder, case_id, mai.id, lan.id)
    assert mai.does(desk.read_case, case_id).line.mine
    assert lan.does(desk.read_case, case_id)
