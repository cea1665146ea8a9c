"""Rows of enrolment: admissions under way, second factors, covered screens."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from casework.column_types import Blob
from casework.db import FREE, Base, Record
from casework.vault.integrity.commitments import Committed, Part
from casework.vault.integrity.signed_rows import SignedRow


class Admission(Record, SignedRow):
    """An admission under way: a code was handed over, and the new key waits until a colleague confirms it.

    `finder` is an HMAC of the code, by which it is found; `sealed` is the code encrypted to the agency, so that any
    colleague can verify `tag`, the MAC of the new public key under the code. `carry` is the agency's secret encrypted
    under the code itself, made by the console alone. `agency_id` is None for an account that holds no key.
    """

    __tablename__ = "admission"
    __head__: ClassVar[str | None] = "member_id"
    __table_args__ = (ForeignKeyConstraint(["commune_id", "member_id"], ["member.commune_id", "member.id"]),)

    member_id: Mapped[UUID]
    agency_id: Mapped[UUID | None]
    by_id: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(10))
    created: Mapped[int]
    epoch: Mapped[int]
    finder: Mapped[bytes] = mapped_column(Blob(32), index=True)
    sealed: Mapped[bytes | None]
    carry: Mapped[bytes | None]
    tag: Mapped[bytes | None]


class Totp(Base, SignedRow):
    """The second factor of a member (RFC 6238): its seed encrypted under K_totp, and the last counter that was used."""

    __tablename__ = "totp"
    __head__: ClassVar[str | None] = "member_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.CREDENTIALS, ("member_id",))
    __table_args__ = (ForeignKeyConstraint(["commune_id", "member_id"], ["member.commune_id", "member.id"]),)
    # The counter rises by one atomic statement, so that a code is good for one sign-in in whichever worker.
    __unsigned__: ClassVar[frozenset[str]] = frozenset({"last_counter"})

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    blob: Mapped[bytes]
    created: Mapped[int]
    last_counter: Mapped[int]


class Passkey(Record, SignedRow):
    """A passkey of a member (WebAuthn): name, id, public key and counter encrypted under K_totp.

    Its head commits to its id: the counter rises with each use.
    """

    __tablename__ = "passkey"
    __head__: ClassVar[str | None] = "member_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.CREDENTIALS, ("id",))
    __table_args__ = (ForeignKeyConstraint(["commune_id", "member_id"], ["member.commune_id", "member.id"]),)

    member_id: Mapped[UUID]
    created: Mapped[int]
    blob: Mapped[bytes]


class Interview(Base, SignedRow):
    """A screen that is blank while somebody speaks: the member's seed under cookie and short code, five tries."""

    __tablename__ = "interview"
    __table_args__ = {"info": FREE}
    __head__: ClassVar[str | None] = "member_id"
    __unsigned__: ClassVar[frozenset[str]] = frozenset({"tries"})

    sid: Mapped[bytes] = mapped_column(Blob(32), primary_key=True)
    commune_id: Mapped[UUID]
    member_id: Mapped[UUID]
    salt: Mapped[bytes]
    blob: Mapped[bytes]
    tries: Mapped[int]
