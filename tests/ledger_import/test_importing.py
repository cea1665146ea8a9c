"""A confirmed row is a sealed case, once; nothing is written before, and nothing is sent of it by itself."""

import threading
from datetime import date

import pytest
from sqlalchemy import event

from casework import clock
from casework.desk import actions as desk
from casework.errors import BadInput, CaseworkError, Conflict, NotFound, Refused, SignInNeeded
from casework.ledger_import import actions
from casework.notices import actions as notices
from casework.policy.vocabulary import Section
from casework.retention import actions as retention
from casework.staffing import actions as staffing
from tests.desk.test_today import kinds, later
from tests.house import both_databases, only_sqlite
from tests.ledger_import.conftest import sheet_of
from tests.ledger_import.messy_ledger import LEFT_OUT, ROWS_A_SHEET, ledger
from tests.retention.scenes import asked
from tests.tampering import stolen

HANH = "1;3/2/2024;Nguyễn Thị Hạnh;1987;0912 345 678;Chồng đánh hai lần"
NU = "2;9/3/2024;Trần Thị Nụ;39;912345679;Mẹ chồng chửi"
BAD = "3;rằm tháng bảy;Lê Thị Mùi;1990;;Chồng dọa"


def cases_of(somebody):
    return somebody.does(desk.list_cases).cases


def stored(house, name: str) -> int:
    with stolen(house) as thief:
        return len(thief.rows(name))


@only_sqlite
def test_nothing_is_written_before_it_is_confirmed(house, hoa_brings):
    ledger_id = hoa_brings.brings(sheet_of(HANH, NU, BAD))
    look = hoa_brings.looks(ledger_id)
    assert [row.name for row in look.to_come] == ["Nguyễn Thị Hạnh", "Trần Thị Nụ"]
    assert cases_of(house["hoa"]) == ()
    assert stored(house, "case_file") == 0


@both_databases
def test_each_row_becomes_a_case_of_the_union_with_its_own_day(house, hoa_brings):
    hoa_brings.imports(hoa_brings.brings(sheet_of(HANH, NU, BAD)))
    lines = cases_of(house["hoa"])
    assert sorted(line.opened for line in lines) == [date(2024, 2, 3), date(2024, 3, 9)]
    assert {line.holder for line in lines} == {"Lê Thị Hòa"}
    first = min(lines, key=lambda line: line.opened)
    [written] = house["hoa"].does(desk.read_section, first.id, Section.IDENTITY)
    read = written.data
    assert (read.name, read.birth_year, read.phone) == ("Nguyễn Thị Hạnh", 1987, "0912345678")


@only_sqlite
def test_no_clock_notice_referral_or_ground_comes_of_an_imported_case(house, hoa_brings):
    rows = sheet_of(
        "1;3/2/2024;Nguyễn Thị Hạnh;1987;;x",
        f"2;{clock.today().strftime('%d/%m/%Y')};Bé Nụ;{clock.today().year - 9};;bố đánh",
    )
    ledger_id = hoa_brings.brings(rows)
    hoa_brings.imports(ledger_id)
    for line in cases_of(house["hoa"]):
        page = house["hoa"].does(desk.read_case, line.id)
        assert page.clocks == ()
    assert house["hoa"].does(notices.list_due) == ()
    assert (stored(house, "ground"), stored(house, "referral"), stored(house, "notice")) == (0, 0, 0)


@only_sqlite
def test_a_file_confirmed_again_and_again_writes_no_row_twice(house, hoa_brings):
    ledger_id = hoa_brings.brings(sheet_of(HANH, NU))
    hoa_brings.imports(ledger_id)
    assert hoa_brings.confirms(ledger_id)
    assert len(cases_of(house["hoa"])) == 2


@only_sqlite
def test_a_ledger_put_back_to_an_earlier_state_makes_no_second_case_of_a_row(house, hoa_brings):
    """Whoever can write the database can put the kept rows back; the id of a case follows from its row."""
    ledger_id = hoa_brings.brings(sheet_of(HANH, NU))
    with stolen(house) as thief:
        [before] = thief.rows("kept_form")
    hoa_brings.imports(ledger_id, with_duplicates=True)
    with stolen(house) as thief:
        thief.put_back("kept_form", ("id",), before)
    hoa_brings.imports(ledger_id, with_duplicates=True)
    assert len(cases_of(house["hoa"])) == 2


