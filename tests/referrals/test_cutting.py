"""Cutting off: at once, to the last envelope, and not put back by whoever holds the database."""

import pytest

from casework import clock
from casework.cases.sections import Identity, Label, Letter
from casework.desk import actions as desk
from casework.errors import Conflict, NotFound, Superseded, VaultError
from casework.policy.vocabulary import Role, Section
from casework.referrals import ground_actions, receiving_actions, sending_actions
from casework.referrals import sending_actions as sending
from tests.house import both_databases, only_sqlite
from tests.referrals.scenes import ASKED, POLICE, envelopes, ground, referred, sections
from tests.tampering import stolen

DAY = 86_400 * clock.MICROSECOND
OWN = {Section.LETTER, Section.POLICE}
NEWER = Identity(name="Nguyễn Thị Đào Tiên", sex="NU")


def reads(referral) -> bool:
    try:
        referral.to.does(desk.read_section, referral.case_id, Section.IDENTITY)
    except (NotFound, Superseded):
        return False
    return True


@pytest.mark.parametrize("way", ["withdraw", "decline", "ground", "close", "ground after done", "withdraw after done"])
def test_access_ends_with_the_commit(house, lan, way):
    referral = referred(house).goes("open")
    if way.endswith("done"):
        referral.goes("accept", "answer")
    referral.to.does(desk.add_note, referral.case_id, "việc của công an")
    assert reads(referral)
    if way.startswith("ground"):
        lan.does(
            ground_actions.withdraw_ground, referral.case_id, referral.ground_id, pressed="yes", words="Chồng bảo rút"
        )
    elif way == "close":
        lan.does(desk.close_case, referral.case_id, outcome="needs_met", words="")
    else:
        referral.goes(way.split()[0])
    assert not reads(referral)
    left = sections(house, referral.case_id, "police")
    assert left <= OWN
    assert Section.POLICE in left
    assert referral.to.does(receiving_actions.list_referrals).lines == ()
    assert referral.to.does(desk.list_cases).cases == ()


@only_sqlite
def test_letters_end_with_their_referral_though_another_goes_on(house, lan):
    first = referred(house).goes("open")
    other = ground(house, first.case_id, kind="danger", consent="", reason="Dọa giết")
    second = lan.does(sending.send, first.case_id, other, Letter(asks=("police",), words="thư thứ hai"))
    first.to.does(receiving_actions.open_referral, first.case_id, second)
    first.goes("withdraw")
    assert reads(first)
    with pytest.raises(NotFound):
        first.to.does(receiving_actions.read_referral, *first.at)
    letters = first.to.does(desk.read_section, first.case_id, Section.LETTER)
    assert [page.data.to_json()["words"] for page in letters] == ["thư thứ hai"]
    grounds = first.to.does(desk.read_section, first.case_id, Section.GROUNDS)
    assert [page.data.to_json()["kind"] for page in grounds] == ["danger"]


@only_sqlite
def test_what_is_done_keeps_what_it_has_and_never_the_next_revision(house, lan, browser):
    referral = referred(house).goes("open", "accept", "answer")
    before = envelopes(house, referral.case_id, "police")
    lan.does(desk.write_section, referral.case_id, NEWER, base=1)
    lan.does(desk.write_section, referral.case_id, Label(nickname="Áo hoa", danger="yes"), base=1)
    assert envelopes(house, referral.case_id, "police") == before
    answer = browser("cuong").get(f"/vu-viec/{referral.case_id}/identity")
    assert answer.status_code == 410
    assert "đã có bản mới" in answer.text
    page = browser("cuong").get(f"/vu-viec/{referral.case_id}")
    assert page.status_code == 200
    assert "đã có bản mới" in page.text
    assert browser("cuong").get(f"/vu-viec/{referral.case_id}/incident").status_code == 200
    [line] = referral.to.does(receiving_actions.list_referrals).lines
    assert line.code == lan.does(desk.read_case, referral.case_id).line.code
    assert browser("cuong").get(f"/vu-viec/{referral.case_id}/story").status_code == 404


@only_sqlite
def test_a_later_referral_that_is_withdrawn_leaves_what_was_done_before_and_no_more(house, lan):
    referral = referred(house).goes("open", "accept", "answer")
    before = {held for held in envelopes(house, referral.case_id, "police") if held[0] in POLICE}
    lan.does(desk.write_section, referral.case_id, NEWER, base=1)
    other = ground(house, referral.case_id, kind="danger", consent="", reason="Dọa giết")
    second = lan.does(sending.send, referral.case_id, other, ASKED)
    assert (Section.IDENTITY, 2) in envelopes(house, referral.case_id, "police")
    lan.does(sending.withdraw, referral.case_id, second)
    assert {held for held in envelopes(house, referral.case_id, "police") if held[0] in POLICE} == before


@only_sqlite
def test_nothing_is_written_to_a_receiver_after_the_end(house, lan):
    referral = referred(house).goes("withdraw")
    held = envelopes(house, referral.case_id, "police")
    for doing, more, said in (
        (sending.record_call, (Letter(when="2026-11-23"),), {"reached": False}),
        (sending.reply, ("còn nghe không?",), {}),
        (sending.record_answer, (Letter(outcome="provided", who="anh Cường"),), {}),
    ):
        with pytest.raises(Conflict):
            lan.does(doing, *referral.at, *more, **said)
    lan.does(desk.write_section, referral.case_id, NEWER, base=1)
    assert envelopes(house, referral.case_id, "police") == held == set()


