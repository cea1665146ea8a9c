"""Pages of one's own account: sessions, a new passphrase, second factor or paper code, and the privacy screen."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from casework.accounts import (
    authentication,
    credentials_before_gate,
    mail_before_gate,
    mail_views,
    own_account_actions,
    passkey_views,
    passkeys_before_gate,
    session_cookies,
)
from casework.accounts.forms import CoverForm, NewPassphraseForm, PhoneForm
from casework.accounts.own_account_actions import ChangedCredentials
from casework.accounts.sign_in_actions import WrongPassphrase
from casework.errors import BadInput, SignInNeeded
from casework.policy.vocabulary import Act
from casework.web.current_user import allow_states, check_permission, gate, may, me, perform

blueprint = Blueprint("mine", __name__)
blueprint.register_blueprint(passkey_views.blueprint)
blueprint.register_blueprint(mail_views.blueprint)
Answer = Response | str | tuple[str, int]


@blueprint.get("/tai-khoan/cua-toi")
def overview() -> str:
    rows = perform(own_account_actions.list_sessions, sid=session_cookies.session_id() or b"")
    passkeys = passkeys_before_gate.own_passkeys()
    offers = {"may_admit": may(Act.ADMISSION_LIST), "mail": mail_before_gate.is_on()}
    return render_template("accounts/mine.html", rows=rows, passkeys=passkeys, me=me(), **offers)


@blueprint.post("/tai-khoan/cua-toi/ket-thuc")
def end() -> Response:
    perform(own_account_actions.end_session, _whole_number("number"), _whole_number("created"))
    return redirect(url_for("accounts.mine.overview"), 303)


@blueprint.route("/tai-khoan/cua-toi/mat-khau", methods=["GET", "POST"])
@allow_states("renew")
def passphrase() -> Answer:
    """Set a new passphrase; a new paper code comes with it."""
    check_permission(Act.KEY_CHANGE)
    form = NewPassphraseForm()
    if form.validate_on_submit():
        try:
            new = credentials_before_gate.replacement_credentials(me(), form.passphrase.data or "")
            return _print_paper_code(
                perform(own_account_actions.change_passphrase, new, token=session_cookies.session_token())
            )
        except BadInput as wrong:
            form.passphrase.errors = [gettext(str(wrong))]
    suggestion = credentials_before_gate.suggest_passphrase()
    return render_template(
        "accounts/passphrase.html", form=form, suggestion=suggestion, me=me()
    ), 422 if form.errors else 200


@blueprint.route("/tai-khoan/cua-toi/dien-thoai", methods=["GET", "POST"])
def phone() -> Answer:
    """Pair another phone; a new paper code comes with it."""
    check_permission(Act.PHONE)
    form = PhoneForm()
    pairing = credentials_before_gate.offer_pairing(
        me().person.commune_id, me().id, me().username, form.offer.data or ""
    )
    if form.validate_on_submit():
        paired = credentials_before_gate.pair_phone(
            me().person.commune_id, me().id, pairing.sealed, form.digits.data or ""
        )
        if paired is not None:
            return _print_paper_code(
                perform(own_account_actions.change_phone, paired, token=session_cookies.session_token())
            )
        form.digits.errors = [str(credentials_before_gate.WRONG_DIGITS)]
    form.offer.data = pairing.sealed
    passkeys = passkeys_before_gate.relying_party() is not None
    page = render_template("accounts/phone.html", form=form, pairing=pairing, passkeys=passkeys)
    return page, 422 if form.errors else 200


@blueprint.route("/tai-khoan/cua-toi/ma-giay", methods=["GET", "POST"])
def paper() -> Answer:
    """Ask before a new paper code replaces the one before, then print it."""
    check_permission(Act.PAPER_NEW)
    if request.method == "GET":
        return render_template("accounts/paper_new.html")
    return _print_paper_code(perform(own_account_actions.new_paper_code, token=session_cookies.session_token()))


@blueprint.route("/tai-khoan/cua-toi/che", methods=["GET", "POST"])
def cover() -> Answer:
    check_permission(Act.COVER)
    form = CoverForm()
    if form.validate_on_submit():
        try:
            perform(own_account_actions.cover, form.short.data or "", token=session_cookies.session_token())
            return redirect(url_for("accounts.mine.covered", tiep=session_cookies.return_path()), 303)
        except BadInput as wrong:
            form.short.errors = [gettext(str(wrong))]
    return render_template("accounts/cover.html", form=form), 422 if form.errors else 200


@blueprint.route("/man-hinh", methods=["GET", "POST"])
@allow_states("covered")
def covered() -> Answer:
    """Show almost nothing, and uncover the screen for the short code."""
    form = CoverForm()
    if me().state != "covered":
        return redirect(session_cookies.return_path(), 303)
    if form.validate_on_submit():
        try:
            authentication.count_short_code_attempt(gate(), session_cookies.session_id() or b"")
            token = session_cookies.session_token()
            uncovered = perform(own_account_actions.uncover, form.short.data or "", token=token)
            return session_cookies.set_session_cookie(redirect(session_cookies.return_path(), 303), uncovered)
        except (WrongPassphrase, SignInNeeded) as wrong:
            form.short.errors = [gettext(str(wrong))]
    return render_template("accounts/covered.html", form=form), 422 if form.errors else 200


def _print_paper_code(changed: ChangedCredentials) -> Response:
    """Show the new code once, with the token of the session that goes on."""
    words = {"code": changed.code, "name": me().name, "commune": me().commune_name, "next": "/", "words": ""}
    page = Response(render_template("accounts/printed.html", **words), mimetype="text/html")
    return session_cookies.set_session_cookie(page, changed.begun)


def _whole_number(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
