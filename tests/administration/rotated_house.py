"""Exchanging the key of a copied house, and finding everything afterwards."""

from casework.administration import server_key_rotation
from casework.db import Base
from casework.desk import actions as desk
from casework.gate import Gate
from casework.oversight.actions import verify_log
from casework.policy.words import Role, Section
from casework.vault.keys import kek
from tests.house import House, Someone
from tests.people import COMMUNES
from tests.tampering import stolen


def rotate_kek(house: House) -> kek.Kek:
    """Exchange the key of a house, and let its gate use the newer one as a server started afterwards would."""
    told: list[kek.Kek] = []
    server_key_rotation.rotate_kek(house.config, announce=told.append)
    return reopen(house, told[0])


def reopen(house: House, newer: kek.Kek | None = None) -> kek.Kek:
    key = kek.load(house.config.kek_file, demo=False)
    assert newer in (None, key)
    house.gate = Gate(house.gate.database, key)
    for someone in house.people.values():
        someone.leaves()
    return key


def assert_everything_holds(house: House, lan: Someone, case_id) -> None:
    """The log holds, a case opens, a passphrase opens its slot."""
    for commune_id in COMMUNES:
        assert house.gate.perform(house.stranger(Role.SYSTEM, commune_id), verify_log).holds
    pages = lan.does(desk.read_section, case_id, Section.STORY)
    assert "nồi cơm" in str([page.data for page in pages])


def kek_numbers(house: House) -> set[int]:
    """Under which keys the rows of the database are signed."""
    with stolen(house) as thief:
        tables = [name for name, table in Base.metadata.tables.items() if "mac" in table.columns]
        return {int.from_bytes(row["mac"][:4], "big") for name in tables for row in thief.rows(name)}
