"""The pages of one clock of the law: that it was kept, by whom and when, or that this was written by mistake."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.clock import today
from casework.codelists import codelist
from casework.desk import task_actions
from casework.desk.forms import ClockKeptForm, ClockMistakenForm
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("tasks", __name__)
CLOCK = f"/vu-viec/<uuid:case_id>/thoi-han/<any({','.join(code.code for code in codelist('legal_clock'))}):clock>"
Answer = Response | tuple[str, int]


@blueprint.route(f"{CLOCK}/da-lam", methods=["GET", "POST"])
def done(case_id: UUID, clock: str) -> Answer:
    """Record that what the clock asks for was done."""
    check_permission(Act.TASK_DONE)
    form: Any = ClockKeptForm(day=today())  # type: ignore[no-untyped-call]
    if form.validate_on_submit():
        try:
            perform(task_actions.record_done, case_id, clock, **form.answers, once=form.idempotency_key())
            flash(_("Đã ghi việc đã làm."), "done")
            return _to_case(case_id)
        except BadInput as cause:
            form.hour.errors = [_(str(cause))]
    return _page("done", case_id, clock, form)


@blueprint.route(f"{CLOCK}/ghi-nham", methods=["GET", "POST"])
def undo(case_id: UUID, clock: str) -> Answer:
    """Record that it was not done after all."""
    check_permission(Act.TASK_UNDO)
    form: Any = ClockMistakenForm()  # type: ignore[no-untyped-call]
    if not form.validate_on_submit():
        return _page("undo", case_id, clock, form)
    perform(task_actions.record_undone, case_id, clock, form.words.data or "", once=form.idempotency_key())
    flash(_("Đã ghi là chưa làm. Thời hạn lại hiện ở trang đầu."), "done")
    return _to_case(case_id)


def _page(word: str, case_id: UUID, clock: str, form: Any) -> tuple[str, int]:
    running = perform(task_actions.read_clock, case_id, clock, done=word == "undo")
    return render_template("desk/clock.html", running=running, form=form), 422 if form.errors else 200


def _to_case(case_id: UUID) -> Response:
    return redirect(url_for("desk.case", case_id=case_id), 303)
