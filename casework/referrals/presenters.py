"""Makes the view models of referrals and grounds from verified rows and opened documents."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness, read
from casework.cases import access_grants, consent_and_grounds, duty_numbers, reading, reporting_delay
from casework.cases.ground_rules import DANGER
from casework.cases.models import Ground
from casework.cases.reading import VerifiedCase
from casework.cases.sections import GroundEntry, Letter
from casework.cases.states import LIVE_REFERRAL, READABLE, GroundState, ReferralState
from casework.gate import ActContext
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from casework.referrals import letters, lookup
from casework.referrals.view_models import GroundLine, GroundReview, LetterView, ReferralLine, UnreadReferral
from casework.vault.keys.envelopes import OpenedDocument
from casework.vault.models import Agency
from casework.vault.states import MemberState

Sheets = list[tuple[OpenedDocument, Letter]]


@dataclass(frozen=True)
class LineDirectory:
    """What lines of referrals are looked up in: members, agencies with their telephones, and who read what when.

    `can_read` tells of an agency or circle whether anybody who holds its key can sign in.
    """

    me: UUID
    people: dict[UUID, Colleague]
    agencies: dict[UUID, Agency]
    read: dict[tuple[UUID, str], int]
    can_read: Callable[[UUID], bool]

    def agency(self, agency_id: UUID, holder_id: UUID) -> str:
        """Return the name of an agency; for a circle, that of its holder's agency, so that the circle stays unknown."""
        named = self.agencies[agency_id].name
        return named or self.people[holder_id].agency_name

    def kind(self, agency_id: UUID, holder_id: UUID) -> str:
        """Return the code of an agency; for a circle, that of its holder's agency."""
        agency = self.agencies[agency_id]
        return agency.kind if agency.name else self.people[holder_id].agency_kind


