"""The page on which a case is closed because the person has died: a lead closes it, anybody else asks a lead."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases.deaths import DIED
from casework.desk import actions, death_actions
from casework.desk.forms import DeathForm
from casework.policy.vocabulary import Act
from casework.referrals.ground_actions import read_ledger
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("death", __name__)
DEATH = "/vu-viec/<uuid:case_id>/dong/da-mat"
Answer = Response | str | tuple[str, int]


@blueprint.get(DEATH)
def ask(case_id: UUID) -> str:
    """Ask what is known, with what was asked of a lead before."""
    return page_of(case_id)


@blueprint.post(DEATH)
def close(case_id: UUID) -> Answer:
    """Close the case with a lead's word, or ask a lead for it."""
    check_permission(Act.DEATH_ASK)
    form = DeathForm()  # type: ignore[no-untyped-call]
    if not form.validate_on_submit():  # type: ignore[no-untyped-call]
        return page_of(case_id, form), 422
    if perform(death_actions.read_closing, case_id).decides:
        perform(actions.close_case, case_id, outcome=DIED, **form.answers)
        flash(_("Đã đóng vụ việc. Sổ thôi nhắc gọi người ấy."), "done")
    else:
        perform(death_actions.ask_closing, case_id, **form.answers)
        flash(_("Đã xin lãnh đạo Hội đóng. Từ giờ sổ thôi mời gọi người ấy."), "done")
    return redirect(url_for("desk.case", case_id=case_id), 303)


@blueprint.post("/vu-viec/<uuid:case_id>/dong/con-song")
def take_back(case_id: UUID) -> Response:
    """Take back what was asked of a lead: it was written down by mistake."""
    perform(death_actions.ask_closing, case_id, words="", children_after="", mistaken=True)
    flash(_("Đã bỏ lời xin đóng. Vụ việc vẫn mở, hãy xem lại cách liên lạc an toàn."), "done")
    return redirect(url_for("desk.case", case_id=case_id), 303)


def form_of(**known: str) -> DeathForm:
    """Return the form with what is known already."""
    return DeathForm(formdata=None, **known)  # type: ignore[no-untyped-call]


def page_of(case_id: UUID, form: DeathForm | None = None) -> str:
    """Render the page with what stands in the case and ends with it; without a form, with what was asked before."""
    page = perform(actions.read_case, case_id)
    closing = perform(death_actions.read_closing, case_id)
    form = form or form_of(words=closing.words, children_after=closing.children_after)
    ledger = perform(read_ledger, case_id, towards=Act.CASE_CLOSE)
    return render_template("desk/death.html", page=page, closing=closing, ledger=ledger, form=form)
