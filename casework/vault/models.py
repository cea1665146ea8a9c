"""Rows of the vault: communes, agencies, members, their keys and sessions, documents, envelopes and heads."""

from typing import ClassVar
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casework.column_types import Blob
from casework.db import FREE, GUARDED, Base, Record
from casework.vault.integrity.commitments import Committed, Part
from casework.vault.integrity.signed_rows import SignedRow


class Commune(Base, SignedRow):
    """One commune of the installation; two of them never see each other.

    `size_class` is how many cases its first year was expected to have; later years follow what was published.
    `marks` is the encrypted key of the blind index, which must outlive every rotation of the KEK.
    """

    __tablename__ = "commune"
    __commune__: ClassVar[str] = "id"
    __head__: ClassVar[str | None] = "id"
    # Every request reads it, and none reads the head of the commune for that.
    __versioned__: ClassVar[bool] = False
    __committed__: ClassVar[Committed | None] = Committed(Part.OWN_ROW)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    hamlets: Mapped[str] = mapped_column(Text)
    size_class: Mapped[str] = mapped_column(String(4))
    marks: Mapped[bytes]
    created: Mapped[int]


class Head(Record, SignedRow):
    """The newest state of a case, member, agency or commune.

    `v` rises whenever something is revoked, `n` is the audit line of the last change, `listing` holds
    for each section and series of a case its newest revision and the SHA-256 of its body (see heads.py). `bound`
    commits to all rows that are bound to it and count (see bound_rows.py).
    """

    __tablename__ = "head"

    kind: Mapped[str] = mapped_column(String(10))
    v: Mapped[int]
    n: Mapped[int]
    listing: Mapped[bytes]
    bound: Mapped[bytes]


class Agency(Record, SignedRow):
    """An agency of the commune, or a circle of named people who may read one restricted case.

    `state` is new (nothing is encrypted to it yet), active or closed; `rotation_due` asks for a new epoch at the next
    sign-in of somebody who holds its key, as after a key-holder has left.
    """

    __tablename__ = "agency"
    __head__: ClassVar[str | None] = "id"
    __committed__: ClassVar[Committed | None] = Committed(Part.OWN_ROW)

    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    circle: Mapped[bool]
    epoch: Mapped[int]
    rotation_due: Mapped[bool]
    duty_phone: Mapped[str] = mapped_column(String(40))
    state: Mapped[str] = mapped_column(String(10))


class ProposedChange(Record, SignedRow):
    """A new name, telephone or list of hamlets that holds once a second person has confirmed it.

    `detail` is a Detail, `agency_id` empty for what belongs to the commune; it is deleted when it was decided.
    """

    __tablename__ = "proposed_change"
    __head__: ClassVar[str | None] = "commune_id"
    __versioned__: ClassVar[bool] = False
    __committed__: ClassVar[Committed | None] = Committed(Part.PROPOSALS)
    __table_args__ = (
        ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),
        ForeignKeyConstraint(["commune_id", "proposer_id"], ["member.commune_id", "member.id"]),
    )

    agency_id: Mapped[UUID | None]
    detail: Mapped[str] = mapped_column(String(20))
    value: Mapped[str] = mapped_column(Text)
    proposer_id: Mapped[UUID]
    at: Mapped[int]


class Merger(Base, SignedRow):
    """Into which commune this one goes, and since which day (since 1970) it takes no new cases; no row: into none."""

    __tablename__ = "merger"
    __head__: ClassVar[str | None] = "commune_id"
    __versioned__: ClassVar[bool] = False
    __committed__: ClassVar[Committed | None] = Committed(Part.MERGER)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    into_name: Mapped[str] = mapped_column(String(200))
    since: Mapped[int]


class AgencyEpoch(Base, SignedRow):
    """The public key of an agency for one epoch; the secret exists only in the wraps."""

    __tablename__ = "agency_epoch"
    __head__: ClassVar[str | None] = "agency_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.KEYS)
    __table_args__ = (ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    public_key: Mapped[bytes]


class EpochLink(Base, SignedRow):
    """The secret of a retired epoch, encrypted under the safe key of the next one, for what arrives late (90 days)."""

    __tablename__ = "epoch_link"
    __head__: ClassVar[str | None] = "agency_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.KEYS)
    __table_args__ = (ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    retired: Mapped[int]
    blob: Mapped[bytes]


class DutyRoster(Base, SignedRow):
    """Who of an agency is on duty when, with their own telephones: one encrypted blob, so that no week shows."""

    __tablename__ = "duty_roster"
    __head__: ClassVar[str | None] = "agency_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.DUTY)
    __table_args__ = (ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),)

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    blob: Mapped[bytes]


class Member(Record, SignedRow):
    """A person with an account; names and roles of staff are not secret, what they can open is decided by wraps.

    `state` is invited (no key yet), waiting (a colleague must confirm the key), active, locked or left; before
    enrolment `public_key` is empty.
    """

    __tablename__ = "member"
    __head__: ClassVar[str | None] = "id"
    __committed__: ClassVar[Committed | None] = Committed(Part.OWN_ROW)
    __table_args__ = (
        UniqueConstraint("username"),
        ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),
    )

    agency_id: Mapped[UUID | None]
    username: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    public_key: Mapped[bytes]


