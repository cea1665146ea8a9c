"""Locking, leaving, moving: at once and in one commit, and nobody's case is lost or left without a holder."""

from uuid import UUID

import pytest

from casework import clock
from casework.accounts import admission_actions, sign_in_actions
from casework.accounts import provisioning_actions as accounts
from casework.administration import agency_recovery
from casework.audit import freshness, write
from casework.audit.chain import LogEntry
from casework.audit.verify import verify
from casework.cases import holder_transfer, key_rotation, restriction
from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import BadInput, Conflict, NotFound, Refused, SignInNeeded
from casework.intake import actions as intake
from casework.intake.practice_actions import promote_practice
from casework.maintenance import verify_database
from casework.policy.permit import issue
from casework.policy.vocabulary import Act, Role, Section
from casework.retention import voiding
from casework.staffing import actions as staffing
from casework.staffing import directory
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.recovery import sheets
from casework.web.session_loading import load_session
from tests.cases.keys import agency_id, settle, wraps_of
from tests.cases.test_restriction import owner_of
from tests.commands import call
from tests.gate.test_at_once import at_once
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import COMMUNES, THANH_SON, keys
from tests.referrals.scenes import ground
from tests.stories import dao
from tests.tampering import refused, stolen


@pytest.fixture
def union(house: House) -> UUID:
    return agency_id(house, "womens_union")


def holds(house: House) -> bool:
    with house.crypto() as crypto:
        return verify(crypto).holds


def rows_of(house: House, member: UUID) -> dict[str, int]:
    kinds = ("slot", "wrap", "session", "totp", "passkey", "admission", "interview")
    with stolen(house) as thief:
        return {kind: count for kind in kinds if (count := len(thief.rows(kind, member_id=member)))}


def test_who_is_locked_is_out_with_the_next_click(house: House, lan: Someone, hoa: Someone, union):
    case_id, person, cookie = lan.opens_a_case(), lan.person, lan.cookie
    hoa.does(staffing.lock, lan.id)
    assert load_session(house.gate, house.config, cookie) is None
    with pytest.raises(SignInNeeded):
        house.gate.perform(person, desk.read_section, case_id, Section.STORY)
    assert rows_of(house, lan.id) == {"slot": 1, "totp": 1, "wrap": 1}
    with pytest.raises(sign_in_actions.WrongPassphrase):
        lan.sign_in()
    with pytest.raises(Conflict):
        hoa.does(staffing.lock, lan.id)
    hoa.does(staffing.unlock_account, lan.id)
    lan.leaves()
    assert lan.does(desk.read_section, case_id, Section.STORY)
    assert holds(house)


def test_a_lead_reaches_one_agency_and_an_administrator_everybody(house: House, lan: Someone, hoa: Someone, cuong):
    for out in (cuong.id, house["luu"].id, hoa.id):
        with pytest.raises(NotFound):
            hoa.does(staffing.lock, out)
    with pytest.raises(Refused):
        lan.does(staffing.lock, house["mai"].id)
    cookie = cuong.cookie
    house["son"].does(staffing.lock, cuong.id)
    assert load_session(house.gate, house.config, cookie) is None


@both_databases
def test_who_leaves_holds_nothing_and_their_cases_have_a_holder_at_once(house: House, lan, hoa, mai, binh, union):
    own_case, closed, draft = lan.opens_a_case(), lan.opens_a_case(), lan.does(intake.start_draft, {1: {"who": "x"}})
    lan.does(desk.close_case, closed, outcome="", words="")
    hidden = lan.opens_a_case(circle=[mai])
    person, keyring = lan.person, lan.person.keyring
    assert keyring is not None
    binh.does(staffing.leave, lan.id)
    assert rows_of(house, lan.id) == {}
    with stolen(house) as thief:
        holders = {row["id"]: row["holder_id"] for row in thief.rows("case_file")}
        assert {row["rotation_due"] for row in thief.rows("agency", id=union)} == {True}
    assert [holders[item] for item in (own_case, closed, draft)] == [hoa.id] * 3
    assert holders[hidden] == mai.id
    with pytest.raises(SignInNeeded):
        house.gate.perform(person, desk.read_case, own_case)
    settle(house, hoa)
    settle(house, mai)
    assert {member for member, _ in wraps_of(house, union)} == {hoa.id, mai.id, binh.id}
    for reader, case_id in ((hoa, own_case), (mai, hidden)):
        assert reader.does(desk.read_section, case_id, Section.STORY)
    assert hoa.does(intake.open_draft, draft).pages == {1: {"who": "x"}}
    assert all(keyring.keys_of(item).epoch == 1 for item in keyring.agencies)
    assert holds(house)