@both_databases
def test_a_ground_that_runs_out_cuts_access_and_the_machine_deletes_what_it_gave(house, lan):
    referral = referred(house).goes("open", "accept")
    done = referred(house).goes("open", "accept", "answer")
    later = clock.micros() + 184 * DAY
    system = house.stranger(Role.SYSTEM)
    assert house.gate.perform(system, sending_actions.expire) == 0
    with clock.use_clock(lambda: later):
        for somebody in (lan, referral.to):
            somebody._cookie = None
        assert not reads(referral)
        assert not reads(done)
        states = {line.id: line.state for line in lan.does(receiving_actions.list_referrals).lines}
        assert states == {referral.referral_id: "expired", done.referral_id: "over"}
        lan.does(desk.write_section, referral.case_id, NEWER, base=1)
        assert (Section.IDENTITY, 2) not in envelopes(house, referral.case_id, "police")
        with pytest.raises(Conflict):
            lan.does(sending.reply, *referral.at, "quá hạn")
        assert house.gate.perform(system, sending_actions.expire) == 2
        assert house.gate.perform(system, sending_actions.expire) == 0
        assert sections(house, referral.case_id, "police") <= OWN
        assert sections(house, done.case_id, "police") <= OWN
        assert (referral.state, done.state) == ("expired", "over")


@only_sqlite
def test_the_machine_works_after_an_answer_to_somebody_who_changed_something(house, lan, browser):
    referral = referred(house).goes("open", "accept")
    later = clock.micros() + 184 * DAY
    with clock.use_clock(lambda: later):
        lan._cookie = None
        answer = browser("lan").post(f"/vu-viec/{referral.case_id}/ghi-chu", data={"words": "hỏi lại sự đồng ý"})
        answer.close()
        assert referral.state == "expired"
        assert sections(house, referral.case_id, "police") <= OWN


@only_sqlite
def test_closing_ends_and_reopening_does_not_bring_back(house, lan):
    referral = referred(house).goes("open", "accept", "answer")
    lan.does(desk.close_case, referral.case_id, outcome="needs_met", words="")
    lan.does(desk.close_case, referral.case_id, outcome="", words="chị trở lại", again=True)
    assert not reads(referral)
    assert referral.state == "over"
    lan.does(desk.write_section, referral.case_id, NEWER, base=1)
    assert sections(house, referral.case_id, "police") <= OWN


def test_rows_put_back_by_whoever_holds_the_database_open_nothing(house, lan):
    referral = referred(house).goes("open", "accept")
    with stolen(house) as thief:
        old = {name: thief.rows(name, case_id=referral.case_id) for name in ("envelope", "referral", "ground")}
    referral.goes("withdraw")
    with stolen(house) as thief:
        thief.put_back("referral", ("id",), *old["referral"])
        thief.put_back("ground", ("id",), *old["ground"])
        thief.put_back("envelope", ("document_id", "agency_id"), *old["envelope"])
    with pytest.raises(VaultError):
        referral.to.does(desk.read_section, referral.case_id, Section.IDENTITY)
    with pytest.raises(VaultError):
        lan.does(desk.write_section, referral.case_id, NEWER, base=1)


def test_a_referral_set_back_from_done_gets_no_newer_revision(house, lan):
    referral = referred(house).goes("open", "accept")
    with stolen(house) as thief:
        before = thief.rows("referral", id=referral.referral_id)
    referral.goes("answer")
    with stolen(house) as thief:
        thief.put_back("referral", ("id",), *before)
    with pytest.raises(VaultError):
        lan.does(desk.write_section, referral.case_id, NEWER, base=1)


@only_sqlite
@pytest.mark.parametrize(("table", "column", "value"), [("ground", "until", None), ("referral", "state", "accepted")])
def test_a_row_changed_by_hand_does_not_reach(house, table, column, value):
    referral = referred(house).goes("open", "accept")
    later = clock.micros() + 184 * DAY
    with stolen(house) as thief:
        key = referral.ground_id if table == "ground" else referral.referral_id
        thief.change(table, {"id": key}, **{column: value} if table == "ground" else {"due": 1})
    with clock.use_clock(lambda: later if table == "ground" else clock._machine()):
        referral.to._cookie = None
        with pytest.raises(VaultError):
            referral.to.does(desk.read_case, referral.case_id)


@only_sqlite
def test_a_withdrawn_ground_says_so_with_what_she_was_told(house, lan, browser):
    referral = referred(house).goes("open")
    asking = browser("lan").get(f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/{referral.ground_id}/rut").text
    for words in ("Chấm dứt ngay", "Người có hành vi bạo lực", "Vẫn còn", "Có ai bảo, ép người ấy nói vậy không"):
        assert words in asking
    lan.does(ground_actions.withdraw_ground, referral.case_id, referral.ground_id, pressed="yes", words="Chồng bảo rút")
    [line] = lan.does(ground_actions.read_ledger, referral.case_id).grounds
    assert (line.withdrawn, line.live, line.entry.pressed, line.entry.ended) == (True, False, "yes", "Chồng bảo rút")
    assert line.entry.consent == "withdrawn"
    assert "Có người bảo, ép người ấy nói vậy" in browser("lan").get(f"/vu-viec/{referral.case_id}/chuyen-gui").text
    assert referral.state == "withdrawn"


@only_sqlite
def test_what_stays_on_another_ground_is_said_before_a_ground_is_withdrawn(house, lan, browser):
    referral = referred(house)
    duty = ground(house, referral.case_id, kind="duty", consent="", duty="L13_20_4")
    lan.does(sending.send, referral.case_id, duty, ASKED)
    page = browser("lan").get(f"/vu-viec/{referral.case_id}/chuyen-gui/can-cu/{referral.ground_id}/rut").text
    assert "Điều 20 khoản 4" in page
    lan.does(ground_actions.withdraw_ground, referral.case_id, referral.ground_id)
    assert sections(house, referral.case_id, "police") >= POLICE
