"""Acts on the grounds for sharing of a case: read the ledger, record, withdraw, and review by a second person."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

from sqlalchemy import select

from casework import clock
from casework.cases import (
    access_endings,
    access_grants,
    age_groups,
    consent_and_grounds,
    every_case,
    ground_rules,
    reading,
    scope,
    writing,
)
from casework.cases.asked_person import kept_pronoun
from casework.cases.case_labels import label_of
from casework.cases.ground_rules import CONSENT, DUTY
from casework.cases.models import Ground
from casework.cases.reading import VerifiedCase
from casework.cases.sections import GroundEntry, Label
from casework.cases.states import CARRYING_GROUND, READABLE, CaseState, GroundState
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.referrals import letters, lookup, presenters
from casework.referrals.lookup import VerifiedReferral
from casework.referrals.presenters import ReferralCase
from casework.referrals.view_models import AwaitingReview, EndingLine, GroundLedger, GroundLine, ReferralLine
from casework.vault.models import Agency
from casework.vault.states import AgencyState


@action(Act.GROUND_LIST)
def read_ledger(
    context: ActContext, case_id: UUID, ground_id: UUID | None = None, *, towards: Act | None = None
) -> GroundLedger:
    """Open the grounds and referrals of a case; `ground_id` chooses one entry, NotFound if it is not of this case.

    Towards a review it is Refused to who recorded the entry, and a Conflict where nobody waits for one; towards a
    withdrawal or the closing it says what would end and what would stay.
    """
    verified = reading.find_case(context, case_id)
    lines = presenters.ground_lines(context, verified)
    chosen = next((line for line in lines if line.id == ground_id), None)
    if ground_id is not None and chosen is None:
        raise NotFound("ground", about=case_id)
    if towards is Act.GROUND_REVIEW and chosen is not None:
        _require_awaiting_review(case_id, chosen)
    if towards is Act.GROUND_CALLED and chosen is not None and not chosen.entry.call_on:
        raise Conflict("Lần gọi này đã được ghi rồi. Hãy mở lại trang để xem.", about=case_id)
    if towards is Act.UNSENT_SET_ASIDE and chosen is not None and not chosen.to_be_decided:
        raise Conflict("Lý do này đã chuyển gửi hoặc không còn hiệu lực. Hãy mở lại trang để xem.", about=case_id)
    opened = reading.open_newest_of(context, verified, [Section.LABEL, Section.CONTACT])
    label = label_of(opened) or Label()
    return GroundLedger(
        case_id=case_id,
        code=label.code,
        nickname=label.nickname,
        is_open=verified.row.state == CaseState.OPEN,
        only_counselling=label.only_counselling == "yes",
        grounds=lines,
        referrals=_referral_lines(context, verified, label),
        receivers=_possible_receivers(context, verified),
        chosen=chosen,
        sender=consent_and_grounds.own_agency_kind(context),
        endings=_planned_endings(context, verified, chosen, towards),
        pronoun=kept_pronoun(opened, label.age_group),
        in_danger=label.danger == "yes",
        is_child=label.age_group == age_groups.CHILD,
    )


def _planned_endings(
    context: ActContext, verified: VerifiedCase, chosen: GroundLine | None, towards: Act | None
) -> tuple[EndingLine, ...]:
    """Return what a withdrawal of the chosen ground, or the closing of the case, would end."""
    if chosen is None and towards is not Act.CASE_CLOSE:
        return ()
    shared = access_endings.load(context, verified)
    if chosen is None:
        outcomes = access_endings.after_closing(shared)
    else:
        outcomes = access_endings.after_withdrawal(shared, shared.grounds[chosen.id])
    names = presenters.receiver_names(context, shared.grounds.values())
    endings = access_endings.by_agency(shared, outcomes)
    return tuple(EndingLine(names[ending.receiver_id], ending.ends, ending.stays) for ending in endings)


def _referral_lines(context: ActContext, verified: VerifiedCase, label: Label) -> tuple[ReferralLine, ...]:
    pages = reading.open_newest_of(context, verified, [Section.LETTER])
    referrals = lookup.referrals(context, verified)
    agency_ids = {end for referral in referrals for end in (referral.row.from_id, referral.ground.receiver_id)}
    directory = presenters.load_directory(context, agency_ids, [verified.row])
    lines = []
    for referral in referrals:
        sheets = letters.of_referral(pages, referral.row.id)
        receiver_id = referral.ground.receiver_id
        case = ReferralCase(label.code, verified.row.owner_id, verified.row.holder_id, receiver_id, sheets)
        lines.append(presenters.referral_line(context, referral.row, referral.state, directory, case))
    return tuple(sorted(lines, key=lambda line: -line.sent))


def _possible_receivers(context: ActContext, verified: VerifiedCase) -> tuple[str, ...]:
    """Return which agencies of the commune could be given something, but not the one whose case it is."""
    others = (Agency.commune_id == context.commune_id, Agency.id.not_in(context.actor.agencies))
    active_kinds = set(
        context.session.execute(select(Agency.kind).where(*others, Agency.state == AgencyState.ACTIVE)).scalars()
    )
    return tuple(bundle.code for bundle in codelist("bundle") if bundle.code in active_kinds)


@action(Act.GROUND_RECORD)
def record_ground(context: ActContext, case_id: UUID, entry: GroundEntry, *, once: UUID | None = None) -> UUID:
    """Record a ground; consent "not asked" or refused is recorded too, and nothing can be shared on it.

    A No, or a Yes to less, ends the older consents for the same receiver that give more, in the same commit; what a
    second person is to look at ends them when they agree, and the No of a representative who may have done it
    ends none. The same form sent again under `once` is recorded once, and is a Conflict after that was withdrawn or set
    aside.
    """
    verified = reading.find_case(context, case_id)
    ground_id = uuid5(case_id, once.hex) if once else uuid4()
    again = next((ground for ground in lookup.grounds(context, verified) if ground.id == ground_id), None)
    if again and again.state in (GroundState.WITHDRAWN, GroundState.SET_ASIDE):
        raise Conflict(
            "Lý do chia sẻ của trang này đã ghi rồi đã rút hoặc để lại. Hãy mở lại trang để xem.", about=case_id
        )
    if again:
        return ground_id
    recorded = consent_and_grounds.record(context, verified, entry, ground_id=ground_id)
    if recorded.state != GroundState.REVIEW and not _is_doubtful_no(context, verified, entry):
        _end_older_consents(context, verified, recorded, entry)
    return recorded.id


def _is_doubtful_no(context: ActContext, verified: VerifiedCase, entry: GroundEntry) -> bool:
    known = consent_and_grounds.circumstances(context, verified)
    return entry.consent == "refused" and ground_rules.is_doubtful(entry, known)


def _end_older_consents(
    context: ActContext,
    verified: VerifiedCase,
    newer: Ground,
    answer: GroundEntry,
    *,
    since: Collection[UUID] = (),
) -> None:
    """End the live consents for a receiver of which the newer answer takes something back, as a withdrawal does.

    `since` are grounds that were recorded after it: they stay.
    """
    successor = newer if answer.consent == "granted" else None
    context.session.flush()
    entries = consent_and_grounds.entries(context, verified)
    for ground in lookup.grounds(context, verified):
        entry = entries.get(ground.id, GroundEntry())
        if entry.kind != CONSENT or ground.receiver_id != newer.receiver_id or ground.id in since:
            continue
        taken_back = ground_rules.takes_back(answer, access_grants.agreed_sections(ground))
        if taken_back and access_grants.ground_is_live(ground, context.crypto.at):
            ended = replace(entry, ended=answer.refusal)
            _withdraw(context, verified, ground, ended, SafetyCall(), successor=successor)
            # The next one reads the entries again, and the head lists the one just written.
            context.session.flush()


@dataclass(frozen=True)
class SafetyCall:
    """A call that was promised when a consent was withdrawn: on which day ("YYYY-MM-DD") and how it is safe."""

    on: str = ""
    how: str = ""


@action(Act.GROUND_WITHDRAW)
def withdraw_ground(
    context: ActContext,
    case_id: UUID,
    ground_id: UUID,
    *,
    pressed: str = "",
    words: str = "",
    call: SafetyCall = SafetyCall(),
) -> None:
    """Withdraw a ground and cut off what it gave, but for what another ground by law keeps, in one commit.

    After a consent a safety call is always set, for the next day if no other was named; a duty needs a reason to end.
    """
    verified = reading.find_case(context, case_id)
    ground = lookup.find_ground(context, verified, ground_id)
    if ground.state not in CARRYING_GROUND:
        raise Conflict("Lý do này không còn hiệu lực. Hãy mở lại trang để xem.", about=case_id)
    entry = consent_and_grounds.entries(context, verified).get(ground_id, GroundEntry())
    if entry.kind == DUTY and not words.strip():
        raise BadInput("Lý do theo luật: hãy ghi vì sao luật không còn buộc nữa.", about=case_id)
    _withdraw(context, verified, ground, replace(entry, pressed=pressed, ended=words), call)


def _withdraw(
    context: ActContext,
    verified: VerifiedCase,
    ground: Ground,
    entry: GroundEntry,
    call: SafetyCall,
    *,
    successor: Ground | None = None,
) -> None:
    consent = "withdrawn" if entry.kind == CONSENT else entry.consent
    ended = replace(entry, consent=consent, call_on=_call_day(context, entry, call), call_how=call.how)
    access_endings.end_ground(context, verified, ground, successor=successor)
    # The owner alone reads this revision.
    writing.save_json(context, verified, Section.GROUNDS, ended.to_json(), series=ground.id)


def _call_day(context: ActContext, entry: GroundEntry, call: SafetyCall) -> str:
    """Return the day of the safety call ("YYYY-MM-DD"); the end of what is no consent needs none."""
    today = clock.local(context.crypto.at).date()
    if call.on and call.on < today.isoformat():
        raise BadInput("Ngày gọi hỏi thăm đã qua. Hãy chọn hôm nay hoặc một ngày tới.")
    tomorrow = (today + timedelta(days=1)).isoformat() if entry.kind == CONSENT else ""
    return call.on or tomorrow


@action(Act.GROUND_REVIEW_LIST)
def list_reviews(context: ActContext) -> tuple[AwaitingReview, ...]:
    """List the grounds of danger to life that wait for my review, and my own once they are late, oldest first."""
    every_case.compare(context, passes_over=True, routing=True)
    case_ids = scope.under_review(scope.cases(context.permit)).on(context.session).scalars().all()
    of_cases = reading.of_each(context, case_ids, lambda case: list(_awaiting_review(context, case)))
    reviews = [review for reviews in of_cases for review in reviews]
    context.about, context.reason = None, f"{len(reviews)} grounds"
    return tuple(sorted(reviews, key=lambda awaiting: awaiting.review.due))


def _awaiting_review(context: ActContext, verified: VerifiedCase) -> Iterator[AwaitingReview]:
    lines = [line for line in presenters.ground_lines(context, verified) if line.waiting]
    label = label_of(reading.open_newest_of(context, verified, [Section.LABEL])) or Label()
    for line in lines:
        if line.review and line.review.asks_me:
            yield AwaitingReview(verified.id, line.id, label.code, line.review)


def _require_awaiting_review(case_id: UUID, line: GroundLine) -> None:
    if line.review and line.review.mine:
        raise Refused("who recorded a ground does not review it", about=case_id)
    if not line.waiting:
        raise Conflict("Lý do này không chờ ai xem lại nữa. Hãy mở lại trang để xem.", about=case_id)


@action(Act.GROUND_REVIEW)
def review_ground(context: ActContext, case_id: UUID, ground_id: UUID, *, agrees: bool, words: str = "") -> None:
    """Review a ground as the second person; a No ends it and cuts off what rests on it.

    A consent that they agree to then ends the older ones of which it takes something back.
    Raises Refused for who recorded it, Conflict where nobody waits for a review, BadInput for a No without a reason.
    """
    verified = reading.find_case(context, case_id)
    ground = lookup.find_ground(context, verified, ground_id)
    lines = presenters.ground_lines(context, verified)
    [line] = [line for line in lines if line.id == ground_id]
    _require_awaiting_review(case_id, line)
    if not agrees and not words.strip():
        raise BadInput("Hãy ghi vì sao không đồng ý.", about=case_id)
    if agrees:
        ground.state = GroundState.LIVE
    else:
        access_endings.end_ground(context, verified, ground)
    reviewed = replace(line.entry, review="agreed" if agrees else "disagreed", review_words=words)
    reading_ids = [row.row.to_id for row in _resting_on(context, verified, ground) if row.state in READABLE]
    readers = [verified.row.owner_id, *reading_ids]
    writing.save_json(context, verified, Section.GROUNDS, reviewed.to_json(), series=ground_id, readers=readers)
    if agrees and line.entry.kind == CONSENT:
        later = [one.id for one in lines if one.at > line.at]
        _end_older_consents(context, verified, ground, line.entry, since=later)


def _resting_on(context: ActContext, verified: VerifiedCase, ground: Ground) -> list[VerifiedReferral]:
    """Return the referrals that rest on a ground: to the receiving agency, or to some of its people by name."""
    return [referral for referral in lookup.referrals(context, verified) if referral.ground.id == ground.id]
