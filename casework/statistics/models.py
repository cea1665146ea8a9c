"""A released period: insert-only, hash-chained, and all that a statistician can read."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base
from casework.vault.integrity.signed_rows import SignedRow


class Release(Base, SignedRow):
    """Release `number` of a commune: rounded tables of one period as canonical JSON, and the hash of the one before."""

    __tablename__ = "release"
    __table_args__ = (ForeignKeyConstraint(["commune_id"], ["commune.id"]),)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[str] = mapped_column(String(20))
    released: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    prev: Mapped[bytes]
