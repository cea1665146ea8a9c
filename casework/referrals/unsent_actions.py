"""What was said and ticked, and has not been sent: the list, the page that sends all in one commit, setting aside."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from uuid import UUID, uuid5

from casework.cases import access_grants, consent_and_grounds, every_case, reading, scope, writing
from casework.cases.case_labels import label_of
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Assessment, GroundEntry, Label, Letter
from casework.cases.states import CaseState, GroundState
from casework.errors import BadInput, Conflict
from casework.gate import ActContext, action
from casework.notices import actions as notices
from casework.notices.view_models import NoticeChoice
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act, Section
from casework.referrals import lookup, missing_grounds, presenters, sending_actions
from casework.referrals.preview_view_models import Preview
from casework.referrals.unsent_view_models import UnsentCase, UnsentGrounds, UnsentPage
from casework.referrals.view_models import GroundLine, is_covered, is_replaced

_ENDED = GroundState.WITHDRAWN
_MOST_URGENT_FIRST = ("danger", "duty", "consent")


@action(Act.UNSENT_LIST)
def list_unsent(context: ActContext) -> tuple[UnsentCase, ...]:
    """List the open cases where something was said and never sent: danger first, then the oldest.

    What waits for a second person or was refused by them is said too: nobody would come back to it otherwise. What
    waits for me stands in my list of reviews alone.
    """
    every_case.compare(context, passes_over=True, routing=True)
    case_ids = scope.unsent(scope.cases(context.permit)).on(context.session).scalars().all()
    unsent = [case for case in reading.of_each(context, case_ids, lambda case: _unsent_case(context, case)) if case]
    context.about, context.reason = None, f"{len(unsent)} cases"
    return tuple(sorted(unsent, key=lambda case: (not case.danger, case.since)))


def unsent_grounds(context: ActContext, verified: VerifiedCase) -> UnsentGrounds:
    """Return what was said of an open case and not sent, or ended by the second person; for the page of a case.

    The ledger is opened only where a row tells that there may be something.
    """
    sent = {referral.ground.id for referral in lookup.referrals(context, verified)}
    for row in lookup.grounds(context, verified):
        unsent = row.id not in sent and access_grants.ground_is_live(row, context.crypto.at)
        if unsent or row.state == _ENDED:
            return _unsent_grounds(context, verified)
    return UnsentGrounds()


def _receivers(lines: Iterable[GroundLine]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line.entry.receiver for line in lines))


def _unsent_case(context: ActContext, verified: VerifiedCase) -> UnsentCase | None:
    grounds = _unsent_grounds(context, verified)
    elsewhere = [line for line in grounds.held_back if not (line.review and line.review.asks_me)]
    unsent = replace(grounds, held_back=tuple(elsewhere))
    if not unsent.lines:
        return None
    label = label_of(reading.open_newest_of(context, verified, [Section.LABEL])) or Label()
    return UnsentCase(
        case_id=verified.id,
        code=label.code,
        danger=label.danger == "yes",
        receivers=_receivers(unsent.sendable),
        since=min(line.at for line in unsent.lines),
        waiting=_receivers(unsent.held_back),
        disagreed=unsent.refused,
        cut_off=unsent.cut_off,
    )


@action(Act.UNSENT_READ)
def read_unsent(context: ActContext, case_id: UUID) -> UnsentPage:
    """Preview each live ground on which nothing was ever sent, and the notice to the chair if one is owed."""
    verified = reading.find_case(context, case_id)
    pages = reading.open_newest_of(context, verified, [Section.LABEL, Section.ASSESSMENT])
    label = label_of(pages) or Label()
    needs = [need for page in pages if page.section == Section.ASSESSMENT for need in _needs(page.data)]
    unsent = _unsent_grounds(context, verified)
    previews = [context.also(sending_actions.preview, case_id, line.id) for line in unsent.sendable]
    told = allowed(context.actor, Act.NOTICE_PREVIEW) and label.only_counselling != "yes"
    proposed = context.also(notices.preview, case_id) if told else None
    return UnsentPage(
        case_id=case_id,
        code=label.code,
        nickname=label.nickname,
        danger=label.danger == "yes",
        needs=tuple(needs),
        previews=_by_receiver(previews),
        held_back=unsent.held_back,
        disagreed=unsent.disagreed,
        unprotected=missing_grounds.for_police(context, verified, label),
        must_tell=missing_grounds.for_child_protection(context, verified, label),
        notice=proposed if proposed and not (proposed.refusal or proposed.told) else None,
    )


def _by_receiver(previews: Iterable[Preview]) -> tuple[Preview, ...]:
    """Put together what goes to one receiver: the most urgent ground leads, the others stand beside it."""
    leading: dict[UUID, Preview] = {}
    for preview in previews:
        receiver_id = preview.ground.receiver_id
        first = leading.get(receiver_id)
        leading[receiver_id] = replace(first, beside=(*first.beside, preview)) if first else preview
    return tuple(leading.values())


def _needs(assessment: Mapping[str, object]) -> tuple[str, ...]:
    return Assessment.from_json(assessment).needs


def _unsent_grounds(context: ActContext, verified: VerifiedCase) -> UnsentGrounds:
    """Return what was said of an open case and never sent: danger to life first, then duty, then consent."""
    if verified.row.state != CaseState.OPEN:
        return UnsentGrounds()
    lines = sorted(presenters.ground_lines(context, verified), key=_urgency)
    return UnsentGrounds(
        sendable=tuple(line for line in lines if line.never_sent and not is_covered(line, lines)),
        held_back=tuple(line for line in lines if line.held_back),
        disagreed=tuple(line for line in lines if line.disagreed and not is_replaced(line, lines)),
    )


def _urgency(line: GroundLine) -> tuple[int, int, str]:
    return _MOST_URGENT_FIRST.index(line.entry.kind), line.at, line.entry.receiver


@action(Act.UNSENT_SEND)
def send_unsent(
    context: ActContext,
    case_id: UUID,
    letters: Mapping[UUID, Letter],
    *,
    notice: NoticeChoice | None = None,
    without: Collection[UUID] = (),
    leaving_out: Mapping[UUID, Collection[Section]] = MappingProxyType({}),
    once: UUID | None = None,
) -> UUID | None:
    """Refer the case on each of these grounds and notify the chair in one commit, all or nothing.

    `letters` holds a letter for each ground, `without` who at a receiver shall not read, `leaving_out` which sections
    are taken out of a ground, sent on or not. The same form sent again under `once` is sent once. Returns the id of the
    notice, None where none was chosen.
    """
    verified = reading.find_case(context, case_id)
    if not letters and notice is None:
        raise BadInput("Hãy chọn ít nhất một nơi để gửi, hoặc để lại và ghi vì sao.", about=case_id)
    for ground_id, letter in letters.items():
        lookup.find_ground(context, verified, ground_id)
        form_of_ground = uuid5(once, ground_id.hex) if once else None
        out = leaving_out.get(ground_id, ())
        context.also(
            sending_actions.send, case_id, ground_id, letter, once=form_of_ground, without=without, leaving_out=out
        )
    for ground_id in leaving_out.keys() - letters.keys():
        ground = lookup.find_ground(context, verified, ground_id)
        consent_and_grounds.narrow(context, verified, ground, frozenset(leaving_out[ground_id]))
    notice_id = None
    if notice is not None:
        notice_id = context.also(notices.send, case_id, asks=notice.asks, readers=notice.readers, once=once)
    context.about, context.reason = case_id, f"{len(letters)} referrals, {'a' if notice else 'no'} notice"
    return notice_id


@action(Act.UNSENT_SET_ASIDE)
def set_aside(context: ActContext, case_id: UUID, ground_id: UUID, words: str) -> None:
    """Note why nothing is sent on a ground: it carries nothing from now on. Raises Conflict once something was sent."""
    verified = reading.find_case(context, case_id)
    ground = lookup.find_ground(context, verified, ground_id)
    [line] = [line for line in presenters.ground_lines(context, verified) if line.id == ground_id]
    if not line.to_be_decided:
        raise Conflict("Lý do này đã chuyển gửi hoặc không còn hiệu lực. Hãy mở lại trang để xem.", about=case_id)
    if not words.strip():
        raise BadInput("Hãy ghi vì sao chưa gửi.", about=case_id)
    ground.state = GroundState.SET_ASIDE
    pages = presenters.open_entries(context, verified)[ground_id]
    entry = replace(GroundEntry.from_json(pages[0].data), unsent=words)
    writing.save_json(context, verified, Section.GROUNDS, entry.to_json(), series=ground_id)
    writing.revoke(context, verified)
