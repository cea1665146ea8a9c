"""Pages of one's own passkeys: add one, remove one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework.accounts import passkey_actions, passkeys_before_gate, sign_in_before_gate
from casework.accounts.forms import PasskeyForm
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.vault.keys.enrolment.passkeys import WrongPasskey
from casework.web.current_user import check_permission, perform
from casework.web.forms import parse_uuid

blueprint = Blueprint("passkeys", __name__)


@blueprint.route("/tai-khoan/cua-toi/khoa-tren-may", methods=["GET", "POST"])
def add() -> Response | tuple[str, int]:
    """Let the browser make a passkey, and add it."""
    check_permission(Act.PASSKEY_ADD)
    form = PasskeyForm()
    if form.validate_on_submit():
        try:
            passkeys_before_gate.add_passkey(form)
            flash(gettext("Đã thêm khóa. Từ nay dùng được nó thay cho mã 6 số."), "done")
            return redirect(url_for("accounts.mine.overview"), 303)
        except (WrongPasskey, BadInput) as wrong:
            form.name.errors = [gettext(str(wrong))]
    form.passkey.data, form.name.data = "", form.name.data or sign_in_before_gate.browser_family()
    options = passkeys_before_gate.offer_passkey()
    return render_template("accounts/passkey.html", form=form, options=options), 422 if form.errors else 200


@blueprint.post("/tai-khoan/cua-toi/khoa-tren-may/bo")
def remove() -> Response:
    """Remove one of one's own passkeys."""
    perform(passkey_actions.remove_passkey, parse_uuid(request.form.get("key", "")))
    flash(gettext("Đã bỏ khóa. Nó không mở được gì nữa."), "done")
    return redirect(url_for("accounts.mine.overview"), 303)
