"""Pages on the readers of a case: restrict it to named people, change them, lift that, recovery sheets, hand over."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases import circle_recovery, holder_transfer, restriction
from casework.cases.circle_recovery import CircleSheets
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.staffing.forms import SheetsForm, hand_over_form, readers_form
from casework.vault.keys.enrolment.paper_codes import write_code
from casework.web.current_user import check_permission, me, perform

blueprint = Blueprint("readers", __name__)
Answer = Response | str | tuple[str, int]
CASE = "/vu-viec/<uuid:case_id>/nguoi-doc"


@blueprint.get(CASE)
def who(case_id: UUID) -> str:
    return render_template("staffing/readers.html", readers=perform(restriction.read_readers, case_id))


@blueprint.route(f"{CASE}/giu-kin", methods=["GET", "POST"])
def restrict(case_id: UUID) -> Answer:
    """Ask who alone shall read a case, and say what that does."""
    return _restrict_or_change(case_id, Act.CASE_RESTRICT)


@blueprint.route(f"{CASE}/doi", methods=["GET", "POST"])
def change(case_id: UUID) -> Answer:
    return _restrict_or_change(case_id, Act.CIRCLE_CHANGE)


@blueprint.get(f"{CASE}/thoi-giu-kin")
def ask_lift(case_id: UUID) -> str:
    """Say what giving a case back to the agency does before it is done."""
    check_permission(Act.CIRCLE_LIFT)
    return render_template("staffing/lift.html", readers=perform(restriction.read_readers, case_id))


@blueprint.post(f"{CASE}/thoi-giu-kin")
def lift(case_id: UUID) -> Response:
    perform(restriction.lift, case_id)
    flash(_("Vụ việc không còn giữ kín riêng: cơ quan đọc được như mọi vụ việc khác."), "done")
    return redirect(url_for("staffing.readers.who", case_id=case_id), 303)


@blueprint.route(f"{CASE}/to-khoi-phuc", methods=["GET", "POST"])
def deal_sheets(case_id: UUID) -> Answer:
    """Ask who shall keep the recovery sheets of those who read a restricted case, and print them."""
    check_permission(Act.CIRCLE_SHEETS)
    readers, form = perform(restriction.read_readers, case_id), SheetsForm()
    if form.validate_on_submit():
        try:
            made = perform(circle_recovery.make_sheets, case_id, form.officers(), whom=form.whom.data or "")
            return render_template("staffing/dealt.html", case_id=case_id, sheets=printed_sheets(made))
        except BadInput as cause:
            form.first.errors = [_(str(cause))]
    return render_template("staffing/sheets.html", readers=readers, form=form), 422 if form.errors else 200


@blueprint.route(f"{CASE}/giao", methods=["GET", "POST"])
def hand_over(case_id: UUID) -> Answer:
    """Hand a case over; its former holder may not be able to read it any more."""
    check_permission(Act.CASE_HAND_OVER)
    readers = perform(restriction.read_readers, case_id)
    form = hand_over_form(readers)
    if form.validate_on_submit():
        standin = UUID(form.standin.data) if form.standin.data else None
        try:
            perform(holder_transfer.transfer_holder, case_id, UUID(form.holder.data), standin)
            flash(_("Đã giao vụ việc."), "done")
            return redirect(url_for("desk.home"), 303)
        except BadInput as cause:
            form.standin.errors = [_(str(cause))]
    return render_template("staffing/hand_over.html", readers=readers, form=form), 422 if form.errors else 200


def _restrict_or_change(case_id: UUID, act: Act) -> Answer:
    check_permission(act)
    readers = perform(restriction.read_readers, case_id)
    form = readers_form(readers, me().id)
    if form.validate_on_submit():
        members = [UUID(member_id) for member_id in form.readers.data or ()]
        change_readers = restriction.restrict if act is Act.CASE_RESTRICT else restriction.change
        try:
            perform(change_readers, case_id, members, whom=form.whom.data or "")
            flash(_("Từ bây giờ chỉ những người được chọn đọc được vụ việc này."), "done")
            return redirect(url_for("staffing.readers.who", case_id=case_id), 303)
        except BadInput as cause:
            form.readers.errors = [_(str(cause))]
    return render_template("staffing/restrict.html", readers=readers, form=form), 422 if form.errors else 200


@dataclass(frozen=True)
class PrintedSheet(Sealed):
    """A recovery sheet as it is printed; `code` is its secret, `seat` its place in the set `number` of the circle."""

    name: str
    circle: str
    number: int
    seat: int
    code: str
    partners: str


def printed_sheets(made: CircleSheets) -> list[PrintedSheet]:
    names = {sheet.seat: sheet.name for sheet in made.sheets}
    return [
        PrintedSheet(
            name=sheet.name,
            circle=made.circle,
            number=sheet.number,
            seat=sheet.seat,
            code=write_code(sheet.secret),
            partners=", ".join(f"{names[seat]} ({seat})" for seat in sheet.partners),
        )
        for sheet in made.sheets
    ]
