"""The receiving side, and what both sides read: inbox, one referral, open, accept, decline, ask back, answer."""

from uuid import UUID

from casework.accounts import staff
from casework.cases import envelope_sharing, reading, scope
from casework.cases.case_labels import label_of
from casework.cases.models import Ground, Referral
from casework.cases.sections import Label, Letter
from casework.cases.states import LIVE_REFERRAL, ReferralState
from casework.errors import BadInput, Conflict, NotFound
from casework.gate import ActContext, action
from casework.policy.permit import allowed
from casework.policy.words import Act, Section
from casework.referrals import letters, lookup, presenters, states
from casework.referrals.lookup import FoundReferral
from casework.referrals.presenters import Named
from casework.referrals.second_review import DangerReview
from casework.referrals.view_models import Box, ReferralLine, ReferralPage
from casework.vault.integrity.signed_rows import verify_row


@action(Act.REFERRAL_LIST)
def list_referrals(context: ActContext) -> Box:
    """List what came in and what was sent: unopened urgent ones first, then by due time, what is over last."""
    within = scope.cases(context.permit)
    found = scope.referrals(within).on(context.session).all()
    if not found:
        return Box(())
    within = reading.some(within, {row.case_id for row in found})
    book = reading.load_batch(context, within)
    sheets = letters.by_referral(book.each([Section.LETTER]))
    rows = [row for row in found if (row.case_id, row.id) in sheets]
    grounds = {row.id: row for row in scope.grounds(within).on(context.session)}
    cases = {row.case_id: book.cases[row.case_id] for row in rows}
    about = presenters.around(context, {end for row in rows for end in (row.from_id, row.to_id)}, cases.values())
    lines = []
    for row in rows:
        case, ground, written = cases[row.case_id], grounds[row.ground_id], sheets[row.case_id, row.id]
        verify_row(context.crypto.server_keys, Referral, row, book.heads[row.case_id].v)
        verify_row(context.crypto.server_keys, Ground, ground, book.heads[row.case_id].v)
        state = envelope_sharing.state_of(row, ground, context.crypto.at)
        # The first sheet tells the code of the case: its label need not be opened as well.
        named = Named(written[0][1].code, case.owner_id, case.holder_id, written)
        lines.append(presenters.referral_line(context, row, state, about, named))
    context.reason = f"{len(lines)} referrals"
    return Box(tuple(sorted(lines, key=_order)))


def _order(line: ReferralLine) -> tuple[bool, bool, int]:
    return (line.state not in LIVE_REFERRAL, not line.unopened, line.due)


@action(Act.REFERRAL_READ)
def read_referral(context: ActContext, case_id: UUID, referral_id: UUID, *, towards: Act | None = None) -> ReferralPage:
    """See one referral with its correspondence; before it is opened, a receiver sees only what is asked.

    Raises Conflict if the act that the page is shown for (`towards`) does not lead on from here.
    """
    found = lookup.referral(context, case_id, referral_id)
    context.reason = referral_id.hex
    pages = reading.open_newest_of(context, found.held, [Section.LABEL, Section.LETTER])
    label, sheets = label_of(pages) or Label(), letters.of(pages, referral_id)
    if not sheets:
        raise NotFound("referral", about=case_id)
    can = _can(context, found)
    if towards is not None and towards not in can:
        raise Conflict("Việc chuyển gửi này vừa đổi trạng thái. Hãy mở lại trang để xem.", about=case_id)
    case = found.held.case
    about = presenters.around(context, {found.referral.from_id, found.referral.to_id}, [case])
    named = Named(label.code, case.owner_id, case.holder_id, sheets)
    unopened = lookup.is_receiver(context, found) and found.state == ReferralState.SENT
    return ReferralPage(
        line=presenters.referral_line(context, found.referral, found.state, about, named),
        nickname=label.nickname,
        sections=tuple(sorted(envelope_sharing.agreed(found.ground))),
        until=found.ground.until,
        sheets=() if unopened else presenters.sheets(sheets, about),
        can=can,
        review=None if unopened else _review(context, found),
    )


def _review(context: ActContext, found: FoundReferral) -> DangerReview | None:
    """Return what a second person said of the ground, for either side; None for another ground, or one out of hand."""
    pages = presenters.entries(context, found.held).get(found.ground.id)
    return presenters.review(context, pages, presenters.Writers(staff.names(context))) if pages else None


def _can(context: ActContext, found: FoundReferral) -> frozenset[Act]:
    """Return what this person may do with the referral now."""
    side = states.RECEIVING if lookup.is_receiver(context, found) else states.SENDING
    return frozenset(act for act in side if states.offers(found.state, act) and allowed(context.actor, act))


@action(Act.REFERRAL_OPEN)
def open_referral(context: ActContext, case_id: UUID, referral_id: UUID) -> None:
    """Open a referral that came in: from now on its sections are kept under the agency's own key."""
    found = lookup.received(context, case_id, referral_id)
    found.step(context.permit.act)
    envelope_sharing.keep_envelopes(context, found.held)


@action(Act.REFERRAL_ACCEPT)
def accept(context: ActContext, case_id: UUID, referral_id: UUID, words: str = "") -> None:
    """Accept: only the receiving side may."""
    _reply(context, case_id, referral_id, Letter(words=words), step="accept")


@action(Act.REFERRAL_DECLINE)
def decline(context: ActContext, case_id: UUID, referral_id: UUID, words: str) -> None:
    """Decline with a reason; access ends with this commit."""
    if not words.strip():
        raise BadInput("Hãy ghi lý do chưa nhận được, để nơi gửi biết phải làm gì tiếp.", about=case_id)
    found = _reply(context, case_id, referral_id, Letter(words=words), step="decline")
    envelope_sharing.cut_off(context, found.held, found.referral.to_id)


@action(Act.REFERRAL_ASK)
def ask_back(context: ActContext, case_id: UUID, referral_id: UUID, words: str) -> None:
    """Ask the sender something before going on."""
    if not words.strip():
        raise BadInput("Hãy ghi câu muốn hỏi lại.", about=case_id)
    _reply(context, case_id, referral_id, Letter(words=words), step="ask")


@action(Act.REFERRAL_ANSWER)
def answer(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter) -> None:
    """Answer what was done; the sender sees it at the top of her list."""
    kept = Letter(outcome=letter.outcome, words=letter.words, when=letter.when)
    _reply(context, case_id, referral_id, kept, step="answer")


def _reply(context: ActContext, case_id: UUID, referral_id: UUID, letter: Letter, *, step: str) -> FoundReferral:
    found = lookup.received(context, case_id, referral_id)
    found.step(context.permit.act)
    envelope_sharing.finish(context, found.held, found.referral, found.ground)
    letters.write(context, found, letter, step=step)
    return found
