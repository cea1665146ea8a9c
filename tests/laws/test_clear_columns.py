"""What stands in the clear, column by column, each with its reason (vault.md); a new column fails until it has one."""

import json

from sqlalchemy import LargeBinary

import casework.app  # noqa: F401 - every model of the program
from casework.db import Base
from casework.desk import actions as desk
from casework.intake import actions as intake
from tests.house import House, Someone
from tests.stories import CANARIES
from tests.tampering import stolen

ID, WHEN, KEY, WHO = "a random id", "day or minute of an act", "encrypted, a hash or a MAC", "a member of the staff"
ROUTE, COUNT = "routing and reminders work without a key", "revision, version or number"
CLEAR = {
    "case_file": {
        "commune_id": ID,
        "id": ID,
        "owner_id": ROUTE,
        "holder_id": ROUTE,
        "standin_id": ROUTE,
        "state": ROUTE,
        "opened": WHEN,
        "closed": WHEN,
        "code_tag": KEY,
        "mac": KEY,
    },
    "document": {
        "commune_id": ID,
        "id": ID,
        "case_id": ID,
        "section": "a neutral number",
        "series": ID,
        "revision": COUNT,
        "owner_id": ROUTE,
        "author_agency_id": ROUTE,
        "commit_tag": KEY,
        "body": KEY,
        "mac": KEY,
    },
    "envelope": {
        "commune_id": ID,
        "document_id": ID,
        "agency_id": "the access list",
        "case_id": ID,
        "epoch": COUNT,
        "kind": "kept or sent",
        "blob": KEY,
        "mac": KEY,
    },
    "ground": {
        "commune_id": ID,
        "id": ID,
        "case_id": ID,
        "receiver_id": ROUTE,
        "sections": ROUTE,
        "state": ROUTE,
        "until": ROUTE,
        "mac": KEY,
    },
    "referral": {
        "commune_id": ID,
        "id": ID,
        "case_id": ID,
        "ground_id": ID,
        "from_id": ROUTE,
        "to_id": ROUTE,
        "state": ROUTE,
        "urgent": ROUTE,
        "sent": WHEN,
        "due": ROUTE,
        "kept": COUNT,
        "mac": KEY,
    },
    "notice": {
        "commune_id": ID,
        "id": ID,
        "case_id": ID,
        "to_id": ROUTE,
        "state": ROUTE,
        "sent": WHEN,
        "mac": KEY,
    },
    "head": {
        "commune_id": ID,
        "id": ID,
        "kind": "what it heads",
        "v": COUNT,
        "n": COUNT,
        "listing": KEY,
        "bound": KEY,
        "mac": KEY,
    },
    "audit_line": {
        "commune_id": ID,
        "n": COUNT,
        "at": WHEN,
        "act": "the word of an act",
        "who": WHO,
        "about": ID,
        "outcome": "ok, denied or failed",
        "head": ID,
        "head_mac": KEY,
        "body": "the same again as one text",
        "prev": KEY,
        "h": KEY,
        "mac": KEY,
    },
    "session": {
        "sid": KEY,
        "commune_id": ID,
        "member_id": WHO,
        "kind": "full or pending",
        "created": WHEN,
        "factors": COUNT,
        "stepup": WHEN,
        "stepup_about": ID,
        "device": "the family of a browser",
        "seen": WHEN,
        "blob": KEY,
        "mac": KEY,
    },
    "kept_form": {
        "commune_id": ID,
        "id": ID,
        "member_id": WHO,
        "case_id": ID,
        "page": "the address of a form, which names nobody",
        "at": WHEN,
        "blob": KEY,
        "mac": KEY,
    },
}
# Tables that hold nothing about a case: staff, agencies, keys, the register, releases.
STAFF = {"agency", "agency_epoch", "duty_roster", "member", "slot", "wrap"}
ENTRY = {"admission", "epoch_link", "interview", "passkey", "recovery", "recovery_officer", "recovery_pair", "totp"}
MAIL = {"mail_address"}
WITHOUT_CASES = (
    STAFF | ENTRY | MAIL | {"address", "commune", "merger", "proposed_change", "release", "tally", "throttle"}
)
LOG_WORDS = {"about", "act", "at", "head", "head_mac", "outcome", "reason", "role", "who"}


def test_every_table_is_known_to_this_law():
    assert set(Base.metadata.tables) == set(CLEAR) | WITHOUT_CASES


def test_every_column_about_a_case_has_a_reason():
    columns = {table: Base.metadata.tables[table].columns for table in CLEAR}
    assert {table: {column.name for column in found} for table, found in columns.items()} == {
        table: set(reasons) for table, reasons in CLEAR.items()
    }
    sealed = [column for table, found in columns.items() for column in found if CLEAR[table][column.name] == KEY]
    assert [str(column) for column in sealed if not isinstance(column.type, LargeBinary)] == []


def test_every_guarded_table_leads_its_key_with_the_commune():
    for table in Base.metadata.tables.values():
        if table.info.get("guarded"):
            assert next(iter(table.primary_key.columns)).name == "commune_id"


def test_no_word_of_a_case_stands_in_any_column(house: House, lan: Someone, mai: Someone):
    """No word that was typed, no code, no nickname, no hamlet and no kind of violence, in whatever form."""
    case_id = lan.opens_a_case()
    lan.opens_a_case(circle=[mai])
    lan.does(intake.start_draft, {1: {"who": CANARIES["address"]}})
    lan.does(desk.add_note, case_id, CANARIES["story"])
    lan.does(desk.search, CANARIES["identity"])
    line = lan.does(desk.read_case, case_id).line
    secrets = [*CANARIES.values(), line.code, line.nickname]
    with stolen(house) as thief:
        rows = {name: thief.rows(name) for name in Base.metadata.tables}
    everything = b"\n".join(
        value if isinstance(value, bytes) else str(value).encode()
        for found in rows.values()
        for row in found
        for value in row.values()
    )
    assert [secret for secret in secrets if secret.encode() in everything] == []
    bodies = [json.loads(row["body"]) for row in rows["audit_line"]]
    assert all(set(body) == LOG_WORDS for body in bodies)


def test_bodies_have_the_size_of_a_bucket_whatever_was_told(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        sizes = {len(row["body"]) for row in thief.rows("document", case_id=case_id)}
        kept = {len(row["blob"]) for row in thief.rows("envelope", case_id=case_id)}
    assert sizes == {1024 + 34}
    assert kept == {66}
