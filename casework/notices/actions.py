"""Acts on notices to the chair: propose, send, record one given by word, receive, assign, answer, call, withdraw."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select

from casework.accounts import staff
from casework.audit import freshness
from casework.cases import access_grants, duty_numbers, every_case, notice_access, reading, scope
from casework.cases.case_labels import label_of
from casework.cases.models import ChairNotice
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Notice
from casework.cases.states import NoticeState
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, NotFound, Ungrounded, gettext_noop
from casework.gate import ActContext, action
from casework.notices import notice_sheets, notice_transitions, presenters, proposals
from casework.notices.view_models import DueNotice, NoticeBox, NoticePage, Proposal, joined_names
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act, Section
from casework.vault.integrity import heads
from casework.vault.keys import epochs, provisioning
from casework.vault.models import Agency
from casework.vault.states import AgencyState
from casework.vietnamese_text import fold

_NOT_NAMED = gettext_noop(
    "Tin báo chỉ gửi cho Chủ tịch, Phó Chủ tịch xã, và không gửi cho người không được biết. Hãy chọn lại."
)


@dataclass(frozen=True)
class VerifiedNotice:
    """The row of a notice with its verified case and its opened sheets, oldest first."""

    case: VerifiedCase
    row: ChairNotice
    written: notice_sheets.Sheets


@action(Act.NOTICE_PREVIEW)
def preview(context: ActContext, case_id: UUID) -> Proposal:
    """Show exactly what the chair would read and who that is, or why there is no notice."""
    return proposals.proposal(context, reading.find_own_case(context, case_id))


@action(Act.NOTICE_SEND)
def send(
    context: ActContext,
    case_id: UUID,
    *,
    asks: Sequence[str] = (),
    readers: Collection[UUID] | None = None,
    once: UUID | None = None,
) -> UUID:
    """Notify the chair at once and without a name; where everybody must not know, keep it for the call to the city.

    `asks` adds to what every notice asks for; `readers` are some of those proposed, by default all. The same form sent
    again under `once` is sent once. Raises Ungrounded outside the family and for a reader who must not know.
    """
    case = reading.find_own_case(context, case_id)
    rows, notice_id = _rows_and_id(context, case, once)
    if notice_id in rows:
        return _once_more(rows[notice_id])
    proposed = proposals.proposal(context, case)
    _require(proposed)
    notice = _with_choices(proposed, asks, readers)
    chosen = [someone.id for someone in proposed.addressees if readers is None or someone.id in readers]
    above = proposed.goes_above
    row = ChairNotice(
        commune_id=context.commune_id,
        id=notice_id,
        case_id=case.id,
        to_id=None if above else _circle_of(context, chosen),
        state=NoticeState.KIN if above else NoticeState.SENT,
        sent=context.crypto.at,
    )
    _add(context, case, row, notice, step="send")
    return notice_id


def _rows_and_id(context: ActContext, case: VerifiedCase, once: UUID | None) -> tuple[dict[UUID, ChairNotice], UUID]:
    """Return the notices of a case by their ids, and the id of the one that a form makes, however often it is sent."""
    rows = {row.id: row for row in reading.rows_of_case(context, case, ChairNotice)}
    return rows, uuid5(case.id, once.hex) if once else uuid4()


def _once_more(row: ChairNotice) -> UUID:
    """Return the notice of a form that was sent again; raise Conflict after it was withdrawn."""
    if row.state == NoticeState.WITHDRAWN:
        raise Conflict("Trang này đã ghi một lần, rồi đã rút lại. Hãy mở lại trang để xem.", about=row.case_id)
    return row.id


def _require(proposed: Proposal) -> None:
    """Raise Conflict or Ungrounded with the sentence that says why there is no notice."""
    if proposed.refusal in (proposals.CLOSED, proposals.UNFINISHED):
        raise Conflict(proposed.refusal, about=proposed.case_id)
    if proposed.refusal:
        raise Ungrounded(proposed.refusal, about=proposed.case_id)


def _with_choices(proposed: Proposal, asks: Sequence[str], readers: Collection[UUID] | None) -> Notice:
    """Return the proposed notice with what is asked and who reads it as the sender chose."""
    for code in asks:
        codelist("notice_ask").get(code)
    named = {someone.id: someone.name for someone in proposed.addressees}
    if readers is not None and not set(readers) <= set(named):
        raise Ungrounded(_NOT_NAMED, about=proposed.case_id)
    if readers is not None and not readers and named:
        raise BadInput(
            "Chưa chọn ai nhận tin báo. Hãy chọn lại ít nhất một người; nếu chưa báo được ai thì về trang vụ việc, ghi"
            " là đã báo bằng lời, hoặc để lại và ghi vì sao.",
            about=proposed.case_id,
        )
    chosen = tuple(name for member_id, name in named.items() if readers is None or member_id in readers)
    wanted = [code.code for code in codelist("notice_ask") if code.flag("always") or code.code in asks]
    asked = tuple(wanted) if readers is not None or asks else proposed.notice.asks
    return replace(proposed.notice, asks=asked, readers=joined_names(chosen))


def _circle_of(context: ActContext, member_ids: Collection[UUID]) -> UUID:
    """Return the circle of exactly these people, made now if there is none yet; its sender keeps no key of it."""
    circles = select(Agency.id).where(
        Agency.commune_id == context.commune_id,
        Agency.kind == provisioning.ADDRESSEES,
        Agency.state == AgencyState.ACTIVE,
        Agency.rotation_due.is_(False),
    )
    for circle_id in context.session.execute(circles).scalars().all():
        circle = freshness.agency(context.session, context.commune_id, circle_id)
        if epochs.key_holders(context.crypto, circle) == set(member_ids):
            return circle_id
    members = [freshness.member(context.session, context.commune_id, member_id) for member_id in sorted(member_ids)]
    keys = provisioning.make_circle(context.crypto, members, kind=provisioning.ADDRESSEES)
    context.session.flush()
    return keys.agency_id


def _add(context: ActContext, case: VerifiedCase, row: ChairNotice, notice: Notice, *, step: str) -> None:
    context.session.add(row)
    context.session.flush()
    notice_sheets.write(context, case, row, notice, step=step)


@action(Act.NOTICE_RECORD_SPOKEN)
def record_spoken(context: ActContext, case_id: UUID, told: Notice, *, once: UUID | None = None) -> UUID:
    """Record a notice that was given by word: who heard it, when, and what was said; only the owner reads that."""
    case = reading.find_own_case(context, case_id)
    rows, notice_id = _rows_and_id(context, case, once)
    if notice_id in rows:
        return _once_more(rows[notice_id])
    proposed = _proposed_or_nobody(context, case)
    if not told.who.strip():
        raise BadInput("Hãy ghi ai đã nghe tin báo.", about=case_id)
    if same := _told_before(context, case, rows, told):
        return same
    said = replace(proposed.notice, readers="", who=told.who, when=told.when, words=told.words)
    _add(context, case, _unread_row(context, case, notice_id, NoticeState.SPOKEN), said, step="spoken")
    return notice_id


def _proposed_or_nobody(context: ActContext, case: VerifiedCase) -> Proposal:
    """Return what a notice would say, also where nobody has an account to read it; otherwise raise why not."""
    proposed = proposals.proposal(context, case)
    if proposed.refusal != proposals.NOBODY:
        _require(proposed)
    return proposed


def _told_before(
    context: ActContext, case: VerifiedCase, rows: Mapping[UUID, ChairNotice], told: Notice
) -> UUID | None:
    """Return the notice by word to the same person at the same minute, if it was written down before."""
    written = notice_sheets.of_case(reading.open_newest_of(context, case, [Section.NOTICE]))
    for notice_id, sheets in written.items():
        first, row = sheets[0][1], rows.get(notice_id)
        heard = fold(first.who), first.when
        if row is not None and row.state == NoticeState.SPOKEN and heard == (fold(told.who), told.when):
            return notice_id
    return None


def _unread_row(context: ActContext, case: VerifiedCase, notice_id: UUID, state: NoticeState) -> ChairNotice:
    """Make the row of a notice that nobody reads here."""
    return ChairNotice(
        commune_id=context.commune_id,
        id=notice_id,
        case_id=case.id,
        to_id=None,
        state=state,
        sent=context.crypto.at,
    )


@action(Act.NOTICE_SET_ASIDE)
def set_aside(context: ActContext, case_id: UUID, words: str, *, once: UUID | None = None) -> UUID:
    """Note why the chair is not told: no list asks for it until that is withdrawn, and only the owner reads it."""
    case = reading.find_own_case(context, case_id)
    rows, notice_id = _rows_and_id(context, case, once)
    if notice_id in rows:
        return _once_more(rows[notice_id])
    proposed = _proposed_or_nobody(context, case)
    if proposed.told:
        raise Conflict("Tin báo này đã gửi hoặc đã để lại rồi. Hãy mở lại trang để xem.", about=case_id)
    if not words.strip():
        raise BadInput("Hãy ghi vì sao chưa báo Chủ tịch.", about=case_id)
    said = replace(proposed.notice, readers="", words=words)
    _add(context, case, _unread_row(context, case, notice_id, NoticeState.SET_ASIDE), said, step="set_aside")
    return notice_id


@action(Act.NOTICE_LIST)
def list_notices(context: ActContext) -> NoticeBox:
    """List the notices that my agency has sent, or that name me."""
    every_case.compare(context, passes_over=True, routing=True)
    within = scope.cases(context.permit)
    rows: Any = scope.notices(within).on(context.session).all()
    if not rows:
        return NoticeBox(())
    within = reading.narrow_scope(within, {row.case_id for row in rows})
    batch = reading.load_batch(context, within, passes_over=True)
    rows = list(batch.verified(ChairNotice, rows))
    written = notice_sheets.by_notice(batch.each([Section.NOTICE], of={row.case_id for row in rows}))
    rows = [row for row in rows if row.case_id not in context.unreadable]
    found = presenters.lines(context, rows, written, batch.cases)
    context.reason = f"{len(found)} notices"
    return NoticeBox(tuple(found))


@action(Act.NOTICE_DUE)
def list_due(context: ActContext) -> tuple[DueNotice, ...]:
    """List the open cases of violence in a family of which nobody has told the chair: danger first, then the oldest."""
    every_case.compare(context, passes_over=True, routing=True)
    within = scope.cases(context.permit)
    untold = scope.untold(within).on(context.session).scalars().all()
    if not untold:
        return ()
    batch = reading.load_batch(context, reading.narrow_scope(within, untold), passes_over=True)
    sections = (Section.LABEL, Section.INCIDENT, Section.PERPETRATOR)
    due = [
        DueNotice(case.row.id, label.code, label.danger == "yes", case.row.opened)
        for case in batch.listed(sections, of=untold)
        if (label := label_of(case.pages)) and proposals.is_due(label, case.pages)
    ]
    context.reason = f"{len(due)} cases"
    return tuple(sorted(due, key=lambda case: (not case.danger, case.opened, case.code)))


@action(Act.NOTICE_READ)
def read_notice(context: ActContext, case_id: UUID, notice_id: UUID, *, towards: Act | None = None) -> NoticePage:
    """Read one notice with its sheets; raise Conflict if the act that it is shown for does not lead on from here."""
    notice = _find(context, case_id, notice_id)
    context.reason = notice_id.hex
    if towards is not None:
        notice_transitions.require(notice.row, towards)
    [line] = presenters.lines(context, [notice.row], {notice_id: notice.written}, {case_id: notice.case.row})
    naming = [] if line.incoming else [Section.SAFETY_PLAN, Section.PERPETRATOR]
    named = reading.open_newest_of(context, notice.case, naming)
    line = replace(line, kin=presenters.kin_among(line.readers, named) if line.readable else ())
    side = notice_transitions.RECEIVING if line.incoming else notice_transitions.SENDING
    return NoticePage(
        line=replace(line, numbers=proposals.numbers_of(context, notice.case, line.call_next)),
        sheets=presenters.sheet_views(context, notice.written),
        holder=staff.names(context).get(notice.case.row.holder_id, ""),
        can=frozenset(
            act for act in side if notice_transitions.offers(line.state, act) and allowed(context.actor, act)
        ),
        may_answer=presenters.kin_among((chair.name for chair in proposals.active_chairs(context)), named),
        # Whom the owner keeps it from the chair is not told: nobody's own telephone stands here.
        assigned_numbers=duty_numbers.called_of_kind(context, line.assigned, without=None)
        if line.incoming and line.assigned
        else None,
    )


def _find(context: ActContext, case_id: UUID, notice_id: UUID) -> VerifiedNotice:
    """Find a notice of this case of which I can open a sheet; raise NotFound for any other."""
    case = reading.find_case(context, case_id)
    written = notice_sheets.of_case(reading.open_newest_of(context, case, [Section.NOTICE])).get(notice_id)
    rows = {row.id: row for row in reading.rows_of_case(context, case, ChairNotice)}
    if notice_id not in rows or not written:
        raise NotFound("notice", about=case_id)
    return VerifiedNotice(case, rows[notice_id], written)


@action(Act.NOTICE_OPEN)
def open_notice(context: ActContext, case_id: UUID, notice_id: UUID) -> None:
    """Receive a notice: its sender knows from now on that it is in hand."""
    notice = _write(context, case_id, notice_id, Notice(), step="open")
    access_grants.keep_sent_envelopes(context, notice.case)


@action(Act.NOTICE_ASSIGN)
def assign(context: ActContext, case_id: UUID, notice_id: UUID, *, agency: str, words: str = "") -> None:
    """Assign what a notice asks for to an agency, oneself included, with words that its sender reads too."""
    codelist("agency").get(agency)
    _write(context, case_id, notice_id, Notice(assigned=agency, words=words), step="assign")


@action(Act.NOTICE_ANSWER)
def answer(context: ActContext, case_id: UUID, notice_id: UUID, words: str) -> None:
    """Answer what was done."""
    if not words.strip():
        raise BadInput("Hãy ghi đã làm gì.", about=case_id)
    _write(context, case_id, notice_id, Notice(words=words), step="answer")


def _write(context: ActContext, case_id: UUID, notice_id: UUID, sheet: Notice, *, step: str) -> VerifiedNotice:
    """Take a notice one step on and write the sheet of that step."""
    notice = _find(context, case_id, notice_id)
    notice_transitions.step(notice.row, context.permit.act)
    _write_sheet(context, notice, sheet, step=step)
    return notice


def _write_sheet(context: ActContext, notice: VerifiedNotice, sheet: Notice, *, step: str) -> None:
    notice_sheets.write(context, notice.case, notice.row, replace(sheet, code=notice.written[0][1].code), step=step)


@action(Act.NOTICE_CALL)
def record_call(context: ActContext, case_id: UUID, notice_id: UUID, call: Notice, *, reached: bool) -> None:
    """Record a call: about a notice that nobody has received, or to the level above where nobody here may be told."""
    notice = _find(context, case_id, notice_id)
    notice_transitions.require(notice.row, context.permit.act)
    above = notice.row.state == NoticeState.KIN
    if above and not (call.who.strip() and call.phone.strip()):
        raise BadInput("Hãy ghi gọi cho ai ở cấp trên và số điện thoại đã gọi.", about=case_id)
    if reached:
        notice_transitions.step(notice.row, context.permit.act)
    kept = Notice(who=call.who, when=call.when, phone=call.phone, words=call.words)
    _write_sheet(context, notice, kept, step="called" if reached else "not_reached")
    heads.mark_changed(context.session, notice.case.head)


@action(Act.NOTICE_WITHDRAW)
def withdraw(context: ActContext, case_id: UUID, notice_id: UUID, words: str) -> None:
    """Withdraw a notice that was a mistake: with this commit nobody whom it names can read it."""
    if not words.strip():
        raise BadInput("Hãy ghi vì sao rút tin báo.", about=case_id)
    notice = _write(context, case_id, notice_id, Notice(words=words), step="withdraw")
    notice_access.withdraw(context, notice.case, notice.row)
