"""What was promised to a person about sharing: to be asked again, to be called; and what was shared without consent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from casework import clock
from casework.accounts import staff
from casework.audit import freshness
from casework.cases import access_grants, consent_and_grounds, every_case, reading, scope, writing
from casework.cases.case_labels import label_of
from casework.cases.ground_rules import CONSENT
from casework.cases.models import Ground, Referral
from casework.cases.reading import CaseBatch, ListedCase
from casework.cases.sections import GroundEntry, Label
from casework.cases.states import CaseState
from casework.errors import BadInput, Conflict, NotFound
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.referrals import lookup
from casework.referrals.promise_view_models import ConsentToAsk, PromisedCall, Promises, Register, RegisterLine
from casework.vault.keys.envelopes import OpenedDocument

_NOT_ASKED, _GRANTED = "not_asked", "granted"


@action(Act.GROUND_PROMISES)
def list_promises(context: ActContext) -> Promises:
    """List the consents that I am to ask again about, and the safety calls that were promised.

    Of cases that others hold, a lead is shown the calls that are late; of somebody who has died nobody is.
    """
    every_case.compare(context, passes_over=True, routing=True)
    within = scope.cases(context.permit)
    ids = scope.promised(within).on(context.session).scalars().all()
    if not ids:
        return Promises()
    batch = reading.load_batch(context, within.only(ids), passes_over=True)
    grounds = _grounds(batch)
    asks: list[ConsentToAsk] = []
    calls: list[PromisedCall] = []
    for case in batch.listed([Section.LABEL, Section.GROUNDS]):
        mine = _is_mine(context, case.row)
        label = label_of(case.pages) or Label()
        if not label.died:
            calls += [call for call in _calls(case, label.code) if mine or call.late]
        if mine and case.row.state == CaseState.OPEN and not label.died:
            asks += _asks(case, grounds, context.crypto.at)
    context.reason = f"{len(asks)} to ask, {len(calls)} to call"
    return Promises(tuple(sorted(asks, key=lambda ask: ask.since)), tuple(sorted(calls, key=lambda call: call.on)))


def _grounds(batch: CaseBatch) -> dict[UUID, Any]:
    rows = scope.grounds(batch.within).on(batch.context.session)
    return {row.id: row for row in batch.verified(Ground, rows)}


def _is_mine(context: ActContext, row: Any) -> bool:
    return context.me in (row.holder_id, row.standin_id) or row.owner_id in context.actor.circles


def _asks(case: ListedCase, grounds: Mapping[UUID, Any], at: int) -> Iterator[ConsentToAsk]:
    """Yield the receivers about whom the newest answer is none, or has run out."""
    newest: dict[str, tuple[OpenedDocument, GroundEntry]] = {}
    for page, entry in sorted(_entries(case), key=lambda pair: pair[0].at):
        if entry.kind == CONSENT:
            newest[entry.receiver] = page, entry
    code = (label_of(case.pages) or Label()).code
    for receiver, (page, entry) in newest.items():
        until = grounds[page.series].until or 0
        expired = entry.consent == _GRANTED and until <= at
        if expired or entry.consent == _NOT_ASKED:
            yield ConsentToAsk(case.row.id, code, receiver, expired, until if expired else page.at)


def _calls(case: ListedCase, code: str) -> Iterator[PromisedCall]:
    for page, entry in _entries(case):
        if entry.call_on:
            yield PromisedCall(case.row.id, page.series, code, date.fromisoformat(entry.call_on))


def _entries(case: ListedCase) -> Iterable[tuple[OpenedDocument, GroundEntry]]:
    return [(page, GroundEntry.from_json(page.data)) for page in case.pages if page.section == Section.GROUNDS]


@action(Act.GROUND_CALLED)
def record_safety_call(context: ActContext, case_id: UUID, ground_id: UUID, *, words: str, again_on: str = "") -> None:
    """Record that the promised call was made and how it went; `again_on` ("YYYY-MM-DD") promises the next one.

    Raises Conflict where no call is promised any more.
    """
    verified = reading.find_case(context, case_id)
    lookup.find_ground(context, verified, ground_id)
    entry = consent_and_grounds.entries(context, verified).get(ground_id)
    if entry is None:
        raise NotFound("ground", about=case_id)
    if not entry.call_on:
        raise Conflict("Lần gọi này đã được ghi rồi. Hãy mở lại trang để xem.", about=case_id)
    if (label_of(reading.open_newest_of(context, verified, [Section.LABEL])) or Label()).died:
        raise Conflict("Người ấy đã mất: không gọi nữa.", about=case_id)
    if not words.strip():
        raise BadInput("Hãy ghi gọi rồi thì thế nào, hoặc vì sao chưa gọi được.", about=case_id)
    if again_on and again_on < clock.local(context.crypto.at).date().isoformat():
        raise BadInput("Ngày gọi hỏi thăm đã qua. Hãy chọn hôm nay hoặc một ngày tới.", about=case_id)
    called = replace(entry, called="\n".join(filter(None, (entry.called, words))), call_on=again_on)
    writing.save_json(context, verified, Section.GROUNDS, called.to_json(), series=ground_id)


@action(Act.GROUND_REGISTER)
def read_register(context: ActContext) -> Register:
    """Read what was shared of the agency's cases without consent, by law or for danger to life, the newest first."""
    batch = reading.load_batch(context, routing=True)
    labels = {case.row.id: label_of(case.pages) or Label() for case in batch.listed([Section.LABEL])}
    shared = _first_sent(batch)
    grounds, names = _grounds(batch), staff.names(context)
    lines = []
    for case_id, pages in reading.histories(batch, Section.GROUNDS).items():
        for series in dict.fromkeys(page.series for page in pages):
            revisions = [page for page in pages if page.series == series]
            if GroundEntry.from_json(revisions[0].data).kind != CONSENT:
                ground = grounds[series]
                lines.append(_register_line(context, ground, revisions, labels[case_id].code, names, shared))
    context.about, context.reason = None, f"{len(lines)} grounds"
    return Register(tuple(sorted(lines, key=lambda line: -line.recorded)))


def _first_sent(batch: CaseBatch) -> dict[UUID, int]:
    """Return when the first referral on each ground was sent."""
    sent: dict[UUID, int] = {}
    for row in batch.verified(Referral, scope.referrals(batch.within).on(batch.context.session)):
        sent[row.ground_id] = min(row.sent, sent.get(row.ground_id, row.sent))
    return sent


def _register_line(
    context: ActContext,
    ground: Any,
    revisions: list[OpenedDocument],
    code: str,
    names: Mapping[UUID, str],
    shared: Mapping[UUID, int],
) -> RegisterLine:
    first, reviewed = revisions[-1], [page for page in revisions if GroundEntry.from_json(page.data).review]
    return RegisterLine(
        case_id=ground.case_id,
        code=code,
        entry=GroundEntry.from_json(revisions[0].data),
        receiver=freshness.agency(context.session, context.commune_id, ground.receiver_id).name,
        sections=tuple(sorted(access_grants.agreed_sections(ground))),
        by=names.get(first.by, ""),
        recorded=first.at,
        shared=shared.get(ground.id, 0),
        reviewer=names.get(reviewed[-1].by, "") if reviewed else "",
    )
