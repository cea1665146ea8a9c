"""Who was sent to by name can change: somebody is added or cut off, leaves, loses their key, or gets a new one."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from casework.accounts import admission_actions
from casework.audit.verify import verify
from casework.cases.sections import Identity, SafetyPlan
from casework.desk import actions as desk
from casework.errors import Conflict, NotFound
from casework.oversight import actions as oversight
from casework.policy.vocabulary import Act, Section
from casework.referrals import reader_actions, receiving_actions
from casework.referrals import sending_actions as sending
from casework.referrals.named_readers import WrongReaders
from casework.retention import actions as retention
from casework.staffing import actions as staffing
from tests.cases.keys import settle
from tests.house import House, Someone, both_databases, only_sqlite
from tests.referrals.scenes import ASKED, POLICE, ground, sections
from tests.staffing.model import admit, sign_in_with
from tests.stories import dao
from tests.tampering import stolen

KIN = "Anh Kiên làm công an, em họ chồng."


@dataclass
class ByName:
    """A case of lan's that was referred to Cường and Dũng by name, Kiên left out."""

    house: House
    case_id: UUID
    referral_id: UUID

    def __getitem__(self, name: str) -> Someone:
        """Return one of the people; who leaves the house signs in again."""
        return self.house[name]

    @property
    def at(self) -> tuple[UUID, UUID]:
        return self.case_id, self.referral_id

    def reads(self, name: str, section: Section = Section.IDENTITY) -> bool:
        self[name].leaves()
        try:
            self[name].does(desk.read_section, self.case_id, section)
        except NotFound:
            return False
        return True

    def changes(self, *left_out: str) -> None:
        ids = [self[name].id for name in left_out]
        self["lan"].does(reader_actions.change_readers, *self.at, ids)

    def holders(self) -> set[str]:
        """Return which officers hold a key of anything of the case."""
        with stolen(self.house) as thief:
            sealed_to = {row["agency_id"] for row in thief.rows("envelope", case_id=self.case_id)}
            ids = {row["member_id"] for row in thief.rows("wrap") if row["agency_id"] in sealed_to}
        return {name for name in ("cuong", "dung", "kien", "oanh") if self[name].id in ids}


@pytest.fixture
def by_name(house: House, lan: Someone) -> ByName:
    for name in ("dung", "kien", "oanh"):
        house.hires(name)
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan(who_must_not_know=KIN)))
    out = [house["kien"].id, house["oanh"].id]
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=out)
    house["cuong"].does(receiving_actions.open_referral, case_id, referral_id)
    house["cuong"].does(receiving_actions.accept, case_id, referral_id)
    return ByName(house, case_id, referral_id)


@both_databases
def test_the_sender_adds_a_colleague_who_then_reads_letters_and_what_was_shared(by_name: ByName):
    assert not by_name.reads("oanh")
    by_name.changes("kien")
    assert all(by_name.reads("oanh", section) for section in POLICE)
    page = by_name["oanh"].does(receiving_actions.read_referral, *by_name.at)
    assert [sheet.letter.step for sheet in page.sheets] == ["send", "accept"]
    assert page.readers == ("Vũ Mạnh Cường", "Trịnh Văn Dũng", "Đoàn Thị Oanh")
    assert by_name.reads("cuong")
    assert "kien" not in by_name.holders()


@only_sqlite
def test_who_is_taken_out_later_holds_nothing_more_and_gets_no_later_revision(by_name: ByName, lan):
    by_name.changes("kien", "dung")
    by_name["lan"].leaves()
    lan.does(desk.write_section, by_name.case_id, Identity(name="Đào Tiên"), base=1)
    assert not by_name.reads("dung")
    assert by_name.holders() == {"cuong", "oanh"}
    assert by_name.reads("cuong")
    assert by_name.reads("oanh")


@only_sqlite
def test_their_own_record_stays_with_those_who_go_on_and_is_no_newcomer_s(by_name: ByName):
    by_name["cuong"].does(desk.add_note, by_name.case_id, "Đã đến nhà, đi lối sau.")
    assert by_name.reads("dung", Section.POLICE)
    by_name.changes("kien", "dung")
    assert by_name.reads("cuong", Section.POLICE)
    assert not by_name.reads("dung", Section.POLICE)
    assert not by_name.reads("oanh", Section.POLICE)
    by_name["cuong"].leaves()
    settle(by_name.house, by_name["cuong"])
    by_name["cuong"].leaves()
    by_name["cuong"].does(desk.add_note, by_name.case_id, "Hẹn lại thứ hai.")
    assert by_name.reads("cuong", Section.POLICE)
    assert by_name.reads("oanh", Section.POLICE)
    assert "dung" not in by_name.holders()


