"""The hash chain of releases: read and verified as a whole, appended to, never changed."""

from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from casework import clock
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


def read_all(context: ActContext, *, least_privilege: bool = False) -> tuple[Published, ...]:
    """Return every release of the commune, oldest first; raise VaultError if one was changed or removed.

    `least_privilege` reads as the database role that can read nothing else, where the installation has one.
    """
    head = freshness.head(context.session, context.commune_id, count_ledger.ledger_id(context.commune_id))
    rows = (
        _read_as_reader(context, context.released)
        if least_privilege and context.released
        else _rows(context, context.session)
    )
    previous = START
    for row in rows:
        if row.prev != previous:
            raise VaultError("unopened")
        previous = digest(row)
    newest = count_ledger.newest_release(head.listing)
    recorded = (newest.revision, newest.digest) if newest else (0, START)
    if recorded != (len(rows), previous):
        raise VaultError("unopened")
    return tuple(Published.from_body(row.body) for row in rows)


def _read_as_reader(context: ActContext, released: Database) -> list[Release]:
    with released.read_only() as session:
        attach_keys(session, context.crypto.server_keys)
        return _rows(context, session)


def _rows(context: ActContext, session: Session) -> list[Release]:
    query = select(Release).where(Release.commune_id == context.commune_id).order_by(Release.number)
    return list(session.execute(query).scalars())


def digest(row: Any) -> bytes:
    """Return the SHA-256 of a release, as the next release and the count ledger record it."""
    fields = (row.commune_id, row.number, row.period, row.released, row.body, row.prev)
    return sha256(encode_fields("cw/1/release", *fields)).digest()


def hashes(session: Session | Connection, commune_id: UUID) -> list[bytes]:
    """Return the hash of each release, oldest first, as it stands there: nothing is verified."""
    row = Release.__table__.c
    columns = (row.commune_id, row.number, row.period, row.released, row.body, row.prev)
    return [
        digest(release)
        for release in session.execute(select(*columns).where(row.commune_id == commune_id).order_by(row.number))
    ]


def append(context: ActContext, head: Head, published: Published) -> None:
    """Append a release to the chain and record it in the count ledger."""
    newest = count_ledger.newest_release(head.listing)
    row = Release(
        commune_id=context.commune_id,
        number=published.number,
        period=published.period.name,
        # The day alone: whoever reads releases need not know at which moment a lead was at work.
        released=clock.midnight(clock.local(context.crypto.at).date()),
        body=published.body(),
        prev=newest.digest if newest else START,
    )
    context.session.add(row)
    count_ledger.note_release(context.crypto, head, number=row.number, digest=digest(row))
