"""The page "Gửi ngay những gì đã nói": everything that was said and not sent, sent in one step or set aside."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.policy.vocabulary import Act
from casework.referrals import rendering, unsent_actions
from casework.referrals.forms import SetAsideForm, UnsentForm
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("unsent", __name__)
UNSENT = "/vu-viec/<uuid:case_id>/gui-ngay"
Answer = Response | str | tuple[str, int]


@blueprint.get(UNSENT)
def read(case_id: UUID) -> Answer:
    """Show what would go to whom; where nothing is left to send, lead to the case."""
    page = perform(unsent_actions.read_unsent, case_id)
    return _to_case(case_id) if page.is_empty else rendering.unsent_page(page, UnsentForm(page))


@blueprint.post(UNSENT)
def send(case_id: UUID) -> Answer:
    """Send everything that is still ticked, in one commit."""
    check_permission(Act.UNSENT_SEND)
    page = perform(unsent_actions.read_unsent, case_id)
    if not page.sends:
        flash(_("Không còn gì chờ gửi: đã gửi, đã rút hoặc đã để lại."))
        return _to_case(case_id)
    form = UnsentForm(page)
    if not form.validate_on_submit():
        return rendering.unsent_page(page, form)
    letters, notice, once = form.letters(), form.notice_choice(), form.idempotency_key()
    chosen: dict[str, Any] = {"without": form.taken_out(), "leaving_out": form.leaving_out()}
    perform(unsent_actions.send_unsent, case_id, letters, notice=notice, once=once, **chosen)
    flash(_("Đã gửi. Nơi nhận mở lúc nào thì hiện ở trang đầu."), "done")
    return _to_case(case_id)


@blueprint.route(f"{UNSENT}/<uuid:ground_id>/de-lai", methods=["GET", "POST"])
def set_aside(case_id: UUID, ground_id: UUID) -> Answer:
    """Ask why something that was said is not sent, and note it."""
    check_permission(Act.UNSENT_SET_ASIDE)
    form = SetAsideForm()
    if not form.validate_on_submit():
        return rendering.set_aside_page(case_id, ground_id, form)
    perform(unsent_actions.set_aside, case_id, ground_id, form.words.data or "")
    flash(_("Đã ghi vì sao chưa gửi."), "done")
    return redirect(url_for("referrals.unsent.read", case_id=case_id), 303)


def _to_case(case_id: UUID) -> Response:
    return redirect(url_for("desk.case", case_id=case_id), 303)
