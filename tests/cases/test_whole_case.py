"""Rows of a case changed, deleted or put back by who holds the database: the case is not opened, and the others go on.

A table that is bound to a case and not counted by its head fails a law here.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID, uuid4

import pytest

import casework.app  # noqa: F401 - every model of the program
from casework import clock
from casework.cases.models import Address
from casework.cases.sections import GroundEntry, Story
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.maintenance import signed_tables, verify_database
from casework.oversight import actions as oversight
from casework.policy.vocabulary import Act, Role, Section
from casework.referrals import ground_actions
from casework.referrals import sending_actions as sending
from casework.referrals.promise_actions import read_register
from casework.retention import actions as retention
from casework.staffing import actions as staffing
from casework.vault.integrity import bound_rows, heads
from casework.vault.models import Commune, Merger, ProposedChange
from tests.house import House, Someone, both_databases, only_sqlite
from tests.notices.scenes import Told, told
from tests.referrals.scenes import Referred, referred
from tests.retention.scenes import asked
from tests.tampering import Row, Thief, refused, stolen

TABLES = ("case_file", "document", "envelope", "ground", "notice", "referral")
# What of a row is changed, so that it says something else; of an envelope, whose it is.
CHANGES: dict[str, Row] = {
    "case_file": {"state": "closed"},
    "document": {"section": 99},
    "envelope": {"agency_id": uuid4()},
    "ground": {"until": 1},
    "notice": {"state": "spoken"},
    "referral": {"due": 1},
}


def key_of(table: str, row: Row) -> Row:
    return {name: row[name] for name in (("document_id", "agency_id") if table == "envelope" else ("id",))}


def rows_of(house: House, case_id: UUID) -> dict[str, list[Row]]:
    with stolen(house) as thief:
        return {name: thief.rows(name, **{"id" if name == "case_file" else "case_id": case_id}) for name in TABLES}


def set_right(house: House, table: str, case_id: UUID, rows: list[Row]) -> None:
    """Put a table back as it was, whatever has been done to it."""
    with stolen(house) as thief:
        thief.delete(table, **{"id" if table == "case_file" else "case_id": case_id})
        thief.put(table, *rows)


def does_not_open(house: House, case_id: UUID) -> bool:
    """Tell whether the owner is refused, and the verification finds the case."""
    refused(lambda: house["lan"].does(desk.read_case, case_id))
    return bool(verify_database.find_all_faults(house.config, house.gate))


def opens(someone: Someone, case_id: UUID) -> bool:
    return someone.does(desk.read_case, case_id).line.id == case_id


def home(someone: Someone) -> tuple[set[UUID], set[UUID]]:
    """Return which cases somebody's first page lists, and which it passes over."""
    person = someone.person
    listed = someone.house.gate.perform(person, desk.list_cases, whole_page=True)
    return {line.id for line in listed.cases}, person.unreadable


@pytest.fixture
def case(house: House) -> Referred:
    """A case with rows in every table."""
    referral = referred(house).goes("open")
    told(house, case_id=referral.case_id)
    assert opens(house["lan"], referral.case_id)
    assert not verify_database.find_all_faults(house.config, house.gate)
    return referral


def test_every_table_that_is_bound_to_a_case_is_counted_by_its_head():
    kinds = signed_tables.signed_kinds()
    bound = [kind for kind in kinds if kind.__head__ == "case_id" or kind.__tablename__ == "case_file"]
    others = {Address, Commune, Merger, ProposedChange, *heads.OF_AGENCY, *heads.OF_MEMBER}
    assert [kind for kind in bound_rows.committed_kinds() if kind not in others] == bound
    assert tuple(str(kind.__tablename__) for kind in bound) == TABLES


@both_databases
def test_a_case_with_a_row_that_was_changed_or_deleted_is_not_opened(house: House, case: Referred):
    attacks: tuple[Callable[[Thief, str, Row], int], ...] = (
        lambda thief, table, row: thief.change(table, key_of(table, row), **CHANGES[table]),
        lambda thief, table, row: thief.delete(table, **key_of(table, row)),
    )
    for table, rows in rows_of(house, case.case_id).items():
        for attack in attacks:
            with stolen(house) as thief:
                assert attack(thief, table, rows[-1]) == 1
            assert does_not_open(house, case.case_id), table
            set_right(house, table, case.case_id, rows)
    assert opens(house["lan"], case.case_id)


