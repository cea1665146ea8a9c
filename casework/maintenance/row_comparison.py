"""Compares rows and newest lines of the log in the background, so that what nobody opens rings as well."""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from uuid import UUID

from sqlalchemy import Connection

from casework import clock, unguarded_database
from casework.audit import verify
from casework.config import Config
from casework.errors import AlteredRows
from casework.gate import Gate
from casework.maintenance import verify_database
from casework.maintenance.system_actors import commune_ids, system_of
from casework.maintenance.verify_database import Fault
from casework.policy.vocabulary import Act
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys

_LOG, _CHANGED = "audit_line", "một dòng nhật ký bị sửa / a line of the log was changed"
log = logging.getLogger(__name__)


def compare_quickly(config: Config, gate: Gate) -> None:
    """Compare the small tables and the newest lines of each log; raise AlteredRows, once it rings, if one differs."""
    _ring(gate, [*_faults(config, gate, verify_database.find_faults_quickly), *_lines_changed(gate)])


def compare_all(config: Config, gate: Gate) -> None:
    """Compare every row; raise AlteredRows, once it rings, if one does not hold. The log is verified beside it."""
    _ring(gate, _faults(config, gate, verify_database.find_faults))


def compare_newest_lines(gate: Gate) -> None:
    """Compare the newest lines of each log between the periodic runs; what rings already is not told once a minute."""
    if gate.evidence is None or not all(map(gate.evidence.fault_mark.is_set, commune_ids(gate))):
        _ring(gate, _lines_changed(gate))


def learn_heads(gate: Gate) -> None:
    """Learn at a start from the whole log how new each head is; what does not hold rings, and the start goes on."""
    changed = []
    for commune_id in commune_ids(gate) if gate.evidence is not None else ():
        with gate.database.read_only() as session:
            crypto = CryptoContext(session, gate.server_keys(commune_id), None, clock.micros())
            if gate.evidence is not None and not verify.learn_heads(crypto, gate.evidence.heads_seen):
                changed.append(Fault(_LOG, commune_id, _CHANGED))
    with suppress(AlteredRows):
        _ring(gate, changed)


def _faults(
    config: Config, gate: Gate, find: Callable[[Connection, Callable[[UUID], ServerKeys]], list[Fault]]
) -> list[Fault]:
    with unguarded_database.snapshot(config.database_url) as connection:
        return find(connection, gate.server_keys)


def _lines_changed(gate: Gate) -> Iterable[Fault]:
    for commune_id in commune_ids(gate):
        with gate.database.read_only() as session:
            crypto = CryptoContext(session, gate.server_keys(commune_id), None, clock.micros())
            if not verify.newest_lines_hold(crypto):
                yield Fault(_LOG, commune_id, _CHANGED)


def _ring(gate: Gate, faults: Iterable[Fault]) -> None:
    """Let it ring in every commune: the rows of one that were changed may name none."""
    found = list(faults)
    for fault in found:
        log.error("fault=Fault row=%s about=%s", fault.table, fault.about or "-")
    tables = sorted({fault.table for fault in found})
    if not tables:
        return
    for commune_id in commune_ids(gate):
        gate.refuse(system_of(commune_id), Act.AUDIT_VERIFY, AlteredRows(row=tables[0]))
    named = ", ".join(tables)
    raise AlteredRows(f"Có dòng không đúng trong các bảng: {named}. / Rows of {named} do not hold.", row=tables[0])
