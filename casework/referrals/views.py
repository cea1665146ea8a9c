"""The pages of the sending agency: the list, the grounds of a case, the preview, one referral; and expiry."""

import logging
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.clock import MICROSECOND
from casework.errors import BadInput, CaseworkError
from casework.gate import Gate, Person
from casework.policy.vocabulary import Act, Role
from casework.referrals import (
    ground_actions,
    named_views,
    promise_views,
    reader_actions,
    receiver_views,
    receiving_actions,
    referral_lists,
    rendering,
    sending_actions,
    slip_views,
    unsent_views,
)
from casework.referrals.forms import CallForm, RecordForm, ReferralReadersForm, ReplyForm, SendForm, left_out, taken_out
from casework.referrals.ground_forms import PARTS_STEP, ReviewForm, ending_form, ground_form, parts_form
from casework.referrals.named_readers import WrongReaders
from casework.web.current_user import check_permission, current_member, gate, may, perform
from casework.web.list_pages import grouped, list_page

blueprint = Blueprint("referrals", __name__)
blueprint.register_blueprint(receiver_views.blueprint)
blueprint.register_blueprint(unsent_views.blueprint)
blueprint.register_blueprint(promise_views.blueprint)
blueprint.register_blueprint(named_views.blueprint)
blueprint.register_blueprint(slip_views.blueprint)
for name, words in rendering.FILTERS.items():
    blueprint.add_app_template_filter(words, name)
blueprint.add_app_template_filter(referral_lists.part_words, "referral_part")
CASE = "/vu-viec/<uuid:case_id>/chuyen-gui"
NEW = f"{CASE}/can-cu/<any({','.join(map(repr, rendering.KINDS))}):kind>"
GROUND = f"{CASE}/can-cu/<uuid:ground_id>"
REFERRAL = f"{CASE}/<uuid:referral_id>"
Answer = Response | str | tuple[str, int]
_EXPIRY_INTERVAL = 10 * 60 * MICROSECOND
log = logging.getLogger("casework.referrals")


@blueprint.get("/chuyen-gui")
def box() -> str:
    page = list_page(referral_lists.referrals_of(perform(receiving_actions.list_referrals)), referral_lists.REFERRALS)
    shown = {"page": page, "parts": grouped(page), "registers": may(Act.GROUND_REGISTER), "finds": may(Act.SLIP_FIND)}
    return render_template("referrals/box.html", **shown)


@blueprint.get(CASE)
def case(case_id: UUID) -> str:
    ledger = perform(ground_actions.read_ledger, case_id)
    return render_template(
        "referrals/case.html", ledger=ledger, kinds=rendering.KINDS.items(), may_review=may(Act.GROUND_REVIEW)
    )


@blueprint.route(NEW, methods=["GET", "POST"])
def record_ground(case_id: UUID, kind: str) -> Answer:
    check_permission(Act.GROUND_RECORD)
    ledger = perform(ground_actions.read_ledger, case_id)
    form = ground_form(rendering.KINDS[kind], ledger.receivers, ledger.sender)
    if not form.validate_on_submit():
        return rendering.ground_page(ledger, form, kind)
    parts = (
        parts_form(form.entry, answered=PARTS_STEP in request.form, is_child=ledger.is_child)
        if form.asks_more
        else None
    )
    if not rendering.recorded(case_id, form, parts):
        return rendering.parts_page(ledger, form, parts, kind)
    flash(rendering.recorded_words(ledger, parts.entry(form.entry) if parts else form.entry), "done")
    return rendering.to_unsent(case_id) if request.args.get("ve") == "gui-ngay" else _to_case(case_id)


@blueprint.route(f"{GROUND}/rut", methods=["GET", "POST"])
def withdraw_ground(case_id: UUID, ground_id: UUID) -> Answer:
    """Withdraw a ground and cut off what rests on it."""
    check_permission(Act.GROUND_WITHDRAW)
    ledger = perform(ground_actions.read_ledger, case_id, ground_id, towards=Act.GROUND_WITHDRAW)
    form = ending_form(ledger.chosen)
    if not form.validate_on_submit():
        return render_template("referrals/end_ground.html", ledger=ledger, form=form), 422 if form.errors else 200
    perform(ground_actions.withdraw_ground, case_id, ground_id, **form.answers)
    flash(rendering.withdrawn_words(ledger), "done")
    return _to_case(case_id)


@blueprint.route(f"{GROUND}/xem-lai", methods=["GET", "POST"])
def review_ground(case_id: UUID, ground_id: UUID) -> Answer:
    """Review a ground of danger to life as the second person; a No cuts off what rests on the ground."""
    check_permission(Act.GROUND_REVIEW)
    form = ReviewForm()
    if not form.validate_on_submit():
        return rendering.review_page(case_id, ground_id, form)
    agrees = form.answer.data == "agreed"
    perform(ground_actions.review_ground, case_id, ground_id, agrees=agrees, words=form.words.data or "")
    flash(_("Đã ghi là đồng ý.") if agrees else _("Đã ghi là không đồng ý. Lý do này đã hết hiệu lực."), "done")
    return _to_case(case_id)


@blueprint.get(f"{GROUND}/xem-truoc")
def preview(case_id: UUID, ground_id: UUID) -> str:
    """Show what the receiver will and will not see, and ask for the letter."""
    return rendering.preview_page(perform(sending_actions.preview, case_id, ground_id), SendForm())


