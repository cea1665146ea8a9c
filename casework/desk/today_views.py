"""The pages of Hôm nay: the list, one thing that is due, the plan of a next contact, the weekend, the printed sheet."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.codelists import codelist
from casework.desk import actions, due_actions, today
from casework.desk.due_forms import HandOnForm, MoveDueForm
from casework.desk.forms import PlanForm
from casework.desk.today import DueLine
from casework.desk.view_models import Home
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, me, perform
from casework.web.list_pages import list_page

blueprint = Blueprint("today", __name__)
KINDS = ",".join(code.code for code in codelist("due_kind"))
DUE = f"/vu-viec/<uuid:case_id>/den-han/<any({KINDS}):due>/<uuid:item_id>"
Answer = Response | str | tuple[str, int]


def _home() -> Home:
    return perform(actions.list_cases, whole_page=True)


def _me() -> UUID | None:
    return me().person.actor.member_id


def _lines() -> list[DueLine]:
    return today.lines_of(_home(), _me())


@blueprint.get("/hom-nay")
def every() -> str:
    """List what is due, a page at a time."""
    check_permission(Act.DUE_LIST)
    return render_template("desk/today.html", page=list_page(_lines(), today.TODAY_LIST), today=clock.today())


@blueprint.get("/hom-nay/in")
def sheet() -> str:
    """Show the sheet of what is due by tonight, to be printed: codes and times alone."""
    check_permission(Act.DUE_LIST)
    return render_template("desk/today_sheet.html", lines=today.sheet(_lines()), today=clock.today())


@blueprint.get("/hom-nay/cuoi-tuan")
def weekend() -> str:
    """Show what is due over the weekend, and whose it is."""
    check_permission(Act.DUE_LIST)
    found = today.weekend(_home(), _me())
    return render_template("desk/weekend.html", weekend=found, page=list_page(found.lines), today=clock.today())


@blueprint.get(DUE)
def item(case_id: UUID, due: str, item_id: UUID) -> str:
    """Show one thing that is due, and every way to deal with it in one more tap."""
    check_permission(Act.DUE_READ)
    return _item_page(case_id, due, item_id, MoveDueForm(), HandOnForm())  # type: ignore[no-untyped-call]


def _item_page(case_id: UUID, due: str, item_id: UUID, move: Any, hand: Any) -> str:
    page = perform(due_actions.read_item, case_id, due, item_id)
    line = today.line_of(page)
    return render_template("desk/due_item.html", line=line, move=move, hand=hand, page=page, today=clock.today())


@blueprint.post(f"{DUE}/xong")
def done(case_id: UUID, due: str, item_id: UUID) -> Response:
    perform(due_actions.record_done, case_id, item_id)
    flash(_("Đã ghi là xong. Hẹn lần tới khi nào?"), "done")
    return redirect(url_for("desk.today.plan", case_id=case_id), 303)


@blueprint.post(f"{DUE}/doi")
def move(case_id: UUID, due: str, item_id: UUID) -> Answer:
    """Move it to another day, for the reason that was tapped."""
    check_permission(Act.DUE_MOVE)
    form: Any = MoveDueForm()
    if not form.validate_on_submit():
        return _item_page(case_id, due, item_id, form, HandOnForm(formdata=None)), 422  # type: ignore[no-untyped-call]
    perform(due_actions.move, case_id, item_id, form.moved_to.data.isoformat(), form.moved_for.data)
    flash(_("Đã dời việc sang ngày khác."), "done")
    return redirect(url_for("desk.today.every"), 303)


@blueprint.post(f"{DUE}/giao")
def hand_on(case_id: UUID, due: str, item_id: UUID) -> Answer:
    """Hand it on to the colleague whose name was tapped."""
    check_permission(Act.DUE_HAND_ON)
    form: Any = HandOnForm()  # type: ignore[no-untyped-call]
    if not form.validate_on_submit() or form.member is None:
        return _item_page(case_id, due, item_id, MoveDueForm(formdata=None), form), 422
    perform(due_actions.hand_on, case_id, item_id, form.member)
    flash(_("Đã giao việc cho đồng nghiệp."), "done")
    return redirect(url_for("desk.today.every"), 303)


@blueprint.route("/vu-viec/<uuid:case_id>/hen", methods=["GET", "POST"])
def plan(case_id: UUID) -> Answer:
    """Plan the next contact."""
    check_permission(Act.DUE_PLAN)
    form: Any = PlanForm()  # type: ignore[no-untyped-call]
    if request.method == "GET" or not form.validate_on_submit():
        page = perform(actions.read_case, case_id)
        return render_template("desk/plan.html", page=page, form=form), 422 if form.errors else 200
    perform(due_actions.plan_contact, case_id, form.contact, once=form.idempotency_key())
    flash(_("Đã ghi lần hẹn tới."), "done")
    return redirect(url_for("desk.today.every"), 303)
