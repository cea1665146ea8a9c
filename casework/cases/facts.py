"""Derives the coded facts that are counted; nothing is asked for counting alone."""

from dataclasses import replace
from datetime import date
from typing import TypeVar

from casework.cases import access_grants, reading, writing
from casework.cases.family_acts import acts_outside_family, same_deed_outside
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Facts, Identity, Incident, Perpetrator
from casework.cases.states import CaseState
from casework.codelists import codelist
from casework.gate import ActContext

S = TypeVar("S", bound=SectionData)


def derive(
    identity: Identity,
    incident: Incident,
    *,
    received: date,
    relation: str = "",
    detailed: bool = True,
    imported: bool = False,
) -> Facts:
    """Return the facts of a case received on a day: sex, age band of that day, forms of violence of its acts.

    An act that is none in the family, because of who did it, is counted as the same deed outside the family.
    """
    acts, outside = codelist("dv_act"), acts_outside_family(incident.acts, relation)
    types = {acts.get(code).text("type") for code in incident.acts if code not in outside}
    other = (*incident.other, *(code for code in same_deed_outside(outside) if code not in incident.other))
    return Facts(
        received_on=received.isoformat(),
        sex=identity.sex,
        age_band=age_band(identity.birth_year, received),
        types=tuple(sorted(types)),
        other=other,
        detailed="yes" if detailed else "no",
        imported="yes" if imported else "",
    )


def refresh(context: ActContext, case: VerifiedCase, written: SectionData) -> None:
    """Derive the facts again after a section that they come from was written; a practice case is never counted."""
    if isinstance(written, Identity | Incident | Perpetrator) and case.row.state != CaseState.PRACTICE:
        derive_again(context, case, written)


def derive_again(context: ActContext, case: VerifiedCase, written: SectionData | None = None) -> None:
    """Derive the facts from what is written now; `detailed`, `merged` and `imported` are kept."""
    before = _newest_section(context, case, Facts)
    identity = written if isinstance(written, Identity) else _newest_section(context, case, Identity)
    incident = written if isinstance(written, Incident) else _newest_section(context, case, Incident)
    perpetrator = written if isinstance(written, Perpetrator) else _newest_section(context, case, Perpetrator)
    derived = derive(
        identity,
        incident,
        received=reading.date_of(case.row.opened),
        relation=perpetrator.relation,
        detailed=before.detailed != "no",
    )
    updated = replace(derived, merged=before.merged, imported=before.imported)
    if updated != before:
        writing.save(context, case, updated, readers=access_grants.counting_agencies(context, case))


def _newest_section(context: ActContext, case: VerifiedCase, section: type[S]) -> S:
    page = reading.newest_page(context, case, section.section)
    return section.from_json(page.data) if page else section()


def age_band(birth_year: int | None, on: date) -> str:
    """Return the statistical age band (LT16, A16_59, GE60) of somebody born in a year; empty if it is unknown."""
    if birth_year is None:
        return ""
    age = on.year - birth_year
    for band in codelist("age_band"):
        low, high = band.number("from"), band.number("to")
        if (low is None or age >= low) and (high is None or age <= high):
            return band.code
    return ""