@only_sqlite
def test_whoever_holds_their_record_is_not_all_taken_out(by_name: ByName):
    by_name.house["cuong"].does(desk.add_note, by_name.case_id, "Đã đến nhà.")
    for name in ("phu", "quy"):
        by_name.house.hires(name)
    with pytest.raises(WrongReaders):
        by_name.changes("kien", "cuong", "dung")
    assert by_name.reads("cuong", Section.POLICE)


@only_sqlite
def test_who_must_not_know_is_not_added_and_two_are_left(by_name: ByName):
    for left_out in ((), ("oanh",), ("kien", "oanh", "dung")):
        with pytest.raises(WrongReaders):
            by_name.changes(*left_out)
    assert by_name.holders() == {"cuong", "dung"}


@only_sqlite
def test_an_agency_that_reads_as_a_whole_becomes_some_people_of_it(house, lan):
    for name in ("dung", "kien"):
        house.hires(name)
    case_id = lan.opens_a_case(dao(grounds=()))
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED)
    by_name = ByName(house, case_id, referral_id)
    by_name["kien"].does(receiving_actions.open_referral, *by_name.at)
    lan.does(desk.write_section, case_id, SafetyPlan(who_must_not_know=KIN), base=1)
    by_name.changes("kien")
    assert sections(house, case_id, "police") == set()
    assert by_name.holders() == {"cuong", "dung"}
    assert not by_name.reads("kien")
    assert by_name.reads("dung")


@only_sqlite
def test_only_the_sender_changes_readers_and_only_while_it_goes_on(by_name: ByName, house):
    for name in ("cuong", "kien", "mai", "luu"):
        with pytest.raises(NotFound):
            house[name].does(reader_actions.change_readers, *by_name.at, [])
        with pytest.raises(NotFound):
            house[name].does(reader_actions.read_readers, *by_name.at)
    by_name["lan"].does(sending.withdraw, *by_name.at)
    with pytest.raises(Conflict):
        by_name.changes("kien")
    with pytest.raises(Conflict):
        by_name["lan"].does(reader_actions.read_readers, *by_name.at)


@both_databases
def test_who_leaves_takes_no_key_along_and_the_key_is_renewed(by_name: ByName, house):
    keyring = by_name["dung"].person.keyring
    assert keyring is not None
    house["son"].does(staffing.leave, by_name["dung"].id)
    by_name["cuong"].leaves()
    settle(house, by_name["cuong"])
    assert by_name.reads("cuong")
    assert by_name.holders() == {"cuong"}
    with stolen(house) as thief:
        [circle] = thief.rows("agency", kind="circle")
    assert (circle["epoch"], circle["rotation_due"]) == (2, False)
    assert keyring.keys_of(circle["id"]).epoch == 1
    with house.crypto() as crypto:
        assert verify(crypto).holds


@only_sqlite
def test_when_nobody_is_left_the_sender_is_told_and_nobody_else_is(by_name: ByName, house, browser):
    house.hires("phu")
    house["son"].does(staffing.leave, by_name["dung"].id)
    house["son"].does(staffing.leave, by_name["cuong"].id)
    [line] = by_name["lan"].does(receiving_actions.list_referrals).unreadable
    assert line.id == by_name.referral_id
    for path in ("/", "/chuyen-gui"):
        assert "Nơi nhận không còn ai đọc được" in browser("lan").get(path).text
    page = browser("lan").get(f"/vu-viec/{by_name.case_id}/chuyen-gui/{by_name.referral_id}")
    assert "Ở nơi nhận không còn ai đọc được" in page.text
    assert by_name["oanh"].does(receiving_actions.list_referrals).lines == ()
    by_name.changes("kien")
    assert by_name.reads("oanh")
    assert by_name["lan"].does(receiving_actions.list_referrals).unreadable == []


