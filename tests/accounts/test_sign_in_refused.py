"""A sign-in is refused in one way; server log and audit log say why, never with what was typed."""

import json
import logging
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casework.policy.vocabulary import Act
from casework.staffing import actions as staffing
from casework.vault.integrity import signed_rows
from casework.vault.models import Slot
from casework.web.json_logging import JsonLine
from tests.house import House, Someone, only_sqlite
from tests.people import STAFF
from tests.tampering import stolen

pytestmark = only_sqlite
RIGHT = STAFF["lan"].passphrase


def try_sign_in(browser, passphrase: str = RIGHT):
    visitor: FlaskClient = browser("")
    return visitor.post("/dang-nhap", data={"username": "lan", "passphrase": passphrase})


def warnings(caplog) -> list[dict[str, str]]:
    """Return what an operator reads of warnings and errors, but for time, logger and place in the program."""
    lines = [json.loads(JsonLine().format(record)) for record in caplog.records if record.levelno >= logging.WARNING]
    return [{key: line[key] for key in line if key not in ("time", "level", "event", "at")} for line in lines]


def failure_logged(house: House) -> tuple[str, UUID | None]:
    """Return why the newest sign-in in the audit log failed, and whom it was about."""
    with stolen(house) as thief:
        line = max(thief.rows("audit_line", act=Act.SIGN_IN, outcome="failed"), key=lambda row: row["n"])
    return json.loads(line["body"])["reason"], line["about"]


def test_a_wrong_passphrase_is_no_trouble_of_the_server(house: House, browser, caplog):
    assert try_sign_in(browser, "đoán bừa mà thôi").status_code == 422
    assert warnings(caplog) == []
    assert failure_logged(house) == ("WrongPassphrase", None)


def test_the_right_passphrase_of_a_locked_account_is_answered_like_a_wrong_one(house: House, browser, lan, hoa, caplog):
    wrong = try_sign_in(browser, "đoán bừa mà thôi")
    hoa.does(staffing.lock, lan.id)
    locked = try_sign_in(browser)
    assert (locked.status_code, locked.text) == (wrong.status_code, wrong.text)
    assert warnings(caplog) == [{"act": "account.sign_in", "state": "locked"}]
    assert failure_logged(house) == ("InactiveAccount", lan.id)


@pytest.mark.parametrize("table", ["member", "slot", "head"])
def test_a_row_that_was_changed_is_named_by_its_table(house: House, browser, lan: Someone, table: str, caplog):
    column = "member_id" if table == "slot" else "id"
    with stolen(house) as thief:
        assert thief.change(table, {column: lan.id}, mac=bytes(36)) == 1
    assert try_sign_in(browser).status_code == 503
    assert warnings(caplog) == [{"fault": "AlteredRow", "row": table}]
    assert failure_logged(house) == ("AlteredRow", None)


def test_a_slot_that_the_server_signed_but_cannot_open_is_no_wrong_passphrase(house, browser, lan: Someone, caplog):
    server_keys = house.gate.server_keys(lan.person.commune_id)
    with stolen(house) as thief:
        [slot], [head] = thief.rows("slot", member_id=lan.id), thief.rows("head", id=lan.id)
        slot["blob"] = bytes(len(slot["blob"]))
        signed = signed_rows.row_mac(server_keys, Slot, SimpleNamespace(**slot), head["v"])
        thief.change("slot", {"id": slot["id"]}, blob=slot["blob"], mac=signed)
    assert try_sign_in(browser).status_code == 503
    assert warnings(caplog) == [{"fault": "VaultError", "row": "-"}]
    assert failure_logged(house) == ("VaultError", None)


def test_a_head_that_was_put_back_is_told_apart_from_a_changed_row(house: House, browser, lan, hoa, caplog):
    with stolen(house) as thief:
        [old] = thief.rows("head", id=lan.id)
    hoa.does(staffing.lock, lan.id)
    with stolen(house) as thief:
        thief.put_back("head", ("id",), old)
    assert try_sign_in(browser).status_code == 503
    assert warnings(caplog) == [{"fault": "OutdatedHead", "row": "member"}]
    assert failure_logged(house) == ("OutdatedHead", None)


def test_a_session_that_does_not_verify_is_logged_when_its_holder_is_sent_to_sign_in(house, browser, lan, caplog):
    inside = browser("lan")
    with stolen(house) as thief:
        assert thief.change("session", {"member_id": lan.id}, factors=9)
    assert "/dang-nhap" in inside.get("/").headers["Location"]
    assert {"fault": "AlteredRow", "row": "session"} in warnings(caplog)


def test_nothing_that_was_typed_is_logged(house: House, browser, lan: Someone, hoa: Someone, caplog):
    caplog.set_level(logging.DEBUG)
    try_sign_in(browser, "đoán bừa mà thôi")
    hoa.does(staffing.lock, lan.id)
    try_sign_in(browser)
    lines = "".join(JsonLine().format(record) for record in caplog.records)
    assert lines
    assert not any(json.dumps(word).strip('"') in lines for word in ("đoán bừa mà thôi", RIGHT, lan.card.name))
