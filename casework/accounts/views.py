"""Sign-in in two steps, the code on paper by night, unlock, proof, sign-out, and the list of accounts."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework.accounts import admission_views, own_account_views, session_cookies, sign_in_acts
from casework.accounts.forms import PaperForm, ProofForm, SecondForm, SignInForm, UnlockForm
from casework.accounts.sign_in_acts import WrongCode, WrongPassphrase
from casework.web.csrf import without_token
from casework.web.current_user import allow_states, current_member, me, perform, public, works_locked
from casework.web.session_loading import COOKIE

blueprint = Blueprint("accounts", __name__)
blueprint.register_blueprint(own_account_views.blueprint)
blueprint.register_blueprint(admission_views.blueprint)
Answer = Response | str | tuple[str, int]


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
@public
def sign_in() -> Answer:
    """Sign in, first step: a name and a passphrase."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _shown("accounts/sign_in.html", form)
    username = form.username.data or ""
    try:
        return session_cookies.signed_in_response(
            session_cookies.sign_in(session_cookies.login_attempt(username, form.passphrase.data or "")), username
        )
    except WrongPassphrase as wrong:
        form.passphrase.errors = [gettext(str(wrong))]
        return _shown("accounts/sign_in.html", form)


@blueprint.route("/dang-nhap/ma-dien-thoai", methods=["GET", "POST"])
@allow_states("pending")
def second_step() -> Answer:
    """Sign in, second step: the digits of the phone."""
    form = SecondForm()
    if me().state != "pending":
        return redirect("/", 303)
    if not form.validate_on_submit():
        return _shown("accounts/second.html", form)
    try:
        return session_cookies.signed_in_response(session_cookies.second_factor(form.digits.data or ""), me().username)
    except WrongCode as wrong:
        form.digits.errors = [gettext(str(wrong))]
        return _shown("accounts/second.html", form)


@blueprint.route("/dang-nhap/ma-giay", methods=["GET", "POST"])
@public
def paper() -> Answer:
    """Sign in with the code on paper, which stands in for one lost thing."""
    form = PaperForm()
    if not form.validate_on_submit():
        return _shown("accounts/paper.html", form)
    attempt = session_cookies.login_attempt(form.username.data or "", form.passphrase.data or "")
    factors = {"code": form.code.data or "", "digits": form.digits.data or "", "lost": form.lost.data or ""}
    try:
        return session_cookies.signed_in_response(
            session_cookies.sign_in_by_paper_code(attempt, **factors), attempt.username
        )
    except (WrongPassphrase, WrongCode) as wrong:
        form.code.errors = [gettext(str(wrong))]
        return _shown("accounts/paper.html", form)


@blueprint.route("/mo-khoa", methods=["GET", "POST"])
@works_locked
def unlock() -> Answer:
    """Unlock after a pause with the passphrase alone."""
    form = UnlockForm()
    if not form.validate_on_submit():
        return _shown("accounts/unlock.html", form)
    try:
        return session_cookies.signed_in_response(session_cookies.unlock(form.passphrase.data or ""), me().username)
    except WrongPassphrase as wrong:
        form.passphrase.errors = [gettext(str(wrong))]
        return _shown("accounts/unlock.html", form)


@blueprint.route("/xac-nhan-lai", methods=["GET", "POST"])
def step_up() -> Answer:
    """Prove once more who one is, before something that cannot be undone."""
    form = session_cookies.step_up_form()
    if not form.validate_on_submit():
        return _shown("accounts/step_up.html", form)
    try:
        return session_cookies.signed_in_response(
            session_cookies.step_up(form, request.args.get("viec", "")), me().username
        )
    except (WrongPassphrase, WrongCode) as wrong:
        form.passphrase.errors = [gettext(str(wrong))]
        return _shown("accounts/step_up.html", form)


@blueprint.get("/cho-xac-nhan")
@allow_states("waiting")
def wait() -> str | Response:
    """Say that a colleague must confirm her, and the four words that she reads aloud."""
    if me().state == "open":
        return redirect("/", 303)
    return render_template("accounts/wait.html", locked=me(), words=me().fingerprint)


@blueprint.post("/dang-xuat")
@without_token
@allow_states("locked", "covered", "pending", "waiting", "renew", "ended")
def sign_out() -> Response:
    """Sign out: the session's row is gone and the browser is told to forget us, but for the mark of this machine."""
    perform(sign_in_acts.sign_out, session_cookies.sid())
    answer = redirect(url_for("accounts.sign_in"), 303)
    answer.delete_cookie(COOKIE, secure=True, httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _shown(template: str, form: SignInForm | SecondForm | PaperForm | ProofForm | UnlockForm) -> tuple[str, int]:
    return render_template(template, form=form, locked=current_member()), 422 if form.errors else 200
