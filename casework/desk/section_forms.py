"""The edit form of a section: every question that is asked of it, and the revision that is being changed."""

from functools import cache
from typing import Any

from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from casework.cases import fields, trusted_addresses
from casework.cases.fields import AddressChoice
from casework.cases.questions import SectionData
from casework.cases.sections import SECTIONS
from casework.policy.vocabulary import Section
from casework.web.current_user import perform
from casework.web.forms import Form


class SectionForm(Form):
    """What the form of every section carries: the revision that the writer has before them."""

    base = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, **options: Any) -> None:
        """Offer the register, and say once on the page that nothing must be answered, not beside each question."""
        super().__init__(**options)  # type: ignore[no-untyped-call]
        for field in self:
            field.flags.told = True
            if isinstance(field, AddressChoice):
                field.offer(perform(trusted_addresses.list_addresses).places)


def sent_form(section: Section) -> Any:
    """Read the form of a section as it was sent."""
    return _form_class(section)()


def form_with(data: SectionData, *, base: int) -> Any:
    """Make the form of a section with what was written, over a revision."""
    return _form_class(data.section)(formdata=None, base=base, **fields.form_values(data))


def section_of(form: Any, section: Section) -> SectionData:
    """Turn the answers of a form into the section; what was not asked is empty."""
    return fields.section_from_fields(SECTIONS[section], form)


@cache
def _form_class(section: Section) -> type[SectionForm]:
    questions = SECTIONS[section].questions()
    asked = {name: fields.field_of(SECTIONS[section], name) for name in questions if questions[name].asked}
    return type(f"{section.name}Form", (SectionForm,), asked)
