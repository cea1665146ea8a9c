"""A line of the log, and the count of repetitions that becomes one."""

from uuid import UUID

from sqlalchemy import Index, String, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import FREE, Base, equals_literal
from casework.policy.vocabulary import Act
from casework.vault.integrity.signed_rows import SignedRow


class AuditLine(Base):
    """Line `n` of a commune's chain: h = SHA-256(encode_fields("cw/1/audit", n, prev, body)) with a MAC beside it.

    `body` is canonical JSON; the other columns repeat parts of it so that they can be searched, and
    `verify` compares the two. `head` and `head_mac` name the head that the act changed.
    """

    __tablename__ = "audit_line"
    __table_args__ = (
        Index("ix_audit_line_head", "commune_id", "head", "n"),
        Index("ix_audit_line_about", "commune_id", "about", "n"),
        {"info": FREE},
    )

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[int]
    act: Mapped[str] = mapped_column(String(40))
    who: Mapped[UUID | None]
    about: Mapped[UUID | None]
    outcome: Mapped[str] = mapped_column(String(10))
    head: Mapped[UUID | None]
    head_mac: Mapped[bytes | None]
    body: Mapped[str] = mapped_column(Text)
    prev: Mapped[bytes]
    h: Mapped[bytes]
    mac: Mapped[bytes]


# Every first page asks what was left behind, what is to be erased, who opened what, and whether something did not open:
# few lines in a long log, each kind in an index of its own.
RARE = {act: equals_literal(AuditLine.act, act) for act in (Act.ACCOUNT_LEAVE, Act.CASE_ERASE_REQUEST)}
OPENED = and_(equals_literal(AuditLine.act, Act.CASE_READ), equals_literal(AuditLine.outcome, "ok"))
_OPENINGS = (AuditLine.commune_id, AuditLine.about, AuditLine.at, AuditLine.who)
Index("ix_audit_line_opened", *_OPENINGS, sqlite_where=OPENED, postgresql_where=OPENED)
FAILED = equals_literal(AuditLine.outcome, "failed")
Index("ix_audit_line_failed", AuditLine.commune_id, AuditLine.n, sqlite_where=FAILED, postgresql_where=FAILED)
for _act, _which in RARE.items():
    _name = f"ix_audit_line_{_act.replace('.', '_')}"
    Index(_name, AuditLine.commune_id, AuditLine.head, sqlite_where=_which, postgresql_where=_which)


class Tally(Base, SignedRow):
    """How often visitors have done the same within one minute, after the first time, which was a line at once."""

    __tablename__ = "tally"
    __table_args__ = {"info": FREE}

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    act: Mapped[str] = mapped_column(String(40), primary_key=True)
    outcome: Mapped[str] = mapped_column(String(10), primary_key=True)
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
    since: Mapped[int]
    more: Mapped[int]
