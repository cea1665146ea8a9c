"""Erasure: two people with a basis in law, each owner its own, nothing left in the files, nothing put back."""

from typing import Any

import pytest

from casework.audit.verify import verify
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Role, Section
from casework.retention import actions as retention
from tests.house import House, both_databases
from tests.referrals.scenes import everything, referred
from tests.retention.scenes import CASE_TABLES, OWN, asked, rows_of
from tests.tampering import refused, stolen


def holds(house: House) -> bool:
    with house.crypto() as crypto:
        return verify(crypto).holds


@both_databases
def test_two_people_erase_a_case_and_nothing_of_it_is_left(house, lan, hoa):
    case_id = lan.opens_a_case()
    lan.does(desk.add_note, case_id, "Đã gọi.")
    asked(lan, case_id, hoa)
    hoa.does(retention.erase_case, case_id)
    assert not any(rows_of(house, case_id).values())
    assert holds(house)
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", about=case_id, act=Act.CASE_ERASE)
    assert (line["head"], line["head_mac"], line["who"]) == (case_id, None, hoa.id)
    assert '"reason":"own_wish"' in line["body"]
    for someone in (lan, hoa):
        with pytest.raises(NotFound):
            someone.does(desk.read_case, case_id)


def test_whoever_asks_never_decides(lan, hoa, mai):
    case_id = lan.opens_a_case()
    asked(hoa, case_id, lan)
    with pytest.raises(Conflict):
        hoa.does(retention.erase_case, case_id)
    with pytest.raises(NotFound):
        mai.does(retention.erase_case, case_id)
    lan.does(retention.erase_case, case_id)


def test_nobody_names_herself_or_a_stranger_or_no_reason(lan, cuong, hoa):
    case_id = lan.opens_a_case()
    for second in (lan, cuong):
        with pytest.raises(BadInput):
            asked(lan, case_id, second)
    with pytest.raises(BadInput):
        asked(lan, case_id, hoa, basis="vì thích")
    with pytest.raises(BadInput):
        lan.does(retention.request_erasure, case_id, basis="own_wish", second=hoa.id, words=" ")


def test_a_colleague_who_was_not_named_finds_nothing(lan, hoa, mai):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    for doing in (retention.read_request, retention.erase_case, retention.refuse_erasure):
        with pytest.raises(NotFound):
            mai.does(doing, case_id)
    assert mai.does(retention.list_requests) == ()


def test_a_named_colleague_decides_without_opening_the_case(lan, mai):
    case_id = lan.opens_a_case()
    asked(lan, case_id, mai)
    [waiting] = mai.does(retention.list_requests)
    assert (waiting.case_id, waiting.by, waiting.second) == (case_id, "Trần Thị Lan", "Phạm Thu Mai")
    assert waiting.decides
    assert repr(waiting) == "<sealed ErasureRequest>"
    for doing in (desk.read_case, desk.show_name):
        with pytest.raises(NotFound):
            mai.does(doing, case_id)
    mai.does(retention.erase_case, case_id)


def test_a_lead_may_decide_what_a_colleague_was_named_for(lan, mai, hoa, binh):
    case_id = lan.opens_a_case()
    asked(hoa, case_id, mai)
    assert hoa.does(retention.list_requests)[0].mine
    binh.does(retention.erase_case, case_id)


def test_a_refusal_keeps_the_case_and_lays_the_request_to_rest(lan, hoa):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    hoa.does(retention.refuse_erasure, case_id, "Tòa còn cần")
    assert hoa.does(retention.list_requests) == ()
    with pytest.raises(Conflict):
        hoa.does(retention.erase_case, case_id)
    with pytest.raises(NotFound):
        hoa.does(retention.refuse_erasure, case_id)
    assert lan.does(desk.read_case, case_id).line.id == case_id


def test_a_request_is_taken_back_by_who_made_it(lan, hoa):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    lan.does(retention.refuse_erasure, case_id)
    with pytest.raises(Conflict):
        hoa.does(retention.erase_case, case_id)


@both_databases
def test_a_held_case_is_not_erased_until_it_is_released(lan, hoa, binh):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    binh.does(retention.hold_case, case_id, "Tòa án yêu cầu ngày 3/11")
    for doing in (lambda: hoa.does(retention.erase_case, case_id), lambda: asked(lan, case_id, hoa)):
        with pytest.raises(Conflict):
            doing()
    with pytest.raises(Refused):
        lan.does(retention.release_case, case_id)
    hoa.does(retention.release_case, case_id, "Tòa đã xử xong")
    with pytest.raises(Conflict):
        hoa.does(retention.release_case, case_id)
    asked(lan, case_id, hoa)
    hoa.does(retention.erase_case, case_id)


