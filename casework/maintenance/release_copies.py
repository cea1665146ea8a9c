"""Copies of the releases beside the checkpoints, signed: a restore brings back what was published after its backup.

With a release goes what it counted, sealed as it stands in the database: without that a case would be counted twice.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from casework import files, unguarded_database
from casework.audit import checkpoint, freshness
from casework.audit.checkpoint import CheckpointStore
from casework.config import Config
from casework.errors import VaultError
from casework.gate import ActContext, Gate, action
from casework.maintenance import checkpoints, dump
from casework.maintenance.system_actors import commune_ids, console_of
from casework.policy.vocabulary import Act
from casework.statistics import releases
from casework.statistics.models import Release
from casework.vault.crypto import signatures
from casework.vault.crypto.signatures import Signer
from casework.vault.integrity import heads
from casework.vault.keys import count_ledger
from casework.vault.models import Document, Envelope, Head

_NAME = "releases"
_ORIGIN = "casework/releases/1/"
log = logging.getLogger(__name__)
_KINDS: tuple[type[Any], ...] = (Release, Document, Envelope)


@dataclass(frozen=True)
class ReleaseCopy:
    """The rows of one commune's releases and of what they counted, by the name of their table."""

    rows: Mapping[str, list[dict[str, Any]]]

    def of(self, kind: type[Any]) -> Iterator[Any]:
        """Yield new rows of a kind, which are signed when they are written."""
        for values in self.rows[kind.__tablename__]:
            yield kind(**{name: value for name, value in values.items() if name != "mac"})


def write_all(config: Config, gate: Gate) -> None:
    """Write the copy of every commune, where this installation signs at all."""
    if config.checkpoint_file is not None:
        signer = signatures.load(config.checkpoint_file)
        for commune_id in commune_ids(gate):
            _write(config, commune_id, signer)


def _write(config: Config, commune_id: UUID, signer: Signer) -> None:
    """Write the copy of a commune anew if something was published or sealed again; a longer copy stays."""
    path = CheckpointStore.of(config.checkpoints_folder, commune_id).folder / _NAME
    with unguarded_database.snapshot(config.database_url) as connection:
        rows = {kind.__tablename__: list(_rows(connection, kind, commune_id)) for kind in _KINDS}
    known = read(config, commune_id)
    if known is not None and (known.rows == rows or len(known.rows["release"]) > len(rows["release"])):
        return
    lines = [dump.plain_line({"table": name} | values) for name, some in rows.items() for values in some]
    text = f"{_ORIGIN}{commune_id.hex}\n" + b"".join(lines).decode()
    files.replace(path, checkpoint.signed_text(text, signer))


def _rows(connection: Connection, kind: type[Any], commune_id: UUID) -> Iterator[dict[str, Any]]:
    table = kind.__table__
    wanted = select(table).where(table.c.commune_id == commune_id).order_by(*table.primary_key)
    if kind is not Release:
        wanted = wanted.where(table.c.case_id == count_ledger.ledger_id(commune_id))
    for row in connection.execute(wanted).mappings():
        yield dict(row)


def forget(config: Config, commune_id: UUID) -> None:
    """Delete the copy of a commune that is being removed; should it stay, the next run writes it again."""
    (CheckpointStore.of(config.checkpoints_folder, commune_id).folder / _NAME).unlink(missing_ok=True)


def read(config: Config, commune_id: UUID) -> ReleaseCopy | None:
    """Return the copy of a commune; None if there is none, or none that a pinned key has signed."""
    path = CheckpointStore.of(config.checkpoints_folder, commune_id).folder / _NAME
    if not path.exists():
        return None
    try:
        text = checkpoint.read_signed(path.read_text(encoding="utf-8"), checkpoints.publics(config))
    except VaultError:
        log.error("the copy of the releases is not ours: %s", path)
        return None
    origin, *lines = text.splitlines()
    if origin != f"{_ORIGIN}{commune_id.hex}":
        return None
    rows: dict[str, list[dict[str, Any]]] = {kind.__tablename__: [] for kind in _KINDS}
    for line in map(json.loads, lines):
        values = {name: dump.value_of(plain) for name, plain in line.items()}
        rows[values.pop("table")].append(values)
    return ReleaseCopy(rows)


def bring_back(config: Config, gate: Gate, commune_id: UUID) -> int:
    """Bring back into a database what was published after it was saved; return how many releases."""
    copy = read(config, commune_id) if checkpoints.configured(config) else None
    return gate.perform(console_of(commune_id), bring_back_releases, copy) if copy is not None else 0


@action(Act.RESTORE_RELEASES)
def bring_back_releases(context: ActContext, copy: ReleaseCopy) -> int:
    """Add the releases that the database lacks, with what each counted.

    None is added where others were published instead: no period can be closed there until the operator decides.
    """
    head = freshness.head(context.session, context.commune_id, count_ledger.ledger_id(context.commune_id))
    newest, all_copied = count_ledger.newest_release(head.listing), list(copy.of(Release))
    number, digest = (newest.revision, newest.digest) if newest else (0, releases.START)
    missing = all_copied[number:]
    if missing and missing[0].prev != digest:
        missing = []
    context.reason = str(len(missing))
    for row in missing:
        context.session.add(row)
        digest = releases.digest(row)
    if missing:
        _add_counted(context, head, copy)
        count_ledger.note_release(context.crypto, head, number=missing[-1].number, digest=digest)
    return len(missing)


def _add_counted(context: ActContext, head: Head, copy: ReleaseCopy) -> None:
    """Add the sealed entries that the ledger of counts lacks, and list them."""
    listed = set(count_ledger.places(head.listing))
    added = [row for row in copy.of(Document) if count_ledger.place_of(row.series) not in listed]
    for row in added:
        context.session.add(row)
        digest = sha256(row.body).digest()
        heads.list_revision(head, section=row.section, series=row.series, revision=row.revision, digest=digest)
    context.session.flush()
    ids = {row.id for row in added}
    context.session.add_all(row for row in copy.of(Envelope) if row.document_id in ids)