@both_databases
def test_a_case_with_a_row_that_was_put_back_is_not_opened_although_nothing_was_revoked(house: House, lan: Someone):
    referral = referred(house)
    notice = told(house, case_id=referral.case_id)
    entry = GroundEntry(receiver="health_station", kind="danger", reason="Đe dọa giết", told="yes")
    ground_id = lan.does(ground_actions.record_ground, referral.case_id, entry)
    steps: tuple[Callable[[], object], ...] = (
        lambda: referral.goes("open", "accept"),
        lambda: Told(house, referral.case_id, notice.notice_id).goes("open"),
        lambda: house["hoa"].does(ground_actions.review_ground, referral.case_id, ground_id, agrees=True),
    )
    tried = set[str]()
    for step in steps:
        before = rows_of(house, referral.case_id)
        step()
        after = rows_of(house, referral.case_id)
        for table in ("ground", "notice", "referral"):
            if before[table] == after[table]:
                continue
            tried.add(table)
            set_right(house, table, referral.case_id, before[table])
            assert does_not_open(house, referral.case_id), table
            set_right(house, table, referral.case_id, after[table])
    assert opens(lan, referral.case_id)
    assert tried == {"ground", "notice", "referral"}


@pytest.mark.parametrize("gone", [("envelope", "document"), ("envelope",), ("document",)])
@both_databases
def test_a_hold_that_was_deleted_still_forbids_to_erase(house: House, lan: Someone, hoa: Someone, gone):
    case_id = lan.opens_a_case()
    hoa.does(retention.hold_case, case_id, "Tòa án đang thụ lý")
    hold = next(row for row in rows_of(house, case_id)["document"] if row["section"] == Section.ERASURE)
    with stolen(house) as thief:
        for table in gone:
            assert thief.delete(table, **{"document_id" if table == "envelope" else "id": hold["id"]})
    for someone in (lan, hoa):
        refused(partial(asked, someone, case_id, house["binh"]))
    refused(lambda: hoa.does(retention.release_case, case_id))


@pytest.mark.parametrize("table", ["case_file", "head", "document", "envelope", "document and envelope"])
def test_lists_and_search_count_a_case_that_does_not_open_and_show_the_others(house: House, lan, hoa, table):
    other, case_id = lan.opens_a_case(), lan.opens_a_case()
    opens(lan, case_id)
    [label] = [row for row in rows_of(house, case_id)["document"] if row["section"] == Section.LABEL]
    where = {"case_file": {"id": case_id}, "head": {"id": case_id}, "document": {"id": label["id"]}}
    where["envelope"] = {"document_id": label["id"]}
    with stolen(house) as thief:
        for name in table.split(" and "):
            assert thief.delete(name, **where[name])
    for someone in (lan, hoa):
        assert home(someone) == ({other}, {case_id})
        person = someone.person
        assert {line.id for line in house.gate.perform(person, desk.search, "nguyen thi dao")} <= {other}
        assert person.unreadable == {case_id}
        refused(partial(someone.does, desk.read_case, case_id))
    assert opens(lan, other)
    assert home(house["cuong"]) == (set(), set())


