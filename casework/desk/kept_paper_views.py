"""The page that asks what became of the paper from which a case was typed in."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.desk import kept_paper_actions
from casework.desk.kept_paper_forms import KeptPaperForm
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("paper", __name__)


@blueprint.route("/vu-viec/<uuid:case_id>/to-giay", methods=["GET", "POST"])
def paper(case_id: UUID) -> Response | tuple[str, int]:
    """Show the three times of the case, and say what became of the paper."""
    check_permission(Act.PAPER_SETTLE)
    form: Any = KeptPaperForm()
    if not form.validate_on_submit():
        page = perform(kept_paper_actions.read_paper, case_id)
        return render_template("desk/paper.html", page=page, form=form), 422 if form.errors else 200
    once = form.idempotency_key()
    perform(kept_paper_actions.settle_paper, case_id, form.fate.data, form.words.data or "", once=once)
    flash(_("Đã ghi tờ giấy bây giờ thế nào."), "done")
    return redirect(url_for("desk.case", case_id=case_id), 303)
