"""A new key of an agency: everything is sealed again in one commit, and nothing that was not verified."""

from collections import Counter
from uuid import UUID, uuid4

import pytest

from casework import clock
from casework.audit import freshness
from casework.audit.verify import verify
from casework.cases import key_rotation
from casework.cases.sections import Story
from casework.db import Base
from casework.desk import actions as desk
from casework.errors import Busy, Refused
from casework.gate import ActContext, Action
from casework.intake import actions as intake
from casework.policy.vocabulary import Act, Section
from casework.statistics import actions as statistics
from casework.vault.crypto import hpke
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.encoding import encode_fields
from casework.vault.crypto.hpke import public_key
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import SignedRow
from casework.vault.keys import epochs, keyring
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.recovery.models import Recovery
from tests.browsing import browser_of
from tests.cases.keys import agency_id, epochs_of, make_due, settle, wraps_of
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.referrals.scenes import POLICE, referred
from tests.tampering import refused, stolen

HOLDERS = ("lan", "mai", "hoa", "binh")


@pytest.fixture
def union(house: House) -> UUID:
    return agency_id(house, "womens_union")


@pytest.fixture
def police(house: House) -> UUID:
    return agency_id(house, "police")


def holds(house: House) -> bool:
    with house.crypto() as crypto:
        return verify(crypto).holds


@both_databases
def test_everybody_who_holds_the_key_reads_on_after_it_was_renewed(house: House, lan: Someone, hoa: Someone, union):
    case_id, draft = lan.opens_a_case(), lan.does(intake.start_draft, {1: {"who": "em gái"}})
    before = epochs_of(house, union)
    make_due(house, union, lan)
    settle(house, hoa)
    assert epochs_of(house, union) == Counter({(2, "kept"): before.total()})
    assert wraps_of(house, union) == {(house[name].id, 2) for name in HOLDERS}
    for reader in (lan, hoa, house["binh"]):
        assert reader.does(desk.read_section, case_id, Section.STORY)
    assert lan.does(intake.open_draft, draft).pages == {1: {"who": "em gái"}}
    lan.does(desk.write_section, case_id, Story(words="sau khi thay khóa"), base=1)
    assert hoa.does(desk.search, "nguyen thi dao")
    assert hoa.does(statistics.preview_period)
    assert not hoa.presence.due
    assert holds(house)


def test_a_key_that_is_not_due_is_left_alone(house: House, lan: Someone, union):
    assert lan.does(key_rotation.rotate, union) is False
    assert wraps_of(house, union) == {(house[name].id, 1) for name in HOLDERS}


@both_databases
def test_the_second_of_two_who_sign_in_finds_it_done(house: House, lan: Someone, hoa: Someone, union):
    make_due(house, union, lan)
    late = lan.person
    settle(house, hoa)
    assert house.gate.perform(late, key_rotation.rotate, union) is False
    assert {epoch for _, epoch in wraps_of(house, union)} == {2}


@both_databases
def test_whoever_read_a_moment_too_late_is_asked_to_try_again(house: House, lan: Someone, hoa: Someone, union):
    case_id = lan.opens_a_case()
    make_due(house, union, lan)
    late = lan.person
    settle(house, hoa)
    with pytest.raises(Busy):
        house.gate.perform(late, desk.read_section, case_id, Section.STORY)
    house.gate.perform(late, desk.add_note, case_id, "viết bằng khóa cũ")
    assert lan.does(desk.read_section, case_id, Section.COUNSELLING)
    assert lan.does(desk.read_section, case_id, Section.STORY)


def test_what_was_sent_and_not_opened_is_kept_after_a_new_key(house: House, lan: Someone, cuong: Someone, police):
    referral = referred(house)
    assert set(epochs_of(house, police)) == {(1, "sent")}
    make_due(house, police, cuong)
    settle(house, cuong)
    assert set(epochs_of(house, police)) == {(2, "kept")}
    referral.goes("open", "accept")
    assert {section for section in POLICE if cuong.does(desk.read_section, referral.case_id, section)} == POLICE


def test_the_recovery_key_follows(house: House, cuong: Someone, police):
    seed = new_key()

    def add_recovery(context: ActContext) -> None:
        context.about = police
        freshness.agency(context.session, THANH_SON, police)
        own = {"commune_id": THANH_SON, "agency_id": police, "number": 1, "epoch": 1, "blob": b"x"}
        context.session.add(Recovery(**own, public_key=public_key(seed)))

    house.gate.perform(cuong.person, Action(Act.AGENCY_ROTATE, add_recovery))
    make_due(house, police, cuong)
    settle(house, cuong)
    with stolen(house) as thief:
        [row] = thief.rows("recovery", agency_id=police)
    secret = hpke.open_sealed(seed, row["blob"], context=encode_fields("cw/1/recover", THANH_SON, police, 2, 1))
    assert row["epoch"] == 2
    assert cuong.person.keyring is not None
    assert cuong.person.keyring.keys_of(police).secret == secret


