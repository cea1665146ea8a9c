"""Acts on what is registered of the commune and its agencies, and on the calendar; changed by two people.

A wrong duty telephone sends a call for help to whoever has it, so an administrator proposes, and somebody who knows
confirms: of an agency its lead, or whoever works there if it has none; of the commune a lead of the Women's Union.
Another administrator stands in for both where nobody works there yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from casework.accounts.staff import Colleague, colleagues
from casework.audit import freshness
from casework.cases import commune_merger
from casework.codelists import office_calendar
from casework.errors import AlteredRows, BadInput, NotFound, Refused
from casework.gate import ActContext, action
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Role
from casework.staffing import directory, office_days
from casework.vault.integrity import heads
from casework.vault.models import Agency, Commune, ProposedChange
from casework.vault.states import AgencyState, Detail, MemberState
from casework.vietnamese_text import text_key

_COLUMNS_OF_COMMUNE = {Detail.COMMUNE_NAME: "name", Detail.HAMLETS: "hamlets"}
_OF_COMMUNE = frozenset({*_COLUMNS_OF_COMMUNE, Detail.CALENDAR, Detail.MERGED})
_OF_AGENCY = {Detail.AGENCY_NAME: "name", Detail.DUTY_PHONE: "duty_phone"}


@dataclass(frozen=True)
class PendingChange:
    """A change that waits: what stands now and what would, who proposed it and when, whether I may confirm it."""

    id: UUID
    detail: Detail
    agency_name: str
    old: str
    new: str
    by: str
    at: int
    asks_me: bool
    mine: bool


@dataclass(frozen=True)
class AgencyDetails:
    id: UUID
    kind: str
    name: str
    duty_phone: str


@dataclass(frozen=True)
class Details:
    """What is registered: `hamlets` one a line, `calendar` as its file, agencies by name, and the changes that wait.

    `shared` tells that several communes have this one calendar. `merged` names the commune into which this one goes
    and, on a second line, the day; empty for none.
    """

    commune_name: str
    hamlets: str
    calendar: str
    merged: str
    agencies: tuple[AgencyDetails, ...]
    changes: tuple[PendingChange, ...]
    shared: bool = False

    def value_of(self, detail: Detail, agency_id: UUID | None) -> tuple[str, str]:
        """Return whose a detail is, by name, and its value; raise NotFound where there is none."""
        if agency_id is None and detail in _OF_COMMUNE:
            values = {
                Detail.COMMUNE_NAME: self.commune_name,
                Detail.HAMLETS: self.hamlets,
                Detail.CALENDAR: self.calendar,
                Detail.MERGED: self.merged,
            }
            return self.commune_name, values[detail]
        agency = next((one for one in self.agencies if one.id == agency_id), None)
        if agency is None or detail in _OF_COMMUNE:
            raise NotFound("detail", about=agency_id)
        return agency.name, agency.name if detail == Detail.AGENCY_NAME else agency.duty_phone

    def find_change(self, change_id: UUID) -> PendingChange:
        """Return a change that waits; raise NotFound for one that was decided or never was."""
        change = next((one for one in self.changes if one.id == change_id), None)
        if change is None:
            raise NotFound("detail", about=change_id)
        return change


@action(Act.DETAIL_LIST)
def list_details(context: ActContext) -> Details:
    """Return what is registered of the commune and its agencies, and the changes that wait for a second person."""
    commune = freshness.commune(context.session, context.commune_id)
    registered = {agency.id: agency for agency in _agencies(context)}
    people = {person.id: person for person in colleagues(context)}
    changes = [
        PendingChange(
            id=row.id,
            detail=Detail(row.detail),
            agency_name=registered[row.agency_id].name if row.agency_id else "",
            old=_value(context, commune, registered[row.agency_id] if row.agency_id else None, Detail(row.detail)),
            new=office_days.proposed_text(row.value) if row.detail == Detail.CALENDAR else row.value,
            by=people[row.proposer_id].name,
            at=row.at,
            asks_me=_may_confirm(context, row, people.values()),
            mine=row.proposer_id == context.me,
        )
        for row in _rows(context)
    ]
    return Details(
        commune.name,
        commune.hamlets,
        office_calendar.as_text(office_days.in_force()),
        _merged(context),
        tuple(AgencyDetails(one.id, one.kind, one.name, one.duty_phone) for one in registered.values()),
        tuple(sorted(changes, key=lambda change: change.at)),
        shared=office_days.is_shared(context),
    )


def count_for_me(context: ActContext) -> int:
    """Count the changes that I may confirm, for a first page; none, which rings, if they are not what was proposed."""
    rows, altered = freshness.rows_of_commune(context.crypto, ProposedChange)
    if altered:
        context.unseen[context.commune_id] = AlteredRows(row="proposed_change")
        return 0
    people = colleagues(context) if rows else []
    return sum(_may_confirm(context, row, people) for row in rows)


@action(Act.DETAIL_PROPOSE)
def propose(context: ActContext, detail: Detail, value: str, *, agency_id: UUID | None = None) -> UUID:
    """Propose another value; it takes the place of an earlier proposal about the same detail.

    Raises BadInput for what stands there already, NotFound for an agency that is none or has no such detail.
    """
    context.about, context.reason = _about(context, detail, agency_id), detail
    commune, agency = _owner(context, detail, agency_id)
    if detail == Detail.CALENDAR:
        value = office_days.propose(context, value)
    elif _written(detail, value) == _written(detail, _value(context, commune, agency, detail)):
        raise BadInput("Sổ đang ghi đúng như vậy, không có gì để sửa.")
    if detail == Detail.MERGED:
        commune_merger.read(value)
    for row in _rows(context):
        if (row.detail, row.agency_id) == (detail, agency_id):
            context.session.delete(row)
    change = ProposedChange(
        commune_id=context.commune_id,
        id=uuid4(),
        agency_id=agency_id,
        detail=detail,
        value=value,
        proposer_id=context.me,
        at=context.crypto.at,
    )
    context.session.add(change)
    return change.id


@action(Act.DETAIL_CONFIRM)
def confirm(context: ActContext, change_id: UUID) -> None:
    """Let a change hold from now on; raises Refused for whoever proposed it or is not the one who knows."""
    row = _find(context, change_id)
    detail = Detail(row.detail)
    context.about, context.reason = _about(context, detail, row.agency_id), detail
    if not _may_confirm(context, row, colleagues(context)):
        raise Refused("the second person is of that agency, or a lead of the Women's Union", about=context.about)
    commune, agency = _owner(context, detail, row.agency_id)
    if detail == Detail.CALENDAR:
        office_days.confirm(context, row.value)
    elif agency is not None:
        setattr(agency, _OF_AGENCY[detail], row.value)
        heads.mark_changed(context.session, freshness.head(context.session, context.commune_id, agency.id))
    elif detail == Detail.MERGED:
        commune_merger.change(context, row.value)
    else:
        setattr(commune, _COLUMNS_OF_COMMUNE[detail], row.value)
    context.session.delete(row)


@action(Act.DETAIL_DROP)
def drop(context: ActContext, change_id: UUID) -> None:
    """Drop a change: as an administrator who takes it back, or as the second person, who refuses it."""
    row = _find(context, change_id)
    context.about, context.reason = _about(context, row.detail, row.agency_id), row.detail
    if Role.ADMINISTRATOR not in context.actor.roles and not _may_confirm(context, row, colleagues(context)):
        raise Refused("the second person is of that agency, or a lead of the Women's Union", about=context.about)
    context.session.delete(row)


def _about(context: ActContext, detail: str, agency_id: UUID | None) -> UUID:
    """Return what a line of the log is about: the agency, the commune, or the calendar."""
    return office_days.CALENDAR_ID if detail == Detail.CALENDAR else agency_id or context.commune_id


def _find(context: ActContext, change_id: UUID) -> ProposedChange:
    row = next((row for row in _rows(context) if row.id == change_id), None)
    if row is None:
        raise NotFound("detail", about=change_id)
    return row


def _rows(context: ActContext) -> list[ProposedChange]:
    """Load the changes that wait; raise AlteredRows if they are others than the commune's head says."""
    if freshness.rows_of_commune(context.crypto, ProposedChange)[1]:
        raise AlteredRows(row="proposed_change")
    query = select(ProposedChange).where(ProposedChange.commune_id == context.commune_id)
    return list(context.session.execute(query).scalars())


