"""Rows that bear a case and the register of trusted addresses; nothing in the clear tells about the survivor."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.db import GUARDED, Record
from casework.vault.integrity.commitments import Committed, Part
from casework.vault.integrity.signed_rows import SignedRow


class Case(Record, SignedRow):
    """One case, from its first draft on: who holds it, whether it is open and since which day.

    `opened` and `closed` are days since 1970 in the commune's time. `code_tag` is an HMAC of the case code,
    so that two cases never get the same one; the code itself is sealed in the section `label`.
    """

    __tablename__ = "case_file"
    __table_args__ = (
        UniqueConstraint("commune_id", "code_tag"),
        ForeignKeyConstraint(["commune_id", "owner_id"], ["agency.commune_id", "agency.id"]),
        ForeignKeyConstraint(["commune_id", "holder_id"], ["member.commune_id", "member.id"]),
        {"info": GUARDED},
    )
    __head__: ClassVar[str | None] = "id"
    __committed__: ClassVar[Committed | None] = Committed(Part.CASE)

    owner_id: Mapped[UUID]
    holder_id: Mapped[UUID]
    standin_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(10))
    opened: Mapped[int]
    closed: Mapped[int | None]
    code_tag: Mapped[bytes | None]


class Ground(Record, SignedRow):
    """One ground for sharing (consent, duty by law, danger to life); reasons are sealed, what routing needs is here.

    `sections` are section numbers joined by commas; `until` is microseconds or None.
    """

    __tablename__ = "ground"
    __table_args__ = (
        ForeignKeyConstraint(["commune_id", "case_id"], ["case_file.commune_id", "case_file.id"]),
        ForeignKeyConstraint(["commune_id", "receiver_id"], ["agency.commune_id", "agency.id"]),
        {"info": GUARDED},
    )
    __head__: ClassVar[str | None] = "case_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.ROUTING)

    case_id: Mapped[UUID] = mapped_column(index=True)
    receiver_id: Mapped[UUID]
    sections: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    until: Mapped[int | None]


class Referral(Record, SignedRow):
    """One referral of a case to an agency: from, to, state and due time; its words are sealed in `letter`.

    `kept` are the revisions that the receiver keeps once it is done, as "section:revision" joined by commas.
    """

    __tablename__ = "referral"
    __table_args__ = (
        ForeignKeyConstraint(["commune_id", "case_id"], ["case_file.commune_id", "case_file.id"]),
        ForeignKeyConstraint(["commune_id", "ground_id"], ["ground.commune_id", "ground.id"]),
        ForeignKeyConstraint(["commune_id", "from_id"], ["agency.commune_id", "agency.id"]),
        ForeignKeyConstraint(["commune_id", "to_id"], ["agency.commune_id", "agency.id"]),
        {"info": GUARDED},
    )
    __head__: ClassVar[str | None] = "case_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.ROUTING)

    case_id: Mapped[UUID] = mapped_column(index=True)
    ground_id: Mapped[UUID]
    from_id: Mapped[UUID]
    to_id: Mapped[UUID]
    state: Mapped[str] = mapped_column(String(10))
    urgent: Mapped[bool]
    sent: Mapped[int]
    due: Mapped[int]
    kept: Mapped[str] = mapped_column(String(400))


class ChairNotice(Record, SignedRow):
    """One notice of a case to the chair of the commune: to which circle of named people, its state, when it was sent.

    `to_id` is None where nobody reads it here: it was given by word, or everybody who would read it must not know.
    """

    __tablename__ = "notice"
    __table_args__ = (
        ForeignKeyConstraint(["commune_id", "case_id"], ["case_file.commune_id", "case_file.id"]),
        ForeignKeyConstraint(["commune_id", "to_id"], ["agency.commune_id", "agency.id"]),
        {"info": GUARDED},
    )
    __head__: ClassVar[str | None] = "case_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.ROUTING)

    case_id: Mapped[UUID] = mapped_column(index=True)
    to_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(10))
    sent: Mapped[int]


class Address(Record, SignedRow):
    """A trusted address: a place of refuge for a person in danger; who stays there is never written here.

    The list is public, so its columns are in the clear; of a place that is not published they are empty. `blob` is what
    the Women's Union alone reads of it (K_address).
    """

    __tablename__ = "address"
    __head__: ClassVar[str | None] = "commune_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.ADDRESSES)

    name: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(200))
    hamlet: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(40))
    capacity: Mapped[int]
    opening: Mapped[str] = mapped_column(String(200))
    contact: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    blob: Mapped[bytes]
