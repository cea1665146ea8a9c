"""The chain of releases: read whole and verified, continued by one, never changed."""

from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework.audit import freshness
from casework.db import Database
from casework.errors import VaultError
from casework.gate import ActContext
from casework.statistics.models import Release
from casework.statistics.published_tables import Published
from casework.vault.crypto.encoding import encode_fields
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import count_ledger
from casework.vault.models import Head

START = bytes(32)


def read_all(context: ActContext, *, narrowly: bool = False) -> tuple[Published, ...]:
    """Return every release of the commune, oldest first; raise VaultError if one was changed or taken away.

    `narrowly` reads them as the database's role that can read nothing else, where the installation has one.
    """
    head = freshness.head(context.session, context.commune_id, count_ledger.ledger_id(context.commune_id))
    rows = (
        _read_narrowly(context, context.released) if narrowly and context.released else _rows(context, context.session)
    )
    prev = START
    for row in rows:
        if row.prev != prev:
            raise VaultError("unopened")
        prev = digest(row)
    newest = count_ledger.newest_release(head.listing)
    said = (newest.revision, newest.digest) if newest else (0, START)
    if said != (len(rows), prev):
        raise VaultError("unopened")
    return tuple(Published.from_body(row.body) for row in rows)


def _read_narrowly(context: ActContext, released: Database) -> list[Release]:
    with released.read_only() as session:
        attach_keys(session, context.crypto.server_keys)
        return _rows(context, session)


def _rows(context: ActContext, session: Session) -> list[Release]:
    wanted = select(Release).where(Release.commune_id == context.commune_id).order_by(Release.number)
    return list(session.execute(wanted).scalars())


def digest(row: Release) -> bytes:
    """Return the hash by which the next release, and the ledger, know this one."""
    fields = (row.commune_id, row.number, row.period, row.released, row.body, row.prev)
    return sha256(encode_fields("cw/1/release", *fields)).digest()


def append(context: ActContext, head: Head, published: Published) -> None:
    """Write a release at the end of the chain and note it in the ledger."""
    newest = count_ledger.newest_release(head.listing)
    row = Release(
        commune_id=context.commune_id,
        number=published.number,
        period=published.period.name,
        released=context.crypto.at,
        body=published.body(),
        prev=newest.digest if newest else START,
    )
    context.session.add(row)
    count_ledger.note_release(context.crypto, head, number=row.number, digest=digest(row))
