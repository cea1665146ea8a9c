"""Pages of one's own mail address: set it, confirm it, remove it; the administrator sends a test to their own."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework.accounts import mail_actions, mail_before_gate
from casework.accounts.forms import MailAddressForm, MailCodeForm
from casework.errors import BadInput
from casework.mail.message import SENTENCE
from casework.mail.smtp import FAULTS, MailFailed
from casework.policy.vocabulary import Act
from casework.web.current_user import may, perform
from casework.web.forms import Form

blueprint = Blueprint("mail", __name__)
Answer = Response | tuple[str, int]


@blueprint.route("/tai-khoan/cua-toi/thu-nhac", methods=["GET", "POST"])
def address() -> Answer:
    """Show one's own address, or set one."""
    form = MailAddressForm()
    if form.validate_on_submit():
        try:
            mail_before_gate.set_address(form.address.data or "")
            return _back(gettext("Đã gửi mã đến địa chỉ ấy. Hãy mở thư rồi ghi mã vào đây."))
        except MailFailed as wrong:
            return _back_unsent(wrong)
        except BadInput as wrong:
            form.address.errors = [gettext(str(wrong))]
    return _page(form, MailCodeForm(formdata=None))


@blueprint.post("/tai-khoan/cua-toi/thu-nhac/ma")
def confirm() -> Answer:
    form = MailCodeForm()
    if form.validate_on_submit():
        try:
            mail_before_gate.confirm(form.code.data or "")
            return _back(gettext("Đã xác nhận. Khi có việc chờ, thư sẽ đến địa chỉ này."))
        except BadInput as wrong:
            form.code.errors = [gettext(str(wrong))]
    return _page(MailAddressForm(formdata=None), form)


@blueprint.post("/tai-khoan/cua-toi/thu-nhac/bo")
def remove() -> Response:
    perform(mail_actions.remove_address)
    return _back(gettext("Đã bỏ địa chỉ. Không thư nào gửi đến đó nữa."))


@blueprint.post("/tai-khoan/cua-toi/thu-nhac/gui-thu")
def test() -> Response:
    """Send the one sentence to the administrator's own address and say how that went."""
    try:
        mail_before_gate.send_test()
    except (BadInput, MailFailed) as wrong:
        return _back_unsent(wrong)
    return _back(gettext("Máy chủ thư đã nhận thư thử. Hãy xem hộp thư của mình."))


def _back(words: str, kind: str = "done") -> Response:
    flash(words, kind)
    return redirect(url_for("accounts.mine.mail.address"), 303)


def _back_unsent(wrong: BadInput | MailFailed) -> Response:
    return _back(gettext("Chưa gửi được: %(why)s", why=gettext(str(wrong))), "warn")


def _page(form: Form, code_form: Form) -> tuple[str, int]:
    own = perform(mail_actions.own_address)
    page = render_template(
        "accounts/mail.html",
        form=form,
        code_form=code_form,
        own=own,
        on=mail_before_gate.is_on(),
        given_up=mail_before_gate.has_given_up(own),
        sentence=gettext(SENTENCE),
        server=mail_before_gate.server_state().server if may(Act.MAIL_TEST) else None,
        faults=FAULTS,
    )
    return page, 422 if form.errors or code_form.errors else 200
