"""Freshness: a head is accepted only if the newest log line about a change to it holds this very MAC."""

import hmac
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, event, func, or_, select
from sqlalchemy.orm import Session

from casework.audit.models import AuditLine
from casework.audit.outside_evidence import listed_before, require_current
from casework.errors import AlteredRows, NotFound, OutdatedHead, SignInNeeded, VaultError
from casework.vault.integrity import bound_rows, heads
from casework.vault.integrity.commitments import hash_of_part, is_one_row, part_hash, token
from casework.vault.integrity.signed_rows import columns, remember_version, split_row, verify_row, version_head
from casework.vault.keys.context import CryptoContext, RecipientKey
from casework.vault.models import Agency, AgencyEpoch, Commune, Head, Member, Wrap
from casework.vault.states import AgencyState

_line = AuditLine.__table__
# What a transaction has read, under these words in its `info`. Nobody else writes meanwhile, so each head and the
# members are read once, and anew after this act itself has written anything. Rows are held to its end, because the
# session forgets, and would read again, what nobody holds.
_HEADS, _MEMBERS_READ, _HELD = "heads read", "members read", "rows held"


@event.listens_for(Session, "after_flush")
def _forget(session: Session, _context: object) -> None:
    session.info.pop(_HEADS, None)
    session.info.pop(_MEMBERS_READ, None)


def head(session: Session, commune_id: UUID, head_id: UUID) -> Head:
    """Load a head, verified and compared with the log; raise NotFound if there is none, VaultError if it is stale."""
    if head_id in (changed := heads.changed_heads(session)):
        return changed[head_id]
    known: dict[tuple[UUID, UUID], Head] = session.info.setdefault(_HEADS, {})
    if (commune_id, head_id) not in known:
        known[commune_id, head_id] = _read_head(session, commune_id, head_id)
    newest = known[commune_id, head_id]
    remember_version(session, head_id, newest.v)
    return newest


def _read_head(session: Session, commune_id: UUID, head_id: UUID) -> Head:
    row = session.execute(_HEAD, {"commune": commune_id, "head": head_id}).one_or_none()
    if row is None:
        raise NotFound("head")
    newest, n, mac = row
    require_latest(session, newest, n, mac)
    return newest  # type: ignore[no-any-return]


def require_latest(session: Session, head: Any, n: int | None, mac: bytes | None) -> None:
    """Raise OutdatedHead unless the newest log line about a verified head holds it, and nothing was revoked since."""
    require_current(session, head)
    # SQLite keeps whatever somebody puts into a column of the log.
    if n != head.n or not isinstance(mac, bytes) or not hmac.compare_digest(mac, head.mac):
        raise OutdatedHead(row=head.kind)


def require_unchanged(session: Session, commune_id: UUID, member_id: UUID | None, version: int) -> None:
    """Raise SignInNeeded for a member whose head changed since the request began, as when the account was locked."""
    if member_id is None:
        return
    if session.execute(_VERSION, {"commune": commune_id, "member": member_id}).scalar_one_or_none() != version:
        raise SignInNeeded("Tài khoản vừa thay đổi. Hãy đăng nhập lại.")


def newest_line(commune_id: Any, head_id: Any) -> tuple[Any, Any]:
    """Return, as two columns of a statement, number and MAC of the newest log line about a change to a head."""
    about = and_(_line.c.commune_id == commune_id, _line.c.head == head_id)
    newest = select(_line.c.head_mac).where(about).order_by(_line.c.n.desc()).limit(1)
    return newest_number(commune_id, head_id), newest.scalar_subquery()


def newest_number(commune_id: Any, head_id: Any) -> Any:
    """Return, as a column of a statement, the number of the newest log line about a change to a head."""
    about = and_(_line.c.commune_id == commune_id, _line.c.head == head_id)
    return select(func.max(_line.c.n)).where(about).scalar_subquery()


_NEWEST_MAC = select(newest_line(bindparam("commune"), bindparam("head"))[1])
_NEWEST_NUMBER = select(newest_number(bindparam("commune"), bindparam("head")))
_VERSION = select(Head.v).where(Head.commune_id == bindparam("commune"), Head.id == bindparam("member"))
_HEAD = select(Head, *newest_line(Head.commune_id, Head.id)).where(
    Head.commune_id == bindparam("commune"), Head.id == bindparam("head")
)


def was_logged(session: Session, commune_id: UUID, head_id: UUID) -> bool:
    """Tell whether the log knows of a head of this id, one that was erased too."""
    return session.execute(_NEWEST_NUMBER, {"commune": commune_id, "head": head_id}).scalar_one() is not None


