"""Rotating the KEK of a copied house, and checks of what is there afterwards."""

from contextlib import AbstractContextManager, nullcontext

from casework.administration import server_key_rotation
from casework.audit.outside_evidence import of_installation
from casework.db import Base
from casework.desk import actions as desk
from casework.gate import Gate
from casework.oversight.actions import verify_log
from casework.policy.vocabulary import Role, Section
from casework.vault.keys import kek
from tests.house import House, Someone
from tests.people import COMMUNES
from tests.tampering import stolen


def unprinted(_key: kek.Kek, *, again: bool) -> AbstractContextManager[None]:
    """Let a new key be used that nobody prints."""
    return nullcontext()


def rotate_kek(house: House) -> kek.Kek:
    """Rotate the KEK of a house, and let its gate use the new one as a server started afterwards does."""
    printed: list[kek.Kek] = []

    def announced(key: kek.Kek, *, again: bool) -> AbstractContextManager[None]:
        assert not again
        printed.append(key)
        return nullcontext()

    server_key_rotation.rotate_kek(house.config, announced=announced)
    return reopen(house, printed[0])


def reopen(house: House, expected: kek.Kek | None = None) -> kek.Kek:
    used_kek = kek.load(house.config.kek_file, demo=False)
    assert expected in (None, used_kek)
    house.gate = Gate(house.gate.database, used_kek, of_installation(house.config))
    for someone in house.people.values():
        someone.leaves()
    return used_kek


def assert_everything_holds(house: House, lan: Someone, case_id) -> None:
    """Check that every log verifies and a case opens."""
    for commune_id in COMMUNES:
        assert house.gate.perform(house.stranger(Role.SYSTEM, commune_id), verify_log).holds
    pages = lan.does(desk.read_section, case_id, Section.STORY)
    assert "nồi cơm" in str([page.data for page in pages])


def kek_numbers(house: House) -> set[int]:
    """Return the numbers of the KEKs by which the rows are signed."""
    with stolen(house) as thief:
        tables = [name for name, table in Base.metadata.tables.items() if "mac" in table.columns]
        return {int.from_bytes(row["mac"][:4], "big") for name in tables for row in thief.rows(name)}
