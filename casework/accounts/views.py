"""Sign-in, unlock and sign-out."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from casework.accounts import actions, door
from casework.accounts.actions import WrongPassphrase
from casework.accounts.forms import SignInForm, UnlockForm
from casework.web.origin import without_token
from casework.web.people import COOKIE
from casework.web.presence import me, perform, present, public, works_locked

blueprint = Blueprint("accounts", __name__)


@blueprint.route("/dang-nhap", methods=["GET", "POST"])
@public
def sign_in() -> Response | str | tuple[str, int]:
    """Sign in with a name and a passphrase."""
    form = SignInForm()
    if not form.validate_on_submit():
        return _shown("accounts/sign_in.html", form)
    try:
        given = door.knock(form.username.data or "", form.passphrase.data or "")
        return door.welcome(door.begin(actions.sign_in, given))
    except WrongPassphrase as wrong:
        return _wrong("accounts/sign_in.html", form, wrong)


@blueprint.route("/mo-khoa", methods=["GET", "POST"])
@works_locked
def unlock() -> Response | str | tuple[str, int]:
    """Unlock after a pause with the passphrase alone."""
    form = UnlockForm()
    if not form.validate_on_submit():
        return _shown("accounts/unlock.html", form)
    try:
        return door.welcome(door.begin(actions.unlock, door.knock(me().username, form.passphrase.data or "")))
    except WrongPassphrase as wrong:
        return _wrong("accounts/unlock.html", form, wrong)


@blueprint.post("/dang-xuat")
@without_token
@works_locked
def sign_out() -> Response:
    """Sign out: the session's row is gone and the browser is told to forget us."""
    perform(actions.sign_out, door.sid())
    answer = redirect(url_for("accounts.sign_in"), 303)
    answer.delete_cookie(COOKIE, secure=True, httponly=True)
    answer.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return answer


def _shown(template: str, form: SignInForm | UnlockForm) -> str | tuple[str, int]:
    return render_template(template, form=form, locked=present()), 422 if form.errors else 200


def _wrong(template: str, form: SignInForm | UnlockForm, wrong: WrongPassphrase) -> tuple[str, int]:
    form.passphrase.errors = [str(wrong)]
    return render_template(template, form=form, locked=present()), wrong.status
