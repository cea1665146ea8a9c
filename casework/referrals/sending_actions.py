"""Acts of the sending agency: preview, send, reply, record an answer or a call, withdraw; and the expiry of grounds."""

from collections.abc import Collection, Iterable
from uuid import UUID, uuid4, uuid5

from casework.audit import freshness
from casework.cases import (
    access_grants,
    consent_and_grounds,
    duty_numbers,
    ground_rules,
    moved_answers,
    reading,
    reporting_delay,
    scope,
    targets,
)
from casework.cases.case_labels import label_of
from casework.cases.ground_rules import CONSENT
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.reporting_delay import FirstHours
from casework.cases.sections import SECTIONS, GroundEntry, Incident, Label, Letter
from casework.cases.states import LIVE_REFERRAL, READABLE, CaseState, GroundState, ReferralState
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, Ungrounded
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.referrals import letters, lookup, named_readers, presenters
from casework.referrals.lookup import VerifiedReferral
from casework.referrals.preview_view_models import OUTDATED, Preview
from casework.referrals.view_models import GroundLine
from casework.vault.integrity import heads

_HEALTH = "health"
# Shown on every list, or never to a person: the preview does not name them.
_NOT_IN_PREVIEW = frozenset({Section.LABEL, Section.FACTS, Section.LETTER, Section.GROUNDS})


@action(Act.REFERRAL_PREVIEW)
def preview(context: ActContext, case_id: UUID, ground_id: UUID) -> Preview:
    """Show what the receiver of a ground will and will not see, before anything is sent.

    Raises Conflict where nothing can be sent on this ground now.
    """
    verified = reading.find_case(context, case_id)
    ground = lookup.find_ground(context, verified, ground_id)
    _require_sendable(context, verified, ground)
    return _preview(context, verified, ground)


def _preview(context: ActContext, verified: VerifiedCase, ground: Ground) -> Preview:
    written = set(map(Section, heads.listed_sections(verified.head.listing))) & set(SECTIONS)
    agreed = access_grants.agreed_sections(ground)
    shared = agreed & written
    label = label_of(reading.open_newest_of(context, verified, [Section.LABEL])) or Label()
    lines = presenters.ground_lines(context, verified)
    [line] = [line for line in lines if line.id == ground.id]
    return Preview(
        case_id=verified.id,
        code=label.code,
        nickname=label.nickname,
        only_counselling=label.only_counselling == "yes",
        ground=line,
        will_see=tuple(sorted(shared)),
        to_come=tuple(sorted(agreed - written)),
        will_not_see=tuple(sorted(written - shared - _NOT_IN_PREVIEW)),
        removable=tuple(sorted(ground_rules.removable(line.entry, agreed))),
        unwanted=_unwanted(line, lines),
        side=named_readers.propose(context, verified, ground),
        urgent=_is_urgent(context, verified, ground),
        numbers=duty_numbers.called_by_id(
            context, ground.receiver_id, without=duty_numbers.must_not_know(context, verified)
        ),
        hours=_first_hours(context, verified, ground),
    )


def _unwanted(line: GroundLine, lines: Iterable[GroundLine]) -> tuple[Section, ...]:
    """Return what the person did not want this receiver to be told, by the newest answer about it."""
    answers = [one for one in lines if one.receiver_id == line.receiver_id and one.entry.kind == CONSENT]
    newest = max(answers, key=lambda one: one.at, default=None)
    left = ground_rules.unwanted(line.entry, newest.entry if newest else None)
    return tuple(section for section in line.sections if section in left)


def _first_hours(context: ActContext, verified: VerifiedCase, ground: Ground) -> FirstHours | None:
    """Return the first 72 hours after the incident if they may still be running and the receiver gives health care."""
    if freshness.agency(context.session, context.commune_id, ground.receiver_id).kind != codelist("need").get(
        _HEALTH
    ).text("agency"):
        return None
    page = reading.newest_page(context, verified, Section.INCIDENT)
    incident = Incident.from_json(page.data) if page else Incident()
    return reporting_delay.still_running(reporting_delay.first_hours(incident), context.crypto.at)


