"""Lines of the log are changed in the database: they are shown as changed, and what rings goes on ringing."""

from collections.abc import Callable
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casework.desk import actions as desk
from casework.maintenance.alarms import Alarms
from casework.oversight.actions import verify_all
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import STAFF, THANH_SON
from tests.tampering import Row, refused, stolen

ALTERED = "Dòng nhật ký này đã bị sửa ngoài chương trình"
Browser = Callable[[str], FlaskClient]


def _rings(house: House) -> bool:
    return "rows" in Alarms(house.config, house.gate).current(THANH_SON)


def _failed_and_mended(house: House, lan: Someone) -> UUID:
    """Let the opening of a case fail, put back what was missing, and go on, so that it is not the last line."""
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        envelopes = thief.rows("envelope", case_id=case_id)
        thief.delete("envelope", case_id=case_id)
    refused(lambda: lan.does(desk.read_case, case_id))
    with stolen(house) as thief:
        thief.put("envelope", *envelopes)
    lan.does(desk.list_cases)
    return case_id


def _unmarked(house: House) -> None:
    assert house.gate.evidence is not None
    house.gate.evidence.fault_mark.clear(THANH_SON)


@both_databases
@pytest.mark.parametrize("column", ["who", "at", "body"])
def test_who_opened_a_case_is_not_believed_of_a_changed_line(
    house: House, browser: Browser, lan: Someone, binh: Someone, column: str
):
    case_id = lan.opens_a_case()
    binh.does(desk.read_case, case_id)
    page, home = (lambda: browser("lan").get(f"/vu-viec/{case_id}").text), lambda: browser("lan").get("/").text
    assert ALTERED not in page() + home()
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", act="case.read", about=case_id, who=binh.id)
        values: Row = {"who": house["mai"].id, "at": line["at"] - 1, "body": "{}"}
        key = {"commune_id": THANH_SON, "n": line["n"]}
        assert thief.change("audit_line", key, **{column: values[column]}) == 1
    for shown in (page(), home()):
        assert ALTERED in shown
        assert f"{STAFF['mai'].name} mở" not in shown
    assert _rings(house)


@only_sqlite
def test_the_log_page_and_its_export_name_nobody_for_a_changed_line(house: House, browser: Browser, lan: Someone):
    case_id, client = lan.opens_a_case(), browser("hoa")
    lan.does(desk.read_case, case_id)
    lan.does(desk.list_cases)
    with stolen(house) as thief:
        assert thief.change("audit_line", {"act": "case.read", "about": case_id}, outcome="denied") == 1
    assert ALTERED in client.get("/nhat-ky").text
    assert ALTERED in client.post("/nhat-ky/xuat", data={"weeks": "1", "form": "csv"}).text
    assert _rings(house)


@both_databases
@pytest.mark.parametrize("values", [{"outcome": "ok"}, {"act": "x"}, {"body": "{}"}])
def test_a_line_that_rings_and_is_changed_rings_all_the_same(house: House, lan: Someone, values: Row):
    case_id = _failed_and_mended(house, lan)
    with stolen(house) as thief:
        assert thief.change("audit_line", {"outcome": "failed", "about": case_id}, **values)
    assert _rings(house)
    verify_all(house.gate, rows_hold=True)
    assert _rings(house)


@only_sqlite
def test_a_line_that_rings_and_whose_columns_were_changed_is_remembered_beside_the_database(house: House, lan: Someone):
    case_id = _failed_and_mended(house, lan)
    with stolen(house) as thief:
        thief.change("audit_line", {"outcome": "failed", "about": case_id}, outcome="ok")
    assert _rings(house)
    _unmarked(house)
    assert not _rings(house)


@both_databases
def test_a_line_that_says_that_all_rows_hold_is_believed_only_as_it_was_written(house: House, lan: Someone):
    _failed_and_mended(house, lan)
    verify_all(house.gate)
    lan.does(desk.list_cases)
    with stolen(house) as thief:
        [line] = thief.rows("audit_line", act="audit.verify", commune_id=THANH_SON)
        said = line["body"].replace('"reason":"holds"', '"reason":"holds with all rows"')
        assert said != line["body"]
        thief.change("audit_line", {"commune_id": THANH_SON, "n": line["n"]}, body=said)
    _unmarked(house)
    assert _rings(house)


@only_sqlite
def test_verifying_every_row_at_the_console_takes_the_mark_away(house: House, lan: Someone):
    _failed_and_mended(house, lan)
    assert _rings(house)
    verify_all(house.gate)
    assert _rings(house)
    verify_all(house.gate, rows_hold=True)
    assert not _rings(house)
