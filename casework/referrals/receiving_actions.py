"""Acts of the receiving agency: open, accept, decline, ask back, answer; and what both sides read: inbox, referral."""

from uuid import UUID

from casework.accounts import staff
from casework.cases import access_grants, duty_numbers, every_case, reading, scope
from casework.cases.case_labels import label_of
from casework.cases.models import Ground, Referral
from casework.cases.sections import Label, Letter
from casework.cases.states import LIVE_REFERRAL, ReferralState
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, NotFound
from casework.gate import ActContext, action
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act, Section
from casework.referrals import letters, lookup, named_readers, presenters, transitions
from casework.referrals.lookup import VerifiedReferral
from casework.referrals.presenters import ReferralCase
from casework.referrals.view_models import Box, GroundReview, ReferralLine, ReferralPage
from casework.vault.states import MemberState


@action(Act.REFERRAL_LIST)
def list_referrals(context: ActContext) -> Box:
    """List what came in and what was sent: unopened urgent ones first, then by due time, what is over last."""
    every_case.compare(context, passes_over=True, routing=True)
    within = scope.cases(context.permit)
    rows_in_reach = scope.referrals(within).on(context.session).all()
    if not rows_in_reach:
        return Box(())
    within = reading.narrow_scope(within, {row.case_id for row in rows_in_reach})
    batch = reading.load_batch(context, within, passes_over=True)
    sheets = letters.by_referral(batch.each([Section.LETTER]))
    grounds = {row.id: row for row in batch.verified(Ground, scope.grounds(within).on(context.session))}
    written = [row for row in batch.verified(Referral, rows_in_reach) if (row.case_id, row.id) in sheets]
    rows = [row for row in written if row.case_id not in context.unreadable]
    cases = {row.case_id: batch.cases[row.case_id] for row in rows}
    directory = presenters.load_directory(
        context, {end for row in rows for end in (row.from_id, grounds[row.ground_id].receiver_id)}, cases.values()
    )
    lines = []
    for row in rows:
        case_row, ground, pages = cases[row.case_id], grounds[row.ground_id], sheets[row.case_id, row.id]
        state = access_grants.referral_state(row, ground, context.crypto.at)
        # The first letter tells the code of the case: its label need not be opened as well.
        case = ReferralCase(pages[0][1].code, case_row.owner_id, case_row.holder_id, ground.receiver_id, pages)
        lines.append(presenters.referral_line(context, row, state, directory, case))
    context.reason = f"{len(lines)} referrals"
    return Box(tuple(sorted(lines, key=_sort_key)))


def _sort_key(line: ReferralLine) -> tuple[bool, bool, int]:
    return (line.state not in LIVE_REFERRAL, not line.unopened, line.due)


@action(Act.REFERRAL_READ)
def read_referral(context: ActContext, case_id: UUID, referral_id: UUID, *, towards: Act | None = None) -> ReferralPage:
    """Read one referral with its correspondence; before it is opened, a receiver sees only what is asked.

    Raises Conflict if the act that the page is shown for (`towards`) does not lead on from here.
    """
    referral = lookup.find_referral(context, case_id, referral_id)
    context.reason = referral_id.hex
    pages = reading.open_newest_of(context, referral.verified, [Section.LABEL, Section.LETTER])
    label, sheets = label_of(pages) or Label(), letters.of_referral(pages, referral_id)
    if not sheets:
        raise NotFound("referral", about=case_id)
    acts = _possible_acts(context, referral)
    if towards is not None and towards not in acts:
        raise Conflict("Việc chuyển gửi này vừa đổi trạng thái. Hãy mở lại trang để xem.", about=case_id)
    readers = staff.colleagues_with_key(context, referral.row.to_id)
    case_row = referral.verified.row
    receiver_id = referral.ground.receiver_id
    directory = presenters.load_directory(context, {referral.row.from_id, receiver_id}, [case_row])
    referral_case = ReferralCase(label.code, case_row.owner_id, case_row.holder_id, receiver_id, sheets)
    unopened = lookup.is_receiver(context, referral) and referral.state == ReferralState.SENT
    without = duty_numbers.must_not_know(context, referral.verified)
    return ReferralPage(
        line=presenters.referral_line(context, referral.row, referral.state, directory, referral_case, without=without),
        nickname=label.nickname,
        sections=tuple(sorted(access_grants.agreed_sections(referral.ground))),
        until=referral.ground.until,
        sheets=() if unopened else presenters.letter_views(sheets, directory),
        can=acts,
        readers=tuple(member.name for member in readers if member.state == MemberState.ACTIVE),
        by_name=referral.row.to_id != receiver_id,
        review=None if unopened else _ground_review(context, referral),
        may_answer=_may_answer(context, referral),
    )