@only_sqlite
def test_a_row_whose_case_was_erased_becomes_no_case_again(house, hoa_brings):
    """A restore erases whatever bears the id of what was erased, so no new case may bear it."""
    ledger_id = hoa_brings.brings(sheet_of(HANH, NU))
    with stolen(house) as thief:
        [before] = thief.rows("kept_form")
    hoa_brings.imports(ledger_id)
    erased, kept = cases_of(house["hoa"])
    asked(house["hoa"], erased.id, house["binh"])
    house["binh"].does(retention.erase_case, erased.id)
    with stolen(house) as thief:
        thief.put_back("kept_form", ("id",), before)
    hoa_brings.imports(ledger_id, with_duplicates=True)
    assert [case.id for case in cases_of(house["hoa"])] == [kept.id]


@both_databases
def test_two_confirmations_at_once_write_each_row_once(house, hoa_brings):
    rows = [f"{n};{n}/2/2024;Trần Thị Số {n};{1960 + n};;việc {n}" for n in range(1, 13)]
    ledger_id = hoa_brings.brings(sheet_of(*[row.replace("Số", f"{chr(96 + n)}ù") for n, row in enumerate(rows, 1)]))
    person, token, failed = house["hoa"].person, hoa_brings.token, []

    def confirm():
        try:
            for _ in range(4):
                house.gate.perform(person, actions.confirm_rows, ledger_id, token=token, most=4)
        except CaseworkError as cause:
            failed.append(cause)

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(cases_of(house["hoa"])) == 12


@only_sqlite
def test_an_import_goes_on_where_it_stopped_and_forgets_the_rows_that_are_cases(house, hoa_brings):
    ledger_id = hoa_brings.brings(sheet_of(HANH, NU, BAD))
    assert not hoa_brings.confirms(ledger_id, most=1)
    house["hoa"].leaves()
    look = hoa_brings.looks(ledger_id)
    assert (look.ledger.imported, [row.name for row in look.to_come], look.done) == (1, ["Trần Thị Nụ"], False)
    assert [one.row.name for one in look.rows] == ["Trần Thị Nụ", "Lê Thị Mùi"]
    hoa_brings.imports(ledger_id)
    assert hoa_brings.looks(ledger_id).done


@only_sqlite
def test_another_leads_ledger_is_not_there_for_anybody_else(house, hoa_brings, bringer):
    ledger_id = hoa_brings.brings(sheet_of(HANH))
    binh = bringer("binh")
    for act in (actions.read_ledger, actions.confirm_rows, actions.read_what_is_left, actions.discard_ledger):
        with pytest.raises(NotFound):
            binh.who.does(act, ledger_id, token=binh.token)
    assert binh.who.does(actions.list_ledgers, token=binh.token) == ()


@only_sqlite
@pytest.mark.parametrize("username", ["lan", "cuong", "thu", "son", "chinh"])
def test_who_is_no_lead_of_the_union_imports_nothing(house, bringer, username):
    with pytest.raises(Refused):
        bringer(username).brings(sheet_of(HANH))


@only_sqlite
def test_a_lead_locked_between_preview_and_confirmation_imports_nothing(house, hoa_brings):
    ledger_id = hoa_brings.brings(sheet_of(HANH))
    person, token = house["hoa"].person, hoa_brings.token
    house["son"].does(staffing.lock, house["hoa"].id)
    with pytest.raises((NotFound, Refused, SignInNeeded, Conflict)):
        house.gate.perform(person, actions.confirm_rows, ledger_id, token=token)
    assert stored(house, "case_file") == 0


@only_sqlite
def test_what_a_thief_of_the_database_reads_of_a_kept_ledger_is_nothing(house, hoa_brings):
    hoa_brings.brings(sheet_of(HANH))
    with stolen(house) as thief:
        [row] = thief.rows("kept_form")
    assert row["page"] == "ledger"
    assert "Hạnh".encode() not in row["blob"]


@only_sqlite
def test_columns_are_remembered_for_the_next_file(house, hoa_brings):
    first = hoa_brings.brings(sheet_of(HANH))
    mapping = dict(hoa_brings.looks(first).ledger.mapping) | {"dien thoai": ""}
    house["hoa"].does(actions.choose_columns, first, mapping, token=hoa_brings.token)
    second = hoa_brings.brings(sheet_of(NU))
    assert hoa_brings.looks(second).ledger.mapping["dien thoai"] == ""


