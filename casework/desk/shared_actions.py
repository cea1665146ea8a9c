"""Reads at once what was shared with a receiver."""

from uuid import UUID

from casework.cases import reading
from casework.cases.sections import LEDGERS, SECTIONS
from casework.desk.actions import written_sections
from casework.desk.view_models import WrittenSection
from casework.errors import NotFound
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section

# What is shared with a receiver to be read; letters, notes and what lists need have places of their own.
_SHARED = frozenset(SECTIONS) - LEDGERS - {Section.LABEL, Section.FACTS, Section.ERASURE, Section.ADVICE}


@action(Act.SECTION_READ_SHARED)
def read_shared(context: ActContext, case_id: UUID) -> tuple[WrittenSection, ...]:
    """Open at once every section that was shared with the actor, in their order; what was rewritten since is left out.

    Raises NotFound for the owner, who opens one section after the other, and where nothing is left to read.
    """
    case = reading.find_case(context, case_id)
    if case.row.owner_id in context.actor.agencies:
        raise NotFound("not shared", about=case_id)
    return written_sections(context, case, reading.open_newest_of(context, case, _SHARED))
