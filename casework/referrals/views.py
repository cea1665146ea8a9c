"""The sender's pages: the list, the grounds of a case, the preview, and what follows a referral."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.policy.words import Act
from casework.referrals import actions, ground_acts, page_context, receiver_views, receiving_acts
from casework.referrals.forms import CallForm, EndingForm, RecordForm, ReplyForm, ReviewForm, SendForm, ground_form
from casework.web.current_user import ask, may, perform

blueprint = Blueprint("referrals", __name__)
blueprint.register_blueprint(receiver_views.blueprint)
blueprint.after_app_request(page_context.cut_what_has_lapsed)
for name, words in page_context.FILTERS.items():
    blueprint.add_app_template_filter(words, name)
CASE = "/vu-viec/<uuid:case_id>/chuyen-gui"
NEW = f"{CASE}/can-cu/<any({','.join(map(repr, page_context.KINDS))}):kind>"
GROUND = f"{CASE}/can-cu/<uuid:ground_id>"
ONE = f"{CASE}/<uuid:referral_id>"
Answer = Response | str | tuple[str, int]


@blueprint.get("/chuyen-gui")
def box() -> str:
    """List what came in and what was sent."""
    return render_template("referrals/box.html", box=perform(receiving_acts.list_referrals))


@blueprint.get(CASE)
def case(case_id: UUID) -> str:
    """Show the grounds and the referrals of a case."""
    found = perform(ground_acts.read_ledger, case_id)
    return render_template(
        "referrals/case.html", ledger=found, kinds=page_context.KINDS.items(), may_review=may(Act.GROUND_REVIEW)
    )


@blueprint.get(NEW)
def new_ground(case_id: UUID, kind: str) -> str:
    """Ask for one kind of ground."""
    ask(Act.GROUND_RECORD)
    found = perform(ground_acts.read_ledger, case_id)
    return page_context.ground_page(found, ground_form(page_context.KINDS[kind], found.receivers), kind)


@blueprint.post(NEW)
def record_ground(case_id: UUID, kind: str) -> Answer:
    """Write a ground into the ledger."""
    ask(Act.GROUND_RECORD)
    found = perform(ground_acts.read_ledger, case_id)
    form = ground_form(page_context.KINDS[kind], found.receivers)
    if not form.validate_on_submit():
        return page_context.ground_page(found, form, kind), 422
    perform(ground_acts.record_ground, case_id, form.entry(page_context.KINDS[kind]))
    flash(_("Đã ghi căn cứ."), "done")
    return _to_case(case_id)


@blueprint.get(f"{GROUND}/rut")
def end_ground(case_id: UUID, ground_id: UUID) -> str:
    """Say what ends when a ground is withdrawn."""
    ask(Act.GROUND_WITHDRAW)
    found = perform(ground_acts.read_ledger, case_id, ground_id)
    return render_template("referrals/end_ground.html", ledger=found, form=EndingForm())


@blueprint.post(f"{GROUND}/rut")
def withdraw_ground(case_id: UUID, ground_id: UUID) -> Answer:
    """Withdraw a ground and cut off what rests on it."""
    ask(Act.GROUND_WITHDRAW)
    form = EndingForm()
    if not form.validate_on_submit():
        found = perform(ground_acts.read_ledger, case_id, ground_id)
        return render_template("referrals/end_ground.html", ledger=found, form=form), 422
    perform(
        ground_acts.withdraw_ground, case_id, ground_id, pressed=form.pressed.data or "", words=form.words.data or ""
    )
    flash(_("Đã rút. Nơi nhận không còn đọc được những phần dựa vào căn cứ này."), "done")
    return _to_case(case_id)


@blueprint.get(f"{GROUND}/xem-lai")
def ask_review(case_id: UUID, ground_id: UUID) -> str:
    """Show a ground of danger to life to a second person."""
    ask(Act.GROUND_REVIEW)
    return page_context.review_page(case_id, ground_id, ReviewForm())


@blueprint.post(f"{GROUND}/xem-lai")
def review_ground(case_id: UUID, ground_id: UUID) -> Answer:
    """Write down what the second person says; a No cuts off what rests on the ground."""
    ask(Act.GROUND_REVIEW)
    form = ReviewForm()
    if not form.validate_on_submit():
        return page_context.review_page(case_id, ground_id, form), 422
    agrees = form.answer.data == "agreed"
    perform(ground_acts.review_ground, case_id, ground_id, agrees=agrees, words=form.words.data or "")
    flash(
        _("Đã ghi là còn nguy hiểm.") if agrees else _("Đã ghi là không đồng ý. Nơi nhận không còn đọc được."), "done"
    )
    return _to_case(case_id)


@blueprint.get(f"{GROUND}/xem-truoc")
def preview(case_id: UUID, ground_id: UUID) -> str:
    """Show what the receiver will and will not see, and ask for the letter."""
    return page_context.preview_page(perform(actions.preview, case_id, ground_id), SendForm())


@blueprint.post(f"{GROUND}/gui")
def send(case_id: UUID, ground_id: UUID) -> Answer:
    """Refer the case."""
    ask(Act.REFERRAL_SEND)
    form = SendForm()
    if not form.validate_on_submit():
        return page_context.preview_page(perform(actions.preview, case_id, ground_id), form), 422
    referral_id = perform(actions.send, case_id, ground_id, form.letter(), once=form.mark())
    flash(_("Đã chuyển gửi."), "done")
    return _to_one(case_id, referral_id)


@blueprint.get(ONE)
def one(case_id: UUID, referral_id: UUID) -> str:
    """Show one referral to either side."""
    page = perform(receiving_acts.read_referral, case_id, referral_id)
    return render_template("referrals/one.html", page=page, call=CallForm())


@blueprint.post(f"{ONE}/goi")
def call(case_id: UUID, referral_id: UUID) -> Answer:
    """Record a call to the receiver's duty telephone."""
    ask(Act.REFERRAL_CALL)
    form = CallForm()
    if not form.validate_on_submit():
        page = perform(receiving_acts.read_referral, case_id, referral_id, towards=Act.REFERRAL_CALL)
        return render_template("referrals/one.html", page=page, call=form), 422
    reached = request.form.get("reached") == "yes"
    perform(actions.record_call, case_id, referral_id, form.letter(), reached=reached)
    flash(_("Đã ghi cuộc gọi."), "done")
    return _to_one(case_id, referral_id)


