"""Rows put back, swapped or forged by somebody with the whole database: refused before anything is opened."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest

from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import NotFound, VaultError
from casework.intake import actions as intake
from casework.policy.vocabulary import Section
from casework.vault.crypto import aead
from casework.vault.keys import envelopes
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.stories import dao
from tests.tampering import refused, stolen, swap

STORY = int(Section.STORY)
KEYS = {
    "head": ("commune_id", "id"),
    "document": ("commune_id", "id"),
    "envelope": ("commune_id", "document_id", "agency_id"),
    "case_file": ("commune_id", "id"),
}


@pytest.fixture(autouse=True)
def nothing_is_opened_in_vain(monkeypatch):
    """Let a test say from when on no body of a document may be opened."""
    opened = []

    def watched(key, blob, **binding):
        opened.append(len(blob))
        return aead.decrypt(key, blob, **binding)

    monkeypatch.setattr(envelopes, "aead", SimpleNamespace(encrypt=aead.encrypt, decrypt=watched))
    return opened


def _passed_over(someone: Someone, case_id, act, *words: str) -> None:
    """Do an act that lists, and raise where it says that it has passed the case over."""
    person = someone.person
    assert str(case_id) not in repr(someone.house.gate.perform(person, act, *words))
    if case_id in person.unreadable:
        raise VaultError


def _all_readings(someone: Someone, case_id) -> list[Callable[[], object]]:
    return [
        lambda: _passed_over(someone, case_id, desk.list_cases),
        lambda: _passed_over(someone, case_id, desk.search, "nguyen thi dao"),
        lambda: someone.does(desk.read_case, case_id),
        lambda: someone.does(desk.show_name, case_id),
        lambda: someone.does(desk.read_section, case_id, Section.STORY),
        lambda: someone.does(desk.read_history, case_id, Section.STORY),
        lambda: someone.does(desk.write_section, case_id, Story(words="x"), base=1),
        lambda: someone.does(desk.add_note, case_id, "x"),
    ]


def _is_refused_everywhere(someone: Someone, case_id, opened: list[int]) -> None:
    opened.clear()
    for doing in _all_readings(someone, case_id):
        refused(doing)
    assert opened == []


def test_an_older_revision_put_back_is_refused(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    lan.does(desk.write_section, case_id, Story(words="mới hơn"), base=1)
    with stolen(house) as thief:
        newest = thief.rows("document", case_id=case_id, section=STORY, revision=2)[0]
        thief.delete("envelope", document_id=newest["id"])
        thief.delete("document", id=newest["id"])
    refused(lambda: lan.does(desk.read_section, case_id, Section.STORY))
    refused(lambda: lan.does(desk.read_history, case_id, Section.STORY))


def test_an_older_revision_under_the_newest_number_is_refused(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    lan.does(desk.write_section, case_id, Story(words="mới hơn"), base=1)
    with stolen(house) as thief:
        old, new = sorted(thief.rows("document", case_id=case_id, section=STORY), key=lambda row: row["revision"])
        thief.change("document", {"id": new["id"]}, body=old["body"])
    refused(lambda: lan.does(desk.read_section, case_id, Section.STORY))


@both_databases
def test_an_older_head_with_its_rows_put_back_is_refused(house: House, lan: Someone, nothing_is_opened_in_vain):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        old = {
            "head": thief.rows("head", id=case_id),
            "case_file": thief.rows("case_file", id=case_id),
            "document": thief.rows("document", case_id=case_id),
            "envelope": thief.rows("envelope", case_id=case_id),
        }
    lan.does(desk.write_section, case_id, Story(words="mới hơn"), base=1)
    with stolen(house) as thief:
        thief.delete("envelope", case_id=case_id)
        thief.delete("document", case_id=case_id)
        for name, rows in old.items():
            thief.put_back(name, KEYS[name], *rows)
    _is_refused_everywhere(lan, case_id, nothing_is_opened_in_vain)


def test_a_head_that_is_gone_opens_nothing(house: House, lan: Someone, nothing_is_opened_in_vain):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        thief.delete("head", id=case_id)
    nothing_is_opened_in_vain.clear()
    for doing in _all_readings(lan, case_id):
        refused(doing, NotFound, VaultError)
    assert nothing_is_opened_in_vain == []


def test_a_case_without_its_line_in_the_log_is_refused(house: House, lan: Someone, nothing_is_opened_in_vain):
    case_id = lan.opens_a_case()
    lan.does(desk.read_case, case_id)
    with stolen(house) as thief:
        for row in thief.rows("audit_line", head=case_id):
            thief.delete("audit_line", commune_id=THANH_SON, n=row["n"])
    _is_refused_everywhere(lan, case_id, nothing_is_opened_in_vain)


def test_a_line_of_the_log_without_the_mac_of_its_head_is_refused(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    lan.does(desk.list_cases)
    with stolen(house) as thief:
        thief.change("audit_line", {"head": case_id}, head_mac=None)
    refused(lambda: lan.does(desk.read_case, case_id))


def test_a_deleted_envelope_opens_nothing(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        for row in thief.rows("document", case_id=case_id, section=STORY):
            thief.delete("envelope", document_id=row["id"])
    refused(lambda: lan.does(desk.read_section, case_id, Section.STORY))


def test_what_was_taken_away_and_put_back_is_refused(house: House, lan: Someone):
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    with stolen(house) as thief:
        old = {name: thief.rows(name, case_id=draft) for name in ("document", "envelope")}
    lan.does(intake.open_case, draft, dao())
    with stolen(house) as thief:
        for name, rows in old.items():
            thief.put(name, *rows)
    refused(lambda: lan.does(desk.close_case, draft, outcome="", words=""))


def test_a_discarded_draft_put_back_is_refused(house: House, lan: Someone):
    draft = lan.does(intake.start_draft, {1: {"danger": "no"}})
    with stolen(house) as thief:
        old = {name: thief.rows(name, case_id=draft) for name in ("document", "envelope")}
        case = thief.rows("case_file", id=draft)
    lan.does(intake.discard_draft, draft)
    with stolen(house) as thief:
        thief.put_back("case_file", KEYS["case_file"], *case)
        for name, rows in old.items():
            thief.put(name, *rows)
    refused(lambda: lan.does(intake.open_draft, draft))


def test_a_closed_case_is_not_made_open_by_its_older_row(house: House, lan: Someone, nothing_is_opened_in_vain):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        old = thief.rows("case_file", id=case_id)
    lan.does(desk.close_case, case_id, outcome="", words="đã yên")
    with stolen(house) as thief:
        thief.put_back("case_file", KEYS["case_file"], *old)
    _is_refused_everywhere(lan, case_id, nothing_is_opened_in_vain)


@pytest.mark.parametrize("column", ["owner_id", "holder_id", "standin_id", "state", "opened", "closed", "code_tag"])
def test_a_case_whose_row_was_changed_is_refused(house: House, lan: Someone, column, nothing_is_opened_in_vain):
    case_id, mai = lan.opens_a_case(), house["mai"]
    values = {"owner_id": None, "state": "closed", "code_tag": b"x", "opened": 1, "closed": 2}
    with stolen(house) as thief:
        police = thief.rows("agency", kind="police", commune_id=THANH_SON)[0]["id"]
        value = {**values, "owner_id": police}.get(column, mai.id)
        thief.change("case_file", {"id": case_id}, **{column: value})
    nothing_is_opened_in_vain.clear()
    thieves_friend = mai if column in ("holder_id", "standin_id") else lan
    for doing in _all_readings(thieves_friend, case_id):
        refused(doing)
    assert nothing_is_opened_in_vain == []


def test_bodies_swapped_between_cases_are_refused(house: House, lan: Someone):
    one, other = lan.opens_a_case(), lan.opens_a_case()
    swap(house, "document", {"case_id": one, "section": STORY}, {"case_id": other, "section": STORY}, ["body"])
    refused(lambda: lan.does(desk.read_section, one, Section.STORY))
    refused(lambda: lan.does(desk.read_section, other, Section.STORY))


def test_documents_swapped_between_cases_are_refused(house: House, lan: Someone):
    one, other = lan.opens_a_case(), lan.opens_a_case()
    with stolen(house) as thief:
        ids = {case: thief.rows("document", case_id=case, section=STORY)[0]["id"] for case in (one, other)}
        for case, instead in ((one, other), (other, one)):
            thief.change("document", {"id": ids[case]}, case_id=instead, series=case)
            thief.change("envelope", {"document_id": ids[case]}, case_id=instead)
        for case in (one, other):
            thief.change("document", {"id": ids[case]}, series=thief.rows("document", case_id=one)[0]["owner_id"])
    for case in (one, other):
        refused(partial(lan.does, desk.read_section, case, Section.STORY))


def test_envelopes_swapped_between_sections_are_refused(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        story, identity = (
            thief.rows("document", case_id=case_id, section=int(section))[0]["id"]
            for section in (Section.STORY, Section.IDENTITY)
        )
    swap(house, "envelope", {"document_id": story}, {"document_id": identity}, ["blob"])
    for section in (Section.STORY, Section.IDENTITY):
        refused(partial(lan.does, desk.read_section, case_id, section))


def test_heads_swapped_between_cases_are_refused(house: House, lan: Someone, nothing_is_opened_in_vain):
    one, other = lan.opens_a_case(), lan.opens_a_case()
    swap(house, "head", {"id": one}, {"id": other}, ["v", "n", "listing", "mac"])
    _is_refused_everywhere(lan, one, nothing_is_opened_in_vain)
    _is_refused_everywhere(lan, other, nothing_is_opened_in_vain)


@only_sqlite
@pytest.mark.parametrize("value", [1.5, "một", b"x", -(2**63)])
def test_a_value_of_a_kind_that_we_never_write_is_refused(house: House, lan: Someone, value):
    """SQLite keeps whatever it is given in a column of whole numbers."""
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        thief.connection.exec_driver_sql("UPDATE case_file SET opened = ? WHERE id = ?", (value, case_id.hex))
    refused(lambda: lan.does(desk.read_case, case_id))
    refused(lambda: _passed_over(lan, case_id, desk.list_cases))


@pytest.mark.parametrize("table", ["case_file", "head", "document", "envelope"])
def test_a_mac_of_zeros_is_refused(house: House, lan: Someone, table):
    case_id = lan.opens_a_case()
    column = "id" if table in ("case_file", "head") else "case_id"
    with stolen(house) as thief:
        assert thief.change(table, {column: case_id}, mac=bytes(36)) > 0
    refused(lambda: lan.does(desk.read_case, case_id))
    refused(lambda: lan.does(desk.read_section, case_id, Section.STORY))