def _agencies(context: ActContext) -> list[Agency]:
    rows = freshness.agencies(context.session, context.commune_id)
    return sorted((row for row in rows if row.state != AgencyState.CLOSED), key=lambda row: text_key(row.name))


def _owner(context: ActContext, detail: Detail, agency_id: UUID | None) -> tuple[Commune, Agency | None]:
    """Return the commune and, of a detail of an agency, that agency; raise NotFound where the two do not fit."""
    commune = freshness.commune(context.session, context.commune_id)
    agency = next((row for row in _agencies(context) if row.id == agency_id), None)
    if (detail in _OF_AGENCY) != (agency is not None) or (agency_id is not None and agency is None):
        raise NotFound("detail", about=agency_id)
    return commune, agency


def _written(detail: Detail, value: str) -> str:
    """Return a detail as it is compared: a telephone is the same number in whatever groups it was written."""
    return value.replace(" ", "") if detail == Detail.DUTY_PHONE else value


def _value(context: ActContext, commune: Commune, agency: Agency | None, detail: Detail) -> str:
    if agency is not None:
        return str(getattr(agency, _OF_AGENCY[detail]))
    if detail == Detail.CALENDAR:
        return office_calendar.as_text(office_days.in_force())
    return _merged(context) if detail == Detail.MERGED else str(getattr(commune, _COLUMNS_OF_COMMUNE[detail]))


def _merged(context: ActContext) -> str:
    merged = commune_merger.of_commune(context)
    return merged.written() if merged else ""


def _may_confirm(context: ActContext, change: Any, people: Iterable[Colleague]) -> bool:
    """Tell whether I am the second person of a change: never who proposed it."""
    if change.proposer_id == context.me:
        return False
    there = [person for person in people if person.agency_id == change.agency_id and person.state == MemberState.ACTIVE]
    if change.agency_id is None or not there:
        return Role.ADMINISTRATOR in context.actor.roles or directory.confirms_agencies(context)
    leads = not policy().leads.isdisjoint(context.actor.roles)
    return context.actor.agency_id == change.agency_id and (leads or not directory.has_lead(there))
