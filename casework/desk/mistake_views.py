"""The page on which a case that was opened by mistake is set aside, with all that is not done in it yet."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.desk import actions
from casework.desk.forms import MistakeForm
from casework.desk.view_models import CasePage
from casework.policy.vocabulary import Act
from casework.referrals.ground_actions import read_ledger
from casework.retention import voiding
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("mistakes", __name__)
MISTAKE = "/vu-viec/<uuid:case_id>/mo-nham"
Answer = Response | tuple[str, int]


@blueprint.get(MISTAKE)
def ask(case_id: UUID) -> str:
    """Ask why a case was opened by mistake."""
    check_permission(Act.CASE_VOID)
    page = perform(actions.read_case, case_id)
    return _page_of(page, _form_for(page))


@blueprint.post(MISTAKE)
def set_aside(case_id: UUID) -> Answer:
    check_permission(Act.CASE_VOID)
    page = perform(actions.read_case, case_id)
    form = _form_for(page)
    if not form.validate_on_submit():  # type: ignore[no-untyped-call]
        return _page_of(page, form), 422
    perform(voiding.void_case, case_id, **form.answers)
    flash(_("Đã bỏ vụ việc ghi nhầm. Không có gì bị xóa: khôi phục được ở trang này."), "done")
    return redirect(url_for("retention.aside"), 303)


def _form_for(page: CasePage) -> MistakeForm:
    form = MistakeForm()  # type: ignore[no-untyped-call]
    form.ask_about_danger(is_on=page.line.urgent)
    return form


def _page_of(page: CasePage, form: MistakeForm) -> str:
    """Render the page with what is not done yet: a case that is closed waits for nothing."""
    ledger = perform(read_ledger, page.line.id) if page.line.is_open else None
    return render_template("desk/mistake.html", page=page, ledger=ledger, form=form)