@blueprint.post(f"{GROUND}/gui")
def send(case_id: UUID, ground_id: UUID) -> Answer:
    check_permission(Act.REFERRAL_SEND)
    form = SendForm()
    if form.validate_on_submit():
        try:
            once, without = form.idempotency_key(), taken_out(form)
            chosen: dict[str, Any] = {"once": once, "without": without, "leaving_out": left_out(form)}
            chosen["shown"] = form.shown.data or ""
            sent = perform(sending_actions.send, case_id, ground_id, form.letter(), **chosen)
            flash(_("Đã chuyển gửi."), "done")
            return rendering.to_referral(case_id, sent)
        except WrongReaders as cause:
            form.without.errors = [_(str(cause))]
        except BadInput as cause:
            form.sections.errors = [_(str(cause))]
    return rendering.preview_page(perform(sending_actions.preview, case_id, ground_id), form), 422


@blueprint.get(REFERRAL)
def referral(case_id: UUID, referral_id: UUID) -> str:
    page = perform(receiving_actions.read_referral, case_id, referral_id)
    return render_template("referrals/referral.html", page=page, call=CallForm())


@blueprint.post(f"{REFERRAL}/goi")
def call(case_id: UUID, referral_id: UUID) -> Answer:
    check_permission(Act.REFERRAL_CALL)
    form = CallForm()
    if not form.validate_on_submit():
        page = perform(receiving_actions.read_referral, case_id, referral_id, towards=Act.REFERRAL_CALL)
        return render_template("referrals/referral.html", page=page, call=form), 422
    perform(sending_actions.record_call, case_id, referral_id, form.letter(), reached=form.was_reached)
    flash(_("Đã ghi cuộc gọi."), "done")
    return rendering.to_referral(case_id, referral_id)


@blueprint.route(f"{REFERRAL}/nguoi-doc", methods=["GET", "POST"])
def change_readers(case_id: UUID, referral_id: UUID) -> Answer:
    """Change who on the receiving side reads a referral; who is taken out is cut off at once."""
    check_permission(Act.REFERRAL_CHANGE)
    form = ReferralReadersForm()
    if form.validate_on_submit():
        try:
            perform(reader_actions.change_readers, case_id, referral_id, taken_out(form), form.shown.data or "")
            flash(_("Đã đổi người đọc. Người bị bỏ ra không còn đọc được."), "done")
            return rendering.to_referral(case_id, referral_id)
        except WrongReaders as cause:
            form.without.errors = [_(str(cause))]
    return rendering.readers_page(perform(reader_actions.read_readers, case_id, referral_id), form)


@blueprint.route(f"{REFERRAL}/nhan-them", methods=["GET", "POST"])
def reply(case_id: UUID, referral_id: UUID) -> Answer:
    check_permission(Act.REFERRAL_REPLY)
    form = ReplyForm()
    if not form.validate_on_submit():
        return rendering.writing_page(Act.REFERRAL_REPLY, case_id, referral_id, form)
    perform(sending_actions.reply, case_id, referral_id, form.words.data or "")
    flash(_("Đã gửi."), "done")
    return rendering.to_referral(case_id, referral_id)


@blueprint.route(f"{REFERRAL}/ghi-ho", methods=["GET", "POST"])
def record_answer(case_id: UUID, referral_id: UUID) -> Answer:
    """Record an answer that came by word or on paper."""
    check_permission(Act.REFERRAL_RECORD_ANSWER)
    form = RecordForm()
    if not form.validate_on_submit():
        return rendering.writing_page(Act.REFERRAL_RECORD_ANSWER, case_id, referral_id, form)
    perform(sending_actions.record_answer, case_id, referral_id, form.letter())
    flash(_("Đã ghi hộ câu trả lời."), "done")
    return rendering.to_referral(case_id, referral_id)


@blueprint.get(f"{REFERRAL}/rut")
def end(case_id: UUID, referral_id: UUID) -> str:
    check_permission(Act.REFERRAL_WITHDRAW)
    page = perform(receiving_actions.read_referral, case_id, referral_id, towards=Act.REFERRAL_WITHDRAW)
    return render_template("referrals/end.html", page=page)


@blueprint.post(f"{REFERRAL}/rut")
def withdraw(case_id: UUID, referral_id: UUID) -> Response:
    perform(sending_actions.withdraw, case_id, referral_id)
    flash(_("Đã rút lại. Nơi nhận không còn đọc được."), "done")
    return rendering.to_referral(case_id, referral_id)


def _to_case(case_id: UUID) -> Response:
    return redirect(url_for("referrals.case", case_id=case_id), 303)


def _expire_after_response(response: Response) -> Response:
    """After a POST is answered, end referrals whose ground has run out, at most every ten minutes for each commune."""
    member = current_member()
    if request.method == "POST" and member is not None:
        now, last_runs = clock.micros(), current_app.extensions.setdefault("casework.lapsed", {})
        commune_id = member.person.commune_id
        if now - last_runs.get(commune_id, 0) >= _EXPIRY_INTERVAL:
            last_runs[commune_id], app_gate = now, gate()
            response.call_on_close(lambda: _perform_expiry(app_gate, commune_id))
    return response


def _perform_expiry(app_gate: Gate, commune_id: UUID) -> None:
    """Expire grounds in the role of the system; what fails is logged and tried again the next time."""
    try:
        app_gate.perform(Person.without_account(Role.SYSTEM, commune_id), sending_actions.expire)
    except CaseworkError:
        log.exception("what has lapsed could not be cut off")


blueprint.after_app_request(_expire_after_response)
