"""The page "Gửi ngay những gì đã nói": everything that was said and not sent, sent in one step or set aside."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases.sections import Letter
from casework.notices import notice_pages
from casework.policy.vocabulary import Act
from casework.referrals import rendering, unsent_actions
from casework.referrals.forms import SetAsideForm, UnsentForm
from casework.referrals.unsent_view_models import UnsentPage
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
    notice_id = perform(unsent_actions.send_unsent, case_id, letters, notice=notice, once=once, **chosen)
    return _sent(page, letters, notice_id)


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


def _sent(page: UnsentPage, letters: Mapping[UUID, Letter], notice_id: UUID | None) -> Response:
    """Say what went, and lead to the case; a notice that nobody could be sent leads on to the call that it needs."""
    above = notice_id if page.notice and page.notice.goes_above else None
    if letters or not above:
        flash(_("Đã gửi. Nơi nhận mở lúc nào thì hiện ở trang đầu."), "done")
    if above is None:
        return _to_case(page.case_id)
    flash(_("Đã ghi tin báo. Hãy gọi cấp trên ngay."), "done")
    return notice_pages.to_notice(page.case_id, above)


def _to_case(case_id: UUID) -> Response:
    return redirect(url_for("desk.case", case_id=case_id), 303)
