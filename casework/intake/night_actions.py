"""The acts of a night sheet: it opens a case, and leads to the telephones."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from casework.cases import case_labels, duty_numbers, reading
from casework.errors import BadInput, NotFound, gettext_noop
from casework.gate import ActContext, action
from casework.intake.actions import Setting, begin_intake, id_of_form, open_case, start_draft
from casework.intake.night_sheet import NightSheet, answers_of_sheet
from casework.policy.vocabulary import Act

NO_READERS = gettext_noop("Có người không được biết thì phải chọn ít nhất một người khác được đọc.")
_SOMEBODY = "yes"


@action(Act.NIGHT_RECORD)
def record_night_sheet(
    context: ActContext,
    sheet: NightSheet,
    *,
    circle: Sequence[UUID] = (),
    once: UUID | None = None,
    practice: bool = False,
    on_paper_at: str = "",
) -> UUID:
    """Open a case from a night sheet in one commit; the same form sent again under `once` finds the case it made.

    It is sealed to the agency or, if members are named, to a new circle of them and the author. Raises BadInput where
    somebody must not know and no other reader is named: the agency would read it. A sheet for `practice` is nobody's
    true story and sealed to the agency, whatever it says. `on_paper_at` is when it was written on paper, if it was.
    """
    if practice:
        circle = ()
    elif sheet.somebody == _SOMEBODY and not circle:
        raise BadInput(NO_READERS)
    case_id = id_of_form(context, once or uuid4())
    try:
        return reading.find_case(context, case_id).id
    except NotFound:
        context.also(start_draft, {}, circle=circle, draft_id=case_id)
        return context.also(open_case, case_id, answers_of_sheet(sheet, practice=practice, on_paper_at=on_paper_at))


@action(Act.NIGHT_STEPS)
def read_night_steps(context: ActContext, case_id: UUID) -> tuple[Setting, str]:
    """Return whom to call at once, and the code of the case in reach that it is about."""
    case = reading.find_case(context, case_id)
    without = duty_numbers.must_not_know(context, case)
    return context.also(begin_intake, in_danger=True, without=without), case_labels.code(context, case)
