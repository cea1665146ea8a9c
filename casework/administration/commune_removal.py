"""Removing a commune that has been merged or was founded by mistake: two sheets, nothing unfinished, then every row."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select

from casework import clock, secure_delete
from casework.administration import agency_recovery
from casework.audit import commune_removals, freshness, verify
from casework.audit.models import AuditLine
from casework.audit.watermark import End
from casework.cases import scope
from casework.cases.models import Case, ChairNotice, Referral
from casework.cases.states import LIVE_REFERRAL, UNFINISHED_NOTICE, CaseState
from casework.errors import BadInput, Conflict, VaultError
from casework.gate import ActContext, action
from casework.maintenance import commune_rows
from casework.policy.vocabulary import Act
from casework.retention.purging import months_before
from casework.sealed import Sealed
from casework.vault.keys.recovery.sheets import ShownSheet

_EPOCH = date(1970, 1, 1)
_REASON_LENGTH = 200
_HOLDS = (Act.CASE_HOLD, Act.CASE_RELEASE, Act.CASE_ERASE)
_UNFINISHED_CASE = frozenset({CaseState.OPEN, CaseState.DRAFT})
_UNFINISHED = (
    "Xã này còn vụ việc, bản nháp, chuyển gửi hoặc tin báo chưa xong, nên không xóa. Hãy để người của xã kết thúc hết "
    "trong sổ rồi chạy lại. / Something in this commune is unfinished: let its people finish it first."
)
_HELD = (
    "Xã này có vụ việc đang bị giữ lại theo pháp luật, nên không xóa. Người phụ trách phải bỏ lệnh giữ trong sổ trước. "
    "/ A case of this commune is under a legal hold, which must be ended first."
)
_RECENT = (
    "Chưa đủ {months} tháng từ khi vụ việc hoặc lần tư vấn cuối cùng của xã này kết thúc (story_months trong "
    "casework.toml), nên chưa xóa. Hãy chờ đủ hạn rồi chạy lại. / The last case or advice of this commune ended less "
    "than {months} months ago (story_months in casework.toml). Wait, then run it again."
)


@dataclass(frozen=True)
class RemovalOrder(Sealed):
    """Who wants a commune to be removed, why, and how many months must have passed since its last case ended.

    `sheets` are two recovery sheets of one agency, None for a commune in which nobody ever had an account.
    """

    reason: str
    months: int
    agency_id: UUID | None = None
    sheets: tuple[ShownSheet, ShownSheet] | None = None


def reason_of(text: str) -> str:
    """Read why a commune is removed; it is kept for good, so it names nobody."""
    reason = " ".join(text.split())
    if not reason or len(reason) > _REASON_LENGTH or not reason.isprintable():
        raise BadInput("Hãy ghi lý do, không quá 200 ký tự, không ghi tên người: --reason 'sáp nhập vào xã ...'.")
    return reason


@action(Act.COMMUNE_EXAMINE)
def examine(context: ActContext, order: RemovalOrder) -> str:
    """Return the name of a commune that may be removed; raise Conflict with what to do first, VaultError for sheets.

    The key of the agency was in memory then, so that a new one is due if the commune stays.
    """
    _require_removable(context, order)
    return freshness.commune(context.session, context.commune_id).name


@action(Act.COMMUNE_REMOVE)
def remove(context: ActContext, order: RemovalOrder) -> None:
    """Delete every row of a commune, once the lines of this act and the line of the revocation log are written."""
    _require_removable(context, order)
    evidence = context.evidence
    if evidence is None:
        raise VaultError("no evidence outside")
    name = freshness.commune(context.session, context.commune_id).name

    def delete(before: End, end: End) -> None:
        facts: dict[str, Any] = {"name": name, "reason": order.reason, "act": context.permit.act}
        commune_removals.note(
            evidence.revocation_log, context.crypto.server_keys, at=context.crypto.at, before=before, end=end, **facts
        )
        commune_rows.delete_all(context.session.connection(), context.commune_id)
        secure_delete.request(context.session, patiently=True)

    context.at_end = delete


def _require_removable(context: ActContext, order: RemovalOrder) -> None:
    context.about = context.commune_id
    if len(freshness.commune_ids(context.session)) < 2:
        raise BadInput("Sổ chỉ có xã này: xóa nó là bỏ cả sổ. Xem docs/removing-a-commune.md.")
    commune_rows.require_rights(context.session.connection())
    if order.agency_id is not None and order.sheets is not None:
        agency_recovery.open_with_pair(context, order.agency_id, *order.sheets)
        context.about = context.commune_id
    verify.require_whole(context.crypto)
    if order.sheets is None and (_ever_used(context) or _exists(context, Case)):
        raise BadInput("Xã này đã có người nhận tài khoản, nên cần hai tờ khôi phục.")
    _require_nothing_held(context)
    if (
        _exists(context, Case, _UNFINISHED_CASE)
        or _exists(context, Referral, LIVE_REFERRAL)
        or _exists(context, ChairNotice, UNFINISHED_NOTICE)
    ):
        raise Conflict(_UNFINISHED)
    _require_retention_over(context, order.months)


def _ever_used(context: ActContext) -> bool:
    """Tell whether anybody has ever had a key here: without one no case can be written."""
    return any(member.public_key for member in freshness.members(context.crypto))


def _exists(context: ActContext, kind: type[Any], states: Collection[str] = ()) -> bool:
    table = kind.__table__
    wanted = table.c.commune_id == context.commune_id
    if states:
        wanted &= table.c.state.in_(states)
    return scope.rows_for_console(context.permit, kind, wanted, "id").on(context.session).first() is not None


def _require_nothing_held(context: ActContext) -> None:
    """Raise Conflict for a case whose newest line about a hold places one: its words are sealed, the log holds."""
    lines = AuditLine.__table__.c
    wanted = (lines.commune_id == context.commune_id, lines.act.in_(_HOLDS), lines.outcome == "ok")
    rows = context.session.execute(select(lines.about, lines.act).where(*wanted).order_by(lines.n))
    newest = {row.about: row.act for row in rows}
    if Act.CASE_HOLD in newest.values():
        raise Conflict(_HELD)


def _require_retention_over(context: ActContext, months: int) -> None:
    """Raise Conflict while a case has ended, or somebody was advised, less than some months ago."""
    table = Case.__table__.c
    latest = (months_before(clock.today(), months) - _EPOCH) // timedelta(days=1)
    recent = or_(table.closed > latest, table.closed.is_(None) & (table.opened > latest))
    wanted = (table.commune_id == context.commune_id) & (table.state != CaseState.PRACTICE) & recent
    if scope.rows_for_console(context.permit, Case, wanted, "id").on(context.session).first() is not None:
        raise Conflict(_RECENT.format(months=months))
