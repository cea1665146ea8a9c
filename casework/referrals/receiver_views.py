"""The receiver's answers: open, accept, decline with a reason, ask back, say what was done."""

from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.policy.words import Act
from casework.referrals import page_context, receiving_acts
from casework.referrals.forms import AnswerForm, AskForm, DeclineForm
from casework.web.current_user import ask, perform

blueprint = Blueprint("replies", __name__)
ONE = "/vu-viec/<uuid:case_id>/chuyen-gui/<uuid:referral_id>"
Answer = Response | str | tuple[str, int]


@blueprint.post(f"{ONE}/mo")
def open_referral(case_id: UUID, referral_id: UUID) -> Response:
    """Open what came in."""
    perform(receiving_acts.open_referral, case_id, referral_id)
    return _back(case_id, referral_id)


@blueprint.post(f"{ONE}/nhan")
def accept(case_id: UUID, referral_id: UUID) -> Response:
    """Accept."""
    perform(receiving_acts.accept, case_id, referral_id)
    flash(_("Đã nhận. Nơi gửi được báo ngay."), "done")
    return _back(case_id, referral_id)


@blueprint.get(f"{ONE}/chua-nhan")
def ask_why(case_id: UUID, referral_id: UUID) -> str:
    """Ask why it cannot be taken."""
    return page_context.writing_page(Act.REFERRAL_DECLINE, case_id, referral_id, DeclineForm())


@blueprint.post(f"{ONE}/chua-nhan")
def decline(case_id: UUID, referral_id: UUID) -> Answer:
    """Decline with a reason; the list is all that remains."""
    ask(Act.REFERRAL_DECLINE)
    form = DeclineForm()
    if not form.validate_on_submit():
        return page_context.writing_page(Act.REFERRAL_DECLINE, case_id, referral_id, form), 422
    perform(receiving_acts.decline, case_id, referral_id, form.words.data or "")
    flash(_("Đã báo nơi gửi là chưa nhận được. Phần được chia sẻ đã khép lại."), "done")
    return redirect(url_for("referrals.box"), 303)


@blueprint.get(f"{ONE}/hoi-lai")
def ask_question(case_id: UUID, referral_id: UUID) -> str:
    """Ask what the sender is to be asked."""
    return page_context.writing_page(Act.REFERRAL_ASK, case_id, referral_id, AskForm())


@blueprint.post(f"{ONE}/hoi-lai")
def ask_back(case_id: UUID, referral_id: UUID) -> Answer:
    """Ask the sender back."""
    ask(Act.REFERRAL_ASK)
    form = AskForm()
    if not form.validate_on_submit():
        return page_context.writing_page(Act.REFERRAL_ASK, case_id, referral_id, form), 422
    perform(receiving_acts.ask_back, case_id, referral_id, form.words.data or "")
    flash(_("Đã gửi câu hỏi cho nơi gửi."), "done")
    return _back(case_id, referral_id)


@blueprint.get(f"{ONE}/tra-loi")
def ask_answer(case_id: UUID, referral_id: UUID) -> str:
    """Ask what was done."""
    return page_context.writing_page(Act.REFERRAL_ANSWER, case_id, referral_id, AnswerForm())


@blueprint.post(f"{ONE}/tra-loi")
def answer(case_id: UUID, referral_id: UUID) -> Answer:
    """Answer what was done."""
    ask(Act.REFERRAL_ANSWER)
    form = AnswerForm()
    if not form.validate_on_submit():
        return page_context.writing_page(Act.REFERRAL_ANSWER, case_id, referral_id, form), 422
    perform(receiving_acts.answer, case_id, referral_id, form.letter())
    flash(_("Đã trả lời nơi gửi."), "done")
    return _back(case_id, referral_id)


def _back(case_id: UUID, referral_id: UUID) -> Response:
    return redirect(url_for("referrals.one", case_id=case_id, referral_id=referral_id), 303)
