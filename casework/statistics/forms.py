"""The word of the lead: which period, and exactly which numbers she has seen."""

from wtforms import HiddenField

from casework.web.forms import Form


class ClosePeriodForm(Form):
    """What the page of a preview sends back when the lead agrees."""

    period = HiddenField()
    mark = HiddenField()