@both_databases
def test_a_hold_that_was_taken_away_with_its_line_lets_nothing_be_erased(house, lan, hoa, binh):
    """The attack: all rows of the case from before the hold, and a line that no longer says what it was about."""
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    earlier = rows_of(house, case_id)
    binh.does(retention.hold_case, case_id, "Tòa án yêu cầu ngày 3/11")
    # The last line of the log is compared whenever another is written.
    hoa.does(desk.list_cases)
    with stolen(house) as thief:
        for table, column in (CASE_TABLES | OWN).items():
            thief.delete(table, **{column: case_id})
        for table in ("case_file", "head", "document", "envelope", "ground", "referral", "notice"):
            thief.put(table, *earlier[table])
        assert thief.change("audit_line", {"head": case_id, "act": Act.CASE_HOLD}, head=None, head_mac=None)
    refused(lambda: hoa.does(retention.erase_case, case_id))
    assert rows_of(house, case_id) == earlier


def test_a_hold_says_why(lan):
    with pytest.raises(BadInput):
        lan.does(retention.hold_case, lan.opens_a_case(), "  ")


def test_nothing_is_erased_of_somebody_who_has_died(lan, hoa, binh):
    case_id, later = lan.opens_a_case(), lan.opens_a_case()
    asked(lan, later, hoa)
    for erased in (case_id, later):
        binh.does(desk.close_case, erased, outcome="died", words="", children_after="không có")
    with pytest.raises(Conflict):
        asked(lan, case_id, hoa)
    with pytest.raises(Conflict):
        hoa.does(retention.erase_case, later)
    assert lan.does(retention.read_request, case_id).died


def test_a_referred_case_is_cut_off_and_gone_for_the_receiver(house, hoa):
    referral = referred(house).goes("open", "accept")
    asked(referral.lan, referral.case_id, hoa)
    hoa.does(retention.erase_case, referral.case_id)
    assert not any(rows_of(house, referral.case_id).values())
    with pytest.raises(NotFound):
        referral.to.does(desk.read_case, referral.case_id)


def test_a_receiver_neither_asks_nor_holds_nor_erases_what_is_not_its_own(house, hoa):
    referral = referred(house).goes("open", "accept")
    wish: dict[str, Any] = {"basis": "own_wish", "second": hoa.id, "words": "x"}
    tries: tuple[tuple[Any, dict[str, Any]], ...] = (
        (retention.request_erasure, wish),
        (retention.hold_case, {"words": "x"}),
        (retention.release_case, {}),
        (retention.erase_case, {}),
        (retention.read_request, {}),
    )
    for doing, arguments in tries:
        with pytest.raises(NotFound):
            referral.to.does(doing, referral.case_id, **arguments)


def test_what_the_police_wrote_itself_stays_its_own(house, lan, hoa, cuong):
    referral = referred(house).goes("open", "accept")
    cuong.does(desk.add_note, referral.case_id, "Đã đến nhà lúc chín giờ")
    code = lan.does(desk.read_case, referral.case_id).line.code
    asked(lan, referral.case_id, hoa)
    hoa.does(retention.erase_case, referral.case_id)
    assert holds(house)
    page = cuong.does(desk.read_case, referral.case_id)
    assert (page.line.code, page.line.nickname, page.line.ours, page.line.mine) == (code, "", True, True)
    assert (page.contact, page.line.standing) == (None, "closed")
    [note] = cuong.does(desk.read_section, referral.case_id, Section.POLICE)
    assert note.data.words == "Đã đến nhà lúc chín giờ"
    left = rows_of(house, referral.case_id)
    assert {row["section"] for row in left["document"]} == {Section.POLICE, Section.LABEL}
    assert len({row["owner_id"] for row in left["document"]}) == 1
    assert (left["ground"], left["referral"]) == ([], [])
    for someone in (lan, hoa):
        with pytest.raises(NotFound):
            someone.does(desk.read_case, referral.case_id)


def test_an_erased_case_put_back_is_refused(house, lan, hoa):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    before = rows_of(house, case_id)
    hoa.does(retention.erase_case, case_id)
    with stolen(house) as thief:
        for name in reversed([*CASE_TABLES, *OWN]):
            thief.put(name, *before[name])
    refused(lambda: lan.does(desk.read_case, case_id))
    assert not holds(house)


def test_an_erasure_taken_out_of_the_log_is_found(house, lan, hoa):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    hoa.does(retention.erase_case, case_id)
    with stolen(house) as thief:
        thief.delete("audit_line", head=case_id, head_mac=None)
    assert not holds(house)


@pytest.mark.parametrize("act", [Act.CASE_ERASE, Act.CASE_ERASE_REQUEST, Act.PURGE_CONFIRM])
def test_no_machine_and_nobody_without_a_key_erases(act):
    assert {Role.SYSTEM, Role.CONSOLE, Role.ADMINISTRATOR, Role.OBSERVER}.isdisjoint(policy().rows[act].who)


@both_databases
def test_an_erasure_that_fails_half_way_changes_nothing(house, lan, hoa, monkeypatch):
    case_id = lan.opens_a_case()
    asked(lan, case_id, hoa)
    before = everything(house, case_id)

    def broken(*_: Any) -> None:
        raise Conflict("giữa chừng")

    monkeypatch.setattr("casework.vault.integrity.heads.erase", broken)
    with pytest.raises(Conflict):
        hoa.does(retention.erase_case, case_id)
    assert everything(house, case_id) == before
