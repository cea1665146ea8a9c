"""Recovery sheets: two of an allowed pair open the agency's secret; anything else is refused in one way."""

from contextlib import contextmanager
from functools import partial
from uuid import UUID

import pytest
from sqlalchemy import select

from casework import clock
from casework.administration import agency_recovery
from casework.administration.agency_recovery import PlannedRecovery
from casework.audit import freshness
from casework.errors import BadInput, Conflict, Refused, VaultError
from casework.policy.vocabulary import Role
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.recovery import sheets
from casework.vault.keys.recovery.models import Recovery
from casework.vault.keys.recovery.sheets import RecoverySheet
from casework.vault.models import Agency, Wrap
from tests.house import House, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.tampering import refused, stolen

OFFICERS = ("Lê Thị Hòa", "Nguyễn Thanh Bình", "Mai Xuân Sơn")
PAIRS = [(1, 2), (3, 1)]
DAY = 24 * 3600 * clock.MICROSECOND


def keys_of(house: House, username: str) -> AgencyKeys:
    """The keys of somebody's agency, as the console has them while it makes sheets."""
    person = house[username].person
    assert person.keyring
    assert person.actor.agency_id
    return person.keyring.keys_of(person.actor.agency_id)


@pytest.fixture
def union(house: House) -> AgencyKeys:
    """The secret of the Women's Union."""
    return keys_of(house, "hoa")


def console(house: House, doing, *args):
    return house.gate.perform(house.stranger(Role.CONSOLE), doing, *args)


@pytest.fixture
def dealt(house: House, union: AgencyKeys) -> tuple[RecoverySheet, ...]:
    """Three sheets: the second and the third do not fit together."""
    made: tuple[RecoverySheet, ...] = console(house, agency_recovery.renew_sheets, union, OFFICERS, PAIRS)
    return made


def shown(sheet: RecoverySheet) -> tuple[int, bytes]:
    return sheet.seat, sheet.secret


def opens(house: House, agency_id: UUID, one: tuple[int, bytes], other: tuple[int, bytes]) -> AgencyKeys:
    """Open an agency with two sheets, as a recovery does."""
    with reading(house, agency_id) as crypto:
        return sheets.open_with_pair(crypto, agency_id, one, other)


@contextmanager
def reading(house: House, agency_id: UUID):
    with house.crypto() as crypto:
        freshness.agency(crypto.session, THANH_SON, agency_id)
        yield crypto


@both_databases
def test_two_sheets_of_an_allowed_pair_open_the_agency_in_any_order(house, union, dealt):
    first, second, third = dealt
    for one, other in ((first, second), (second, first), (first, third), (third, first)):
        assert opens(house, union.agency_id, shown(one), shown(other)) == union


def test_sheets_say_who_keeps_them_and_whose_fit_and_hide_their_secret(union, dealt):
    assert [(sheet.seat, sheet.name, sheet.partners) for sheet in dealt] == [
        (1, OFFICERS[0], (2, 3)),
        (2, OFFICERS[1], (1,)),
        (3, OFFICERS[2], (1,)),
    ]
    assert len({sheet.secret for sheet in dealt}) == 3
    assert all(sheet.number == 1 and sheet.agency_id == union.agency_id and len(sheet.secret) == 16 for sheet in dealt)
    assert all(sheet.secret.hex() not in repr(sheet) and str(sheet.secret) not in repr(sheet) for sheet in dealt)


def test_a_pair_that_is_not_allowed_opens_nothing(house, union, dealt):
    first, second, third = dealt
    for one, other in ((second, third), (first, first), (second, second)):
        refused(partial(opens, house, union.agency_id, shown(one), shown(other)))