@only_sqlite
def test_who_alone_holds_a_record_of_theirs_leaves_without_a_word_and_the_key_is_kept_unopened(by_name: ByName, house):
    house.hires("phu")
    by_name["cuong"].does(desk.add_note, by_name.case_id, "Đã đến nhà.")
    house["son"].does(staffing.leave, by_name["dung"].id)
    house["son"].does(staffing.leave, by_name["cuong"].id)
    with stolen(house) as thief:
        circles = {row["id"] for row in thief.rows("agency", kind="circle")}
        kept = [row for row in thief.rows("wrap", member_id=by_name["cuong"].id) if row["agency_id"] in circles]
    assert kept


@only_sqlite
def test_who_gets_a_new_key_reads_again_only_once_the_sender_adds_them(by_name: ByName, house):
    """A member who lost their passphrase is given the agency's key by a colleague, and nothing of a circle."""
    house["son"].does(admission_actions.restart, by_name["dung"].id)
    seed = admit(house, "dung", by_name["cuong"])
    sign_in_with(house, "dung", seed)
    with pytest.raises(NotFound):
        by_name["dung"].does(desk.read_section, by_name.case_id, Section.IDENTITY)
    by_name.changes("kien", "oanh")
    sign_in_with(house, "dung", seed)
    assert by_name["dung"].does(desk.read_section, by_name.case_id, Section.IDENTITY)


@only_sqlite
def test_a_circle_that_holds_nothing_is_closed_and_nobody_s_name_is_left_on_it(house, lan):
    for name in ("dung", "kien"):
        house.hires(name)
    case_id = lan.opens_a_case(dao(grounds=(), safety_plan=SafetyPlan(who_must_not_know=KIN)))
    out = [house["kien"].id]
    referral_id = lan.does(sending.send, case_id, ground(house, case_id), ASKED, without=out)
    lan.does(sending.withdraw, case_id, referral_id)
    with stolen(house) as thief:
        [circle] = thief.rows("agency", kind="circle")
        assert circle["state"] == "closed"
        assert thief.rows("wrap", agency_id=circle["id"]) == []
    assert lan.does(receiving_actions.read_referral, case_id, referral_id).readers == ()


@only_sqlite
def test_an_erased_case_leaves_the_named_readers_their_own_record(by_name: ByName, lan, hoa):
    by_name["cuong"].does(desk.add_note, by_name.case_id, "Đã đến nhà.")
    lan.does(
        retention.request_erasure, by_name.case_id, basis="own_wish", second=hoa.id, words="Người ấy đề nghị bằng giấy."
    )
    hoa.does(retention.erase_case, by_name.case_id)
    assert by_name.reads("cuong", Section.POLICE)
    assert by_name.reads("dung", Section.POLICE)
    assert not by_name.reads("oanh", Section.POLICE)
    assert "kien" not in by_name.holders()


@only_sqlite
def test_totals_say_nothing_of_who_was_chosen_by_name(by_name: ByName, house):
    by_name.changes("kien")
    by_name["lan"].does(reader_actions.read_readers, *by_name.at)
    house["quang"].sign_in()
    week = house["quang"].does(oversight.read_log).week
    counted = dict(week.totals)
    assert counted["account.sign_in"]
    assert not {Act.REFERRAL_SEND, Act.REFERRAL_CHANGE, Act.REFERRAL_READERS, Act.AGENCY_ROTATE} & set(counted)


@only_sqlite
def test_the_pages_show_and_change_who_reads(by_name: ByName, browser):
    path = f"/vu-viec/{by_name.case_id}/chuyen-gui/{by_name.referral_id}"
    mine = browser("lan").get(path).text
    assert "Vũ Mạnh Cường, Trịnh Văn Dũng" in mine
    assert "Đổi người đọc ở nơi nhận" in mine
    theirs = browser("cuong").get(path).text
    assert "Chỉ những người này ở cơ quan mình đọc được" in theirs
    assert "Kiên" not in theirs
    form = browser("lan").get(f"{path}/nguoi-doc").text
    assert form.count(" checked") == 2
    by_name["lan"].proves(by_name.case_id)
    wrong = browser("lan").post(f"{path}/nguoi-doc", data={"without": [str(by_name["dung"].id)]})
    assert wrong.status_code == 422
    assert "Hãy bỏ người ấy ra" in wrong.text
    done = browser("lan").post(f"{path}/nguoi-doc", data={"without": [str(by_name["kien"].id)]})
    assert done.status_code == 303
    assert by_name.reads("oanh")
