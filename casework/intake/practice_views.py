"""The page of practice: the drill, the ways into a practice case, and the practice cases that there are."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases.reading import date_of
from casework.codelists import codelist
from casework.intake import practice_actions
from casework.web.current_user import perform
from casework.web.list_pages import list_page

blueprint = Blueprint("practice", __name__)


@blueprint.get("/tap")
def page() -> str:
    """Show the drill and the practice cases in reach."""
    cases = perform(practice_actions.list_practice)
    listed = list_page(list(cases))
    return render_template("intake/practice.html", page=listed, drill=codelist("drill_step").active(), date_of=date_of)


@blueprint.post("/tap/<uuid:case_id>/that")
def promote(case_id: UUID) -> Response:
    """Make a practice case a true one, and lead to what is to be sent, or first to who alone shall read it."""
    if perform(practice_actions.promote_practice, case_id):
        flash(
            _("Bây giờ là vụ việc thật. Ca này có người không được biết, mà lãnh đạo đang đọc được: hãy giữ kín ngay.")
        )
        return redirect(url_for("staffing.readers.restrict", case_id=case_id), 303)
    flash(_("Bây giờ là vụ việc thật: được đếm, và gửi được."), "done")
    return redirect(url_for("referrals.unsent.read", case_id=case_id), 303)


@blueprint.post("/tap/<uuid:case_id>/bo")
def remove(case_id: UUID) -> Response:
    """Delete a practice case."""
    perform(practice_actions.remove_practice, case_id)
    flash(_("Đã bỏ ca tập."), "done")
    return redirect(url_for(".page"), 303)