@only_sqlite
def test_columns_without_a_day_of_reception_or_twice_the_same_are_refused(house, hoa_brings):
    ledger_id = hoa_brings.brings(sheet_of(HANH))
    mapping = dict(hoa_brings.looks(ledger_id).ledger.mapping)
    for change in ({"ngay tiep nhan": ""}, {"nam sinh": "name"}):
        with pytest.raises(BadInput):
            house["hoa"].does(actions.choose_columns, ledger_id, mapping | change, token=hoa_brings.token)


@only_sqlite
def test_an_imported_case_says_so_with_the_number_of_the_ledger_and_keeps_every_word(house, hoa_brings):
    hoa_brings.imports(hoa_brings.brings(sheet_of("7/2024;3/2/2024;Nguyễn Thị Hạnh;x;12;Chồng đánh")))
    [line] = cases_of(house["hoa"])
    label = house["hoa"].does(desk.read_case, line.id).label
    assert (label.paper_number, label.received_at) == ("7/2024", "")
    assert label.imported.startswith(clock.today().isoformat())
    notes = house["hoa"].does(desk.read_section, line.id, Section.COUNSELLING)
    assert [note.data.words for note in notes] == ["Năm sinh: x\nĐiện thoại: 12\nNội dung: Chồng đánh"]


@only_sqlite
def test_the_messy_ledger_becomes_two_hundred_and_forty_cases(house, hoa_brings):
    ledger_id = hoa_brings.brings(ledger())
    look = hoa_brings.looks(ledger_id)
    wrong = {(one.row.place.sheet, int(one.row.number)) for one in look.rows if one.row.wrong and not one.row.skipped}
    assert wrong == {(s, n) for s in (0, 1) for n in range(1, ROWS_A_SHEET + 1) if n % 15 in LEFT_OUT}
    assert sum(one.row.skipped for one in look.rows) == 2
    assert len(look.to_come) == 240


@pytest.mark.prove
@only_sqlite
def test_every_row_of_the_messy_ledger_that_can_be_read_is_a_case_with_its_own_day(house, hoa_brings):
    ledger_id = hoa_brings.brings(ledger())
    expected = sorted(row.received for row in hoa_brings.looks(ledger_id).to_come)
    hoa_brings.imports(ledger_id, most=80)
    assert sorted(line.opened for line in cases_of(house["hoa"])) == expected
    look = hoa_brings.looks(ledger_id)
    assert (look.done, look.ledger.imported, len(look.rows)) == (True, 240, 62)
    found = house["hoa"].does(desk.search, "Lê Thị Mùi")
    assert found


@only_sqlite
def test_what_was_imported_asks_for_nothing_until_somebody_works_on_it(app, house, hoa_brings):
    hoa_brings.imports(hoa_brings.brings(sheet_of(HANH, NU)))
    hoa = house["hoa"]
    first, second = sorted(line.id for line in cases_of(hoa))
    assert kinds(app, hoa, first) == kinds(app, hoa, second) == []
    with later(40):
        assert kinds(app, hoa, first) == []
        hoa.does(desk.add_note, first, "gọi hỏi thăm, chị ấy ổn")
        assert kinds(app, hoa, first) == ["unplanned"]
        assert kinds(app, hoa, second) == []
        hoa.leaves()


@pytest.mark.parametrize("house", ["postgresql"], indirect=True)
def test_right_after_an_import_a_first_page_reads_little_though_the_database_knows_nothing_of_its_tables(
    house, hoa_brings
):
    """PostgreSQL learns within a minute how its tables are filled; until then each case was compared with every other.

    With 120 cases the talks that were promised before a case was opened took 458,526 blocks; with 600, 47 seconds.
    """
    hoa_brings.imports(hoa_brings.brings(sheet_of(*[f"{n};3/2/2024;;;;việc thứ {n}" for n in range(1, 121)])))
    ran: list[tuple[str, object]] = []
    engine = house.gate.database.engine

    def remember(_connection, _cursor, statement, parameters, *_rest):
        if statement.startswith("SELECT case_file.id"):
            ran.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)
    house["hoa"].does(desk.list_cases, whole_page=True)
    event.remove(engine, "before_cursor_execute", remember)
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        blocks = [blocks_of(cursor, *one) for one in ran]
    assert len(blocks) > 3
    assert max(blocks) < 20_000


def blocks_of(cursor, statement: str, parameters) -> int:
    cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", parameters)
    [plan] = cursor.fetchone()[0]
    return plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