@both_databases
def test_what_was_put_aside_when_its_holder_left_is_held_by_who_takes_it_up_again(house: House, lan, mai, hoa, union):
    """It was handed to nobody then; who left may work for another agency by now, and would find it again."""
    aside, practised = lan.opens_a_case(), lan.opens_a_case(dao(grounds=(), practice=True))
    shared = mai.opens_a_case()
    hoa.does(holder_transfer.transfer_holder, shared, mai.id, lan.id)
    lan.does(voiding.void_case, aside, "nhầm", danger_over="đã hỏi")
    mai.does(voiding.void_case, shared, "nhầm", danger_over="đã hỏi")
    hoa.does(staffing.leave, lan.id)
    house["son"].does(staffing.move, lan.id, agency_id(house, "police"))
    settle(house, hoa)
    for case_id in (aside, shared):
        hoa.does(voiding.restore_case, case_id)
    hoa.does(promote_practice, practised)
    with stolen(house) as thief:
        rows = {row["id"]: (row["holder_id"], row["standin_id"]) for row in thief.rows("case_file")}
    assert rows == {aside: (hoa.id, None), practised: (hoa.id, None), shared: (mai.id, None)}
    assert holds(house)


def test_what_a_leaver_held_put_back_is_refused(house: House, lan: Someone, hoa: Someone, union):
    case_id, cookie, person = lan.opens_a_case(), lan.cookie, lan.person
    kinds = {"member": {"id": lan.id}, "wrap": {"member_id": lan.id}, "session": {"member_id": lan.id}}
    with stolen(house) as thief:
        old = {name: thief.rows(name, **where) for name, where in kinds.items()}
        case = thief.rows("case_file", id=case_id)
    hoa.does(staffing.leave, lan.id)
    with stolen(house) as thief:
        thief.put_back("member", ("id",), *old["member"])
        thief.put("wrap", *old["wrap"])
        thief.put("session", *old["session"])
    refused(lambda: load_session(house.gate, house.config, cookie))
    refused(lambda: lan.sign_in())
    with pytest.raises(SignInNeeded):
        house.gate.perform(person, desk.read_case, case_id)
    with stolen(house) as thief:
        thief.put_back("case_file", ("id",), *case)
    refused(lambda: hoa.does(desk.read_case, case_id))


def test_a_wrap_put_back_before_the_new_key_stops_it(house: House, lan: Someone, hoa: Someone, union):
    with stolen(house) as thief:
        old = thief.rows("wrap", member_id=lan.id)
    hoa.does(staffing.leave, lan.id)
    person = hoa.person
    with stolen(house) as thief:
        thief.put("wrap", *old)
    refused(lambda: house.gate.perform(person, key_rotation.rotate, union))
    assert {epoch for _, epoch in wraps_of(house, union)} == {1}


def test_the_last_who_holds_a_key_stays_until_sheets_were_shown(house: House, cuong: Someone):
    son, police = house["son"], agency_id(house, "police")
    with pytest.raises(BadInput):
        son.does(staffing.leave, cuong.id)
    keyring = cuong.person.keyring
    assert keyring is not None
    with house.gate.database.transaction(issue(cuong.person.actor, Act.AGENCY_ROTATE), THANH_SON) as session:
        attach_keys(session, house.gate.server_keys(THANH_SON))
        freshness.agency(session, THANH_SON, police)
        crypto = CryptoContext(session, house.gate.server_keys(THANH_SON), keyring, clock.micros())
        made = sheets.renew(crypto, keyring.keys_of(police), ["Ông A", "Bà B"], [(1, 2)])
        session.flush()
        for sheet in made:
            sheets.drill(crypto, police, sheet.seat, sheet.secret)
        head = freshness.head(session, THANH_SON, police)
        session.flush()
        _log(house, session, head, cuong)
    son.does(staffing.leave, cuong.id)
    assert wraps_of(house, police) == set()


def _log(house, session, head, somebody):
    """Write the line that the console's act would have written."""
    entry = LogEntry(clock.micros(), Act.AGENCY_ROTATE, "console", None, head.id, "ok", "", None, None)
    write.append(session, house.gate.server_keys(THANH_SON), [entry])


def faults_of(house: House) -> list[str]:
    return [fault.words for fault in verify_database.find_all_faults(house.config, house.gate)]


