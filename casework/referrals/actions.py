"""The sending side: preview, send, follow, withdraw."""

from uuid import UUID, uuid4, uuid5

from casework.accounts import staff
from casework.audit import freshness
from casework.cases import envelope_sharing, reading, reporting_delay, scope
from casework.cases.case_labels import label_of
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.reporting_delay import FirstHours
from casework.cases.sections import SECTIONS, GroundEntry, Incident, Label, Letter
from casework.cases.states import LIVE_REFERRAL, CaseState, ReferralState
from casework.clock import MICROSECOND
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, Ungrounded
from casework.gate import ActContext, action
from casework.policy.words import Act, Section
from casework.referrals import letters, lookup, presenters
from casework.referrals.lookup import FoundReferral
from casework.referrals.view_models import Preview
from casework.vault.integrity import heads
from casework.vault.states import MemberState

_CARE = "health"
# Shown on every list, or never to a person: the preview does not speak of them.
_UNSPOKEN = frozenset({Section.LABEL, Section.FACTS, Section.LETTER, Section.GROUNDS})


@action(Act.REFERRAL_PREVIEW)
def preview(context: ActContext, case_id: UUID, ground_id: UUID) -> Preview:
    """Show what the receiver of a ground will and will not see, before anything is sent.

    Raises Conflict where nothing can be sent on this ground now.
    """
    held = reading.find_case(context, case_id)
    ground = lookup.ground(context, held, ground_id)
    _must_be_sendable(context, held, ground)
    written = {Section(entry.section) for entry in heads.entries(held.head.listing)} & set(SECTIONS)
    shared = envelope_sharing.agreed(ground) & written
    label = label_of(reading.open_newest_of(context, held, [Section.LABEL])) or Label()
    [line] = [one for one in presenters.ground_lines(context, held) if one.id == ground_id]
    return Preview(
        case_id=case_id,
        code=label.code,
        nickname=label.nickname,
        only_counselling=label.only_counselling == "yes",
        ground=line,
        will_see=tuple(sorted(shared)),
        will_not_see=tuple(sorted(written - shared - _UNSPOKEN)),
        readers=_readers(context, ground.receiver_id),
        urgent=_urgent(context, held, ground),
        phone=freshness.agency(context.session, context.commune_id, ground.receiver_id).duty_phone,
        hours=_hours(context, held, ground),
    )


def _hours(context: ActContext, held: VerifiedCase, ground: Ground) -> FirstHours | None:
    """Return the first 72 hours if they may still be running and the receiver is the one who treats."""
    if freshness.agency(context.session, context.commune_id, ground.receiver_id).kind != codelist("need").get(
        _CARE
    ).text("agency"):
        return None
    page = reading.page(context, held, Section.INCIDENT)
    incident = Incident.from_json(page.data) if page else Incident()
    return reporting_delay.still_running(reporting_delay.first_hours(incident), context.crypto.at)


def _readers(context: ActContext, agency_id: UUID) -> tuple[str, ...]:
    """Return the names of those who hold the agency's key and can sign in."""
    holding = set(staff.key_holders(context, agency_id))
    return tuple(
        one.name for one in staff.colleagues(context) if one.name in holding and one.state == MemberState.ACTIVE
    )


@action(Act.REFERRAL_SEND)
def send(context: ActContext, case_id: UUID, ground_id: UUID, letter: Letter, *, once: UUID | None = None) -> UUID:
    """Refer a case: envelopes for exactly the agreed sections; refused without a live ground, whatever was posted.

    The same form sent again under `once` is sent once.
    """
    held = reading.find_case(context, case_id)
    ground = lookup.ground(context, held, ground_id)
    referral_id = uuid5(case_id, once.hex) if once else uuid4()
    if any(one.referral.id == referral_id for one in lookup.referrals(context, held)):
        return referral_id
    _must_be_sendable(context, held, ground)
    if not letter.asks:
        raise BadInput("Hãy chọn việc muốn nhờ nơi nhận làm.", about=case_id)
    referral = _referral(context, held, ground, referral_id)
    context.session.add(referral)
    context.session.flush()
    [lock] = envelope_sharing.recipients(context, [ground.receiver_id])
    envelope_sharing.share(context, held, ground, lock)
    hours = reporting_delay.written(_hours(context, held, ground)) if _CARE in letter.asks else {}
    first = Letter(asks=letter.asks, words=letter.words, **hours)
    letters.write(context, FoundReferral(held, referral, ground, ReferralState.SENT), first, step="send")
    return referral.id


