"""Whom to call at an agency now: who is on duty, who stands in, the office, the hotline. Every page asks here."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness
from casework.cases import duty_roster, name_matching, reading
from casework.cases.duty_roster import Roster
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Perpetrator, SafetyPlan
from casework.codelists import codelist
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.sealed import Sealed
from casework.vault.states import AgencyState, MemberState
from casework.web import phones

_NAMING = frozenset({Section.SAFETY_PLAN, Section.PERPETRATOR})
_SOMEBODY = "yes"


class NumberKind(StrEnum):
    """Whose telephone a number is."""

    ON_DUTY = "on_duty"
    STAND_IN = "stand_in"
    OFFICE = "office"
    HOTLINE = "hotline"


@dataclass(frozen=True)
class CallNumber(Sealed):
    """One number, as it is read aloud; `whose` is a person's name, empty for an office or a hotline."""

    number: str
    kind: NumberKind
    whose: str = ""

    @property
    def dialled(self) -> str:
        return self.number.replace(" ", "")

    @property
    def is_own(self) -> bool:
        """Tell whether it is somebody's own telephone."""
        return bool(self.whose)


@dataclass(frozen=True)
class CallOrder(Sealed):
    """Whom to call at an agency (by its code), one after the other; the last is a hotline that is always answered."""

    agency: str
    numbers: tuple[CallNumber, ...]

    @property
    def first(self) -> CallNumber:
        return self.numbers[0]

    @property
    def known(self) -> tuple[CallNumber, ...]:
        """Return the numbers of the agency itself."""
        return self.numbers[:-1]

    @property
    def office(self) -> CallNumber | None:
        return next((number for number in self.numbers if number.kind == NumberKind.OFFICE), None)

    def after(self, missed: int) -> CallNumber:
        """Return whom to call after so many calls in vain; whoever was called last of all is called again."""
        return self.numbers[min(missed, len(self.numbers) - 1)]


def called(
    context: ActContext, agency: Any, *, without: Collection[UUID] | None, wanted: Colleague | None = None
) -> CallOrder:
    """Return whom to call now at an agency (its row).

    `without` are members who must not know of the case at hand. None says that this cannot be told here: then nobody's
    own telephone is named. `wanted` is called in the place of who is on duty, if they have a telephone. Whoever has
    left or is locked is left out. Of an agency that was not confirmed no number is believed.
    """
    if agency.state != AgencyState.ACTIVE:
        return CallOrder(agency.kind, (_hotline(agency.kind),))
    people = [] if without is None else list(_own(context, agency, without, wanted))
    office = [CallNumber(phones.grouped(agency.duty_phone), NumberKind.OFFICE)] if agency.duty_phone else []
    return CallOrder(agency.kind, (*people, *office, _hotline(agency.kind)))


def called_of_kind(context: ActContext, kind: str, *, without: Collection[UUID] | None) -> CallOrder:
    """Return whom to call at the agency of a kind (code); the hotline alone where the commune has none."""
    agency = freshness.agency_of_kind(context.crypto, kind)
    return CallOrder(kind, (_hotline(kind),)) if agency is None else called(context, agency, without=without)


def called_by_id(context: ActContext, agency_id: UUID, *, without: Collection[UUID] | None) -> CallOrder:
    """Return whom to call at the agency of this id."""
    return called(context, freshness.agency(context.session, context.commune_id, agency_id), without=without)


def must_not_know(context: ActContext, case: VerifiedCase) -> frozenset[UUID] | None:
    """Return the members who must not know of a case; None if that cannot be told.

    It cannot where this act does not open safety plan and perpetrator, or where it was said that somebody of an agency
    must not know, and no colleague is named there.
    """
    if not context.permit.own >= _NAMING or case.row.owner_id not in context.actor.agencies:
        return None
    data = {page.section: page.data for page in reading.open_newest_of(context, case, _NAMING)}
    plan = SafetyPlan.from_json(data.get(Section.SAFETY_PLAN, {}))
    other = Perpetrator.from_json(data.get(Section.PERPETRATOR, {}))
    of_staff = named(context, (plan.who_must_not_know,))
    # A namesake of the one who is violent does not tell who of an agency was meant.
    if plan.somebody == _SOMEBODY and not of_staff:
        return None
    return of_staff | named(context, (other.name,))


def named(context: ActContext, texts: Collection[str]) -> frozenset[UUID]:
    """Return the members whom one of these texts names as who must not know."""
    people = staff.colleagues(context)
    return frozenset(
        member.id for member in people if any(name_matching.names_a_colleague(member.name, text) for text in texts)
    )


def _own(context: ActContext, agency: Any, without: Collection[UUID], wanted: Colleague | None) -> Iterator[CallNumber]:
    """Yield the telephones of who is wanted, else those of who is on duty and of the stand-in."""
    roster = duty_roster.read(context, agency.id)
    today = roster.day(duty_roster.duty_day(context.crypto.at))
    named = ((today.on, NumberKind.ON_DUTY), (today.stand_in, NumberKind.STAND_IN))
    if wanted is not None and roster.phones.get(wanted.id):
        named = ((wanted.id, NumberKind.ON_DUTY), (None, NumberKind.STAND_IN))
    people = {member.id: member for member in staff.colleagues(context) if may_stand(member, agency.id)}
    for member_id, kind in named:
        if member_id in people and member_id not in without:
            yield from own_numbers(roster, people[member_id], kind)


def own_numbers(roster: Roster, member: Colleague, kind: NumberKind) -> Iterator[CallNumber]:
    """Yield somebody's own telephones, as they stand in the roster."""
    for number in roster.phones.get(member.id, ()):
        yield CallNumber(phones.grouped(number), kind, member.name)


def may_stand(member: Colleague, agency_id: UUID) -> bool:
    """Tell whether somebody can be on duty for an agency: they work there and can sign in."""
    return member.agency_id == agency_id and member.state == MemberState.ACTIVE


def _hotline(kind: str) -> CallNumber:
    code = codelist("hotline").get(codelist("agency").get(kind).text("hotline"))
    return CallNumber(code.text("number"), NumberKind.HOTLINE)