def test_the_last_reader_of_a_sealed_case_leaves_without_a_word_and_the_key_stays(house: House, lan, mai, hoa):
    """The attack: one is locked, then the other leaves, and what is answered tells who shares a sealed case."""
    case_id = lan.opens_a_case(circle=[mai])
    circle = owner_of(house, case_id)
    hoa.does(staffing.lock, mai.id)
    hoa.does(staffing.leave, lan.id)
    assert rows_of(house, lan.id).keys() == {"slot", "wrap"}
    assert wraps_of(house, circle) == {(lan.id, 1), (mai.id, 1)}
    with pytest.raises(sign_in_actions.WrongPassphrase):
        lan.sign_in()
    assert faults_of(house) == []
    hoa.does(staffing.unlock_account, mai.id)
    mai.leaves()
    settle(house, mai)
    assert wraps_of(house, circle) == {(mai.id, 2)}
    assert rows_of(house, lan.id) == {}
    assert mai.does(desk.read_section, case_id, Section.STORY)
    assert faults_of(house) == []
    assert holds(house)


def hands_over(house: House, giver: Someone, reader: str) -> int:
    seed, console = keys()[giver.card.username].seed, house.stranger(Role.CONSOLE)
    return house.gate.perform(console, agency_recovery.hand_over_circles, seed, giver.id, reader)


@both_databases
def test_who_left_with_the_last_key_hands_it_over_at_the_console(house: House, lan, mai, hoa, binh):
    case_id, open_case = lan.opens_a_case(circle=[mai]), lan.opens_a_case()
    circle = owner_of(house, case_id)
    with pytest.raises(BadInput):
        hands_over(house, lan, "binh")
    hoa.does(staffing.leave, mai.id)
    with pytest.raises(BadInput):
        hands_over(house, mai, "binh")
    hoa.does(staffing.leave, lan.id)
    for nobody in ("thu", "mai", "ai"):
        with pytest.raises(Refused):
            hands_over(house, lan, nobody)
    assert hands_over(house, lan, "binh") == 1
    binh.leaves()
    settle(house, binh)
    assert binh.does(desk.read_section, case_id, Section.STORY)
    assert binh.does(desk.read_section, open_case, Section.STORY)
    assert wraps_of(house, circle) == {(binh.id, 2)}
    assert rows_of(house, lan.id) == {}
    with pytest.raises(NotFound):
        hoa.does(desk.read_section, case_id, Section.STORY)
    with pytest.raises(BadInput):
        hands_over(house, lan, "binh")
    assert faults_of(house) == []


@only_sqlite
def test_a_circle_s_row_from_before_a_hand_over_keeps_its_new_key_from_nobody(house: House, lan, mai, hoa, binh):
    """The attack: with the earlier row no new key is due, and what the giver had kept would open the case for good."""
    case_id = lan.opens_a_case(circle=[mai])
    hoa.does(staffing.leave, mai.id)
    lan.leaves()
    settle(house, lan)
    house["son"].does(admission_actions.restart, lan.id)
    circle = owner_of(house, case_id)
    with stolen(house) as thief:
        [row] = thief.rows("agency", id=circle)
    assert hands_over(house, lan, "binh") == 1
    with stolen(house) as thief:
        thief.put_back("agency", ("id",), row)
    refused(lambda: binh.does(desk.list_cases))


@only_sqlite
def test_the_command_asks_for_the_passphrase_of_who_left(house: House, lan, mai, hoa, binh):
    case_id = lan.opens_a_case(circle=[mai])
    for member in (mai, lan):
        hoa.does(staffing.leave, member.id)
    (house.config.data / "casework.toml").write_text(
        f'database_url = "{house.config.database_url}"\n', encoding="utf-8"
    )
    words = ("hand-over", "--data", str(house.config.data), "--commune", COMMUNES[THANH_SON])
    wrong = call(*words, typed="lan\nkhông phải mật khẩu này\nbinh\n")
    assert wrong.exit_code == 1
    assert "chưa đúng" in wrong.output
    done = call(*words, typed=f"lan\n{lan.card.passphrase}\nbinh\n")
    assert done.exit_code == 0, done.output
    assert "Đã trao khóa của 1 nhóm kín" in done.output
    binh.leaves()
    assert binh.does(desk.read_section, case_id, Section.STORY)


def test_a_case_given_back_ends_what_who_left_had_kept(house: House, lan, mai, hoa):
    case_id = lan.opens_a_case(circle=[mai])
    lan.does(holder_transfer.transfer_holder, case_id, mai.id)
    hoa.does(staffing.lock, mai.id)
    hoa.does(staffing.leave, lan.id)
    hoa.does(staffing.unlock_account, mai.id)
    mai.leaves()
    mai.does(restriction.lift, case_id)
    assert rows_of(house, lan.id) == {}
    assert faults_of(house) == []