@action(Act.REFERRAL_SEND)
def send(
    context: ActContext,
    case_id: UUID,
    ground_id: UUID,
    letter: Letter,
    *,
    once: UUID | None = None,
    without: Collection[UUID] = (),
    leaving_out: Collection[Section] = (),
    shown: str = "",
) -> UUID:
    """Refer a case: envelopes for exactly the agreed sections; refused without a live ground, whatever was posted.

    `without` are members of the receiver who shall not read it: the others then get it by name. `leaving_out` are
    sections that are taken out of the ground, from now on; `shown` is the mark of the preview on which this was
    decided, and BadInput if that says something else by now. The same form sent again under `once` is sent once, and
    is a Conflict after that was withdrawn.
    """
    verified = reading.find_case(context, case_id)
    ground = lookup.find_ground(context, verified, ground_id)
    referral_id = uuid5(case_id, once.hex) if once else uuid4()
    if _was_sent(context, verified, referral_id):
        return referral_id
    _require_sendable(context, verified, ground, shown=shown)
    if not letter.asks:
        raise BadInput("Hãy chọn việc muốn nhờ nơi nhận làm.", about=case_id)
    consent_and_grounds.narrow(context, verified, ground, frozenset(leaving_out))
    chosen = named_readers.choose(context, verified, ground, without=without)
    to_id = named_readers.receiving_end(context, ground, chosen)
    referral = _new_referral(context, verified, ground, referral_id, to_id=to_id)
    context.session.add(referral)
    context.session.flush()
    [recipient] = access_grants.recipient_keys(context, [to_id])
    moved_answers.move_out(context, verified)
    access_grants.grant_access(context, verified, ground, referral, recipient)
    hours = reporting_delay.letter_fields(_first_hours(context, verified, ground)) if _HEALTH in letter.asks else {}
    sheet = Letter(asks=letter.asks, words=letter.words, **hours)
    letters.write(context, VerifiedReferral(verified, referral, ground, ReferralState.SENT), sheet, step="send")
    return referral.id


def _was_sent(context: ActContext, verified: VerifiedCase, referral_id: UUID) -> bool:
    """Tell whether a form was sent before; raise Conflict if what it did was withdrawn or has ended since."""
    again = next((sent for sent in lookup.referrals(context, verified) if sent.row.id == referral_id), None)
    if again and again.state not in READABLE | {ReferralState.DECLINED}:
        raise Conflict("Trang này đã gửi một lần, rồi đã rút lại. Hãy mở lại trang để xem.", about=verified.id)
    return again is not None


def _require_sendable(context: ActContext, verified: VerifiedCase, ground: Ground, *, shown: str = "") -> None:
    """Raise why nothing can be sent on a ground now, or that what goes to whom is no longer what a page has shown."""
    if verified.row.state != CaseState.OPEN:
        raise Conflict("Vụ việc đã đóng. Hãy mở lại trước khi chuyển gửi.", about=verified.id)
    if not access_grants.ground_is_live(ground, context.crypto.at):
        raise Ungrounded(
            "Chưa có lý do chia sẻ với nơi này: hãy hỏi ý người ấy, hoặc ghi lý do theo luật.", about=verified.id
        )
    entry = consent_and_grounds.entries(context, verified).get(ground.id, GroundEntry())
    ground_rules.require_referable(entry)
    if ground.state == GroundState.REVIEW and entry.kind == CONSENT:
        raise Ungrounded(
            "Người đại diện trả lời như vậy thì chờ người thứ hai xem lại rồi mới chuyển.", about=verified.id
        )
    live = (sent for sent in lookup.referrals(context, verified) if sent.state in LIVE_REFERRAL)
    if any(sent.ground.id == ground.id for sent in live):
        raise Conflict("Việc này đã chuyển gửi cho nơi ấy rồi. Hãy mở trang chuyển gửi để xem.", about=verified.id)
    if shown and shown != _preview(context, verified, ground).mark:
        raise BadInput(OUTDATED, about=verified.id)