def test_a_wrong_sheet_a_seat_that_nobody_has_and_a_pair_that_does_not_fit_are_told_apart(house, union, dealt):
    first, second, third = dealt
    police = keys_of(house, "cuong")
    theirs = console(house, agency_recovery.renew_sheets, police, OFFICERS, PAIRS)
    for agency_id, one, other, told in (
        (union.agency_id, (1, bytes(16)), shown(second), "Tờ số 1 không phải tờ đang dùng"),
        (union.agency_id, (1, first.secret[:15]), shown(second), "Tờ số 1 không phải tờ đang dùng"),
        (union.agency_id, (1, second.secret), (2, first.secret), "Tờ số 1 không phải tờ đang dùng"),
        (union.agency_id, (1, first.secret), (2, third.secret), "Tờ số 2 không phải tờ đang dùng"),
        (union.agency_id, shown(first), (9, second.secret), "không có tờ số 9"),
        (union.agency_id, shown(second), shown(third), "Các cặp: 1-2, 1-3"),
        (union.agency_id, shown(first), shown(first), "Các cặp: 1-2, 1-3"),
        (union.agency_id, shown(theirs[0]), shown(theirs[1]), "“Bộ số 1” của cơ quan này"),
        (police.agency_id, shown(first), shown(second), "Tờ số 1 không phải tờ đang dùng"),
        (keys_of(house, "tam").agency_id, shown(first), shown(second), "không có tờ khôi phục nào"),
    ):
        with pytest.raises(VaultError, match=told) as caught:
            opens(house, agency_id, one, other)
        assert not any(secret.hex() in str(caught.value) for _, secret in (one, other))


def test_new_sheets_make_the_old_ones_worthless_even_if_their_rows_are_put_back(house, union, dealt):
    with stolen(house) as thief:
        tables = ("recovery", "recovery_officer", "recovery_pair")
        before = {name: thief.rows(name, agency_id=union.agency_id) for name in tables}
    newer = console(house, agency_recovery.renew_sheets, union, OFFICERS[:2], [(1, 2)])
    assert {sheet.number for sheet in newer} == {2}
    refused(lambda: opens(house, union.agency_id, shown(dealt[0]), shown(dealt[1])))
    assert opens(house, union.agency_id, *map(shown, newer)) == union
    with stolen(house) as thief:
        for name, rows in before.items():
            thief.delete(name, agency_id=union.agency_id)
            thief.put(name, *rows)
    refused(lambda: opens(house, union.agency_id, shown(dealt[0]), shown(dealt[1])))


def test_everybody_still_works_after_new_sheets(house, union, dealt, lan):
    case_id = lan.opens_a_case()
    console(house, agency_recovery.renew_sheets, union, OFFICERS, PAIRS)
    house["lan"].leaves()
    assert house["lan"].person.keyring.keys_of(union.agency_id) == union
    assert case_id


def test_a_recovery_key_that_was_exchanged_in_the_database_is_refused(house, union, dealt):
    police = keys_of(house, "cuong")
    console(house, agency_recovery.renew_sheets, police, OFFICERS, PAIRS)
    with stolen(house) as thief:
        theirs = thief.rows("recovery", agency_id=police.agency_id)[0]
        thief.change("recovery", {"agency_id": union.agency_id}, public_key=theirs["public_key"])
    refused(lambda: opens(house, union.agency_id, shown(dealt[0]), shown(dealt[1])))
    refused(lambda: console(house, agency_recovery.renew_sheets, union, OFFICERS, PAIRS))


@pytest.mark.parametrize("pairs", [[], [(1, 1)], [(1, 2)], [(1, 2), (2, 4)], [(0, 1), (2, 3)], [(1, 2), (3, 3)]])
def test_pairs_of_nobody_and_officers_without_a_pair_are_refused(house, union, pairs):
    with pytest.raises(BadInput):
        console(house, agency_recovery.renew_sheets, union, OFFICERS, pairs)


def test_a_drill_knows_one_sheet_and_notes_its_day(house, union, dealt):
    assert _drilled(house, union) == 0
    at = clock.micros()
    with clock.use_clock(lambda: at + DAY):
        console(house, agency_recovery.drill_sheet, union.agency_id, 1, dealt[0].secret)
        assert _drilled(house, union) == 0
    with clock.use_clock(lambda: at + 3 * DAY):
        console(house, agency_recovery.drill_sheet, union.agency_id, 3, dealt[2].secret)
    assert _drilled(house, union) == at + DAY
    for seat, secret in ((2, dealt[0].secret), (1, bytes(16)), (7, dealt[0].secret)):
        refused(partial(console, house, agency_recovery.drill_sheet, union.agency_id, seat, secret), Refused)
    with reading(house, union.agency_id) as crypto:
        assert [officer.drilled for officer in sheets.officers(crypto, union.agency_id)] == [
            at + DAY,
            0,
            at + 3 * DAY,
        ]
        assert sheets.pairs_of(crypto, union.agency_id) == [(1, 2), (1, 3)]