def test_who_keeps_the_last_key_of_two_circles_keeps_the_slot_until_both_are_renewed(house: House, lan, mai, hoa, binh):
    for other in (mai, binh):
        lan.opens_a_case(circle=[other])
        lan.leaves()
    for other in (mai, binh):
        hoa.does(staffing.lock, other.id)
    hoa.does(staffing.leave, lan.id)
    for other, left in ((mai, {"slot", "wrap"}), (binh, set())):
        hoa.does(staffing.unlock_account, other.id)
        other.leaves()
        settle(house, other)
        assert rows_of(house, lan.id).keys() == left


def test_where_there_is_a_lead_an_administrator_ends_nobody_s_work(house: House, lan: Someone):
    with pytest.raises(BadInput):
        house["son"].does(staffing.leave, lan.id)


def test_nobody_lets_themselves_leave(house: House, hoa: Someone, lan: Someone):
    with pytest.raises(NotFound):
        hoa.does(staffing.leave, hoa.id)
    hoa.does(staffing.leave, lan.id)
    with pytest.raises(Conflict):
        hoa.does(staffing.leave, lan.id)


def test_who_has_left_is_invited_into_another_agency_without_a_key(house: House, lan: Someone, hoa: Someone):
    police = agency_id(house, "police")
    with pytest.raises(Conflict):
        house["son"].does(staffing.move, lan.id, police)
    hoa.does(staffing.leave, lan.id)
    house["son"].does(staffing.move, lan.id, police)
    with stolen(house) as thief:
        [row] = thief.rows("member", id=lan.id)
    assert (row["agency_id"], row["state"], row["roles"], row["public_key"]) == (police, "invited", "officer", b"")
    with pytest.raises(sign_in_actions.WrongPassphrase):
        lan.sign_in()


@both_databases
def test_leaving_during_a_write_is_one_or_the_other(house: House, lan: Someone, hoa: Someone):
    case_id, writer, lead = lan.opens_a_case(), lan.person, hoa.person
    wrote, left = at_once(
        lambda: house.gate.perform(writer, desk.write_section, case_id, Story(words="đang gõ"), base=1),
        lambda: house.gate.perform(lead, staffing.leave, lan.id),
    )
    assert left is None
    assert wrote == "" or isinstance(wrote, SignInNeeded)
    [page] = hoa.does(desk.read_section, case_id, Section.STORY)
    assert page.revision == (2 if wrote == "" else 1)
    assert holds(house)


@both_databases
def test_a_key_rotated_during_a_write_loses_no_word(house: House, lan: Someone, hoa: Someone, union):
    case_id = lan.opens_a_case()
    hoa.does(staffing.leave, house["mai"].id)
    writer, lead = lan.person, hoa.person
    at_once(
        *(
            lambda number=number: house.gate.perform(writer, desk.add_note, case_id, f"ghi {number}")
            for number in range(4)
        ),
        lambda: house.gate.perform(lead, key_rotation.rotate, union),
    )
    lan.leaves()
    notes = lan.does(desk.read_section, case_id, Section.COUNSELLING)
    assert {str(row.data.to_json()["words"]) for row in notes} == {f"ghi {number}" for number in range(4)}
    assert holds(house)


def test_a_new_agency_receives_nothing_before_the_lead_of_the_union_confirms_it(house: House, hoa, binh, lan):
    case_id = lan.opens_a_case(dao(grounds=()))
    with stolen(house) as thief:
        # As if there had never been one.
        [old] = thief.rows("agency", kind="legal_aid", commune_id=THANH_SON)
        assert [thief.delete(table, id=old["id"]) for table in ("agency", "head")] == [1, 1]
    console = house.stranger(Role.CONSOLE)
    keys = house.gate.perform(console, accounts.add_agency, "legal_aid", "Trợ giúp pháp lý")
    with pytest.raises(BadInput):
        ground(house, case_id, "legal_aid")
    [new] = [row for row in hoa.does(directory.list_people) if row.new]
    assert new.confirmable
    assert new.id == keys.agency_id
    with pytest.raises(Refused):
        binh.does(staffing.confirm_agency, keys.agency_id)
    with pytest.raises(Refused):
        lan.does(staffing.confirm_agency, keys.agency_id)
    hoa.does(staffing.confirm_agency, keys.agency_id)
    with pytest.raises(Conflict):
        hoa.does(staffing.confirm_agency, keys.agency_id)
    assert ground(house, case_id, "legal_aid")
