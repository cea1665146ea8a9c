"""Turns rows and opened letters into the lines that pages show."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import fresh, read
from casework.cases import delay, reading, sharing
from casework.cases.models import WITHDRAWN, Ground
from casework.cases.reading import Held
from casework.cases.sections import GroundEntry, Letter
from casework.gate import Work
from casework.policy.words import Act, Section
from casework.referrals import finding
from casework.referrals.lines import GroundLine, ReferralLine, Sheet
from casework.vault.envelopes import Page
from casework.vault.models import Agency

Sheets = list[tuple[Page, Letter]]
_CALLS = frozenset({"called", "not_reached"})


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
class Named:
    """What the case of a referral brings to its line: its code, owner and holder, and the opened sheets."""

    code: str
    owner_id: UUID
    holder_id: UUID
    sheets: Sheets


def around(work: Work, agency_ids: Iterable[UUID], cases: Iterable[Any]) -> Around:
    """Gather what the lines need, each thing once; `cases` are the rows of the cases that they are about."""
    of = {one.id: one.holder_id for one in cases}
    return Around(
        me=work.me,
        people={one.id: one for one in staff.colleagues(work)},
        agencies={one: fresh.agency(work.session, work.commune_id, one) for one in set(agency_ids)},
        read=read.reasons(work.hands, Act.REFERRAL_READ, who={work.me, *of.values()}, about=set(of)),
    )


def referral_line(work: Work, row: Any, state: str, about: Around, named: Named) -> ReferralLine:
    """Make the line of a referral from its verified row and its sheets, the oldest first."""
    incoming = named.owner_id not in work.actor.agencies
    first = named.sheets[0][1] if named.sheets else Letter()
    end = row.from_id if incoming else row.to_id
    hours = delay.still_running(delay.of_letter(first), work.hands.at)
    return ReferralLine(
        id=row.id,
        case_id=row.case_id,
        code=named.code,
        asks=first.asks,
        state=state,
        urgent=row.urgent,
        sent=row.sent,
        due=min(row.due, hours.end(work.hands.at)) if hours else row.due,
        incoming=incoming,
        other=about.agency(end, named.holder_id),
        other_kind=about.kind(end, named.holder_id),
        phone=about.agencies[row.to_id].duty_phone,
        to_kind=about.agencies[row.to_id].kind,
        fresh=state != WITHDRAWN and _unread(row.id, named, about, incoming=incoming),
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
    theirs = Sheet(letter, "", "", page.at).answers is not incoming
    looking = {about.me} if incoming else {about.me, named.holder_id}
    return theirs and all(page.at > about.read.get((one, referral_id.hex), 0) for one in looking)


def sheets(found: Sheets, about: Around) -> tuple[Sheet, ...]:
    """Make the correspondence readable."""
    drawn = []
    for page, letter in found:
        one = about.people.get(page.by)
        drawn.append(Sheet(letter, one.name if one else "", one.agency_name if one else "", page.at))
    return tuple(drawn)


def ground_lines(work: Work, held: Held) -> tuple[GroundLine, ...]:
    """Make the ledger of a case, the newest entry first."""
    pages = {page.series: page for page in reading.pages(work, held, [Section.GROUNDS])}
    grounds = [one for one in finding.grounds(work, held) if one.id in pages]
    names = {one.receiver_id: fresh.agency(work.session, work.commune_id, one.receiver_id).name for one in grounds}
    writers = staff.names(work)
    newest: dict[UUID, tuple[int, str]] = {}
    for one in finding.referrals(work, held):
        newest[one.ground.id] = max(newest.get(one.ground.id, (0, "")), (one.referral.sent, one.state))
    lines = [_ground_line(work, one, pages[one.id], names, writers, newest) for one in grounds]
    return tuple(sorted(lines, key=lambda line: -line.at))


def _ground_line(
    work: Work,
    ground: Ground,
    page: Page,
    names: dict[UUID, str],
    writers: dict[UUID, str],
    newest: dict[UUID, tuple[int, str]],
) -> GroundLine:
    return GroundLine(
        id=ground.id,
        receiver=names[ground.receiver_id],
        receiver_id=ground.receiver_id,
        entry=GroundEntry.from_json(page.data),
        live=sharing.is_live(ground, work.hands.at),
        withdrawn=ground.state == WITHDRAWN,
        until=ground.until,
        sections=tuple(sorted(sharing.agreed(ground))),
        by=writers.get(page.by, ""),
        at=page.at,
        state=newest.get(ground.id, (0, ""))[1],
    )
