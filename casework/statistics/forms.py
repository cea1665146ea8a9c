"""The form by which a lead closes a period: its name, and the mark of the release that was previewed."""

from wtforms import HiddenField

from casework.web.forms import Form


class ClosePeriodForm(Form):
    """Sent back by the preview when the lead agrees."""

    period = HiddenField()
    mark = HiddenField()
