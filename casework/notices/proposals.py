"""What a notice of a case would say and to whom: proposed from what is written down, never typed."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from casework import clock
from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness, read
from casework.cases import duty_numbers, legal_clocks, reading, risk_level
from casework.cases.age_groups import CHILD, possible_groups
from casework.cases.duty_numbers import CallOrder
from casework.cases.family_acts import acts_outside_family
from casework.cases.models import ChairNotice
from casework.cases.name_matching import names_a_colleague
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import (
    Assessment,
    Identity,
    Incident,
    Injuries,
    Label,
    Notice,
    Perpetrator,
    SafetyPlan,
)
from casework.cases.states import UNFINISHED_NOTICE, CaseState, NoticeState
from casework.codelists import codelist
from casework.errors import gettext_noop
from casework.gate import ActContext
from casework.notices.view_models import Addressee, Proposal, joined_names
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Role, Section
from casework.vault.keys.envelopes import OpenedDocument
from casework.vault.states import AgencyState, MemberState

S = TypeVar("S", bound=SectionData)
_CHAIRS = "chairs"
_PREGNANCY = "pregnancy"
SECTIONS_READ = (
    Section.LABEL,
    Section.IDENTITY,
    Section.INCIDENT,
    Section.INJURIES,
    Section.PERPETRATOR,
    Section.SAFETY_PLAN,
    Section.ASSESSMENT,
)
CLOSED = gettext_noop("Vụ việc đã đóng. Hãy mở lại trước khi báo Chủ tịch.")
NOT_FAMILY = gettext_noop("Tin báo này chỉ dành cho bạo lực trong gia đình. Vụ việc này không phải báo Chủ tịch.")
CHAIRS_OWN = gettext_noop("Chủ tịch, Phó Chủ tịch đang giữ vụ việc này nên đã biết, không cần tin báo.")
UNFINISHED = gettext_noop("Đã có tin báo cho vụ việc này. Hãy mở tin báo ấy để xem.")
NOBODY = gettext_noop(
    "Sổ chưa có tài khoản của Chủ tịch, Phó Chủ tịch xã. Hãy gọi điện hoặc gặp trực tiếp, rồi ghi là đã báo bằng lời."
)


def proposal(context: ActContext, case: VerifiedCase) -> Proposal:
    """Return what would be sent to whom, or why there is no notice; the permit must open SECTIONS_READ."""
    pages = reading.open_newest_of(context, case, SECTIONS_READ)
    chairs = active_chairs(context)
    kept_from = (_section(pages, SafetyPlan).who_must_not_know, _section(pages, Perpetrator).name)
    told = [chair for chair in chairs if not any(names_a_colleague(chair.name, names) for names in kept_from)]
    notice = _content(context, case, pages, told)
    withheld = _withheld(context, notice.asks, kept_from)
    return Proposal(
        case_id=case.id,
        notice=replace(notice, asks=tuple(ask for ask in notice.asks if ask not in withheld)),
        withheld=withheld,
        addressees=tuple(Addressee(chair.id, chair.name, _role(chair)) for chair in told),
        kin=tuple(chair.name for chair in chairs if chair not in told),
        numbers=office_numbers(context, chairs, without=duty_numbers.named(context, kept_from)),
        refusal=_refusal(context, case, pages, chairs),
        told=any(row.state != NoticeState.WITHDRAWN for row in reading.rows_of_case(context, case, ChairNotice)),
    )


def _withheld(context: ActContext, asks: Iterable[str], kept_from: tuple[str, ...]) -> tuple[str, ...]:
    """Return what is not asked for unless the sender says so: that an agency acts where who must not know works."""
    there = {
        member.agency_kind
        for member in staff.colleagues(context)
        if member.state != MemberState.LEFT and any(names_a_colleague(member.name, names) for names in kept_from)
    }
    return tuple(ask for ask in asks if codelist("notice_ask").get(ask).text("agency") in there)


def _refusal(context: ActContext, case: VerifiedCase, pages: list[OpenedDocument], chairs: list[Colleague]) -> str:
    """Return why no notice can be sent now; empty if one can."""
    if case.row.state != CaseState.OPEN:
        return CLOSED
    if context.actor.agency_id in {chair.agency_id for chair in chairs}:
        return CHAIRS_OWN
    if not is_domestic(*incident_and_perpetrator(pages)):
        return NOT_FAMILY
    if any(row.state in UNFINISHED_NOTICE for row in reading.rows_of_case(context, case, ChairNotice)):
        return UNFINISHED
    return "" if chairs else NOBODY


def is_due(label: Label, pages: Iterable[OpenedDocument]) -> bool:
    """Tell whether the chair must be told of a case; not of advice alone, nor by itself of one from an old ledger."""
    told_before = label.only_counselling == "yes" or label.imported
    return not told_before and is_domestic(*incident_and_perpetrator(pages))


def incident_and_perpetrator(pages: Iterable[OpenedDocument]) -> tuple[Incident, Perpetrator]:
    """Return what decides whether Article 20 applies, from opened pages of a case."""
    opened = list(pages)
    return _section(opened, Incident), _section(opened, Perpetrator)


def is_domestic(incident: Incident, perpetrator: Perpetrator) -> bool:
    """Tell whether Article 20 applies: an act of Article 3 by a family member or somebody not yet known.

    An act that was ticked as one outside the family, by a member of the family, is one inside it.
    """
    outside = acts_outside_family(incident.acts, perpetrator.relation)
    in_family = bool(perpetrator.relation) and codelist("relation").get(perpetrator.relation).flag("family")
    return bool(set(incident.acts) - set(outside)) or (in_family and bool(incident.other))


def active_chairs(context: ActContext) -> list[Colleague]:
    """Return who may be told: the active chair, then the deputies by name, of an office that was confirmed."""
    roles = policy().groups[_CHAIRS]
    chairs = [
        member
        for member in staff.colleagues(context)
        if member.state == MemberState.ACTIVE and not roles.isdisjoint(member.roles) and _confirmed(context, member)
    ]
    return sorted(chairs, key=lambda member: Role.CHAIR not in member.roles)


def _confirmed(context: ActContext, member: Colleague) -> bool:
    if member.agency_id is None:
        return False
    return freshness.agency(context.session, context.commune_id, member.agency_id).state == AgencyState.ACTIVE


def _role(member: Colleague) -> Role:
    return Role.CHAIR if Role.CHAIR in member.roles else Role.DEPUTY_CHAIR


def office_numbers(
    context: ActContext, members: Iterable[Colleague], *, without: Collection[UUID] | None = None
) -> CallOrder | None:
    """Return whom to call at the agency of the first of these people; nobody's own telephone without `without`."""
    agency_id = next((member.agency_id for member in members), None)
    return duty_numbers.called_by_id(context, agency_id, without=without) if agency_id else None


