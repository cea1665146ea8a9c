"""The pages of releases, all that a statistician can read, and of closing a period, for a lead."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.policy.vocabulary import Act
from casework.statistics import actions, presenters
from casework.statistics.forms import ClosePeriodForm
from casework.web.current_user import check_permission, may, perform

blueprint = Blueprint("statistics", __name__)
blueprint.app_template_filter("period")(presenters.period_in_words)


@blueprint.get("/so-lieu")
def releases() -> str:
    """Show every release, or what happens until there is one."""
    published = perform(actions.read_releases)
    years, may_close = presenters.years(published), may(Act.PERIOD_PREVIEW)
    columns = presenters.columns(years)
    return render_template("statistics/releases.html", years=years, columns=columns, may_close=may_close)


@blueprint.get("/chot-ky")
def closing() -> str:
    """Show the next period to close: the truth beside what would be published."""
    preview = perform(actions.preview_period)
    form = ClosePeriodForm(period=preview.period.name, mark=preview.mark)
    sheets, period = presenters.comparison(preview), presenters.period_in_words(preview.period)
    return render_template("statistics/closing.html", closing=preview, period=period, sheets=sheets, form=form)


@blueprint.post("/chot-ky/cong-bo")
def close() -> Response:
    check_permission(Act.PERIOD_CLOSE)
    form = ClosePeriodForm()
    if not form.validate_on_submit():
        return redirect(url_for("statistics.closing"), 303)
    perform(actions.close_period, form.period.data or "", form.mark.data or "")
    flash(_("Đã công bố. Từ nay con số của kỳ này không đổi nữa."), "done")
    return redirect(url_for("statistics.releases"), 303)