def test_whoever_never_opened_a_case_is_not_told_that_its_row_is_gone(house: House, lan: Someone, mai: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        thief.delete("case_file", id=case_id)
    assert home(mai) == (set(), set())
    with pytest.raises(NotFound):
        mai.does(desk.read_case, case_id)


@pytest.mark.parametrize("table", TABLES)
def test_nobody_outside_a_circle_learns_that_a_case_of_it_does_not_open(house: House, lan: Someone, table):
    hidden = lan.opens_a_case(circle=[house["binh"]])
    referral = referred(house, "health_station", case_id=hidden)
    told(house, case_id=hidden)
    with stolen(house) as thief:
        thief.delete(table, **{"id" if table == "case_file" else "case_id": referral.case_id})
    before = house["hoa"].does(oversight.read_log).lines
    assert home(lan) == (set(), {hidden})
    for outsider in ("hoa", "mai", "cuong"):
        assert home(house[outsider]) == (set(), set())
        with pytest.raises(NotFound):
            house[outsider].does(desk.read_case, hidden)
    shown = [(line.act, line.who, line.case_id) for line in house["hoa"].does(oversight.read_log).lines or ()]
    seen = set(shown) - {(line.act, line.who, line.case_id) for line in before or ()}
    assert all(case_id is None for _, _, case_id in seen)
    assert sum(act == Act.CASE_LIST and who == lan.card.name for act, who, _ in shown) == 1


@only_sqlite
@pytest.mark.parametrize("value", ["x", 7])
@pytest.mark.parametrize("table", TABLES)
def test_a_value_of_another_kind_where_a_mac_or_an_id_stands_is_refused(house: House, case: Referred, table, value):
    """SQLite keeps whatever it is given, in a column of bytes or of ids too."""
    column, where = ("agency_id", "case_id") if table == "envelope" else ("mac", "case_id")
    where = "id" if table == "case_file" else where
    with stolen(house) as thief:
        change = f"UPDATE {table} SET {column} = ? WHERE {where} = ? AND rowid = (SELECT max(rowid) FROM {table})"
        assert thief.connection.exec_driver_sql(change, (value, case.case_id.hex)).rowcount
    refused(lambda: house["lan"].does(desk.read_case, case.case_id))
    refused(lambda: house["lan"].does(desk.add_note, case.case_id, "x"))


@both_databases
def test_no_act_takes_over_what_was_done_to_the_rows_behind_its_back(house: House, case: Referred):
    """A member leaves, and each of their cases gets another holder: none of them is opened for it."""
    rows = rows_of(house, case.case_id)["referral"]
    with stolen(house) as thief:
        thief.delete("referral", case_id=case.case_id)
    refused(lambda: house["hoa"].does(staffing.leave, house["lan"].id))
    set_right(house, "referral", case.case_id, rows)
    house["hoa"].does(staffing.leave, house["lan"].id)
    assert opens(house["hoa"], case.case_id)


def test_a_case_that_does_not_open_keeps_no_other_from_ending(house: House, case: Referred):
    other = referred(house, "health_station")
    with stolen(house) as thief:
        thief.delete("notice", case_id=case.case_id)
        for ground_id in (case.ground_id, other.ground_id):
            assert [row["until"] for row in thief.rows("ground", id=ground_id)] != [None]
    system, later = house.stranger(Role.SYSTEM), clock.micros() + 800 * 86_400 * clock.MICROSECOND
    with clock.use_clock(lambda: later):
        house.gate.perform(system, sending.expire)
    assert (case.state, other.state) == ("opened", "expired")
    assert system.unreadable == {case.case_id}


def test_the_register_of_what_was_shared_without_consent_is_never_shown_with_a_line_missing(house, lan, hoa):
    case_id = lan.opens_a_case()
    entry = GroundEntry(receiver="health_station", kind="danger", reason="Đe dọa giết", told="yes")
    ground_id = lan.does(ground_actions.record_ground, case_id, entry)
    assert [line.case_id for line in hoa.does(read_register).lines] == [case_id]
    with stolen(house) as thief:
        [gone] = thief.rows("document", case_id=case_id, series=ground_id)
        thief.delete("envelope", document_id=gone["id"])
        thief.delete("document", id=gone["id"])
    refused(lambda: hoa.does(read_register))


def test_a_row_planted_beside_the_others_is_found(house: House, case: Referred):
    other = referred(house, "health_station")
    with stolen(house) as thief:
        [planted] = thief.rows("referral", id=other.referral_id)
        thief.put("referral", planted | {"id": uuid4(), "case_id": case.case_id})
    refused(lambda: house["lan"].does(desk.read_case, case.case_id))
    assert home(house["lan"]) == ({other.case_id}, {case.case_id})


def test_writing_goes_on_where_an_act_reads_a_case_that_it_has_just_changed(house: House, case: Referred):
    lan = house["lan"]
    for revision in (1, 2):
        lan.does(desk.write_section, case.case_id, Story(words=f"Lần {revision}"), base=revision)
    referred(house, "health_station", case_id=case.case_id).goes("open", "accept")
    assert all(opens(house[username], case.case_id) for username in ("lan", "cuong", "tam"))
    assert not verify_database.find_all_faults(house.config, house.gate)
