"""The pages of a slip: whether one may be made and what stands on it, the slip as it is printed, finding by number."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.errors import BadInput, Throttled
from casework.policy.vocabulary import Act
from casework.referrals import receiving_actions, rendering, slip_actions
from casework.referrals.slip_forms import FindSlipForm, SlipForm
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("slips", __name__)
SLIP = "/vu-viec/<uuid:case_id>/chuyen-gui/<uuid:referral_id>/phieu"
Answer = Response | str | tuple[str, int]


@blueprint.route(SLIP, methods=["GET", "POST"])
def make(case_id: UUID, referral_id: UUID) -> Answer:
    """Ask whether a paper is safe to keep, and what stands on the slip."""
    check_permission(Act.SLIP_MAKE)
    form: Any = SlipForm()
    if not form.validate_on_submit():
        return _form_page(case_id, referral_id, form)
    once = form.idempotency_key()
    if perform(slip_actions.make_slip, case_id, referral_id, form.slip, safe=form.safe.data, once=once):
        return redirect(url_for("referrals.slips.sheet", case_id=case_id, referral_id=referral_id), 303)
    flash(_("Đã ghi câu trả lời, không in phiếu. Hãy nói bằng lời: đến đâu, lúc nào, hỏi ai."), "done")
    return rendering.to_referral(case_id, referral_id)


def _form_page(case_id: UUID, referral_id: UUID, form: Any) -> tuple[str, int]:
    page = perform(receiving_actions.read_referral, case_id, referral_id, towards=Act.SLIP_MAKE)
    if request.method == "GET" and not form.place.data:
        form.fill_in(page.line)
    return render_template("referrals/slip.html", page=page, form=form), 422 if form.errors else 200


@blueprint.get(f"{SLIP}/in")
def sheet(case_id: UUID, referral_id: UUID) -> str:
    """Show the slip as it is printed, on half a page."""
    slip = perform(slip_actions.open_slip, case_id, referral_id)
    return render_template("referrals/slip_sheet.html", slip=slip)


@blueprint.get("/chuyen-gui/so-phieu")
def ask_number() -> str:
    check_permission(Act.SLIP_FIND)
    return render_template("referrals/slip_find.html", form=FindSlipForm(), found=None)  # type: ignore[no-untyped-call]


@blueprint.post("/chuyen-gui/so-phieu")
def find() -> Answer:
    """Find by the number of a slip; it never stands in an address."""
    check_permission(Act.SLIP_FIND)
    form: Any = FindSlipForm()  # type: ignore[no-untyped-call]
    found, status = None, 422
    if form.validate_on_submit():
        try:
            found, status = perform(slip_actions.find_slips, form.number.data or ""), 200
        except (BadInput, Throttled) as cause:
            form.number.errors, status = [_(str(cause))], cause.status
    return render_template("referrals/slip_find.html", form=form, found=found), status