def _must_be_sendable(context: ActContext, held: VerifiedCase, ground: Ground) -> None:
    if held.case.state != CaseState.OPEN:
        raise Conflict("Vụ việc đã đóng. Hãy mở lại trước khi chuyển gửi.", about=held.id)
    if not envelope_sharing.is_live(ground, context.crypto.at):
        raise Ungrounded(
            "Chưa có căn cứ để chia sẻ với nơi này: hãy hỏi ý người ấy, hoặc ghi căn cứ theo luật.", about=held.id
        )
    sent = (one for one in lookup.referrals(context, held) if one.state in LIVE_REFERRAL)
    if any(one.ground.id == ground.id for one in sent):
        raise Conflict("Việc này đã chuyển gửi cho nơi ấy rồi. Hãy mở trang chuyển gửi để xem.", about=held.id)


def _referral(context: ActContext, held: VerifiedCase, ground: Ground, referral_id: UUID) -> Referral:
    urgent = _urgent(context, held, ground)
    minutes = codelist("target").get("answer_urgent" if urgent else "answer").number("minutes") or 0
    return Referral(
        commune_id=context.commune_id,
        id=referral_id,
        case_id=held.id,
        ground_id=ground.id,
        from_id=held.case.owner_id,
        to_id=ground.receiver_id,
        state=ReferralState.SENT,
        urgent=urgent,
        sent=context.crypto.at,
        due=context.crypto.at + minutes * 60 * MICROSECOND,
        kept="",
    )


def _urgent(context: ActContext, held: VerifiedCase, ground: Ground) -> bool:
    """Tell whether somebody is in danger now, by the label of the case or by the ground itself."""
    pages = reading.open_newest_of(context, held, [Section.LABEL, Section.GROUNDS])
    label = label_of(pages)
    kinds = [GroundEntry.from_json(page.data).kind for page in pages if page.series == ground.id]
    return "danger" in kinds or (label is not None and label.danger == "yes")


@action(Act.REFERRAL_WITHDRAW)
def withdraw(context: ActContext, case_id: UUID, referral_id: UUID) -> None:
    """Take a referral back: the receiver's access ends with this commit."""
    found = lookup.sent(context, case_id, referral_id)
    found.step(context.permit.act)
    envelope_sharing.cut_off(context, found.held, found.referral.to_id)


@action(Act.REFERRAL_REPLY)
def reply(context: ActContext, case_id: UUID, referral_id: UUID, words: str) -> None:
    """Write to the receiver again, or answer what it asked back; then it goes on where it stood before."""
    if not words.strip():
        raise BadInput("Hãy ghi vài chữ trước khi gửi.", about=case_id)
    found = lookup.sent(context, case_id, referral_id)
    found.step(context.permit.act)
    before = letters.of(reading.open_newest_of(context, found.held, [Section.LETTER]), referral_id)
    if found.referral.state in LIVE_REFERRAL - {ReferralState.SENT} and any(
        letter.step == "accept" for _, letter in before
    ):
        found.referral.state = ReferralState.ACCEPTED
    letters.write(context, found, Letter(words=words), step="reply")


@action(Act.REFERRAL_RECORD_ANSWER)
def record_answer(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter) -> None:
    """Record on the receiver's behalf an answer given by word or on paper: who, when, marked as such."""
    found = lookup.sent(context, case_id, referral_id)
    found.step(context.permit.act)
    envelope_sharing.finish(context, found.held, found.referral, found.ground)
    kept = Letter(outcome=letter.outcome, words=letter.words, who=letter.who, when=letter.when)
    letters.write(context, found, kept, step="recorded")


@action(Act.REFERRAL_CALL)
def record_call(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter, *, reached: bool) -> None:
    """Record a call about an urgent referral: at what hour, who answered, or that nobody did."""
    found = lookup.sent(context, case_id, referral_id)
    found.step(context.permit.act)
    kept = Letter(words=letter.words, who=letter.who, when=letter.when)
    letters.write(context, found, kept, step="called" if reached else "not_reached")


@action(Act.REFERRAL_EXPIRE)
def expire(context: ActContext) -> int:
    """End every referral whose ground no longer carries it, delete the envelopes it gave, and return how many cases."""
    ids = [row.id for row in scope.case_rows(scope.cases(context.permit)).on(context.session)]
    for case_id in ids:
        envelope_sharing.end_expired(context, reading.find_case(context, case_id))
    context.about, context.reason = None, f"{len(ids)} cases"
    return len(ids)
