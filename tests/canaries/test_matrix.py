"""The one test that matters most: a marker in every section, every person on every route, and nothing on disk."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from casework.app import create_app
from casework.cases import scope
from casework.cases.models import Case
from casework.cases.states import CaseState
from casework.db import Base
from casework.policy.permit import Permit
from casework.policy.table import policy
from casework.policy.vocabulary import Reach, Section
from tests.canaries.cases import Marked, planted
from tests.canaries.crawl import Seen, answers
from tests.house import House, both_databases, only_sqlite
from tests.laws.test_routes import newest, standing, writing_acts
from tests.people import COMMUNES, STAFF

SHOWING: dict[str, dict[str, str]] = {"desk.show_name": {}, "desk.find": {"query": "hoang"}}
# Who holds a key to what: the agency's key opens the open case, the circle's key the restricted one.
AGENCY, CIRCLE = {"lan", "mai", "hoa", "binh"}, {"lan", "mai"}
# With no check of the policy left, keys alone tell people apart: a colleague's, the lead's, another agency's, none.
CURIOUS = ("mai", "hoa", "cuong", "thu")
# Others who hold keys of another agency or none; the colleague shows that the checks are off.
AS_CURIOUS = ("mai", "chinh", "son")


@pytest.fixture
def app(house: House) -> Flask:
    """The whole application over this house."""
    made = create_app(house.config)
    made.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return made


def crawl(
    app: Flask, house: House, cases: list[Marked], names: Iterable[str] = STAFF, *, every: bool = False
) -> dict[str, list[Seen]]:
    ids = [case.id for case in cases]
    whole = {name: every or name in AGENCY for name in names}
    return {name: list(answers(app, house[name], ids, posts=SHOWING, every=whole[name])) for name in names}


def shown(seen: list[Seen], case: Marked) -> set[Section]:
    return {section for section, word in case.markers.items() if any(word in answer.text for answer in seen)}


@only_sqlite
def test_a_marker_appears_only_where_policy_and_envelope_allow_it_and_nowhere_on_disk(app, house, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    cases = planted(house)
    opened, restricted, draft, advice = cases
    with _nothing_written(house):
        by_person = crawl(app, house, cases)
    for name, seen in by_person.items():
        assert shown(seen, opened) == (set(opened.markers) if name in {"lan", "hoa", "binh"} else set()), name
        assert shown(seen, restricted) == (set(restricted.markers) if name in CIRCLE else set()), name
        assert shown(seen, draft) == ({Section.DRAFT} if name == "lan" else set()), name
        assert shown(seen, advice) == ({Section.ADVICE} if name in {"lan", "hoa", "binh"} else set()), name
        assert [(answer.path, answer.status) for answer in seen if answer.status >= 500] == [], name
    addresses = "\n".join(answer.path for seen in by_person.values() for answer in seen)
    _nothing_left_behind(cases, tmp_path, caplog.text + addresses)


@contextmanager
def _nothing_written(house: House) -> Iterator[None]:
    """Demand that asking for pages, and for what only shows, reaches no writing act and changes no row."""
    for name in STAFF:
        assert house[name].cookie
    before, lines = standing(house), {commune_id: newest(house, commune_id) for commune_id in COMMUNES}
    yield
    written = {
        one for commune_id, line in lines.items() for one in writing_acts(house, after=line, commune_id=commune_id)
    }
    assert written == set(), "a page that only shows reached a writing act"
    changed = {name for name, rows in standing(house).items() if rows != before[name]}
    assert changed == set(), "a page that only shows changed rows"


def _nothing_left_behind(cases: list[Marked], folder: Path, written: str) -> None:
    words = [word.encode() for case in cases for word in case.markers.values()]
    files = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    assert any(file.name.endswith("-wal") for file in files), "the write-ahead log was not looked at"
    for file, content in files.items():
        assert not [word for word in words if word in content], file
    assert not [word for word in words if word in written.encode()]


@only_sqlite
@pytest.mark.parametrize("names", [CURIOUS, pytest.param(AS_CURIOUS, marks=pytest.mark.prove)], ids=" ".join)
def test_with_every_check_of_the_policy_switched_off_there_is_still_no_plaintext_without_a_key(
    app, house, monkeypatch, names
):
    cases = planted(house)
    everything = frozenset(Section)

    def permissive(actor, act):
        row = policy().rows[act]
        return _all(Permit, act, actor, actor.roles[0], Reach.AGENCY, everything, row.writes)

    for module in ("casework.gate", "casework.policy.permit", "casework.cases.writing"):
        monkeypatch.setattr(f"{module}.issue", permissive)
    monkeypatch.setattr(scope, "reachable", lambda actor, reach: Case.commune_id == actor.commune_id)
    monkeypatch.setattr(scope, "drafted", lambda actor, reach: Case.state == CaseState.DRAFT)
    monkeypatch.setattr(scope, "advised", lambda actor, reach: Case.state == CaseState.ADVICE)
    monkeypatch.setattr("casework.app.allowed", lambda actor, act: True)
    for name, seen in crawl(app, house, cases, names, every=True).items():
        for case in cases:
            if name not in (CIRCLE if case.restricted else AGENCY):
                assert shown(seen, case) == set(), (name, case.restricted)
        if name == "mai":
            assert all(shown(seen, case) for case in cases), "the switch did nothing"


def _all(kind, act, actor, role, reach, sections, writes):
    """Fill a permit whatever fields it has: every set of sections is the full one."""
    known = {"act": act, "actor": actor, "role": role, "reach": reach, "writes": writes}
    rest = {name: sections for name, hint in kind.__annotations__.items() if "frozenset" in str(hint)}
    absent = {name: None for name in kind.__annotations__ if name not in known and name not in rest}
    return kind(**known, **rest, **absent)


@both_databases
def test_no_column_of_any_table_holds_a_marker(house):
    cases = planted(house)
    words = [word.encode() for case in cases for word in case.markers.values()]
    with house.gate.database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table.name}"'):
                content = b"".join(bytes(v) if isinstance(v, bytes | memoryview) else str(v).encode() for v in row)
                assert not [word for word in words if word in content], table.name
