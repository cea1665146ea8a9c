"""Derives the coded facts that are counted; nothing is asked for counting alone."""

from dataclasses import replace
from datetime import date
from typing import TypeVar

from casework import clock
from casework.cases import envelope_sharing, reading, writing
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Facts, Identity, Incident
from casework.codelists import codelist
from casework.gate import ActContext

S = TypeVar("S", bound=SectionData)


def derive(identity: Identity, incident: Incident, *, received: date, detailed: bool = True) -> Facts:
    """Return the facts of a case received on a day: sex, age band of that day, forms of violence of its acts."""
    acts = codelist("dv_act")
    types = {acts.get(code).text("type") for code in incident.acts}
    return Facts(
        received_on=received.isoformat(),
        sex=identity.sex,
        age_band=age_band(identity.birth_year, received),
        types=tuple(sorted(types)),
        other=incident.other,
        detailed="yes" if detailed else "no",
    )


def derive_again(context: ActContext, found: VerifiedCase, written: SectionData) -> None:
    """Bring the facts up to date after a section that they are derived from was written; her wish is kept."""
    if not isinstance(written, Identity | Incident):
        return
    before = _newest(context, found, Facts)
    identity = written if isinstance(written, Identity) else _newest(context, found, Identity)
    incident = written if isinstance(written, Incident) else _newest(context, found, Incident)
    received = date.fromordinal(clock.moment(0).date().toordinal() + found.case.opened)
    derived = derive(identity, incident, received=received, detailed=before.detailed != "no")
    now = replace(derived, merged=before.merged)
    if now != before:
        writing.save(context, found, now, readers=envelope_sharing.counting_agencies(context, found))


def _newest(context: ActContext, found: VerifiedCase, kind: type[S]) -> S:
    page = reading.page(context, found, kind.section)
    return kind.from_json(page.data) if page else kind()


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
