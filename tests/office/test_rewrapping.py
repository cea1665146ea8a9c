"""A newer algorithm: the console and whoever holds a key seal all again; cut off anywhere, nothing is lost."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest

from casework import clock
from casework.accounts import admission as accounts_admission
from casework.accounts import doorstep
from casework.accounts.doorstep import Knock
from casework.audit.verify import verify
from casework.cases import rotation
from casework.desk import actions as desk
from casework.errors import Conflict, VaultError
from casework.gate import Gate, Person
from casework.office import exchanging
from casework.policy.words import Section
from casework.staffing import actions as staffing
from casework.vault.algorithms import E1, E2
from tests.algorithms import know_a_second, outdated
from tests.cases.dying import dies_at, done_in_a_child
from tests.cases.keys import agency_id, epochs_of, make_due, settle, wraps_of
from tests.commands import call
from tests.house import House, only_sqlite
from tests.office.setting_up import founded
from tests.people import KEYLESS, STAFF, THANH_SON
from tests.referrals.scenes import referred
from tests.tampering import refused, stolen

HOLDERS = tuple(name for name, one in STAFF.items() if one.commune_id == THANH_SON and one.agency not in KEYLESS)


@dataclass
class Filled:
    """A house with a case, one sealed to named people, one that was sent to the police, and mai, who left."""

    house: House
    mine: UUID
    hidden: UUID
    sent: UUID

    def everything_is_read(self) -> None:
        """Every section is read by who read it before, and mai holds nothing."""
        reads = [("lan", self.mine), ("hoa", self.mine), ("hoa", self.hidden), ("lan", self.sent)]
        for name in {name for name, _ in reads}:
            self.house[name].leaves()
        for name, case_id in reads:
            for section in (Section.STORY, Section.IDENTITY):
                assert self.house[name].does(desk.read_section, case_id, section)
        self.house["cuong"].leaves()
        assert self.house["cuong"].does(desk.read_section, self.sent, Section.INCIDENT)
        with stolen(self.house) as thief:
            assert thief.rows("wrap", member_id=self.house["mai"].id) == []
        with self.house.hands() as hands:
            assert verify(hands).holds

    def changed(self) -> int:
        """Run the command's act; return how much it sealed again or asked for in the first commune."""
        done = exchanging.change_algorithm(self.house.config, self.house.gate)[0]
        return done.again + done.ended + len(done.due)

    def everybody_signs_in(self) -> None:
        """Renew what is due in the hands of everybody who holds a key."""
        for name in HOLDERS:
            if name != "mai":
                self.house[name].leaves()
                settle(self.house, self.house[name])


@pytest.fixture
def filled(house: House) -> Filled:
    lan, hoa = house["lan"], house["hoa"]
    mine, hidden = lan.opens_a_case(), lan.opens_a_case(circle=[hoa])
    sent = referred(house).goes("open", "accept").case_id
    make_due(house, agency_id(house, "womens_union"), hoa)
    settle(house, hoa)
    hoa.does(staffing.leave, house["mai"].id)
    return Filled(house, mine, hidden, sent)


@only_sqlite
def test_everything_is_sealed_again_by_the_console_and_by_who_holds_the_keys(filled: Filled, monkeypatch):
    house, cookie = filled.house, filled.house["lan"].cookie
    assert cookie
    assert outdated(house, THANH_SON) == set()
    know_a_second(monkeypatch)
    assert filled.changed()
    assert outdated(house, THANH_SON) == {"envelope", "epoch_link", "wrap"}
    filled.everything_is_read()
    filled.everybody_signs_in()
    assert outdated(house, THANH_SON) == set()
    filled.everything_is_read()
    assert filled.changed() == 0
    opened = doorstep.try_passphrase(house.gate, THANH_SON, Knock("lan", STAFF["lan"].passphrase, device="x"))
    assert opened is not None


@only_sqlite
def test_what_an_earlier_algorithm_sealed_is_not_believed_when_it_is_put_back(filled: Filled, monkeypatch):
    house, union = filled.house, agency_id(filled.house, "womens_union")
    with stolen(house) as thief:
        slot, wraps = thief.rows("slot", member_id=house["lan"].id), thief.rows("wrap", agency_id=union)
        envelopes = thief.rows("envelope", agency_id=union)
    know_a_second(monkeypatch)
    filled.changed()
    with stolen(house) as thief:
        fresh_slot = thief.rows("slot", member_id=house["lan"].id)
        thief.put_back("slot", ("id",), *slot)
    knock = Knock("lan", STAFF["lan"].passphrase, device="x")
    refused(lambda: doorstep.try_passphrase(house.gate, THANH_SON, knock))
    with stolen(house) as thief:
        thief.put_back("slot", ("id",), *fresh_slot)
    filled.everybody_signs_in()
    with stolen(house) as thief:
        thief.put("wrap", *wraps)
        newer = thief.rows("envelope", agency_id=union)
        thief.put_back("envelope", ("document_id", "agency_id"), *envelopes)
    house["hoa"].leaves()
    refused(lambda: house["hoa"].does(desk.read_section, filled.mine, Section.STORY))
    with stolen(house) as thief:
        thief.put_back("envelope", ("document_id", "agency_id"), *newer)
        thief.delete("wrap", agency_id=union, epoch=wraps[0]["epoch"])
    filled.everything_is_read()


