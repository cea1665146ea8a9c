"""The first 72 hours on the page of a case: from the incident where it is ours to open, else from the letter."""

from collections.abc import Iterable

from casework.cases import delay
from casework.cases.delay import FirstHours
from casework.cases.reading import Held
from casework.cases.sections import Incident, Letter
from casework.cases.states import CaseState
from casework.gate import Work
from casework.policy.words import Section
from casework.vault.envelopes import Page


def told_in(work: Work, found: Held) -> tuple[Section, ...]:
    """Return the sections that may say when it happened; whoever holds the case needs no letter for it."""
    ours = found.case.owner_id in work.actor.agencies
    return (Section.INCIDENT,) if ours else (Section.INCIDENT, Section.LETTER)


def running(work: Work, found: Held, pages: Iterable[Page]) -> FirstHours | None:
    """Return the first hours of an open case while they may be running; of letters the newest counts."""
    if found.case.state != CaseState.OPEN:
        return None
    told = {page.section: hours for page in pages if (hours := _told(page)) is not None}
    known = told.get(Section.INCIDENT) or told.get(Section.LETTER)
    return delay.still_running(known, work.hands.at)


def _told(page: Page) -> FirstHours | None:
    if page.section == Section.INCIDENT:
        return delay.first_hours(Incident.from_json(page.data))
    return delay.of_letter(Letter.from_json(page.data)) if page.section == Section.LETTER else None
