"""Reads a case that was merged into another one."""

from uuid import UUID

from casework.cases import case_labels, merged_cases, reading, scope
from casework.cases.case_labels import label_of
from casework.cases.sections import Label
from casework.desk.actions import written_sections
from casework.desk.view_models import WrittenSection
from casework.errors import NotFound
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section

# What the machine derives or keeps about a case says nothing that its other sections do not.
_NOT_READ = {Section.FACTS, Section.DRAFT, Section.ERASURE}


@action(Act.CASE_MERGED)
def read_merged(
    context: ActContext, case_id: UUID, merged_id: UUID
) -> tuple[Label, str, tuple[tuple[Section, WrittenSection], ...]]:
    """Open everything in a case that was merged into this one: its label, the code of this one, and all entries.

    Raises NotFound for a case that was not merged into this one, or was restored since.
    """
    kept = reading.find_own_case(context, case_id)
    label = case_labels.label(context, kept) or Label()
    if merged_id not in {merged.id for merged in merged_cases.merged_into(context, kept, label)}:
        raise NotFound("not merged into this case", about=case_id)
    case, within = reading.find_voided(context, merged_id), scope.voided(context.permit)
    pages = reading.open_newest_of(context, case, context.permit.own - _NOT_READ, within=within)
    entries = zip(pages, written_sections(context, case, pages), strict=True)
    read = tuple((Section(page.section), entry) for page, entry in entries if page.section != Section.LABEL)
    return label_of(pages) or Label(), label.code, read