def cases_gone(session: Session, commune_id: UUID, case_ids: frozenset[UUID]) -> list[UUID]:
    """Return the cases that were listed before, are not among these, and of which the log does not say why.

    Rows and head of a case agree where both were deleted. The line of an erasure names its head without a MAC.
    """
    gone = listed_before(session, commune_id, case_ids).difference(heads.erased_heads(session))
    macs = {
        head_id: session.execute(_NEWEST_MAC, {"commune": commune_id, "head": head_id}).scalar() for head_id in gone
    }
    return [head_id for head_id, mac in macs.items() if mac is not None]


def agency(session: Session, commune_id: UUID, agency_id: UUID) -> Agency:
    """Load an agency or circle with a fresh head; raise AlteredRows if its row alone is gone."""
    newest = head(session, commune_id, agency_id)
    row = session.get(Agency, (commune_id, agency_id))
    if row is None:
        raise AlteredRows(row="agency") if newest.kind == "agency" else NotFound("agency")
    require_own_row(session, newest, row)
    session.info.setdefault(_HELD, set()).add(row)
    return row


def agencies(session: Session, commune_id: UUID) -> list[Agency]:
    """Load every agency of a commune, each with a fresh head; circles are none."""
    found = select(Agency.id).where(Agency.commune_id == commune_id, Agency.circle.is_(False))
    return [agency(session, commune_id, agency_id) for agency_id in session.execute(found).scalars().all()]


def member(session: Session, commune_id: UUID, member_id: UUID) -> Member:
    """Load a member with a fresh head; raise AlteredRows if the member's row alone is gone."""
    newest = head(session, commune_id, member_id)
    row = session.get(Member, (commune_id, member_id))
    if row is None:
        raise AlteredRows(row="member") if newest.kind == "member" else NotFound("member")
    require_own_row(session, newest, row)
    session.info.setdefault(_HELD, set()).add(row)
    return row


def require_own_row(session: Session, head: Any, row: Any) -> None:
    """Raise AlteredRows unless a verified row is the one that its verified head commits to, and no earlier one."""
    if not bound_rows.is_changing(session, head.id) and not is_one_row(head.bound, row.mac):
        raise AlteredRows(row=head.kind)


def agencies_of(session: Session, commune_id: UUID, member_id: UUID) -> list[Agency]:
    """Load every agency and circle whose key is wrapped for a member, each with a fresh head."""
    wrapped = select(Wrap.agency_id).distinct().where(Wrap.commune_id == commune_id, Wrap.member_id == member_id)
    return [agency(session, commune_id, agency_id) for agency_id in session.execute(wrapped).scalars().all()]


def rows_of_commune(crypto: CryptoContext, kind: type[Any]) -> tuple[list[Any], bool]:
    """Return as plain rows those of a kind under the commune's head that hold, and whether the head says others.

    Where it is changed by this very act its word is not written yet, and nothing is said.
    """
    newest = head(crypto.session, crypto.commune_id, crypto.commune_id)
    version = newest.v if version_head(kind) else 0
    statement = select(kind.__table__).where(kind.commune_id == crypto.commune_id)
    rows = [row for row in crypto.session.execute(statement) if _holds(crypto, kind, row, version)]
    found = part_hash(token([row.mac]) for row in rows)
    unlike = found != hash_of_part(newest.bound, kind.__committed__.part)
    return rows, unlike and not bound_rows.is_changing(crypto.session, newest.id)


def commune_ids(session: Session) -> list[UUID]:
    """Return the ids of all communes in the order of their founding; one that is no id is found by its heads."""
    rows = session.execute(select(Commune.id).order_by(Commune.created)).scalars()
    return [commune_id for commune_id in rows if isinstance(commune_id, UUID)]


def commune(session: Session, commune_id: UUID) -> Commune:
    """Load a commune's own row, no earlier one; raise AlteredRows if it is gone, for every act is done in one."""
    newest = head(session, commune_id, commune_id)
    row = session.get(Commune, commune_id)
    if row is None:
        raise AlteredRows(row="commune")
    require_own_row(session, newest, row)
    return row


def recipients(crypto: CryptoContext, agency_ids: Iterable[UUID]) -> list[RecipientKey]:
    """Return the recipient key of each agency, from fresh rows only; a closed or new agency raises VaultError.

    Within one transaction nobody else writes, so an agency is read once, unless this very act changes it.
    """
    known: dict[UUID, RecipientKey] = crypto.session.info.setdefault("recipients", {})
    changed = heads.changed_heads(crypto.session)
    for agency_id in (ids := list(agency_ids)):
        if agency_id not in known or agency_id in changed:
            known[agency_id] = _recipient(crypto, agency_id)
    return [known[agency_id] for agency_id in ids]


