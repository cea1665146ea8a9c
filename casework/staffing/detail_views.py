"""Pages of what is registered of the commune and its agencies, and of the changes that wait for a second person."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.errors import BadInput, NotFound
from casework.policy.vocabulary import Act
from casework.staffing import detail_actions
from casework.staffing.detail_forms import DETAILS, detail_form, proposed_value
from casework.vault.states import Detail
from casework.web.current_user import check_permission, may, perform

blueprint = Blueprint("details", __name__)
Answer = Response | str | tuple[str, int]
CHANGE = "/xa/doi/<uuid:change_id>"


@blueprint.get("/xa")
def register() -> str:
    details = perform(detail_actions.list_details)
    return render_template("staffing/details.html", details=details, kinds=DETAILS, edits=may(Act.DETAIL_PROPOSE))


@blueprint.route("/xa/sua/<detail>", methods=["GET", "POST"])
@blueprint.route("/xa/sua/<detail>/<uuid:agency_id>", methods=["GET", "POST"])
def propose(detail: str, agency_id: UUID | None = None) -> Answer:
    check_permission(Act.DETAIL_PROPOSE)
    about = _detail(detail)
    owner, value = perform(detail_actions.list_details).value_of(about, agency_id)
    form = detail_form(about, value)
    if form.validate_on_submit():
        try:
            perform(detail_actions.propose, about, proposed_value(form), agency_id=agency_id)
            return _to_register(_("Đã ghi. Chưa đổi gì cho tới khi người thứ hai xác nhận."))
        except BadInput as wrong:
            form["value"].errors = [_(str(wrong))]
    shown = {"title": DETAILS[about].title, "owner": owner}
    return render_template("staffing/detail.html", form=form, **shown), 422 if form.errors else 200


@blueprint.get(CHANGE)
def ask(change_id: UUID) -> str:
    change = perform(detail_actions.list_details).find_change(change_id)
    shown = {"title": DETAILS[change.detail].title, "edits": may(Act.DETAIL_PROPOSE)}
    return render_template("staffing/detail_change.html", change=change, **shown)


@blueprint.post(CHANGE)
def confirm(change_id: UUID) -> Response:
    perform(detail_actions.confirm, change_id)
    return _to_register(_("Đã xác nhận. Từ bây giờ sổ dùng điều mới."))


@blueprint.post(f"{CHANGE}/bo")
def drop(change_id: UUID) -> Response:
    perform(detail_actions.drop, change_id)
    return _to_register(_("Đã bỏ đề nghị này. Sổ vẫn dùng điều cũ."))


def _detail(word: str) -> Detail:
    """Return the detail that an address names; raise NotFound if there is none."""
    try:
        return Detail(word)
    except ValueError:
        raise NotFound("detail") from None


def _to_register(words: str) -> Response:
    flash(words, "done")
    return redirect(url_for("staffing.details.register"), 303)
