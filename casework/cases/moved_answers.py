"""What stood in a section until it got one of its own: who reported and the trusted address, once in the incident.

An incident that was sealed before holds them still, and so does whoever it was referred to; no page shows them there.
The owner reads them where they belong, and they are taken out when somebody writes the incident or refers the case.
"""

from casework.cases import access_grants, reading, writing
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Incident, Reporter, Shelter
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.integrity import heads
from casework.vault.keys.envelopes import OpenedDocument

_MOVED_TO: dict[Section, type[SectionData]] = {kind.section: kind for kind in (Reporter, Shelter)}


def pages(context: ActContext, case: VerifiedCase, section: Section) -> list[OpenedDocument]:
    """Return what the owner of a case finds of a section in the incident: one page of revision 0, or none."""
    ours = case.row.owner_id in context.actor.agencies
    if not ours or section not in _MOVED_TO or _is_written(case, section):
        return []
    incident = reading.newest_page(context, case, Section.INCIDENT)
    answered = _answers(incident, section) if incident else {}
    return [incident._replace(section=section, revision=0, data=answered)] if incident and answered else []


def move_out(context: ActContext, case: VerifiedCase, *, rewrite: bool = True) -> None:
    """Write what has moved into sections of its own, for the owner alone; `rewrite` the incident without it."""
    incident = reading.newest_page(context, case, Section.INCIDENT)
    if incident is None or Incident.moved.isdisjoint(incident.data):
        return
    for section, kind in _MOVED_TO.items():
        answered = _answers(incident, section)
        if answered and not _is_written(case, section):
            writing.save(context, case, kind.from_json(answered))
    if rewrite:
        readers = access_grants.reading_agencies(context, case, Section.INCIDENT)
        writing.save(context, case, Incident.from_json(incident.data), readers=readers)


def _is_written(case: VerifiedCase, section: Section) -> bool:
    return heads.newest_revision(case.head.listing, section) is not None


def _answers(incident: OpenedDocument, section: Section) -> dict[str, object]:
    """Return the answers to the questions of a section that an incident still holds, empty ones left out."""
    names = Incident.moved & set(_MOVED_TO[section].questions())
    return {name: incident.data[name] for name in sorted(names) if incident.data.get(name)}
