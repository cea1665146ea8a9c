"""Finds inconsistent rows in a database; the words of a finding say nothing of what a case holds."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, func, select

from casework import unguarded_database
from casework.audit.checkpoint import CheckpointStore
from casework.audit.models import AuditLine
from casework.cases.models import Case, ChairNotice, Ground, Referral
from casework.cases.states import CARRYING_GROUND, LIVE_REFERRAL, READABLE_NOTICE, CaseState
from casework.config import Config
from casework.errors import VaultError
from casework.gate import Gate
from casework.maintenance import checkpoints, evidence_check, row_verification, signed_tables
from casework.maintenance.dump import NOT_DUMPED
from casework.maintenance.system_actors import commune_ids
from casework.policy.vocabulary import Section
from casework.statistics import releases
from casework.vault.crypto.aead import E1_OVERHEAD, E1_START, KEY_BYTES
from casework.vault.crypto.hpke import E2_OVERHEAD, E2_START
from casework.vault.integrity import heads
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.keys import count_ledger
from casework.vault.keys.kek import ServerKeys
from casework.vault.models import Agency, Commune, Document, Envelope, Head, Member, Wrap
from casework.vault.states import EnvelopeKind, MemberState

# How each kind of envelope begins, and how long it is.
_FORMS = {
    EnvelopeKind.KEPT: (E1_START, E1_OVERHEAD + KEY_BYTES),
    EnvelopeKind.SENT: (E2_START, E2_OVERHEAD + KEY_BYTES),
}


@dataclass(frozen=True)
class Fault:
    """An inconsistency: in which table, about which id, and what it is."""

    table: str
    about: UUID | None
    words: str


@dataclass(frozen=True)
class _Database:
    """An open snapshot of the database with the rows of its heads by id."""

    connection: Connection
    heads: Mapping[UUID, Any]

    def rows(self, kind: type[Any]) -> Iterator[Any]:
        """Yield the rows of one kind; one with a value of another type is named by its MAC alone."""
        yield from (row for row in signed_tables.plain_rows(self.connection, kind) if _has_types(kind, row))

    def ids(self, kind: type[Any]) -> set[UUID]:
        return set(self.connection.execute(select(kind.__table__.c.id)).scalars())


def _has_types(kind: type[Any], row: Any) -> bool:
    """Tell whether every value of a row is of the type of its column."""
    pairs = zip(row, kind.__table__.columns, strict=True)
    return all((value is None and one.nullable) or isinstance(value, one.type.python_type) for value, one in pairs)


def find_faults(connection: Connection, server_keys_of: Callable[[UUID], ServerKeys]) -> list[Fault]:
    """Return every inconsistency of the rows themselves, without any key of an agency."""
    database = _Database(connection, {row.id: row for row in signed_tables.plain_rows(connection, Head)})
    faults = [*_unsigned(database, server_keys_of)]
    for find in (_rows_of_heads, _own_rows, _documents, _envelopes, _cases, _referrals, _notices, _wraps, _releases):
        faults += find(database)
    return faults


def find_faults_quickly(connection: Connection, server_keys_of: Callable[[UUID], ServerKeys]) -> list[Fault]:
    """Return what is wrong with the rows of the small tables: no document is read, and no envelope but for whom it is.

    Those two are nine rows of ten; they are compared when a case is opened, and once a day.
    """
    database = _Database(connection, {row.id: row for row in signed_tables.plain_rows(connection, Head)})
    large = frozenset({Document.__tablename__, Envelope.__tablename__})
    faults = [*_unsigned(database, server_keys_of, without=NOT_DUMPED | large)]
    for find in (_heads_gone, _rows_of_heads, _own_rows, _cases, _referrals, _wraps, _releases):
        faults += find(database)
    return faults


def _unsigned(
    database: _Database, server_keys_of: Callable[[UUID], ServerKeys], *, without: frozenset[str] = NOT_DUMPED
) -> Iterator[Fault]:
    versions = {head_id: row.v for head_id, row in database.heads.items()}
    for kind in signed_tables.signed_kinds(without=without):
        for row in signed_tables.plain_rows(database.connection, kind):
            try:
                version = signed_tables.head_version(kind, row, versions)
                verify_row(server_keys_of(getattr(row, kind.__commune__)), kind, row, version)
            except VaultError:
                words = "dòng bị sửa, thay bằng bản cũ, hoặc không do chương trình ghi / row was changed or put back"
                yield Fault(kind.__tablename__, getattr(row, "id", None), words)


def _rows_of_heads(database: _Database) -> Iterator[Fault]:
    for head_id in row_verification.heads_without_their_rows(database.connection, database.heads.values()):
        yield Fault(
            "head", head_id, "có dòng bị bỏ, thêm vào hoặc thay bằng bản cũ / rows are gone, planted or put back"
        )


def _heads_gone(database: _Database) -> Iterator[Fault]:
    """Miss each head that the newest line about it has seen: one that is gone with all its rows contradicts no row."""
    lines = AuditLine.__table__.c
    about = select(lines.commune_id, func.max(lines.n).label("n")).where(lines.head.is_not(None))
    newest = about.group_by(lines.commune_id, lines.head).subquery()
    same = (lines.commune_id == newest.c.commune_id, lines.n == newest.c.n)
    # The line of an erasure names its head without a MAC.
    logged = select(lines.head).join(newest, and_(*same)).where(lines.head_mac.is_not(None))
    for head_id in database.connection.execute(logged).scalars():
        if isinstance(head_id, UUID) and head_id not in database.heads:
            yield Fault("head", head_id, "mất đầu mục mà nhật ký nói đến / a head that the log names is gone")


# The table that holds the row whose id a head has, by its kind; the ledger of counts has none.
_OWN_ROWS: tuple[tuple[str, type[Any]], ...] = (("case", Case), ("member", Member), ("agency", Agency))


def _own_rows(database: _Database) -> Iterator[Fault]:
    for head_kind, kind in _OWN_ROWS:
        ids = database.ids(kind)
        for row in database.heads.values():
            if row.kind == head_kind and row.id not in ids:
                yield Fault(kind.__tablename__, row.id, "mất dòng mà đầu mục nói đến / the row of a head is gone")
    communes = database.ids(Commune)
    for commune_id in {row.commune_id for row in database.heads.values()} - communes:
        yield Fault("commune", commune_id, "mất dòng của xã / the row of a commune is gone")


def find_all_faults(config: Config, gate: Gate) -> list[Fault]:
    """Return every inconsistency of an installation at one moment, and what differs from the evidence outside."""
    damage = unguarded_database.find_damage(config.database_url)
    if damage:
        # Rows of a file that is damaged are not there, or are others: nothing that is said of them would be true.
        return [Fault("database", None, f"tệp cơ sở dữ liệu hỏng / the file is damaged: {words}") for words in damage]
    faults = []
    with unguarded_database.snapshot(config.database_url) as connection:
        faults += find_faults(connection, gate.server_keys)
    if checkpoints.configured(config):
        faults += _without_checkpoint(config, gate)
    differences = evidence_check.find_differences(gate)
    return faults + [Fault(found.place, found.commune_id, found.words) for found in differences]


def _documents(database: _Database) -> Iterator[Fault]:
    listed = {
        (head_id, entry.section, entry.series): entry
        for head_id, row in database.heads.items()
        if _has_types(Head, row)
        for entry in _entries(row.listing)
    }
    stored = set()
    for row in database.rows(Document):
        entry = listed.get((row.case_id, row.section, row.series))
        if entry is None or row.revision > entry.revision:
            yield Fault("document", row.id, "bản ghi không có trong danh mục / revision is not listed by its head")
        elif row.revision == entry.revision:
            stored.add((row.case_id, row.section, row.series))
            if not isinstance(row.body, bytes) or sha256(row.body).digest() != entry.digest:
                yield Fault("document", row.id, "nội dung đã niêm phong bị thay / sealed body is not the listed one")
    for case_id, section, series in sorted(set(listed) - stored, key=repr):
        if not row_verification.is_release_entry((case_id, section, series, 0)):
            yield Fault("document", case_id, "mất bản mới nhất của một phần / newest revision of a section is gone")


def _entries(listing: bytes) -> list[heads.ListedRevision]:
    try:
        return list(heads.listed_revisions(listing))
    except VaultError:
        return []


def _envelopes(database: _Database) -> Iterator[Fault]:
    case_of_document = {row.id: row.case_id for row in database.rows(Document)}
    agencies = database.ids(Agency)
    for row in database.rows(Envelope):
        if case_of_document.get(row.document_id) != row.case_id:
            yield Fault("envelope", row.document_id, "phong bì không thuộc bản ghi nào / envelope of no document")
        if row.agency_id not in agencies:
            yield Fault("envelope", row.document_id, "phong bì của cơ quan không có / envelope of no agency")
        if (row.blob[:2], len(row.blob)) != _FORMS.get(row.kind):
            yield Fault("envelope", row.document_id, "phong bì sai dạng / envelope is malformed")


def _cases(database: _Database) -> Iterator[Fault]:
    employed, kept = _employed(database), _kept_circles(database)
    for row in database.rows(Case):
        held = row.holder_id in employed or row.owner_id in kept
        if row.state in (CaseState.OPEN, CaseState.ADVICE) and not held:
            yield Fault("case_file", row.id, "vụ việc đang mở mà không ai phụ trách / open case without a holder")


def _referrals(database: _Database) -> Iterator[Fault]:
    live_grounds = {row.id for row in database.rows(Ground) if row.state in CARRYING_GROUND}
    for row in database.rows(Referral):
        if row.state in LIVE_REFERRAL and row.ground_id not in live_grounds:
            yield Fault("referral", row.id, "đang chia sẻ mà căn cứ không còn / shared without a live ground")


def _notices(database: _Database) -> Iterator[Fault]:
    notices = list(database.rows(ChairNotice))
    named = {(row.case_id, row.to_id) for row in notices if row.state in READABLE_NOTICE}
    sealed = {row.id: row for row in database.rows(Document) if row.section == Section.NOTICE}
    for row in notices:
        if row.state in READABLE_NOTICE and row.to_id is None:
            yield Fault("notice", row.id, "tin báo đã gửi mà không có người nhận / sent notice names nobody")
    for row in database.rows(Envelope):
        document = sealed.get(row.document_id)
        if document and row.agency_id != document.owner_id and (row.case_id, row.agency_id) not in named:
            yield Fault("envelope", row.document_id, "tin báo đã rút mà còn đọc được / withdrawn notice can be read")


def _wraps(database: _Database) -> Iterator[Fault]:
    employed, kept = _employed(database), _kept_circles(database)
    for row in database.rows(Wrap):
        if row.member_id not in employed and row.agency_id not in kept:
            yield Fault("wrap", row.member_id, "người đã nghỉ còn chìa khóa / key left with somebody who has left")


def _releases(database: _Database) -> Iterator[Fault]:
    """The ledger of counts commits to the newest release, and each release to the one before."""
    for row in database.heads.values():
        if not _has_types(Head, row) or (newest := count_ledger.newest_release(row.listing)) is None:
            continue
        try:
            found = releases.hashes(database.connection, row.commune_id)
        except VaultError:
            found = []
        if (len(found), found[-1:]) != (newest.revision, [newest.digest]):
            yield Fault("release", row.commune_id, "mất hoặc thừa một lần công bố / a release is gone or planted")


def _employed(database: _Database) -> set[UUID]:
    return {row.id for row in database.rows(Member) if row.state != MemberState.LEFT}


def _kept_circles(database: _Database) -> set[UUID]:
    """Return the circles whose last key may lie with somebody who has left, until its next holder renews it."""
    return {row.id for row in database.rows(Agency) if row.circle and row.rotation_due}


def _without_checkpoint(config: Config, gate: Gate) -> Iterator[Fault]:
    for commune_id in commune_ids(gate):
        if not CheckpointStore.of(config.checkpoints_folder, commune_id).numbers():
            yield Fault("checkpoint", commune_id, "chưa có mốc nhật ký nào / there is no checkpoint")
