"""Released counts, all that a statistician can ever read; and the page on which a lead closes a period."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.policy.words import Act
from casework.statistics import actions, presenters
from casework.statistics.forms import ClosePeriodForm
from casework.web.current_user import ask, may, perform

blueprint = Blueprint("statistics", __name__)
blueprint.app_template_filter("period")(presenters.in_words)


@blueprint.get("/so-lieu")
def releases() -> str:
    """Show what has been released, or what happens until something is."""
    found = perform(actions.read_releases)
    years, may_close = presenters.years(found), may(Act.PERIOD_PREVIEW)
    drawn = presenters.columns(years)
    return render_template("statistics/releases.html", years=years, columns=drawn, may_close=may_close)


@blueprint.get("/chot-ky")
def closing() -> str:
    """Show the next period to close: the truth beside what would be published."""
    found = perform(actions.preview_period)
    form = ClosePeriodForm(period=found.period.name, mark=found.mark)
    sheets, period = presenters.comparison(found), presenters.in_words(found.period)
    return render_template("statistics/closing.html", closing=found, period=period, sheets=sheets, form=form)


@blueprint.post("/chot-ky/cong-bo")
def close() -> Response:
    """Release the period exactly as it was previewed."""
    ask(Act.PERIOD_CLOSE)
    form = ClosePeriodForm()
    if not form.validate_on_submit():
        return redirect(url_for("statistics.closing"), 303)
    perform(actions.close_period, form.period.data or "", form.mark.data or "")
    flash(_("Đã công bố. Từ nay con số của kỳ này không đổi nữa."), "done")
    return redirect(url_for("statistics.releases"), 303)
