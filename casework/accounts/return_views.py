"""Pages of coming back after a long absence: the door for who was away, and the colleague's confirmation."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.accounts import return_actions, return_before_gate, sign_in_before_gate
from casework.accounts.forms import DoorCodeForm, ReturnByPaperForm
from casework.accounts.sign_in_actions import WrongCode, WrongPassphrase
from casework.errors import BadInput, Throttled
from casework.policy.vocabulary import Act
from casework.web.current_user import allow_states, check_permission, me, perform

blueprint = Blueprint("returning", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.route("/tro-lai", methods=["GET", "POST"])
@allow_states("away")
def door() -> Answer:
    """Show who was away the six digits for a colleague, and take their paper code instead."""
    if me().state == "open":
        return redirect("/", 303)
    form = ReturnByPaperForm()
    if form.validate_on_submit():
        try:
            started = return_before_gate.return_by_paper(form.code.data or "")
            answer = sign_in_before_gate.signed_in_response(started, me().username)
            # Only now: a session that begins takes along nothing that was to be told in the one before.
            flash(_("Chào bạn trở lại. Tờ mã giấy ấy đã hết giá trị: hãy in tờ mới."))
            return answer
        except WrongPassphrase as wrong:
            form.code.errors = [_(str(wrong))]
    shown = {"code": return_before_gate.door_code(), "locked": me()}
    return render_template("accounts/return/door.html", form=form, **shown), 422 if form.errors else 200


@blueprint.get("/tai-khoan/tro-lai")
def at_door() -> str:
    return render_template("accounts/return/at_door.html", rows=perform(return_actions.list_at_door))


@blueprint.route("/tai-khoan/tro-lai/<uuid:member_id>", methods=["GET", "POST"])
def confirm(member_id: UUID) -> Answer:
    """Confirm by the six digits that it is the colleague who stands at the door."""
    check_permission(Act.RETURN_CONFIRM)
    form = DoorCodeForm()
    if form.validate_on_submit():
        try:
            name = return_before_gate.confirm_return(member_id, form.digits.data or "")
            flash(_("Đã xác nhận. %(name)s vào được rồi.", name=name), "done")
            return redirect(url_for("accounts.returning.at_door"), 303)
        except (BadInput, WrongCode, Throttled) as wrong:
            form.digits.errors = [_(str(wrong))]
    found = perform(return_actions.list_at_door, member_id)
    who = found[0] if found else None
    return render_template("accounts/return/confirm.html", form=form, who=who), 422 if form.errors else 200