def _may_answer(context: ActContext, referral: VerifiedReferral) -> tuple[str, ...]:
    """Return to the sender who at the receiver must not know, and may answer the telephone while nobody has opened."""
    if lookup.is_receiver(context, referral) or referral.state != ReferralState.SENT:
        return ()
    return named_readers.propose(context, referral.verified, referral.ground).kin


def _ground_review(context: ActContext, referral: VerifiedReferral) -> GroundReview | None:
    """Return the review of the ground, for either side; None for a ground that needs none or that I cannot open."""
    pages = presenters.open_entries(context, referral.verified).get(referral.ground.id)
    members = presenters.GroundMembers(staff.names(context))
    return presenters.ground_review(context, referral.ground.state, pages, members) if pages else None


def _possible_acts(context: ActContext, referral: VerifiedReferral) -> frozenset[Act]:
    side = transitions.RECEIVING if lookup.is_receiver(context, referral) else transitions.SENDING
    return frozenset(act for act in side if transitions.offers(referral.state, act) and allowed(context.actor, act))


@action(Act.REFERRAL_OPEN)
def open_referral(context: ActContext, case_id: UUID, referral_id: UUID) -> None:
    """Open a referral that came in: from now on its sections are kept under the agency's own key."""
    referral = lookup.find_received(context, case_id, referral_id)
    referral.step(context.permit.act)
    access_grants.keep_sent_envelopes(context, referral.verified)


@action(Act.REFERRAL_ACCEPT)
def accept(context: ActContext, case_id: UUID, referral_id: UUID, words: str = "") -> None:
    """Accept: only the receiving side may."""
    _reply(context, case_id, referral_id, Letter(words=words), step="accept")


@action(Act.REFERRAL_DECLINE)
def decline(context: ActContext, case_id: UUID, referral_id: UUID, words: str) -> None:
    """Decline with a reason; access ends with this commit."""
    if not words.strip():
        raise BadInput("Hãy ghi lý do chưa nhận được, để nơi gửi biết phải làm gì tiếp.", about=case_id)
    referral = _reply(context, case_id, referral_id, Letter(words=words), step="decline")
    access_grants.revoke_access(context, referral.verified, referral.row.to_id)


@action(Act.REFERRAL_ASK)
def ask_back(context: ActContext, case_id: UUID, referral_id: UUID, words: str) -> None:
    """Ask the sender something before going on."""
    if not words.strip():
        raise BadInput("Hãy ghi câu muốn hỏi lại.", about=case_id)
    _reply(context, case_id, referral_id, Letter(words=words), step="ask")


@action(Act.REFERRAL_ANSWER)
def answer(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter) -> None:
    """Answer what was done, or that it goes on; the sender sees it at the top of their list."""
    kept = Letter(outcome=letter.outcome, words=letter.words, when=letter.when)
    _reply(context, case_id, referral_id, kept, step="answer")


def _goes_on(letter: Letter) -> bool:
    return bool(letter.outcome) and codelist("service_outcome").get(letter.outcome).flag("goes_on")


def _reply(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter, *, step: str) -> VerifiedReferral:
    referral = lookup.find_received(context, case_id, referral_id)
    referral.step(context.permit.act, goes_on=_goes_on(letter))
    access_grants.record_kept_revisions(context, referral.verified, referral.row, referral.ground)
    letters.write(context, referral, letter, step=step)
    return referral