@only_sqlite
def test_it_stops_at_a_log_that_does_not_hold_and_waits_for_codes_that_are_out(filled: Filled, monkeypatch):
    house = filled.house
    know_a_second(monkeypatch)
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", commune_id=THANH_SON, n=3)
        thief.change("audit_line", {"commune_id": THANH_SON, "n": 3}, h=bytes(32))
    with pytest.raises(VaultError, match="verify"):
        filled.changed()
    with stolen(house) as thief:
        thief.put_back("audit_line", ("commune_id", "n"), line)
    house["son"].does(staffing.move, house["mai"].id, agency_id(house, "womens_union"))
    house["hoa"].does(accounts_admission.invite, house["mai"].id)
    with pytest.raises(Conflict, match="24 giờ"):
        filled.changed()
    assert "slot" in outdated(house, THANH_SON)


def cut(filled: Filled, hook: int) -> bool:
    """Change the algorithm in a child that dies at a statement; tell whether it came to its end."""
    return done_in_a_child(
        filled.house, lambda gate: exchanging.change_algorithm(filled.house.config, gate), dies_at(hook)
    )


def renewed(filled: Filled, person: Person, prepare: Callable[[Gate], None], wait: float = -1.0) -> bool:
    """Renew the agency's key in a child that dies; tell whether it came to its end."""
    union = agency_id(filled.house, "womens_union")
    return done_in_a_child(filled.house, lambda gate: gate.perform(person, rotation.rotate, union), prepare, wait)


@only_sqlite
def test_killed_at_some_statements_nothing_is_lost(filled: Filled, monkeypatch):
    know_a_second(monkeypatch)
    for hook in (7, 60, 140):
        assert not cut(filled, hook)
    filled.everything_is_read()
    assert cut(filled, 100_000)
    filled.everybody_signs_in()
    assert outdated(filled.house, THANH_SON) == set()
    filled.everything_is_read()


@pytest.mark.prove
@only_sqlite
def test_killed_at_every_statement_and_then_at_fifty_moments_nothing_is_lost(filled: Filled, monkeypatch):
    know_a_second(monkeypatch)
    for hook in range(1, 5000):
        done = cut(filled, hook)
        if done or hook % 10 == 0:
            filled.everything_is_read()
        if done:
            break
    dice = random.Random(4)
    for _ in range(50):
        person = filled.house["hoa"].person
        renewed(filled, person, lambda gate: None, dice.uniform(0, 0.4))
        filled.everything_is_read()
    filled.everybody_signs_in()
    assert outdated(filled.house, THANH_SON) == set()


@pytest.mark.prove
@only_sqlite
def test_five_thousand_envelopes_are_sealed_again_and_all_are_read(filled: Filled, monkeypatch):
    house, union = filled.house, agency_id(filled.house, "womens_union")
    lan = house["lan"]
    while sum(epochs_of(house, union).values()) < 5000:
        for number in range(250):
            lan.does(desk.add_note, filled.mine, f"lần {number}")
    know_a_second(monkeypatch)
    filled.changed()
    lan.leaves()
    person, begun = lan.person, clock.micros()
    for hook in (3, 9, 17):
        assert not renewed(filled, person, dies_at(hook))
    assert house.gate.perform(person, rotation.rotate, union)
    assert (clock.micros() - begun) / clock.MICROSECOND < 60
    assert len(wraps_of(house, union)) == len({member for member, _ in wraps_of(house, union)})
    filled.everybody_signs_in()
    lan.leaves()
    assert outdated(house, THANH_SON) == set()
    assert len(lan.does(desk.read_section, filled.mine, Section.COUNSELLING)) > 4000
    filled.everything_is_read()


def test_the_command_says_that_nothing_is_to_be_done_and_what_waits_for_whom(tmp_path, monkeypatch):
    folder = tmp_path / "sổ"
    founded(folder)
    words = ("rotate-keys", "algorithm", "--data", str(folder))
    assert "24 giờ" in call(*words).output
    at = clock.micros()
    monkeypatch.setattr(clock, "micros", lambda: at + 25 * 3600 * clock.MICROSECOND)
    done = call(*words)
    assert (done.exit_code, "không có gì phải đổi" in done.output) == (0, True), done.output
    know_a_second(monkeypatch)
    done = call(*words)
    assert done.exit_code == 0, done.output
    assert "Cần tờ khôi phục mới" in done.output
    assert "Hội Liên hiệp Phụ nữ xã Thanh Sơn" in done.output
    assert (E1.current, E2.current) == (2, 3)
    assert call("verify", "--data", str(folder)).exit_code == 0
