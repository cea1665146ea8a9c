"""Killed anywhere in an erasure: a case is there whole or not at all, and the ledger agrees at the next start."""

import os
import signal
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import event

from casework import secure_delete
from casework.audit.revocation_log import newest
from casework.audit.verify import verify
from casework.desk import actions as desk
from casework.gate import Gate, Person, open_gate
from casework.maintenance import startup
from casework.policy.vocabulary import Act
from casework.retention import actions as retention
from tests.house import House, both_databases, only_sqlite
from tests.people import KEK, THANH_SON
from tests.referrals.scenes import referred
from tests.retention.scenes import asked, files, found_in, rows_of, sealed_in


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _at_statement(hook: int) -> Callable[[Gate], None]:
    """Die right before the nth statement; the commit counts as one."""

    def prepare(gate: Gate) -> None:
        seen = [0]

        def count(*_: object) -> None:
            seen[0] += 1
            if seen[0] == hook:
                _die()

        event.listen(gate.database.engine, "before_cursor_execute", count)
        event.listen(gate.database.engine, "commit", count)

    return prepare


def _at_commit(gate: Gate) -> None:
    """Die when the ledger has its line and the database does not have the act."""
    event.listen(gate.database.engine, "commit", _die)


def _before_shredding(_gate: Gate) -> None:
    """Die when the act is committed and its bytes still stand in the write-ahead log."""
    secure_delete.truncate_wal = _die  # type: ignore[assignment]


def erased_in_a_child(house: House, person: Person, case_id: UUID, prepare: Callable[[Gate], None]) -> bool:
    """Erase a case in a process of its own, then start anew; tell whether the erasure was acknowledged."""
    house.gate.database.engine.dispose()
    child = os.fork()
    if not child:
        try:
            gate = open_gate(house.config, KEK)
            prepare(gate)
            gate.perform(person, retention.erase_case, case_id)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    startup.make_ready(house.config)
    return status == 0


def is_gone(house: House, case_id: UUID) -> bool:
    """Tell whether a case is gone; it must be so altogether or not at all, in the log and in the ledger too."""
    assert house.gate.evidence is not None
    rows = rows_of(house, case_id)
    gone = not any(rows.values())
    assert gone or all(rows[name] for name in ("case_file", "head", "document", "envelope"))
    left = newest(house.gate.evidence.revocation_log.lines(), THANH_SON)[case_id]
    assert (left.v is None) == gone
    assert (left.act == Act.CASE_ERASE) == gone
    with house.crypto() as crypto:
        assert verify(crypto).holds
    return gone


@pytest.fixture
def doomed(house: House) -> UUID:
    """A case that was declined once, so that the ledger knows it, and that hoa is to erase."""
    case_id = referred(house).goes("open", "decline").case_id
    asked(house["lan"], case_id, house["hoa"])
    return case_id


@both_databases
def test_killed_between_the_ledger_and_the_commit_the_case_is_there(house: House, doomed: UUID):
    before = rows_of(house, doomed)
    assert not erased_in_a_child(house, house["hoa"].person, doomed, _at_commit)
    assert house.gate.evidence is not None
    assert "void" in house.gate.evidence.revocation_log.lines()[-1].body
    assert not is_gone(house, doomed)
    assert rows_of(house, doomed) == before
    assert house["lan"].does(desk.read_case, doomed)
    lines = house.gate.evidence.revocation_log.lines()
    startup.make_ready(house.config)
    assert house.gate.evidence.revocation_log.lines() == lines
    house["hoa"].does(retention.erase_case, doomed)
    assert is_gone(house, doomed)


@only_sqlite
def test_killed_before_the_shredding_the_next_start_leaves_no_byte(house: House, doomed: UUID):
    parts = sealed_in(rows_of(house, doomed))
    assert not erased_in_a_child(house, house["hoa"].person, doomed, _before_shredding)
    assert is_gone(house, doomed)
    assert found_in(parts, files(house)) == []


@pytest.mark.prove
def test_killed_at_every_statement_of_an_erasure_it_is_all_or_nothing(house: House, doomed: UUID):
    parts, person = sealed_in(rows_of(house, doomed)), house["hoa"].person
    for hook in range(1, 500):
        acknowledged = erased_in_a_child(house, person, doomed, _at_statement(hook))
        if is_gone(house, doomed):
            assert hook > 20
            if house.config.database_url.startswith("sqlite"):
                assert found_in(parts, files(house)) == []
            return
        assert not acknowledged
    pytest.fail("it never came to an end")
