"""A slot, a phone or a passkey that was deleted is missed; its owner can be locked and dismissed all the same."""

import pytest

from casework.errors import AlteredRows
from casework.maintenance import row_comparison, verify_database
from casework.maintenance.alarms import Alarms
from casework.staffing import actions as staffing
from tests.accounts.authenticator import Authenticator, enrols
from tests.house import House, Someone, both_databases
from tests.people import THANH_SON
from tests.tampering import Row, stolen

pytestmark = both_databases

CREDENTIALS: list[tuple[str, Row]] = [
    ("slot", {"kind": "password"}),
    ("totp", {}),
    ("passkey", {}),
]


@pytest.fixture
def owner(house: House, lan: Someone) -> Someone:
    """Return somebody with one of everything, of whom nothing is missing."""
    enrols(house, lan, Authenticator())
    assert verify_database.find_all_faults(house.config, house.gate) == []
    return lan


@pytest.mark.parametrize(("table", "which"), CREDENTIALS)
def test_a_credential_that_was_deleted_rings_within_the_hour(house: House, owner: Someone, table: str, which: Row):
    with stolen(house) as thief:
        assert thief.delete(table, member_id=owner.id, **which) == 1
    assert "rows" not in Alarms(house.config, house.gate).current(THANH_SON)
    with pytest.raises(AlteredRows):
        row_comparison.compare_quickly(house.config, house.gate)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)


@pytest.mark.parametrize(("table", "which"), CREDENTIALS)
def test_who_locks_or_dismisses_its_owner_can_and_it_rings(
    house: House, owner: Someone, hoa: Someone, table: str, which: Row
):
    with stolen(house) as thief:
        assert thief.delete(table, member_id=owner.id, **which) == 1
    assert "rows" not in Alarms(house.config, house.gate).current(THANH_SON)
    hoa.does(staffing.lock, owner.id)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)
    hoa.does(staffing.unlock_account, owner.id)
    hoa.does(staffing.leave, owner.id)