def _recipient(crypto: CryptoContext, agency_id: UUID) -> RecipientKey:
    row = agency(crypto.session, crypto.commune_id, agency_id)
    epoch = crypto.session.get(AgencyEpoch, (crypto.commune_id, agency_id, row.epoch))
    if epoch is None or row.state != AgencyState.ACTIVE:
        raise VaultError("unopened")
    return RecipientKey(agency_id=agency_id, epoch=epoch.epoch, public_key=epoch.public_key)


_MEMBER_WITH_HEAD = (Member, Head)
_AGENCY_WITH_HEAD = (Agency, Head)
_member, _head, _agency = Member.__table__, Head.__table__, Agency.__table__
_OF_KIND = (
    select(*columns(*_AGENCY_WITH_HEAD), *newest_line(_head.c.commune_id, _head.c.id))
    .join(_head, (_head.c.commune_id == _agency.c.commune_id) & (_head.c.id == _agency.c.id))
    .where(_agency.c.commune_id == bindparam("commune"), _agency.c.kind == bindparam("kind"))
)
# A member without a head, and a head of a member who is gone, come as well: neither is passed over.
_MEMBERS = (
    select(*columns(*_MEMBER_WITH_HEAD), newest_number(_head.c.commune_id, _head.c.id))
    .select_from(_head)
    .join(_member, (_head.c.commune_id == _member.c.commune_id) & (_head.c.id == _member.c.id), full=True)
    .where(
        or_(
            _member.c.commune_id == bindparam("commune"),
            and_(_head.c.commune_id == bindparam("commune"), _head.c.kind == "member"),
        )
    )
)
# Heads of agencies without the row that they are about.
_AGENCIES_GONE = (
    select(_head)
    .outerjoin(_agency, (_head.c.commune_id == _agency.c.commune_id) & (_head.c.id == _agency.c.id))
    .where(_head.c.commune_id == bindparam("commune"), _head.c.kind == "agency", _agency.c.id.is_(None))
)


def agency_of_kind(crypto: CryptoContext, kind: str) -> Any | None:
    """Return the agency of a kind as a plain row, verified and fresh; None if the commune has none.

    Raises AlteredRows if the row of any agency is gone: it may be the one that is looked for.
    """
    gone = crypto.session.execute(_AGENCIES_GONE, {"commune": crypto.commune_id})
    if any(_holds(crypto, Head, head) for head in gone):
        raise AlteredRows(row="agency")
    row = crypto.session.execute(_OF_KIND, {"commune": crypto.commune_id, "kind": kind}).one_or_none()
    if row is None:
        return None
    agency, head = split_row(row[:-2], _AGENCY_WITH_HEAD)
    verify_row(crypto.server_keys, Head, head, 0)
    require_latest(crypto.session, head, *row[-2:])
    verify_row(crypto.server_keys, Agency, agency, head.v)
    require_own_row(crypto.session, head, agency)
    return agency


def members(crypto: CryptoContext) -> list[Any]:
    """Return every member of the commune as verified plain rows, compared with the log all at once."""
    known: dict[UUID, list[Any]] = crypto.session.info.setdefault(_MEMBERS_READ, {})
    if crypto.commune_id not in known:
        known[crypto.commune_id] = list(_read_members(crypto))
    return [*known[crypto.commune_id]]


def _read_members(crypto: CryptoContext) -> Iterator[Any]:
    for row in crypto.session.execute(_MEMBERS, {"commune": crypto.commune_id}):
        member, head = split_row(row[:-1], _MEMBER_WITH_HEAD)
        if member.id is None and not _holds(crypto, Head, head):
            continue
        if member.id is None or head.id is None:
            raise AlteredRows(row="member")
        verify_row(crypto.server_keys, Head, head, 0)
        verify_row(crypto.server_keys, Member, member, head.v)
        require_current(crypto.session, head)
        if head.n != row[-1]:
            raise OutdatedHead(row=head.kind)
        require_own_row(crypto.session, head, member)
        yield member


def _holds(crypto: CryptoContext, kind: type[Any], row: Any, version: int = 0) -> bool:
    """Tell whether a row is ours: what anybody else says of a head without its row stops nothing.

    A head that does not hold is missed by the lists (cases/every_case.py), whatever it says that it is.
    """
    try:
        verify_row(crypto.server_keys, kind, row, version)
    except VaultError:
        return False
    return True