@dataclass(frozen=True)
class GroundMembers:
    """The names of all members by id, and of those of the owner who may review a ground."""

    names: dict[UUID, str]
    reviewers: dict[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ReferralCase:
    """The case of a referral as its line needs it: code, owner, holder, and the opened letters, oldest first.

    `receiver_id` is the receiving agency, also where the referral is sealed to some people of it by name.
    """

    code: str
    owner_id: UUID
    holder_id: UUID
    receiver_id: UUID
    sheets: Sheets


def load_directory(context: ActContext, agency_ids: Iterable[UUID], cases: Iterable[Any]) -> LineDirectory:
    """Load what the lines need, each row once; `cases` are the rows of the cases that they are about."""
    holders = {case.id: case.holder_id for case in cases}
    people = {member.id: member for member in staff.colleagues(context)}
    return LineDirectory(
        me=context.me,
        people=people,
        agencies={
            agency_id: freshness.agency(context.session, context.commune_id, agency_id) for agency_id in set(agency_ids)
        },
        read=read.reasons(context.crypto, Act.REFERRAL_READ, who={context.me, *holders.values()}, about=set(holders)),
        can_read=cache(lambda end: _somebody_signs_in(context, end, people)),
    )


def _somebody_signs_in(context: ActContext, end: UUID, people: Mapping[UUID, Colleague]) -> bool:
    return any(people[member_id].state == MemberState.ACTIVE for member_id in staff.key_holder_ids(context, end))


def referral_line(
    context: ActContext,
    row: Any,
    state: str,
    directory: LineDirectory,
    case: ReferralCase,
    *,
    without: Collection[UUID] | None = None,
) -> ReferralLine:
    """Make the line of a referral from its verified row and its case.

    `without` are members who must not know; None, as in a list, names nobody's own telephone.
    """
    incoming = case.owner_id not in context.actor.agencies
    first = case.sheets[0][1] if case.sheets else Letter()
    other_id = row.from_id if incoming else case.receiver_id
    hours = reporting_delay.still_running(reporting_delay.from_letter(first), context.crypto.at)
    return ReferralLine(
        id=row.id,
        case_id=row.case_id,
        code=case.code,
        asks=first.asks,
        state=state,
        urgent=row.urgent,
        sent=row.sent,
        due=min(row.due, hours.end(context.crypto.at)) if hours else row.due,
        incoming=incoming,
        other=directory.agency(other_id, case.holder_id),
        other_kind=directory.kind(other_id, case.holder_id),
        numbers=duty_numbers.called(context, directory.agencies[case.receiver_id], without=without),
        fresh=state != ReferralState.WITHDRAWN and _is_unread(row.id, case, directory, incoming=incoming),
        hours=hours,
        nobody_reads=not incoming and _waits_for_nobody(row.to_id, state, directory, case),
        by_name=row.to_id != case.receiver_id,
        age_group=first.age_group,
        call=next((letter for _, letter in reversed(case.sheets) if letter.step in letters.CALLS), None),
        missed=letters.missed_calls(case.sheets),
    )


def _waits_for_nobody(to_id: UUID, state: str, directory: LineDirectory, case: ReferralCase) -> bool:
    """Tell whether nobody is left of those to whom a referral was sent by name, or nobody can sign in to open it.

    An agency that has opened one goes on whoever leaves.
    """
    waits = {ReferralState.SENT} if to_id == case.receiver_id else LIVE_REFERRAL
    return state in waits and not directory.can_read(to_id)


def unread_lines(context: ActContext, verified: VerifiedCase) -> tuple[UnreadReferral, ...]:
    """Return what was sent of a case and nobody at its receiver can open, with whom to call."""
    unread, people = [], {member.id: member for member in staff.colleagues(context)}
    for referral in lookup.referrals(context, verified):
        by_name = referral.row.to_id != referral.ground.receiver_id
        waits = LIVE_REFERRAL if by_name else {ReferralState.SENT}
        if referral.state in waits and not _somebody_signs_in(context, referral.row.to_id, people):
            agency = freshness.agency(context.session, context.commune_id, referral.ground.receiver_id)
            without = duty_numbers.must_not_know(context, verified)
            numbers = duty_numbers.called(context, agency, without=without)
            unread.append(UnreadReferral(referral.row.id, agency.name, numbers))
    return tuple(unread)


def told_agencies(context: ActContext, verified: VerifiedCase) -> frozenset[str]:
    """Return the kinds of agencies that can read now what was sent of a case."""
    sent = [referral for referral in lookup.referrals(context, verified) if referral.state in READABLE]
    ids = {referral.ground.receiver_id for referral in sent}
    return frozenset(freshness.agency(context.session, context.commune_id, agency_id).kind for agency_id in ids)


def _is_unread(referral_id: UUID, case: ReferralCase, directory: LineDirectory, *, incoming: bool) -> bool:
    """Tell whether the newest letter is from the other side and unread, by me and on the sending side by the holder.

    What the holder has read is no news to their lead; what nobody has read is news to both.
    """
    if not case.sheets:
        return False
    page, letter = case.sheets[-1]
    from_other_side = LetterView(letter, "", "", page.at).answers is not incoming
    reader_ids = {directory.me} if incoming else {directory.me, case.holder_id}
    return from_other_side and all(
        page.at > directory.read.get((reader_id, referral_id.hex), 0) for reader_id in reader_ids
    )


def letter_views(sheets: Sheets, directory: LineDirectory) -> tuple[LetterView, ...]:
    views = []
    for page, letter in sheets:
        writer = directory.people.get(page.by)
        views.append(LetterView(letter, writer.name if writer else "", writer.agency_name if writer else "", page.at))
    return tuple(views)


def ground_lines(context: ActContext, verified: VerifiedCase) -> tuple[GroundLine, ...]:
    """Make the ledger of a case, the newest entry first."""
    pages = open_entries(context, verified)
    grounds = [ground for ground in lookup.grounds(context, verified) if ground.id in pages]
    receivers = {
        ground.receiver_id: freshness.agency(context.session, context.commune_id, ground.receiver_id)
        for ground in grounds
    }
    names = staff.names(context)
    newest: dict[UUID, tuple[int, str]] = {}
    for referral in lookup.referrals(context, verified):
        newest[referral.ground.id] = max(newest.get(referral.ground.id, (0, "")), (referral.row.sent, referral.state))
    members = GroundMembers(names, _reviewers(context, verified))
    lines = [
        _ground_line(context, ground, pages[ground.id], receivers[ground.receiver_id], members, newest)
        for ground in grounds
    ]
    return tuple(sorted(lines, key=lambda line: -line.at))


def receiver_names(context: ActContext, grounds: Iterable[Ground]) -> dict[UUID, str]:
    """Return the names of the agencies that grounds are for."""
    ids = {ground.receiver_id for ground in grounds}
    return {one: freshness.agency(context.session, context.commune_id, one).name for one in ids}


def open_entries(context: ActContext, verified: VerifiedCase) -> dict[UUID, list[OpenedDocument]]:
    """Open the grounds of a case that I can open, by id, each with its revisions, newest first."""
    pages_by_ground: dict[UUID, list[OpenedDocument]] = {}
    for page in reading.history(context, verified, Section.GROUNDS):
        pages_by_ground.setdefault(page.series, []).append(page)
    return pages_by_ground


def ground_review(
    context: ActContext, state: str, pages: list[OpenedDocument], members: GroundMembers
) -> GroundReview | None:
    """Read the review of a ground from its revisions, newest first; None for a ground that needs no second person."""
    entry, first = GroundEntry.from_json(pages[0].data), pages[-1]
    if entry.kind != DANGER and not entry.review and state != GroundState.REVIEW:
        return None
    reviewed = [page for page in pages if GroundEntry.from_json(page.data).review]
    return GroundReview(
        kind=entry.kind,
        recorded=first.at,
        now=context.crypto.at,
        answer=entry.review,
        words=entry.review_words,
        by=members.names.get(reviewed[-1].by, "") if reviewed else "",
        at=reviewed[-1].at if reviewed else 0,
        mine=first.by == context.me,
        reviewers=tuple(name for member_id, name in members.reviewers.items() if member_id != first.by),
    )


def _reviewers(context: ActContext, verified: VerifiedCase) -> dict[UUID, str]:
    """Return the names by id of the owner's members who may open this case and so review what another recorded."""
    case = verified.row
    circle = freshness.agency(context.session, context.commune_id, case.owner_id).circle
    key_holders = [
        member for member in staff.colleagues_with_key(context, case.owner_id) if member.state == MemberState.ACTIVE
    ]
    leads, case_holders = policy().leads, {case.holder_id, case.standin_id}
    reviewers = [
        member for member in key_holders if circle or member.id in case_holders or not leads.isdisjoint(member.roles)
    ]
    return {member.id: member.name for member in reviewers}


def _ground_line(
    context: ActContext,
    ground: Ground,
    pages: list[OpenedDocument],
    receiver: Agency,
    members: GroundMembers,
    newest: dict[UUID, tuple[int, str]],
) -> GroundLine:
    first, entry = pages[-1], GroundEntry.from_json(pages[0].data)
    return GroundLine(
        id=ground.id,
        receiver=receiver.name,
        receiver_id=ground.receiver_id,
        entry=entry,
        live=access_grants.ground_is_live(ground, context.crypto.at),
        withdrawn=ground.state == GroundState.WITHDRAWN,
        until=ground.until,
        sections=tuple(sorted(access_grants.agreed_sections(ground))),
        by=members.names.get(first.by, ""),
        at=first.at,
        state=newest.get(ground.id, (0, ""))[1],
        review=ground_review(context, ground.state, pages, members),
        numbers=duty_numbers.called(context, receiver, without=None),
        under_review=ground.state == GroundState.REVIEW,
        paused=consent_and_grounds.is_paused(ground, entry.kind, recorded=first.at, at=context.crypto.at),
    )
