"""Pages of the directory: lock, unlock, leave and move a member, confirm a new agency; and the access review."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.errors import BadInput, NotFound
from casework.policy.vocabulary import Act
from casework.staffing import access_review, actions, detail_views, people_lists, reader_views
from casework.staffing.directory import AgencyEntry, StaffEntry, list_people
from casework.staffing.forms import move_form
from casework.web.current_user import check_permission, may, perform
from casework.web.list_pages import list_page

blueprint = Blueprint("staffing", __name__)
blueprint.register_blueprint(reader_views.blueprint)
blueprint.register_blueprint(detail_views.blueprint)
Answer = Response | str | tuple[str, int]
PERSON = "/tai-khoan/<uuid:member_id>"
AGENCY = "/co-quan/<uuid:agency_id>"


@blueprint.get("/tai-khoan")
def people() -> str:
    directory = perform(list_people)
    page = list_page(people_lists.listed(directory), people_lists.PEOPLE)
    shown = {"agencies": people_lists.by_agency(page), "may_add": may(Act.MEMBER_ADD)}
    return render_template("staffing/people.html", page=page, **shown)


@blueprint.get("/ra-soat")
def ask_review() -> str:
    """Show who has access, to be reviewed twice a year; it is confirmed on the last page, when all were seen."""
    review = perform(access_review.read_review)
    page = list_page(people_lists.reviewed(review))
    return render_template("staffing/review.html", review=review, page=page, groups=people_lists.by_group(page))


@blueprint.post("/ra-soat")
def confirm_review() -> Response:
    perform(access_review.confirm_review, request.form.get("mark", ""))
    flash(_("Đã ghi: quyền truy cập đã được rà soát."), "done")
    return redirect(url_for("staffing.ask_review"), 303)


@blueprint.get(f"{PERSON}/khoa")
def ask_lock(member_id: UUID) -> str:
    check_permission(Act.ACCOUNT_LOCK)
    return render_template("staffing/lock.html", member=_entry_of(member_id))


@blueprint.post(f"{PERSON}/khoa")
def lock(member_id: UUID) -> Response:
    perform(actions.lock, member_id)
    return _directory_with_notice(_("Đã khóa tài khoản. Người ấy đã bị đưa ra khỏi sổ ngay."))


@blueprint.post(f"{PERSON}/mo-lai")
def unlock_account(member_id: UUID) -> Response:
    perform(actions.unlock_account, member_id)
    return _directory_with_notice(_("Đã mở lại tài khoản. Người ấy đăng nhập như trước."))


@blueprint.get(f"{PERSON}/lam-lai")
def ask_restart(member_id: UUID) -> str:
    check_permission(Act.MEMBER_RESTART)
    return render_template("staffing/restart.html", member=_entry_of(member_id))


@blueprint.get(f"{PERSON}/roi")
def ask_leave(member_id: UUID) -> str:
    check_permission(Act.ACCOUNT_LEAVE)
    return render_template("staffing/leave.html", member=_entry_of(member_id), wrong="")


@blueprint.post(f"{PERSON}/roi")
def leave(member_id: UUID) -> Answer:
    """Let a member leave; where that would lose a key, the page says what to do first."""
    try:
        perform(actions.leave, member_id)
    except BadInput as cause:
        return render_template("staffing/leave.html", member=_entry_of(member_id), wrong=_(str(cause))), cause.status
    return _directory_with_notice(
        _("Người ấy đã rời. Khóa sẽ được thay ở lần đăng nhập tới của một người còn giữ khóa.")
    )


@blueprint.route(f"{PERSON}/chuyen", methods=["GET", "POST"])
def move(member_id: UUID) -> Answer:
    """Ask which agency a member who has left is invited into, and invite them."""
    check_permission(Act.ACCOUNT_MOVE)
    member, form = _entry_of(member_id), move_form(perform(list_people))
    if not form.validate_on_submit():
        return render_template("staffing/move.html", member=member, form=form), 422 if form.errors else 200
    perform(actions.move, member_id, UUID(form.agency.data))
    return _directory_with_notice(_("Đã ghi tên vào cơ quan mới. Một đồng nghiệp ở đó phải đưa mã và xác nhận."))


@blueprint.get(f"{AGENCY}/xac-nhan")
def ask_confirm(agency_id: UUID) -> str:
    """Say what confirming an agency does before it is done."""
    check_permission(Act.AGENCY_CONFIRM)
    return render_template("staffing/confirm.html", agency=_confirmable_agency(agency_id))


@blueprint.post(f"{AGENCY}/xac-nhan")
def confirm(agency_id: UUID) -> Response:
    check_permission(Act.AGENCY_CONFIRM)
    _confirmable_agency(agency_id)
    perform(actions.confirm_agency, agency_id)
    return _directory_with_notice(_("Đã xác nhận cơ quan. Từ nay có thể chuyển gửi đến đó khi có lý do được chia sẻ."))


def _entry_of(member_id: UUID) -> StaffEntry:
    for agency in perform(list_people):
        for entry in agency.people:
            if entry.who.id == member_id:
                return entry
    raise NotFound("member")


def _confirmable_agency(agency_id: UUID) -> AgencyEntry:
    for agency in perform(list_people):
        if agency.id == agency_id and agency.confirmable:
            return agency
    raise NotFound("agency")


def _directory_with_notice(words: str) -> Response:
    flash(words, "done")
    return redirect(url_for("staffing.people"), 303)
