"""Pages of admission: a colleague makes the code and confirms; the newcomer takes up the account."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.accounts import admission_actions, admission_before_gate, credentials_before_gate
from casework.accounts.admission_actions import WrongAdmission
from casework.accounts.forms import AdmittedPassphraseForm, AdmittedPhoneForm, CodeForm, MemberForm, WordsForm
from casework.errors import BadInput
from casework.policy.vocabulary import Act, Role
from casework.web.current_user import check_permission, perform, public

blueprint = Blueprint("admission", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.route("/nhan-tai-khoan", methods=["GET", "POST"])
@public
def code() -> Answer:
    form = CodeForm()
    if form.validate_on_submit():
        try:
            admitted = admission_before_gate.find_admission(form.code.data or "")
            return _phone(AdmittedPhoneForm(formdata=None), form.code.data or "", admitted)
        except (BadInput, WrongAdmission) as wrong:
            form.code.errors = [_(str(wrong))]
    return render_template("accounts/admission/code.html", form=form), 422 if form.errors else 200


@blueprint.post("/nhan-tai-khoan/dien-thoai")
@public
def phone() -> Answer:
    """Second step: pair the phone; its first TOTP code proves that it holds the seed."""
    form = AdmittedPhoneForm()
    admitted = admission_before_gate.find_admission(form.code.data or "")
    if form.validate_on_submit():
        paired = credentials_before_gate.pair_phone(
            admitted.commune_id, admitted.member_id, form.offer.data or "", form.digits.data or ""
        )
        if paired is not None:
            proof = credentials_before_gate.seal_phone(admitted.commune_id, admitted.member_id, paired)
            return _passphrase(AdmittedPassphraseForm(formdata=None), form.code.data or "", proof)
        form.digits.errors = [str(credentials_before_gate.WRONG_DIGITS)]
    return _phone(form, form.code.data or "", admitted)


@blueprint.post("/nhan-tai-khoan/mat-khau")
@public
def passphrase() -> Answer:
    """Third step: the passphrase; then the paper code is shown once."""
    form = AdmittedPassphraseForm()
    if form.validate_on_submit():
        try:
            printed = admission_before_gate.enrol(
                form.code.data or "", form.passphrase.data or "", form.proof.data or ""
            )
            return render_template("accounts/printed.html", **printed)
        except BadInput as wrong:
            form.passphrase.errors = [_(str(wrong))]
    return _passphrase(form, form.code.data or "", form.proof.data or "")


@blueprint.get("/tai-khoan/cho-nhan")
def waiting() -> str:
    return render_template("accounts/admission/waiting.html", rows=perform(admission_actions.list_waiting))


@blueprint.route("/tai-khoan/them", methods=["GET", "POST"])
def add() -> Answer:
    check_permission(Act.MEMBER_ADD)
    form = MemberForm()
    if form.validate_on_submit():
        try:
            perform(admission_actions.add_member, form.username.data or "", form.name.data or "", Role(form.role.data))
            return redirect(url_for("accounts.admission.waiting"), 303)
        except BadInput as wrong:
            form.username.errors = [_(str(wrong))]
    return render_template("accounts/admission/add.html", form=form), 422 if form.errors else 200


@blueprint.post("/tai-khoan/<uuid:member_id>/lam-lai")
def restart(member_id: UUID) -> Response:
    """Start the re-admission of a member who lost their credentials."""
    perform(admission_actions.restart, member_id)
    flash(_("Đã bắt đầu lại. Bây giờ một đồng nghiệp cùng cơ quan tạo mã và đưa tận tay."))
    return redirect(url_for("accounts.admission.waiting"), 303)


@blueprint.post("/tai-khoan/<uuid:member_id>/ma")
def invite(member_id: UUID) -> str:
    """Make an admission code and show it once, ready for paper."""
    who, made = perform(admission_actions.invite, member_id)
    return render_template("accounts/admission/made.html", who=who, code=made)


@blueprint.post("/tai-khoan/<uuid:member_id>/xac-nhan")
def confirm(member_id: UUID) -> Response:
    """Confirm a newcomer whose key fingerprint was compared face to face."""
    perform(admission_actions.confirm, member_id, WordsForm().words.data or "")
    flash(_("Đã xác nhận. Người ấy vào được rồi."))
    return redirect(url_for("accounts.admission.waiting"), 303)


def _phone(form: AdmittedPhoneForm, code: str, admitted: admission_actions.AdmittedMember) -> tuple[str, int]:
    pairing = credentials_before_gate.offer_pairing(
        admitted.commune_id, admitted.member_id, admitted.username, form.offer.data or ""
    )
    form.code.data, form.offer.data = code, pairing.sealed
    page = render_template("accounts/admission/phone.html", form=form, pairing=pairing, admitted=admitted)
    return page, 422 if form.errors else 200


def _passphrase(form: AdmittedPassphraseForm, code: str, proof: str) -> tuple[str, int]:
    form.code.data, form.proof.data = code, proof
    page = render_template(
        "accounts/admission/passphrase.html", form=form, suggestion=credentials_before_gate.suggest_passphrase()
    )
    return page, 422 if form.errors else 200
