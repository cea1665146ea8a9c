"""The ledger of grounds of a case: what may be shared with whom and why, written down and withdrawn."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from casework.cases import envelope_sharing, ground_ledger, reading, scope, writing
from casework.cases.case_labels import label_of
from casework.cases.models import Ground
from casework.cases.reading import VerifiedCase
from casework.cases.sections import GroundEntry, Label
from casework.cases.states import CARRYING_GROUND, READABLE, CaseState, GroundState, ReferralState
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.gate import ActContext, action
from casework.policy.words import Act, Section
from casework.referrals import letters, lookup, presenters
from casework.referrals.presenters import Named
from casework.referrals.second_review import AwaitingReview
from casework.referrals.view_models import GroundLedger, GroundLine, ReferralLine
from casework.vault.models import Agency
from casework.vault.states import AgencyState


@action(Act.GROUND_LIST)
def read_ledger(
    context: ActContext, case_id: UUID, ground_id: UUID | None = None, *, towards: Act | None = None
) -> GroundLedger:
    """Open the grounds and referrals of a case; `ground_id` chooses one entry, NotFound if it is not of this case.

    Towards a review it is Refused to who recorded the entry, and a Conflict where nobody waits for one.
    """
    held = reading.find_case(context, case_id)
    lines = presenters.ground_lines(context, held)
    chosen = next((one for one in lines if one.id == ground_id), None)
    if ground_id is not None and chosen is None:
        raise NotFound("ground", about=case_id)
    if towards is Act.GROUND_REVIEW and chosen is not None:
        _must_wait(case_id, chosen)
    label = label_of(reading.open_newest_of(context, held, [Section.LABEL])) or Label()
    return GroundLedger(
        case_id=case_id,
        code=label.code,
        nickname=label.nickname,
        is_open=held.case.state == CaseState.OPEN,
        only_counselling=label.only_counselling == "yes",
        grounds=lines,
        referrals=_referrals(context, held, label),
        receivers=_receivers(context, held),
        chosen=chosen,
    )


def _referrals(context: ActContext, held: VerifiedCase, label: Label) -> tuple[ReferralLine, ...]:
    pages = reading.open_newest_of(context, held, [Section.LETTER])
    mine = lookup.referrals(context, held)
    ends = {end for one in mine for end in (one.referral.from_id, one.referral.to_id)}
    about = presenters.around(context, ends, [held.case])
    lines = []
    for one in mine:
        sheets = letters.of(pages, one.referral.id)
        named = Named(label.code, held.case.owner_id, held.case.holder_id, sheets)
        lines.append(presenters.referral_line(context, one.referral, one.state, about, named))
    return tuple(sorted(lines, key=lambda line: -line.sent))


def _receivers(context: ActContext, held: VerifiedCase) -> tuple[str, ...]:
    """Return which agencies of the commune could be given something, but not the one whose case it is."""
    others = (Agency.commune_id == context.commune_id, Agency.id.not_in(context.actor.agencies))
    here = set(
        context.session.execute(select(Agency.kind).where(*others, Agency.state == AgencyState.ACTIVE)).scalars()
    )
    return tuple(one.code for one in codelist("bundle") if one.code in here)


@action(Act.GROUND_RECORD)
def record_ground(context: ActContext, case_id: UUID, entry: GroundEntry) -> UUID:
    """Write an entry into the ledger; what was "not asked" or refused is written down too, and carries nothing."""
    if entry.kind == "duty" and not entry.article.strip():
        raise BadInput("Hãy ghi điều luật buộc phải chuyển.", about=case_id)
    if entry.kind == "danger" and not entry.words.strip():
        raise BadInput("Hãy ghi nguy hiểm nào, vì sao phải làm ngay.", about=case_id)
    return ground_ledger.record(context, reading.find_case(context, case_id), entry).id


@action(Act.GROUND_WITHDRAW)
def withdraw_ground(context: ActContext, case_id: UUID, ground_id: UUID, *, pressed: str = "", words: str = "") -> None:
    """Withdraw a ground: every referral that rests on it is withdrawn, and what it gave is cut off, in one commit."""
    held = reading.find_case(context, case_id)
    ground = lookup.ground(context, held, ground_id)
    if ground.state not in CARRYING_GROUND:
        raise Conflict("Căn cứ này không còn hiệu lực. Hãy mở lại trang để xem.", about=case_id)
    _end(context, held, ground)
    _write_down(context, held, ground_id, pressed=pressed, words=words)


@action(Act.GROUND_REVIEW_LIST)
def list_reviews(context: ActContext) -> tuple[AwaitingReview, ...]:
    """List the grounds of danger to life that wait for my word, and my own once they are late, oldest first."""
    ids = scope.under_review(scope.cases(context.permit)).on(context.session).scalars().all()
    found = [one for case_id in ids for one in _waiting(context, reading.find_case(context, case_id))]
    context.about, context.reason = None, f"{len(found)} grounds"
    return tuple(sorted(found, key=lambda one: one.review.due))


def _waiting(context: ActContext, held: VerifiedCase) -> Iterator[AwaitingReview]:
    lines = [one for one in presenters.ground_lines(context, held) if one.waiting]
    label = label_of(reading.open_newest_of(context, held, [Section.LABEL])) or Label()
    for one in lines:
        if one.review and (one.review.late or not one.review.mine):
            yield AwaitingReview(held.id, one.id, label.code, one.review)


def _must_wait(case_id: UUID, line: GroundLine) -> None:
    if line.review and line.review.mine:
        raise Refused("who recorded a ground does not review it", about=case_id)
    if not line.waiting:
        raise Conflict("Căn cứ này không chờ ai xem lại nữa. Hãy mở lại trang để xem.", about=case_id)


@action(Act.GROUND_REVIEW)
def review_ground(context: ActContext, case_id: UUID, ground_id: UUID, *, agrees: bool, words: str = "") -> None:
    """Say as the second person whether there is danger to life; a No ends the ground and cuts off what rests on it.

    Raises Refused for who recorded it, Conflict where nobody waits for a review, BadInput for a No without a reason.
    """
    held = reading.find_case(context, case_id)
    ground = lookup.ground(context, held, ground_id)
    [line] = [one for one in presenters.ground_lines(context, held) if one.id == ground_id]
    _must_wait(case_id, line)
    if not agrees and not words.strip():
        raise BadInput("Hãy ghi vì sao không đồng ý.", about=case_id)
    carried = line.carrying
    if agrees:
        ground.state = GroundState.LIVE
    else:
        _end(context, held, ground)
    said = replace(line.entry, review="agreed" if agrees else "disagreed", review_words=words)
    readers = [held.case.owner_id, *([ground.receiver_id] if agrees and carried else [])]
    writing.save_json(context, held, Section.GROUNDS, said.to_json(), series=ground_id, readers=readers)


def _end(context: ActContext, held: VerifiedCase, ground: Ground) -> None:
    """End a ground, withdraw every referral that rests on it, and cut off what it gave."""
    for one in lookup.referrals(context, held):
        if one.ground.id == ground.id and one.state in READABLE:
            one.referral.state = ReferralState.WITHDRAWN
    ground.state = GroundState.WITHDRAWN
    envelope_sharing.cut_off(context, held, ground.receiver_id)


def _write_down(context: ActContext, held: VerifiedCase, ground_id: UUID, *, pressed: str, words: str) -> None:
    """Say in the entry itself that it was withdrawn and why; the owner alone reads this revision."""
    pages = {page.series: page for page in reading.open_newest_of(context, held, [Section.GROUNDS])}
    if ground_id not in pages:
        return
    entry = GroundEntry.from_json(pages[ground_id].data)
    consent = "withdrawn" if entry.kind == "consent" else entry.consent
    ended = replace(entry, consent=consent, pressed=pressed, ended=words)
    writing.save_json(context, held, Section.GROUNDS, ended.to_json(), series=ground_id)
