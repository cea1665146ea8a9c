"""The pages of the duty roster: who is on duty, a week to be read or printed, a week to be written."""

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.cases import duty_roster
from casework.duty import actions, weeks
from casework.duty.forms import DutyWeekForm, form_of
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, may, perform
from casework.web.translation import weekday

blueprint = Blueprint("duty", __name__)
Answer = Response | str | tuple[str, int]
COPIED, ROTATED = "chep", "xoay"


@blueprint.get("/truc")
def now() -> str:
    page = perform(actions.read_week)
    return render_template("duty/now.html", page=page, mondays=weeks.mondays(page.today), edits=may(Act.DUTY_EDIT))


@blueprint.get("/truc/<week>")
def week(week: str) -> str:
    """Show a week of every agency, as it is printed."""
    check_permission(Act.DUTY_READ)
    page = perform(actions.read_week, _monday(week))
    return render_template("duty/week.html", page=page, edits=may(Act.DUTY_EDIT))


@blueprint.get("/truc/<week>/ghi")
def edit(week: str) -> str:
    """Show the week of one's own agency to be written, as it stands, or proposed from the week before."""
    check_permission(Act.DUTY_PLAN)
    plan = perform(actions.plan_week, _monday(week))
    proposed = {COPIED: plan.copied, ROTATED: plan.rotated}.get(request.args.get("tu", ""))
    return _form_page(form_of(plan, proposed() if proposed else plan.days))


@blueprint.post("/truc/<week>/ghi")
def write(week: str) -> Answer:
    check_permission(Act.DUTY_EDIT)
    plan = perform(actions.plan_week, _monday(week))
    form = form_of(plan, plan.days)
    if not form.validate_on_submit():
        return _form_page(form), 422
    try:
        perform(actions.write_week, plan.monday, form.days, form.numbers, shown=form.shown.data or "")
    except BadInput as cause:
        form.shown.errors = [_(str(cause))]
        return _form_page(form), 422
    flash(_saved(form), "done")
    return redirect(url_for("duty.week", week=plan.monday), 303)


def _saved(form: DutyWeekForm) -> str:
    """Return what is said of a week that was saved: the days on which nobody is on duty are told at once."""
    empty = ", ".join(weekday(day) for day in form.gaps)
    if not empty:
        return _("Đã lưu lịch trực.")
    return _("Đã lưu lịch trực. Còn ngày chưa ghi ai trực: %(days)s.", days=empty)


def _monday(text: str) -> date:
    return weeks.read_monday(text, duty_roster.duty_day(clock.micros()))


def _form_page(form: DutyWeekForm) -> str:
    return render_template("duty/edit.html", form=form, plan=form.plan, days=weeks.day_lines(form.plan.monday, _NOBODY))


_NOBODY = ((None, None),) * duty_roster.DAYS
