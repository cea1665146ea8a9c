"""The pages of notices to the chair: the list, sending, one given by word, one notice, and what the chair does."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.errors import BadInput
from casework.notices import actions, notice_lists, notice_pages
from casework.notices.forms import (
    AnswerNoticeForm,
    SetNoticeAsideForm,
    SpokenForm,
    WithdrawNoticeForm,
    assign_form,
    send_form,
)
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, perform
from casework.web.list_pages import grouped, list_page

blueprint = Blueprint("notices", __name__)
for name, words in notice_pages.FILTERS.items():
    blueprint.add_app_template_filter(words, name)
blueprint.add_app_template_filter(notice_lists.part_words, "notice_part")
CASE = "/vu-viec/<uuid:case_id>/tin-bao"
NOTICE = f"{CASE}/<uuid:notice_id>"
Answer = Response | str | tuple[str, int]


@blueprint.get("/tin-bao")
def box() -> str:
    page = list_page(notice_lists.notices_of(perform(actions.list_notices)), notice_lists.NOTICES)
    return render_template("notices/box.html", page=page, parts=grouped(page))


@blueprint.route(f"{CASE}/gui", methods=["GET", "POST"])
def send(case_id: UUID) -> Answer:
    """Show exactly what the chair would read, and send it."""
    check_permission(Act.NOTICE_SEND)
    proposed = perform(actions.preview, case_id)
    form = send_form(proposed)
    if form.validate_on_submit():
        once, chosen = form.idempotency_key(), None if proposed.goes_above else form.reader_ids()
        try:
            notice_id = perform(actions.send, case_id, asks=form.asks.data or (), readers=chosen, once=once)
            flash(_("Đã ghi tin báo. Hãy gọi cấp trên ngay.") if proposed.goes_above else _("Đã báo Chủ tịch."), "done")
            return notice_pages.to_notice(case_id, notice_id)
        except BadInput as cause:
            form.readers.errors = [_(str(cause))]
    return notice_pages.send_page(proposed, form)


@blueprint.route(f"{CASE}/bang-loi", methods=["GET", "POST"])
def record_spoken(case_id: UUID) -> Answer:
    """Record a notice that was given by word."""
    check_permission(Act.NOTICE_RECORD_SPOKEN)
    form = SpokenForm()
    if form.validate_on_submit():
        try:
            notice_id = perform(actions.record_spoken, case_id, form.told(), once=form.idempotency_key())
            flash(_("Đã ghi vào sổ."), "done")
            from_step = request.args.get("ve") == "gui-ngay"
            return _to_unsent(case_id) if from_step else notice_pages.to_notice(case_id, notice_id)
        except BadInput as cause:
            form.who.errors = [_(str(cause))]
    return notice_pages.spoken_page(perform(actions.preview, case_id), form)


@blueprint.route(f"{CASE}/de-lai", methods=["GET", "POST"])
def set_aside(case_id: UUID) -> Answer:
    """Ask why the chair is not told, and note it."""
    check_permission(Act.NOTICE_SET_ASIDE)
    form = SetNoticeAsideForm()
    if form.validate_on_submit():
        perform(actions.set_aside, case_id, form.words.data or "", once=form.idempotency_key())
        flash(_("Đã ghi vì sao chưa báo."), "done")
        return _to_unsent(case_id)
    return notice_pages.set_aside_page(perform(actions.preview, case_id), form)


def _to_unsent(case_id: UUID) -> Response:
    """Lead back to the step that sends the rest; a case of which nothing is unsent leads on to its page."""
    return redirect(url_for("referrals.unsent.read", case_id=case_id), 303)


@blueprint.get(NOTICE)
def notice(case_id: UUID, notice_id: UUID) -> Answer:
    page = perform(actions.read_notice, case_id, notice_id)
    return notice_pages.notice_page(page, notice_pages.call_form(page))


@blueprint.post(f"{NOTICE}/nhan")
def open_notice(case_id: UUID, notice_id: UUID) -> Response:
    perform(actions.open_notice, case_id, notice_id)
    flash(_("Đã nhận. Nơi báo tin biết ngay."), "done")
    return notice_pages.to_notice(case_id, notice_id)


@blueprint.route(f"{NOTICE}/giao", methods=["GET", "POST"])
def assign(case_id: UUID, notice_id: UUID) -> Answer:
    check_permission(Act.NOTICE_ASSIGN)
    form = assign_form()
    if not form.validate_on_submit():
        return notice_pages.words_page(Act.NOTICE_ASSIGN, case_id, notice_id, form)
    perform(actions.assign, case_id, notice_id, agency=form.agency.data, words=form.words.data or "")
    flash(_("Đã giao việc. Nơi báo tin biết ngay."), "done")
    return notice_pages.to_notice(case_id, notice_id)


@blueprint.route(f"{NOTICE}/tra-loi", methods=["GET", "POST"])
def answer(case_id: UUID, notice_id: UUID) -> Answer:
    check_permission(Act.NOTICE_ANSWER)
    form = AnswerNoticeForm()
    if not form.validate_on_submit():
        return notice_pages.words_page(Act.NOTICE_ANSWER, case_id, notice_id, form)
    perform(actions.answer, case_id, notice_id, form.words.data or "")
    flash(_("Đã trả lời nơi báo tin."), "done")
    return notice_pages.to_notice(case_id, notice_id)


@blueprint.post(f"{NOTICE}/goi")
def call(case_id: UUID, notice_id: UUID) -> Answer:
    check_permission(Act.NOTICE_CALL)
    page = perform(actions.read_notice, case_id, notice_id, towards=Act.NOTICE_CALL)
    form = notice_pages.call_form(page)
    if not form.validate_on_submit():
        return notice_pages.notice_page(page, form)
    perform(actions.record_call, case_id, notice_id, form.call(), reached=form.was_reached)
    flash(_("Đã ghi cuộc gọi."), "done")
    return notice_pages.to_notice(case_id, notice_id)


@blueprint.route(f"{NOTICE}/rut", methods=["GET", "POST"])
def withdraw(case_id: UUID, notice_id: UUID) -> Answer:
    check_permission(Act.NOTICE_WITHDRAW)
    form = WithdrawNoticeForm()
    if not form.validate_on_submit():
        return notice_pages.words_page(Act.NOTICE_WITHDRAW, case_id, notice_id, form)
    perform(actions.withdraw, case_id, notice_id, form.words.data or "")
    flash(_("Đã rút lại. Không ai đọc được tin báo này nữa."), "done")
    return redirect(url_for("desk.case", case_id=case_id), 303)