def test_nobody_renews_a_key_that_they_do_not_hold(house: House, lan: Someone, cuong: Someone, police):
    make_due(house, police, cuong)
    refused(lambda: lan.does(key_rotation.rotate, police))
    with pytest.raises(Refused):
        house["son"].does(key_rotation.rotate, police)
    key_rotation.rotate_due(house.gate, house["son"].person, [police])
    assert wraps_of(house, police) == {(cuong.id, 1)}


def test_a_row_that_was_taken_away_and_planted_again_is_not_laundered(house: House, cuong: Someone, police):
    referral = referred(house).goes("open")
    with stolen(house) as thief:
        old = thief.rows("envelope", agency_id=police)
    referral.goes("withdraw")
    with stolen(house) as thief:
        thief.put_back("envelope", ("document_id", "agency_id"), *old)
    make_due(house, police, cuong)
    settle(house, cuong)
    assert wraps_of(house, police) == {(cuong.id, 1)}
    refused(lambda: cuong.does(key_rotation.rotate, police))
    with stolen(house) as thief:
        assert [row["mac"] for row in thief.rows("envelope", agency_id=police)] == [row["mac"] for row in old]


@pytest.mark.parametrize(
    ("table", "column"),
    [("envelope", "blob"), ("document", "commit_tag"), ("head", "listing"), ("wrap", "blob"), ("agency_epoch", "mac")],
)
def test_the_first_row_that_does_not_hold_stops_all_of_it(house: House, lan: Someone, union, table, column):
    lan.opens_a_case()
    make_due(house, union, lan)
    person = lan.person
    with stolen(house) as thief:
        where = {"commune_id": THANH_SON} | ({"kind": "case"} if table == "head" else {})
        row = thief.rows(table, **where)[-1] if table == "head" else _of_union(thief, table, union)
        key = {c.name: row[c.name] for c in thief.table(table).primary_key}
        thief.change(table, key, **{column: row[column][:-1] + bytes([row[column][-1] ^ 1])} if row[column] else {})
        before = thief.rows("envelope", agency_id=union)
    refused(lambda: house.gate.perform(person, key_rotation.rotate, union))
    with stolen(house) as thief:
        assert thief.rows("envelope", agency_id=union) == before


def _of_union(thief, table: str, union: UUID):
    if table == "document":
        return thief.rows(table, id=thief.rows("envelope", agency_id=union)[0]["document_id"])[0]
    return thief.rows(table, agency_id=union)[0]


@both_databases
def test_rows_that_come_or_go_meanwhile_stop_all_of_it(house: House, lan: Someone, union, monkeypatch):
    lan.opens_a_case()
    make_due(house, union, lan)
    real = key_rotation._verified_envelopes
    monkeypatch.setattr(key_rotation, "_verified_envelopes", lambda context, agency: real(context, agency)[1:])
    refused(lambda: lan.does(key_rotation.rotate, union))
    assert {epoch for epoch, _ in epochs_of(house, union)} == {1}


def test_a_context_without_a_keyring_is_given_no_keys(house: House):
    with house.crypto() as crypto:
        lone = CryptoContext(crypto.session, crypto.server_keys, None, 0)
        refused(lambda: epochs.with_keys(lone, keyring.new_agency_keys(uuid4())))


def test_every_kind_of_row_is_known_by_the_head_it_hangs_on():
    models = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SignedRow)}
    by_head = {name: {model for model in models if model.__head__ == name} for name in ("agency_id", "member_id")}
    assert by_head["agency_id"] == set(heads.OF_AGENCY[1:])
    assert by_head["member_id"] == set(heads.OF_MEMBER[1:])


@only_sqlite
def test_signing_in_renews_what_is_due(house: House, app, hoa: Someone, union):
    hoa.opens_a_case()
    make_due(house, union, hoa)
    visitor = browser_of(app, None)
    answer = visitor.post("/dang-nhap", data={"username": "hoa", "passphrase": hoa.card.passphrase})
    assert {epoch for _, epoch in wraps_of(house, union)} == {1}, "one factor holds no key"
    answer = visitor.post(answer.headers["Location"], data={"digits": hoa.digits(30)})
    assert answer.status_code == 303
    assert {epoch for _, epoch in wraps_of(house, union)} == {2}


@pytest.mark.prove
def test_five_thousand_envelopes_take_no_longer_than_a_breath(house: House, lan: Someone, union):
    case_id = lan.opens_a_case()
    for number in range(5000):
        if sum(epochs_of(house, union).values()) >= 5000:
            break
        for _ in range(100):
            lan.does(desk.add_note, case_id, f"lần {number}")
    make_due(house, union, lan)
    begun = clock.micros()
    assert lan.does(key_rotation.rotate, union)
    took = (clock.micros() - begun) / clock.MICROSECOND
    assert took < 5, took
