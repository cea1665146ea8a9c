"""The pages of retention; each destructive act is confirmed on a page that says what is erased and what stays."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.retention import actions, purging, voiding
from casework.retention.actions import ErasureOptions
from casework.retention.forms import HoldForm, MergeForm, RefuseForm, RequestForm
from casework.web.current_user import check_permission, config, may, perform
from casework.web.forms import parse_uuid
from casework.web.list_pages import list_page

blueprint = Blueprint("retention", __name__)
CASE = "/vu-viec/<uuid:case_id>"
Answer = Response | str | tuple[str, int]


@blueprint.route(f"{CASE}/de-nghi-xoa", methods=["GET", "POST"])
def request_erasure(case_id: UUID) -> Answer:
    """Ask on which basis a case should be erased, and who decides."""
    check_permission(Act.CASE_ERASE_REQUEST)
    options = perform(actions.read_request, case_id)
    form = RequestForm(options.candidates)
    if not form.validate_on_submit():
        return render_template("retention/request.html", options=options, form=form), 422 if form.errors else 200
    perform(
        actions.request_erasure,
        case_id,
        basis=form.basis.data or "",
        second=form.second_id(),
        words=form.words.data or "",
    )
    flash(_("Đã gửi đề nghị. Chưa có gì bị xóa: người thứ hai quyết định."), "done")
    return redirect(url_for("retention.ask_erasure", case_id=case_id), 303)


@blueprint.get(f"{CASE}/xoa")
def ask_erasure(case_id: UUID) -> str:
    """Show a request with all that would be erased, to whoever asked and to whoever decides."""
    return render_template("retention/erase.html", options=perform(actions.read_request, case_id), form=RefuseForm())


@blueprint.post(f"{CASE}/xoa")
def erase(case_id: UUID) -> Response:
    perform(actions.erase_case, case_id)
    flash(_("Đã xóa hẳn. Nhật ký chỉ còn ghi rằng một vụ việc đã được xóa, ai làm và lúc nào."), "done")
    return redirect(url_for("desk.home"), 303)


@blueprint.post(f"{CASE}/khong-xoa")
def refuse(case_id: UUID) -> Answer:
    """Refuse to erase a case, or take back one's own request."""
    check_permission(Act.CASE_ERASE_REFUSE)
    form = RefuseForm()
    if not form.validate_on_submit():
        return render_template("retention/erase.html", options=perform(actions.read_request, case_id), form=form), 422
    perform(actions.refuse_erasure, case_id, form.words.data or "")
    flash(_("Vụ việc được giữ nguyên."), "done")
    return redirect(url_for("desk.home"), 303)


@blueprint.route(f"{CASE}/giu-lai", methods=["GET", "POST"])
def hold(case_id: UUID) -> Answer:
    """Ask why a case must be kept, or show that it is."""
    check_permission(Act.CASE_HOLD)
    form = HoldForm()
    if not form.validate_on_submit():
        options, releases = perform(actions.read_request, case_id), may(Act.CASE_RELEASE)
        page = render_template("retention/hold.html", options=options, form=form, releases=releases)
        return page, 422 if form.errors else 200
    perform(actions.hold_case, case_id, form.words.data or "")
    flash(_("Đã giữ lại. Không ai xóa được vụ việc này cho đến khi thôi giữ."), "done")
    return _to_case(case_id)


@blueprint.post(f"{CASE}/thoi-giu")
def release(case_id: UUID) -> Response:
    perform(actions.release_case, case_id)
    flash(_("Đã thôi giữ lại. Chưa có gì bị xóa."), "done")
    return _to_case(case_id)


@blueprint.get(f"{CASE}/gop")
def ask_merge(case_id: UUID) -> str:
    """Ask into which case one that was written down twice is merged."""
    check_permission(Act.CASE_MERGE)
    return merge_page(perform(actions.read_request, case_id), MergeForm())


@blueprint.post(f"{CASE}/gop")
def merge(case_id: UUID) -> Answer:
    check_permission(Act.CASE_MERGE)
    form = MergeForm()
    if form.validate_on_submit():
        try:
            kept = perform(voiding.merge_case, case_id, form.kept_case.data or "", form.words.data or "")
            flash(_("Đã gộp. Tìm mã cũ cũng ra vụ việc này."), "done")
            return _to_case(kept)
        except BadInput as cause:
            form.kept_case.errors = [_(str(cause))]
    return merge_page(perform(actions.read_request, case_id), form), 422


@blueprint.get("/vu-viec-da-bo")
def aside() -> str:
    voided = perform(voiding.list_voided)
    return render_template("retention/aside.html", page=list_page(voided))


@blueprint.post(f"{CASE}/khoi-phuc")
def restore(case_id: UUID) -> Response:
    perform(voiding.restore_case, case_id)
    flash(_("Đã khôi phục vụ việc."), "done")
    return _to_case(case_id)


@blueprint.get("/loi-ke-den-han")
def due() -> str:
    months = config().story_months
    stories = perform(purging.list_due, months=months)
    return render_template("retention/due.html", page=list_page(stories), months=months)


@blueprint.post("/loi-ke-den-han")
def purge() -> Response:
    case_ids = [case_id for case_id in map(parse_uuid, request.form.getlist("case")) if case_id]
    count = perform(purging.purge, case_ids, months=config().story_months)
    flash(ngettext("Đã xóa %(num)d lời kể.", "Đã xóa %(num)d lời kể.", count), "done")
    return redirect(url_for("retention.due"), 303)


def _to_case(case_id: UUID) -> Response:
    return redirect(url_for("desk.case", case_id=case_id), 303)


def merge_page(options: ErasureOptions, form: MergeForm) -> str:
    return render_template("retention/merge.html", options=options, form=form)
