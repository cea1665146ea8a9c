"""The one test that matters most: a marker in every section, every person on every route, and nothing on disk."""

import logging

import pytest
from flask import Flask

from casework.app import create_app
from casework.cases import scope
from casework.cases.models import Case
from casework.db import Base
from casework.policy.permit import Permit
from casework.policy.table import policy
from casework.policy.words import Reach, Section
from tests.canaries.cases import Marked, planted
from tests.canaries.crawl import Seen, answers
from tests.house import House, only_sqlite
from tests.people import STAFF, THANH_SON

SHOWING = {"desk.show_name": {}, "desk.search": {"query": "hoang"}}
# Who holds a key to what: the agency's key opens the two open cases, the circle's key the restricted one.
AGENCY, CIRCLE = {"lan", "mai", "hoa", "binh"}, {"lan", "mai"}


@pytest.fixture
def app(house: House) -> Flask:
    """The whole application over this house."""
    made = create_app(house.config)
    made.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return made


def crawl(app: Flask, house: House, cases: list[Marked]) -> dict[str, list[Seen]]:
    ids = [one.id for one in cases]
    return {name: list(answers(app, house[name], ids, posts=SHOWING)) for name in STAFF}


def shown(seen: list[Seen], case: Marked) -> set[Section]:
    return {section for section, word in case.markers.items() if any(word in one.text for one in seen)}


@only_sqlite
def test_a_marker_appears_only_where_policy_and_envelope_both_allow_it(app, house):
    cases = planted(house)
    opened, restricted, draft = cases[:2], cases[2], cases[3]
    by_person = crawl(app, house, cases)
    for name, seen in by_person.items():
        for case in opened:
            expected = set(case.markers) if name in {"lan", "hoa", "binh"} else set()
            assert shown(seen, case) == expected, (name, "open case")
        assert shown(seen, restricted) == (set(restricted.markers) if name in CIRCLE else set()), (name, "restricted")
        assert shown(seen, draft) == ({Section.DRAFT} if name == "lan" else set()), (name, "draft")


@only_sqlite
def test_no_page_answers_with_a_fault_whatever_id_is_tried(app, house):
    cases = planted(house)
    faults = [
        (name, one.path, one.status)
        for name, seen in crawl(app, house, cases).items()
        for one in seen
        if one.status >= 500
    ]
    assert faults == []


@only_sqlite
def test_with_every_check_of_the_policy_switched_off_there_is_still_no_plaintext_without_a_key(app, house, monkeypatch):
    cases = planted(house)
    everything = frozenset(Section)

    def permissive(actor, act):
        row = policy().rows[act]
        return _all(Permit, act, actor, actor.roles[0], Reach.AGENCY, everything, row.writes)

    for module in ("casework.gate", "casework.policy.permit", "casework.cases.writing"):
        monkeypatch.setattr(f"{module}.issue", permissive)
    monkeypatch.setattr(scope, "_reach", lambda permit: Case.commune_id == permit.actor.commune_id)
    monkeypatch.setattr("casework.app.allowed", lambda actor, act: True)
    for name, seen in crawl(app, house, cases).items():
        if STAFF[name].commune_id != THANH_SON:
            continue
        for case in cases:
            if name not in (CIRCLE if case.restricted else AGENCY):
                assert shown(seen, case) == set(), (name, case.restricted)
    assert any(shown(crawl_one(app, house, "mai", cases), case) for case in cases[:2]), "the switch did nothing"


def _all(kind, act, actor, role, reach, sections, writes):
    """Fill a permit whatever fields it has: every set of sections is the full one."""
    given = {"act": act, "actor": actor, "role": role, "reach": reach, "writes": writes}
    rest = {name: sections for name, hint in kind.__annotations__.items() if "frozenset" in str(hint)}
    others = {name: None for name in kind.__annotations__ if name not in given and name not in rest}
    return kind(**given, **rest, **others)


def crawl_one(app: Flask, house: House, name: str, cases: list[Marked]) -> list[Seen]:
    return list(answers(app, house[name], [one.id for one in cases], posts=SHOWING))


@only_sqlite
def test_after_it_all_no_marker_stands_on_disk_in_a_log_or_in_an_address(app, house, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    cases = planted(house)
    by_person = crawl(app, house, cases)
    words = [word.encode() for case in cases for word in case.markers.values()]
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.name.endswith("-wal") for file in files), "the write-ahead log was not looked at"
    for file in files:
        content = file.read_bytes()
        assert not [word for word in words if word in content], file
    logged = caplog.text.encode()
    addresses = "\n".join(one.path for seen in by_person.values() for one in seen).encode()
    assert not [word for word in words if word in logged or word in addresses]


def test_no_column_of_any_table_holds_a_marker(house):
    cases = planted(house)
    words = [word.encode() for case in cases for word in case.markers.values()]
    with house.gate.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"'):
                content = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
                assert not [word for word in words if word in content], table.name
