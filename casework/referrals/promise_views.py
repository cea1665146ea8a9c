"""The pages of what was promised about sharing: a safety call that was made, and the register without consent."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.policy.vocabulary import Act
from casework.referrals import ground_actions, promise_actions
from casework.referrals.ground_forms import SafetyCallForm
from casework.referrals.referral_lists import REGISTER
from casework.web.current_user import check_permission, perform
from casework.web.list_pages import list_page

blueprint = Blueprint("promises", __name__)
CALLED = "/vu-viec/<uuid:case_id>/chuyen-gui/can-cu/<uuid:ground_id>/da-goi"


@blueprint.get("/chuyen-gui/khong-can-dong-y")
def register() -> str:
    register = perform(promise_actions.read_register)
    page = list_page(register.lines, REGISTER)
    return render_template("referrals/register.html", register=register, page=page)


@blueprint.route(CALLED, methods=["GET", "POST"])
def called(case_id: UUID, ground_id: UUID) -> Response | tuple[str, int]:
    """Record a safety call that was promised when a consent was withdrawn."""
    check_permission(Act.GROUND_CALLED)
    form = SafetyCallForm()
    if not form.validate_on_submit():
        ledger = perform(ground_actions.read_ledger, case_id, ground_id, towards=Act.GROUND_CALLED)
        return render_template("referrals/called.html", ledger=ledger, form=form), 422 if form.errors else 200
    perform(promise_actions.record_safety_call, case_id, ground_id, **form.answers)
    flash(_("Đã ghi lần gọi hỏi thăm."), "done")
    return redirect(url_for("referrals.case", case_id=case_id), 303)
