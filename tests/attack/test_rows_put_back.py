"""Every row that acts have changed, deleted or added is set back by itself, as whoever has the database can."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from casework.addresses import actions as addresses
from casework.cases import holder_transfer
from casework.db import Base
from casework.desk import actions as desk
from casework.maintenance import verify_database
from casework.retention import actions as retention
from casework.retention import voiding
from casework.staffing import actions as staffing
from tests.faults.writer import log_holds
from tests.house import House, only_sqlite
from tests.notices.scenes import told
from tests.referrals.scenes import referred
from tests.retention.scenes import asked
from tests.stories import HALL, dao
from tests.tampering import Row, copied_book, stolen

pytestmark = only_sqlite
# Lines of the log have a chain of their own (audit/test_verify.py); what the others say is SECURITY.md's.
LEFT_OUT = frozenset(
    {"audit_line", "throttle", "tally", "session", "interview", "kept_form", "totp", "alembic_version"}
)
ABOUT_EVERYTHING = {"member", "agency", "head", "case_file", "document", "envelope", "ground", "referral", "notice"}


@dataclass(frozen=True)
class SetBack:
    """One row: its table, how it is now and how it was; None for one that was not there."""

    table: str
    now: Row | None
    earlier: Row | None

    def __str__(self) -> str:
        how = "planted anew" if self.now is None else "deleted" if self.earlier is None else "put back"
        return f"{self.table} {how}"

    def replace(self, house: House, row: Row | None) -> None:
        some = self.now or self.earlier or {}
        key = {column.name: some[column.name] for column in Base.metadata.tables[self.table].primary_key}
        with stolen(house) as thief:
            thief.delete(self.table, **key)
            thief.put(self.table, *([row] if row else []))


def lived(house: House) -> list[SetBack]:
    """Let acts of every kind be done, and return each row that they have changed."""
    doing = _prepared(house)
    before = copied_book(house)
    for act in doing:
        act()
    after = copied_book(house)
    return [one for name in before.keys() - LEFT_OUT for one in _differences(name, before[name], after[name])]


def _prepared(house: House) -> list[Callable[[], object]]:
    lan, hoa, mai, binh = house["lan"], house["hoa"], house["mai"], house["binh"]
    accepted, declined, withdrawn = (referred(house).goes("open") for _ in range(3))
    notice, sealed = told(house), lan.opens_a_case(circle=[mai])
    held, closed, void, kept, given = (lan.opens_a_case(dao(grounds=())) for _ in range(5))
    asked(lan, held, hoa)
    place, code = hoa.does(addresses.add_address, HALL), lan.does(desk.read_case, kept).line.code
    return [
        lambda: accepted.goes("accept", "answer"),
        lambda: declined.goes("decline"),
        lambda: withdrawn.goes("accept", "withdraw"),
        lambda: notice.goes("open", "assign", "answer"),
        lambda: hoa.does(retention.hold_case, held, "Tòa án yêu cầu"),
        lambda: lan.does(desk.close_case, closed, outcome="needs_met", words=""),
        lambda: lan.does(voiding.merge_case, void, code, "ghi hai lần"),
        lambda: lan.does(holder_transfer.transfer_holder, given, mai.id),
        lambda: lan.does(desk.add_note, sealed, "Chị ấy gọi lại"),
        lambda: hoa.does(addresses.add_address, HALL, address_id=place),
        lambda: hoa.does(staffing.leave, binh.id),
        lambda: hoa.does(staffing.lock, mai.id),
    ]


def _differences(table: str, before: list[Row], after: list[Row]) -> Iterator[SetBack]:
    names = [column.name for column in Base.metadata.tables[table].primary_key]
    earlier, now = ({tuple(row[name] for name in names): row for row in rows} for rows in (before, after))
    for key in earlier.keys() | now.keys():
        one = SetBack(table, now.get(key), earlier.get(key))
        if one.now != one.earlier and not _is_sealed_anew(one):
            yield one


def _is_sealed_anew(one: SetBack) -> bool:
    """Tell whether a reader has replaced what came sealed by what it keeps: the same key for the same agency."""
    kinds = [row and row.get("kind") for row in (one.earlier, one.now)]
    return one.table == "envelope" and kinds == ["sent", "kept"]


def _passed(house: House, chosen: list[SetBack]) -> list[str]:
    """Return what was set back and found by no comparison."""
    passed = []
    for one in chosen:
        one.replace(house, one.earlier)
        if not verify_database.find_all_faults(house.config, house.gate) and log_holds(house):
            passed.append(str(one))
        one.replace(house, one.now)
    return passed


def test_every_row_that_is_set_back_by_itself_is_found(house: House):
    changed = lived(house)
    assert {one.table for one in changed} >= ABOUT_EVERYTHING
    dice = random.Random(11)
    chosen = [dice.choice([one for one in changed if str(one) == how]) for how in sorted({*map(str, changed)})]
    assert _passed(house, chosen) == []
    assert not verify_database.find_all_faults(house.config, house.gate)


@pytest.mark.prove
def test_each_of_all_rows_that_are_set_back_by_themselves_is_found(house: House):
    changed = lived(house)
    assert len(changed) > 100
    assert _passed(house, changed) == []
