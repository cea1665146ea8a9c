"""Turns rows and opened letters into the lines that pages show."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness, read
from casework.cases import envelope_sharing, reading, reporting_delay
from casework.cases.models import Ground
from casework.cases.reading import VerifiedCase
from casework.cases.sections import GroundEntry, Letter
from casework.cases.states import GroundState, ReferralState
from casework.gate import ActContext
from casework.policy.table import policy
from casework.policy.words import Act, Section
from casework.referrals import lookup
from casework.referrals.second_review import DangerReview
from casework.referrals.view_models import GroundLine, LetterView, ReferralLine
from casework.vault.keys.envelopes import OpenedDocument
from casework.vault.models import Agency
from casework.vault.states import MemberState

Sheets = list[tuple[OpenedDocument, Letter]]
_CALLS = frozenset({"called", "not_reached"})
_DANGER = "danger"


@dataclass(frozen=True)
class Around:
    """Who and what stands around referrals: members, agencies with their telephones, and who read what when."""

    me: UUID
    people: dict[UUID, Colleague]
    agencies: dict[UUID, Agency]
    read: dict[tuple[UUID, str], int]

    def agency(self, agency_id: UUID, holder_id: UUID) -> str:
        """Return the name of an agency; a circle is called by where its holder works, so that nobody knows of it."""
        named = self.agencies[agency_id].name
        return named or self.people[holder_id].agency_name

    def kind(self, agency_id: UUID, holder_id: UUID) -> str:
        """Return the code of an agency, and for a circle that of the agency by whose name it is called."""
        agency = self.agencies[agency_id]
        return agency.kind if agency.name else self.people[holder_id].agency_kind


@dataclass(frozen=True)
class Writers:
    """Who writes grounds: the names of all members, and of those of the owner who may look at one a second time."""

    names: dict[UUID, str]
    seconds: dict[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Named:
    """What the case of a referral brings to its line: its code, owner and holder, and the opened sheets."""

    code: str
    owner_id: UUID
    holder_id: UUID
    sheets: Sheets


def around(context: ActContext, agency_ids: Iterable[UUID], cases: Iterable[Any]) -> Around:
    """Gather what the lines need, each thing once; `cases` are the rows of the cases that they are about."""
    of = {one.id: one.holder_id for one in cases}
    return Around(
        me=context.me,
        people={one.id: one for one in staff.colleagues(context)},
        agencies={one: freshness.agency(context.session, context.commune_id, one) for one in set(agency_ids)},
        read=read.reasons(context.crypto, Act.REFERRAL_READ, who={context.me, *of.values()}, about=set(of)),
    )


def referral_line(context: ActContext, row: Any, state: str, about: Around, named: Named) -> ReferralLine:
    """Make the line of a referral from its verified row and its sheets, the oldest first."""
    incoming = named.owner_id not in context.actor.agencies
    first = named.sheets[0][1] if named.sheets else Letter()
    end = row.from_id if incoming else row.to_id
    hours = reporting_delay.still_running(reporting_delay.of_letter(first), context.crypto.at)
    return ReferralLine(
        id=row.id,
        case_id=row.case_id,
        code=named.code,
        asks=first.asks,
        state=state,
        urgent=row.urgent,
        sent=row.sent,
        due=min(row.due, hours.end(context.crypto.at)) if hours else row.due,
        incoming=incoming,
        other=about.agency(end, named.holder_id),
        other_kind=about.kind(end, named.holder_id),
        phone=about.agencies[row.to_id].duty_phone,
        to_kind=about.agencies[row.to_id].kind,
        fresh=state != ReferralState.WITHDRAWN and _unread(row.id, named, about, incoming=incoming),
        hours=hours,
        call=next((letter for _, letter in reversed(named.sheets) if letter.step in _CALLS), None),
    )


def _unread(referral_id: UUID, named: Named, about: Around, *, incoming: bool) -> bool:
    """Tell whether the newest sheet is from the other side and newer than my last look, or that of who holds the case.

    What the holder has read is no news to her lead; what nobody has read is news to both.
    """
    if not named.sheets:
        return False
    page, letter = named.sheets[-1]
    theirs = LetterView(letter, "", "", page.at).answers is not incoming
    looking = {about.me} if incoming else {about.me, named.holder_id}
    return theirs and all(page.at > about.read.get((one, referral_id.hex), 0) for one in looking)


def sheets(found: Sheets, about: Around) -> tuple[LetterView, ...]:
    """Make the correspondence readable."""
    drawn = []
    for page, letter in found:
        one = about.people.get(page.by)
        drawn.append(LetterView(letter, one.name if one else "", one.agency_name if one else "", page.at))
    return tuple(drawn)


def ground_lines(context: ActContext, held: VerifiedCase) -> tuple[GroundLine, ...]:
    """Make the ledger of a case, the newest entry first."""
    pages = entries(context, held)
    grounds = [one for one in lookup.grounds(context, held) if one.id in pages]
    ends = {one.receiver_id: freshness.agency(context.session, context.commune_id, one.receiver_id) for one in grounds}
    writers = staff.names(context)
    newest: dict[UUID, tuple[int, str]] = {}
    for one in lookup.referrals(context, held):
        newest[one.ground.id] = max(newest.get(one.ground.id, (0, "")), (one.referral.sent, one.state))
    people = Writers(writers, _seconds(context, held))
    lines = [_ground_line(context, one, pages[one.id], ends[one.receiver_id], people, newest) for one in grounds]
    return tuple(sorted(lines, key=lambda line: -line.at))


def entries(context: ActContext, held: VerifiedCase) -> dict[UUID, list[OpenedDocument]]:
    """Open the entries of the ledger that I hold, each with its revisions, the newest first."""
    found: dict[UUID, list[OpenedDocument]] = {}
    for page in reading.history(context, held, Section.GROUNDS):
        found.setdefault(page.series, []).append(page)
    return found


def review(context: ActContext, pages: list[OpenedDocument], people: Writers) -> DangerReview | None:
    """Read from the revisions of an entry, the newest first, what a second person has said of it, and who and when."""
    entry, first = GroundEntry.from_json(pages[0].data), pages[-1]
    if entry.kind != _DANGER:
        return None
    said = [page for page in pages if GroundEntry.from_json(page.data).review]
    return DangerReview(
        recorded=first.at,
        now=context.crypto.at,
        answer=entry.review,
        words=entry.review_words,
        by=people.names.get(said[-1].by, "") if said else "",
        at=said[-1].at if said else 0,
        mine=first.by == context.me,
        seconds=tuple(name for one, name in people.seconds.items() if one != first.by),
    )


def _seconds(context: ActContext, held: VerifiedCase) -> dict[UUID, str]:
    """Return who of the owner's people may open this case and so review what another has recorded: ids and names."""
    case = held.case
    circle = freshness.agency(context.session, context.commune_id, case.owner_id).circle
    keepers = [one for one in staff.holding(context, case.owner_id) if one.state == MemberState.ACTIVE]
    leads, holding = policy().leads, {case.holder_id, case.standin_id}
    looks = [one for one in keepers if circle or one.id in holding or not leads.isdisjoint(one.roles)]
    return {one.id: one.name for one in looks}


def _ground_line(
    context: ActContext,
    ground: Ground,
    pages: list[OpenedDocument],
    receiver: Agency,
    people: Writers,
    newest: dict[UUID, tuple[int, str]],
) -> GroundLine:
    first = pages[-1]
    return GroundLine(
        id=ground.id,
        receiver=receiver.name,
        receiver_id=ground.receiver_id,
        entry=GroundEntry.from_json(pages[0].data),
        live=envelope_sharing.is_live(ground, context.crypto.at),
        withdrawn=ground.state == GroundState.WITHDRAWN,
        until=ground.until,
        sections=tuple(sorted(envelope_sharing.agreed(ground))),
        by=people.names.get(first.by, ""),
        at=first.at,
        state=newest.get(ground.id, (0, ""))[1],
        review=review(context, pages, people),
        phone=receiver.duty_phone,
    )