def numbers_of(context: ActContext, case: VerifiedCase, name: str) -> CallOrder | None:
    """Return how to reach the chair or deputy of this name, else whom to call at their office; for who sent a notice.

    Nobody who must not know is named, as far as that can be told.
    """
    chairs = active_chairs(context)
    wanted = next((one for one in chairs if one.name == name), None)
    agency_id = next((one.agency_id for one in (wanted, *chairs) if one is not None), None)
    if agency_id is None or case.row.owner_id not in context.actor.agencies:
        return None
    agency = freshness.agency(context.session, context.commune_id, agency_id)
    return duty_numbers.called(context, agency, without=duty_numbers.must_not_know(context, case), wanted=wanted)


def _office_phone(context: ActContext, members: Iterable[Colleague]) -> str:
    """Return the telephone of the office of the first of these people: a sheet keeps it, so it is nobody's own."""
    order = office_numbers(context, members)
    return order.office.number if order and order.office else ""


def _content(
    context: ActContext, case: VerifiedCase, pages: list[OpenedDocument], addressees: list[Colleague]
) -> Notice:
    """Return tier 0: everything that is read, and nothing that names the person or the place.

    The telephone is that of the holder's agency: a case that is sealed to named people looks like any other.
    """
    label, identity = _section(pages, Label), _section(pages, Identity)
    holder = [member for member in staff.colleagues(context) if member.id == case.row.holder_id]
    told = (_section(pages, Injuries), _section(pages, Assessment))
    vulnerable = vulnerability(label, identity, clock.local(context.crypto.at).date(), told)
    decide_by = _decide_by(context, case, pages)
    fitting = {"always": True, "protect": "yes" in (label.danger, vulnerable), "deadline": bool(decide_by)}
    asks = (
        code.code for code in codelist("notice_ask") if any(code.flag(name) for name, fits in fitting.items() if fits)
    )
    return Notice(
        code=label.code,
        received=_received(context, case),
        danger=label.danger,
        vulnerable=vulnerable,
        holder=", ".join(member.name for member in holder),
        phone=_office_phone(context, holder),
        asks=tuple(asks),
        decide_by=decide_by,
        readers=joined_names(tuple(member.name for member in addressees)),
    )


def _decide_by(context: ActContext, case: VerifiedCase, pages: list[OpenedDocument]) -> str:
    """Return the first moment by which a law has the chair decide in this case; empty where none does."""
    offices = codelist("role").get(Role.CHAIR).texts("agencies")
    shown = legal_clocks.clocks_to_watch(
        _section(pages, Label), _section(pages, Incident), opened=case.row.opened, is_open=True, at=context.crypto.at
    )
    due = min((one.due for one in shown if one.code.text("who") in offices), default=None)
    return clock.local(due).isoformat(timespec="minutes") if due is not None else ""


def _received(context: ActContext, case: VerifiedCase) -> str:
    """Return when the case was opened, as the log knows it; without a line the day alone."""
    lines = read.believed(read.lines_about(context.crypto, case.id, acts=[Act.CASE_OPEN], limit=1))
    if not lines:
        return reading.date_of(case.row.opened).isoformat()
    return clock.local(lines[0].at).isoformat(timespec="minutes")


def vulnerability(label: Label, identity: Identity, today: date, told: Iterable[SectionData] = ()) -> str:
    """Tell whether somebody belongs to a group of Article 24: by what was ticked or said, or by the year of birth.

    A year leaves the age open by one; where one of the two belongs to the group, so does the person. It is never "no":
    what nobody ticked may not have been asked.
    """
    if identity.vulnerable or label.age_group == CHILD or _PREGNANCY in risk_level.signs_of(told):
        return "yes"
    if identity.birth_year is None:
        return "unknown"
    maybe_child = not label.age_group and CHILD in possible_groups(identity.birth_year, today)
    oldest = today.year - identity.birth_year
    aged = any(oldest >= low for code in codelist("vulnerable_group") if (low := code.number("age_from")) is not None)
    return "yes" if maybe_child or aged else "unknown"


def _section(pages: Iterable[OpenedDocument], section: type[S]) -> S:
    page = next((page for page in pages if page.section == section.section), None)
    return section.from_json(page.data) if page else section()