@blueprint.get(f"{ONE}/nhan-them")
def ask_reply(case_id: UUID, referral_id: UUID) -> str:
    """Ask what to write to the receiver."""
    return page_context.writing_page(Act.REFERRAL_REPLY, case_id, referral_id, ReplyForm())


@blueprint.post(f"{ONE}/nhan-them")
def reply(case_id: UUID, referral_id: UUID) -> Answer:
    """Write to the receiver again."""
    ask(Act.REFERRAL_REPLY)
    form = ReplyForm()
    if not form.validate_on_submit():
        return page_context.writing_page(Act.REFERRAL_REPLY, case_id, referral_id, form), 422
    perform(actions.reply, case_id, referral_id, form.words.data or "")
    flash(_("Đã gửi."), "done")
    return _to_one(case_id, referral_id)


@blueprint.get(f"{ONE}/ghi-ho")
def ask_record(case_id: UUID, referral_id: UUID) -> str:
    """Ask for an answer that came by word or on paper."""
    return page_context.writing_page(Act.REFERRAL_RECORD_ANSWER, case_id, referral_id, RecordForm())


@blueprint.post(f"{ONE}/ghi-ho")
def record_answer(case_id: UUID, referral_id: UUID) -> Answer:
    """Record an answer on the receiver's behalf."""
    ask(Act.REFERRAL_RECORD_ANSWER)
    form = RecordForm()
    if not form.validate_on_submit():
        return page_context.writing_page(Act.REFERRAL_RECORD_ANSWER, case_id, referral_id, form), 422
    perform(actions.record_answer, case_id, referral_id, form.letter())
    flash(_("Đã ghi hộ câu trả lời."), "done")
    return _to_one(case_id, referral_id)


@blueprint.get(f"{ONE}/rut")
def end(case_id: UUID, referral_id: UUID) -> str:
    """Say what ends when a referral is taken back."""
    ask(Act.REFERRAL_WITHDRAW)
    page = perform(receiving_acts.read_referral, case_id, referral_id, towards=Act.REFERRAL_WITHDRAW)
    return render_template("referrals/end.html", page=page)


@blueprint.post(f"{ONE}/rut")
def withdraw(case_id: UUID, referral_id: UUID) -> Response:
    """Take a referral back."""
    perform(actions.withdraw, case_id, referral_id)
    flash(_("Đã rút lại. Nơi nhận không còn đọc được."), "done")
    return _to_one(case_id, referral_id)


def _to_case(case_id: UUID) -> Response:
    return redirect(url_for("referrals.case", case_id=case_id), 303)


def _to_one(case_id: UUID, referral_id: UUID) -> Response:
    return redirect(url_for("referrals.one", case_id=case_id, referral_id=referral_id), 303)
