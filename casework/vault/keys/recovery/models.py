"""Rows of recovery: the newest numbered secret of an agency, who holds a sheet of it, and which pairs may use it."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Base
from casework.vault.integrity.commitments import Committed, Part
from casework.vault.integrity.signed_rows import SignedRow


class Recovery(Base, SignedRow):
    """The recovery key of an agency, its running number, and the agency's secret of one epoch encrypted to it."""

    __tablename__ = "recovery"
    __head__: ClassVar[str | None] = "agency_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.KEYS)
    __table_args__ = (ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    public_key: Mapped[bytes]
    epoch: Mapped[int]
    blob: Mapped[bytes]


class RecoveryOfficer(Base, SignedRow):
    """Who keeps one sheet; `tag` recognises its secret, `drilled` is when it was last shown (0: never)."""

    __tablename__ = "recovery_officer"
    __head__: ClassVar[str | None] = "agency_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.KEYS)
    __table_args__ = (ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    seat: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(200))
    tag: Mapped[bytes]
    drilled: Mapped[int]


class RecoveryPair(Base, SignedRow):
    """Two seats whose sheets together open the recovery key; a pair without a row may not."""

    __tablename__ = "recovery_pair"
    __head__: ClassVar[str | None] = "agency_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.KEYS)
    __table_args__ = (ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    second: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    blob: Mapped[bytes]
