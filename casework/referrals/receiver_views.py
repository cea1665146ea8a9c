"""The pages of the receiving agency: open, accept, decline with a reason, ask back, answer."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.policy.vocabulary import Act
from casework.referrals import receiving_actions, rendering
from casework.referrals.forms import AnswerForm, AskForm, DeclineForm
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("replies", __name__)
REFERRAL = "/vu-viec/<uuid:case_id>/chuyen-gui/<uuid:referral_id>"
Answer = Response | str | tuple[str, int]


@blueprint.post(f"{REFERRAL}/mo")
def open_referral(case_id: UUID, referral_id: UUID) -> Response:
    perform(receiving_actions.open_referral, case_id, referral_id)
    return rendering.to_referral(case_id, referral_id)


@blueprint.post(f"{REFERRAL}/nhan")
def accept(case_id: UUID, referral_id: UUID) -> Response:
    perform(receiving_actions.accept, case_id, referral_id)
    flash(_("Đã nhận. Nơi gửi được báo ngay."), "done")
    return rendering.to_referral(case_id, referral_id)


@blueprint.route(f"{REFERRAL}/chua-nhan", methods=["GET", "POST"])
def decline(case_id: UUID, referral_id: UUID) -> Answer:
    """Decline with a reason and return to the list: the referral can no longer be read."""
    check_permission(Act.REFERRAL_DECLINE)
    form = DeclineForm()
    if not form.validate_on_submit():
        return rendering.writing_page(Act.REFERRAL_DECLINE, case_id, referral_id, form)
    perform(receiving_actions.decline, case_id, referral_id, form.words.data or "")
    flash(_("Đã báo nơi gửi là chưa nhận được. Phần được chia sẻ không còn đọc được."), "done")
    return redirect(url_for("referrals.box"), 303)


@blueprint.route(f"{REFERRAL}/hoi-lai", methods=["GET", "POST"])
def ask_back(case_id: UUID, referral_id: UUID) -> Answer:
    check_permission(Act.REFERRAL_ASK)
    form = AskForm()
    if not form.validate_on_submit():
        return rendering.writing_page(Act.REFERRAL_ASK, case_id, referral_id, form)
    perform(receiving_actions.ask_back, case_id, referral_id, form.words.data or "")
    flash(_("Đã gửi câu hỏi cho nơi gửi."), "done")
    return rendering.to_referral(case_id, referral_id)


@blueprint.route(f"{REFERRAL}/tra-loi", methods=["GET", "POST"])
def answer(case_id: UUID, referral_id: UUID) -> Answer:
    check_permission(Act.REFERRAL_ANSWER)
    form = AnswerForm()
    if not form.validate_on_submit():
        return rendering.writing_page(Act.REFERRAL_ANSWER, case_id, referral_id, form)
    perform(receiving_actions.answer, case_id, referral_id, form.letter())
    flash(_("Đã trả lời nơi gửi."), "done")
    return rendering.to_referral(case_id, referral_id)