def _new_referral(
    context: ActContext, verified: VerifiedCase, ground: Ground, referral_id: UUID, *, to_id: UUID
) -> Referral:
    urgent = _is_urgent(context, verified, ground)
    return Referral(
        commune_id=context.commune_id,
        id=referral_id,
        case_id=verified.id,
        ground_id=ground.id,
        from_id=verified.row.owner_id,
        to_id=to_id,
        state=ReferralState.SENT,
        urgent=urgent,
        sent=context.crypto.at,
        due=targets.due("answer_urgent" if urgent else "answer", context.crypto.at),
        kept="",
    )


def _is_urgent(context: ActContext, verified: VerifiedCase, ground: Ground) -> bool:
    """Tell whether somebody is in danger now, by the label of the case or by the ground itself."""
    pages = reading.open_newest_of(context, verified, [Section.LABEL, Section.GROUNDS])
    label = label_of(pages)
    kinds = [GroundEntry.from_json(page.data).kind for page in pages if page.series == ground.id]
    return "danger" in kinds or (label is not None and label.danger == "yes")


@action(Act.REFERRAL_WITHDRAW)
def withdraw(context: ActContext, case_id: UUID, referral_id: UUID) -> None:
    """Withdraw a referral: the receiver's access ends with this commit."""
    referral = lookup.find_sent(context, case_id, referral_id)
    referral.step(context.permit.act)
    access_grants.revoke_access(context, referral.verified, referral.row.to_id)


@action(Act.REFERRAL_REPLY)
def reply(context: ActContext, case_id: UUID, referral_id: UUID, words: str) -> None:
    """Write to the receiver again, or answer its question; a referral accepted before is then accepted again."""
    if not words.strip():
        raise BadInput("Hãy ghi vài chữ trước khi gửi.", about=case_id)
    referral = lookup.find_sent(context, case_id, referral_id)
    referral.step(context.permit.act)
    earlier = letters.of_referral(reading.open_newest_of(context, referral.verified, [Section.LETTER]), referral_id)
    if referral.row.state in LIVE_REFERRAL - {ReferralState.SENT} and any(
        letter.step == "accept" for _, letter in earlier
    ):
        referral.row.state = ReferralState.ACCEPTED
    letters.write(context, referral, Letter(words=words), step="reply")


@action(Act.REFERRAL_RECORD_ANSWER)
def record_answer(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter) -> None:
    """Record on the receiver's behalf an answer given by word or on paper: who, when, marked as such."""
    referral = lookup.find_sent(context, case_id, referral_id)
    referral.step(context.permit.act)
    access_grants.record_kept_revisions(context, referral.verified, referral.row, referral.ground)
    kept = Letter(outcome=letter.outcome, words=letter.words, who=letter.who, when=letter.when)
    letters.write(context, referral, kept, step="recorded")


@action(Act.REFERRAL_CALL)
def record_call(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter, *, reached: bool) -> None:
    """Record a call about an urgent referral: at what hour, who answered, or that nobody did."""
    referral = lookup.find_sent(context, case_id, referral_id)
    referral.step(context.permit.act)
    kept = Letter(words=letter.words, who=letter.who, when=letter.when)
    letters.write(context, referral, kept, step="called" if reached else "not_reached")


@action(Act.REFERRAL_EXPIRE)
def expire(context: ActContext) -> int:
    """End every referral whose ground is no longer live, delete the envelopes it gave, and return how many cases."""
    case_ids = [row.id for row in scope.case_rows(scope.cases(context.permit)).on(context.session)]
    # A case that does not open keeps no other from ending; nothing of its own is changed.
    for case in list(reading.of_each(context, case_ids, lambda case: case)):
        access_grants.end_expired_referrals(context, case)
    context.about, context.reason = None, f"{len(case_ids)} cases"
    return len(case_ids)
