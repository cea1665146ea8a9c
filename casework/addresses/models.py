"""One trusted address of the register."""

from typing import ClassVar

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import Record
from casework.vault.macs import Maced

ACTIVE, RETIRED = "active", "retired"


class Address(Record, Maced):
    """A place where a person in danger may knock; who stays there is never written here."""

    __tablename__ = "address"
    __head__: ClassVar[str | None] = "commune_id"

    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(200))
    hamlet: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(40))
    capacity: Mapped[int]
    opening: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
