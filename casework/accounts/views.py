"""Pages of sign-in: passphrase, second factor, paper code, unlock, step-up, sign-out."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework.accounts import (
    admission_views,
    authentication,
    kept_form_views,
    own_account_views,
    return_views,
    session_cookies,
    sign_in_actions,
    sign_in_before_gate,
)
from casework.accounts.forms import PaperForm, SecondFactorForm, SignInForm, StepUpForm, UnlockForm
from casework.accounts.sign_in_actions import WrongCode, WrongPassphrase
from casework.vault.keys.enrolment.passkeys import WrongPasskey
from casework.web import waiting_count
from casework.web.csrf import without_token
from casework.web.current_user import allow_locked, allow_states, current_member, gate, me, perform, public
from casework.web.session_loading import COOKIE

blueprint = Blueprint("accounts", __name__)
blueprint.register_blueprint(own_account_views.blueprint)
blueprint.register_blueprint(admission_views.blueprint)
blueprint.register_blueprint(kept_form_views.blueprint)
blueprint.register_blueprint(return_views.blueprint)
Answer = Response | str | tuple[str, int]


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    form = SignInForm()
    if not form.validate_on_submit():
        return _form_page("accounts/sign_in.html", form)
    username = form.username.data or ""
    try:
        return sign_in_before_gate.signed_in_response(
            sign_in_before_gate.sign_in(sign_in_before_gate.login_attempt(username, form.passphrase.data or "")),
            username,
        )
    except WrongPassphrase as wrong:
        form.passphrase.errors = [gettext(str(wrong))]
        return _form_page("accounts/sign_in.html", form)


@blueprint.route("/dang-nhap/ma-dien-thoai", methods=["GET", "POST"])
@allow_states("pending")
def second_step() -> Answer:
    form = SecondFactorForm()
    if me().state != "pending":
        return redirect("/", 303)
    if not form.validate_on_submit():
        return _second_page(form)
    try:
        return sign_in_before_gate.signed_in_response(sign_in_before_gate.second_factor(form), me().username)
    except (WrongCode, WrongPasskey) as wrong:
        form.digits.errors = [gettext(str(wrong))]
        return _second_page(form)


@blueprint.route("/dang-nhap/ma-giay", methods=["GET", "POST"])
@public
def paper() -> Answer:
    """Sign in with the paper code, which stands in for one lost factor."""
    form = PaperForm()
    if not form.validate_on_submit():
        return _form_page("accounts/paper.html", form)
    attempt = sign_in_before_gate.login_attempt(form.username.data or "", form.passphrase.data or "")
    factors = {"code": form.code.data or "", "digits": form.digits.data or "", "lost": form.lost.data or ""}
    try:
        return sign_in_before_gate.signed_in_response(
            sign_in_before_gate.sign_in_by_paper_code(attempt, **factors), attempt.username
        )
    except (WrongPassphrase, WrongCode) as wrong:
        form.code.errors = [gettext(str(wrong))]
        return _form_page("accounts/paper.html", form)


@blueprint.route("/mo-khoa", methods=["GET", "POST"])
@allow_locked
def unlock() -> Answer:
    form = UnlockForm()
    if not form.validate_on_submit():
        return _form_page("accounts/unlock.html", form)
    try:
        return sign_in_before_gate.signed_in_response(
            sign_in_before_gate.unlock(form.passphrase.data or ""), me().username
        )
    except WrongPassphrase as wrong:
        form.passphrase.errors = [gettext(str(wrong))]
        return _form_page("accounts/unlock.html", form)


@blueprint.route("/xac-nhan-lai", methods=["GET", "POST"])
def step_up() -> Answer:
    """Step up: ask for both factors again before an act that needs a fresh proof."""
    form = sign_in_before_gate.step_up_form()
    if not form.validate_on_submit():
        return _step_up_page(form)
    try:
        return sign_in_before_gate.signed_in_response(
            sign_in_before_gate.step_up(form, request.args.get("viec", "")), me().username
        )
    except (WrongPassphrase, WrongCode, WrongPasskey) as wrong:
        form.passphrase.errors = [gettext(str(wrong))]
        return _step_up_page(form)


@blueprint.get("/cho-xac-nhan")
@allow_states("waiting")
def wait() -> str | Response:
    """Show a newcomer the key fingerprint (four words) to read aloud to the colleague who confirms it."""
    if me().state == "open":
        return redirect("/", 303)
    return render_template("accounts/wait.html", locked=me(), words=me().fingerprint)


@blueprint.post("/dang-xuat")
@without_token
@allow_states("locked", "covered", "pending", "waiting", "away", "renew", "ended")
def sign_out() -> Response:
    """Sign out: delete the session and tell the browser to forget us, but for the device cookie."""
    perform(sign_in_actions.sign_out, session_cookies.session_id())
    waiting_count.forget()
    answer = redirect(url_for("accounts.sign_in"), 303)
    answer.delete_cookie(COOKIE, secure=True, httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _second_page(form: SecondFactorForm) -> tuple[str, int]:
    form.passkey.data = ""
    return _form_page("accounts/second.html", form, passkey=sign_in_before_gate.passkey_for_sign_in())


def _step_up_page(form: StepUpForm) -> tuple[str, int]:
    form.passkey.data = ""
    passkey = sign_in_before_gate.passkey_for_step_up(form, request.args.get("viec", ""))
    return _form_page("accounts/step_up.html", form, passkey=passkey)


def _form_page(
    template: str, form: SignInForm | SecondFactorForm | PaperForm | StepUpForm | UnlockForm, *, passkey: str = ""
) -> tuple[str, int]:
    shows_list = authentication.only_commune(gate()) is not None
    page = render_template(template, form=form, locked=current_member(), passkey=passkey, shows_list=shows_list)
    return page, 422 if form.errors else 200