def _drilled(house: House, union: AgencyKeys) -> int:
    with reading(house, union.agency_id) as crypto:
        return sheets.drilled_since(crypto, union.agency_id)


def test_an_agency_without_sheets_was_never_drilled_and_opens_for_nobody(house, union):
    assert _drilled(house, union) == 0
    refused(lambda: console(house, agency_recovery.drill_sheet, union.agency_id, 1, bytes(16)), Refused)
    refused(lambda: opens(house, union.agency_id, (1, bytes(16)), (2, bytes(16))))


@both_databases
def test_sheets_follow_the_agency_into_a_new_epoch(house, union, dealt):
    newer = AgencyKeys(union.agency_id, union.epoch + 1, bytes(range(32)))
    with house.crypto() as crypto:
        freshness.agency(crypto.session, THANH_SON, union.agency_id)
        sheets.seal_new_epoch(crypto, newer)
        recovery = crypto.session.get_one(Recovery, (THANH_SON, union.agency_id))
        assert recovery.epoch == newer.epoch
        # The agency itself has not moved: the sheets open no epoch but its newest.
        with pytest.raises(VaultError):
            sheets.open_with_pair(crypto, union.agency_id, shown(dealt[0]), shown(dealt[1]))
        crypto.session.rollback()
    with reading(house, keys_of(house, "cuong").agency_id) as crypto:
        sheets.seal_new_epoch(crypto, keys_of(house, "cuong"))
        assert not crypto.session.new


@only_sqlite
def test_the_log_tells_of_every_try_and_of_no_secret(house, union, dealt):
    given = (union.agency_id, (1, bytes(16)), shown(dealt[1]))
    refused(lambda: console(house, agency_recovery.plan_recovery, *given, "lan"), Refused)
    planned = PlannedRecovery("Lan", "lan", ("counsellor",), "", dealt)
    refused(lambda: console(house, agency_recovery.recover, *given, planned), Refused)
    console(house, agency_recovery.drill_sheet, union.agency_id, 1, dealt[0].secret)
    with stolen(house) as thief:
        lines = [line for line in thief.rows("audit_line") if line["act"].startswith("recovery.")]
        everything = str([thief.rows(name) for name in ("audit_line", "recovery", "recovery_officer", "recovery_pair")])
    assert [(line["act"], line["outcome"], line["about"]) for line in lines] == [
        ("recovery.renew", "ok", union.agency_id),
        ("recovery.show", "denied", union.agency_id),
        ("recovery.open", "denied", union.agency_id),
        ("recovery.drill", "ok", union.agency_id),
    ]
    assert not any(str(sheet.secret) in everything or sheet.secret.hex() in everything for sheet in dealt)


def test_nobody_but_the_console_recovers(house, union, dealt):
    planned = PlannedRecovery("Lan", "lan", ("counsellor",), "", dealt)
    for username in ("hoa", "son", "lan"):
        for act, last in ((agency_recovery.plan_recovery, "lan"), (agency_recovery.recover, planned)):
            with pytest.raises(Exception, match="not for"):
                house[username].does(act, union.agency_id, shown(dealt[0]), shown(dealt[1]), last)


def test_key_holders_keep_their_wraps(house, union, dealt):
    with reading(house, union.agency_id) as crypto:
        rows = crypto.session.execute(select(Wrap).where(Wrap.agency_id == union.agency_id)).scalars().all()
        assert len(rows) == 4
        assert crypto.session.get_one(Agency, (THANH_SON, union.agency_id)).epoch == union.epoch


@only_sqlite
def test_sheets_that_were_drawn_before_others_were_made_are_never_put_in_force(house: House, union, dealt):
    first, second = shown(dealt[0]), shown(dealt[1])
    drawn, beside = (
        console(house, agency_recovery.plan_sheets, union.agency_id, first, second, OFFICERS, PAIRS) for _ in range(2)
    )
    console(house, agency_recovery.replace_sheets, union.agency_id, first, second, drawn)
    now_good = shown(drawn[0]), shown(drawn[1])
    with pytest.raises(Conflict):
        console(house, agency_recovery.replace_sheets, union.agency_id, *now_good, beside)
    assert opens(house, union.agency_id, *now_good).agency_id == union.agency_id
