"""Whether something did not hold when it was opened, and nobody has verified every row since then."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, select

from casework.audit.chain import holds
from casework.audit.models import FAILED, AuditLine
from casework.audit.read import reason_of
from casework.audit.verify import WITH_ROWS
from casework.errors import MissingGrants, VaultError
from casework.policy.vocabulary import Act
from casework.vault.keys.context import CryptoContext


def unsettled(crypto: CryptoContext) -> bool:
    """Tell whether an act failed because a row did not hold, after the last verification of all rows that found none.

    Such a verification is done at the console alone: whoever runs it has seen what it says. Its line is believed only
    if it is as the program wrote it. That a line which rings was changed is found by the mark beside the database
    (fault_mark.py), and by the next comparison of the newest lines.
    """
    about_commune = (AuditLine.about == crypto.commune_id, AuditLine.act == Act.AUDIT_VERIFY)
    verified = (row for row in _newest(crypto, *about_commune) if reason_of(row.body) == WITH_ROWS)
    settled = next((row.n for row in verified if holds(crypto.server_keys, row, row.n, row.prev)), 0)
    # A right that is missing ends with its cause, and says nothing of a row.
    kinds = {*_kinds(VaultError)} - {MissingGrants.__name__}
    return any(reason_of(row.body) in kinds for row in _newest(crypto, FAILED, AuditLine.n > settled))


def _kinds(kind: type[VaultError]) -> Iterator[str]:
    """Yield the words by which the log calls what does not hold."""
    yield kind.__name__
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def _newest(crypto: CryptoContext, *conditions: ColumnElement[bool]) -> Iterator[Any]:
    """Yield the lines that meet some conditions, newest first."""
    lines = select(AuditLine.__table__).where(AuditLine.commune_id == crypto.commune_id, *conditions)
    with crypto.session.execute(lines.order_by(AuditLine.n.desc()).execution_options(yield_per=50)) as rows:
        yield from rows
