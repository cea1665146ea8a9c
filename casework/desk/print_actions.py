"""Opens a whole case to be printed, on a fresh proof of who prints it; a line of the log of its own says so."""

from uuid import UUID

from casework.cases import case_labels, reading
from casework.cases.sections import Label
from casework.desk.actions import written_sections
from casework.desk.view_models import WrittenSection
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section

# What the machine derives or keeps about a case says nothing that its other sections do not.
_NOT_PRINTED = frozenset({Section.LABEL, Section.FACTS, Section.DRAFT, Section.ERASURE})


@action(Act.CASE_PRINT)
def read_whole(context: ActContext, case_id: UUID) -> tuple[Label, tuple[tuple[Section, WrittenSection], ...]]:
    """Open every section that this person may open of a case of their own agency or circle, and its label."""
    case = reading.find_own_case(context, case_id)
    label = case_labels.label(context, case) or Label()
    pages = reading.open_newest_of(context, case, context.permit.own - _NOT_PRINTED)
    entries = zip(pages, written_sections(context, case, pages), strict=True)
    context.reason = f"{len(pages)} sections"
    return label, tuple((Section(page.section), entry) for page, entry in entries)
