"""The form of a contact for advice: one page, for a new contact as for one that is written on."""

from typing import Any

from flask_babel import gettext
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from casework import clock
from casework.cases.advice import Advice
from casework.cases.fields import at_intake, form_values, section_from_fields
from casework.intake import weekdays
from casework.intake.advice_actions import CHILD_HARMED, AdviceContact
from casework.intake.forms import IntakePage, Offers
from casework.web import clean
from casework.web.choice_fields import YES
from casework.web.forms import SentOnceForm


class AdviceForm(IntakePage, SentOnceForm):
    """When, how and what was asked, what was answered, and when to speak again."""

    asked_on = at_intake(Advice, "asked_on")
    channel = at_intake(Advice, "channel", select=True)
    topics = at_intake(Advice, "topics")
    words = at_intake(Advice, "words", one_line=False, rows=6)
    child = at_intake(Advice, "child")
    again_on = at_intake(Advice, "again_on")
    again_how = at_intake(Advice, "again_how")
    base = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, typed: Any, offers: Offers, contact: AdviceContact | None = None) -> None:
        """Ask with what was typed, or else with what was written before, or for today."""
        given = {"base": contact.revision, **form_values(contact.advice)} if contact else {"asked_on": clock.today()}
        super().__init__(typed, offers, given)
        self.asked_on.description = weekdays.help_with_days()

    def advice(self) -> Advice:
        """Return what was typed as it will be kept."""
        return section_from_fields(Advice, self)

    @property
    def mistyped(self) -> bool:
        """Tell whether something was typed that cannot be kept as it is; what is missing is asked for by the intake."""
        wrong = [field for field in self if field.errors and field not in (self.child, self.again_how)]
        return any(clean.says_something(str(typed)) for field in wrong for typed in field.raw_data or ())

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask how to meet again where a day was promised; where a child is harmed advice is not enough."""
        valid = super().validate(extra_validators)
        if self.child.data == YES:
            valid = self.add_error(self.child, gettext(CHILD_HARMED))
        if self.again_on.data and not self.again_how.data:
            words = gettext("Đã hẹn ngày thì hãy ghi nói chuyện lại bằng cách nào, ví dụ: chị tự đến phiên chợ sau.")
            valid = self.add_error(self.again_how, words)
        return valid