class Slot(Record, SignedRow):
    """One way to open a member's key: the passphrase, or the code on paper that stands in for it or for the phone."""

    __tablename__ = "slot"
    __head__: ClassVar[str | None] = "member_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.CREDENTIALS, ("id",))
    __table_args__ = (ForeignKeyConstraint(["commune_id", "member_id"], ["member.commune_id", "member.id"]),)

    member_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(String(10))
    salt: Mapped[bytes]
    memory_kib: Mapped[int]
    passes: Mapped[int]
    blob: Mapped[bytes]


class Wrap(Base, SignedRow):
    """An agency's secret of one epoch, encrypted to one member's public key (HPKE).

    The head of its agency commits to whom it is for, so that nobody loses a key unnoticed.
    """

    __tablename__ = "wrap"
    __head__: ClassVar[str | None] = "agency_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.WRAPS, ("member_id", "agency_id"))
    __table_args__ = (
        ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),
        ForeignKeyConstraint(["commune_id", "member_id"], ["member.commune_id", "member.id"]),
    )

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(primary_key=True)
    blob: Mapped[bytes]


class SessionRow(Base, SignedRow):
    """One signed-in browser: the member's seed encrypted under a key that only the cookie can make.

    `kind` is pending until the second factor; `stepup` is when the member last gave a fresh proof, for the case
    `stepup_about` or, without one, for anything; `device` is the family of the browser, for the member's own list.
    """

    __tablename__ = "session"
    __table_args__ = {"info": FREE}
    __head__: ClassVar[str | None] = "member_id"

    sid: Mapped[bytes] = mapped_column(Blob(32), primary_key=True)
    commune_id: Mapped[UUID]
    member_id: Mapped[UUID] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(10))
    created: Mapped[int]
    factors: Mapped[int]
    stepup: Mapped[int]
    stepup_about: Mapped[UUID | None]
    device: Mapped[str] = mapped_column(String(60))
    seen: Mapped[int]
    blob: Mapped[bytes | None]


class KeptForm(Record, SignedRow):
    """A form that somebody typed into and has not sent: what was typed, encrypted to their own public key.

    `page` is the address where the form stands and `case_id` the case that it is about, so that both can be found
    without a key: the page offers the text again, an erasure takes it along.
    """

    __tablename__ = "kept_form"
    __head__: ClassVar[str | None] = "member_id"
    __table_args__ = (ForeignKeyConstraint(["commune_id", "member_id"], ["member.commune_id", "member.id"]),)

    member_id: Mapped[UUID] = mapped_column(index=True)
    case_id: Mapped[UUID | None] = mapped_column(index=True)
    page: Mapped[str] = mapped_column(String(300))
    at: Mapped[int]
    blob: Mapped[bytes]


class MailAddress(Record, SignedRow):
    """Where one member wants the one sentence sent: address and code in a blob of one size under the server's key.

    Whether it was confirmed stands in the blob too. A new address is a row with a new id, so that no backup brings the
    one before back.
    """

    __tablename__ = "mail_address"
    __head__: ClassVar[str | None] = "member_id"
    __table_args__ = (
        UniqueConstraint("commune_id", "member_id"),
        ForeignKeyConstraint(["commune_id", "member_id"], ["member.commune_id", "member.id"]),
    )

    member_id: Mapped[UUID]
    blob: Mapped[bytes]


class Throttle(Base):
    """Failed tries of one key (a hash of account and device, or of an address) within a window."""

    __tablename__ = "throttle"
    __table_args__ = {"info": FREE}

    key: Mapped[bytes] = mapped_column(Blob(32), primary_key=True)
    failures: Mapped[int]
    since: Mapped[int]


class Document(Record, SignedRow):
    """One revision of one section of a case; the body is encrypted, its hash stands in the case's head."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("commune_id", "case_id", "section", "series", "revision"),
        {"info": GUARDED},
    )
    __head__: ClassVar[str | None] = "case_id"
    __unsigned__: ClassVar[frozenset[str]] = frozenset({"body"})
    __committed__: ClassVar[Committed | None] = Committed(Part.DOCUMENTS)

    case_id: Mapped[UUID]
    section: Mapped[int]
    series: Mapped[UUID]
    revision: Mapped[int]
    owner_id: Mapped[UUID]
    author_agency_id: Mapped[UUID]
    commit_tag: Mapped[bytes]
    body: Mapped[bytes]


class Envelope(Base, SignedRow):
    """The key of one document for one agency or circle; all envelopes together are the access list.

    Its head commits to whom it is for, not to its MAC: sealed anew under a new epoch, it gives nobody more or less.
    """

    __tablename__ = "envelope"
    __table_args__ = (
        ForeignKeyConstraint(["commune_id", "document_id"], ["document.commune_id", "document.id"]),
        ForeignKeyConstraint(["commune_id", "agency_id"], ["agency.commune_id", "agency.id"]),
        {"info": GUARDED},
    )
    __head__: ClassVar[str | None] = "case_id"
    __committed__: ClassVar[Committed | None] = Committed(Part.ENVELOPES, ("document_id", "agency_id"))

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    agency_id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(index=True)
    epoch: Mapped[int]
    kind: Mapped[str] = mapped_column(String(4))
    blob: Mapped[bytes]
