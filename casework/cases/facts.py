"""Derives the coded facts that are counted; nothing is asked for counting alone."""

from datetime import date

from casework.cases.sections import Facts, Identity, Incident
from casework.codelists import codelist


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
