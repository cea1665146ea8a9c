"""Pages on the readers of a case: restrict it to named people, change them, lift that, recovery sheets, hand over."""

from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases import circle_recovery, holder_transfer, restriction
from casework.cases.circle_recovery import CircleSheets, PrintedSheets
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.staffing.forms import PrintedSheetsForm, SheetsForm, hand_over_form, readers_form
from casework.vault.keys.enrolment.paper_codes import read_code, write_code
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
    """Ask who shall keep the recovery sheets of those who read a restricted case, and print them; none is good yet."""
    check_permission(Act.CIRCLE_PLAN)
    readers, form = perform(restriction.read_readers, case_id), SheetsForm()
    if form.validate_on_submit():
        try:
            planned = perform(circle_recovery.plan_sheets, case_id, form.officers(), whom=form.whom.data or "")
            return _print_sheets(case_id, printed_form(form, planned))
        except BadInput as cause:
            form.first.errors = [_(str(cause))]
    return render_template("staffing/sheets.html", readers=readers, form=form), 422 if form.errors else 200


@blueprint.post(f"{CASE}/to-khoi-phuc/xac-nhan")
def confirm_sheets(case_id: UUID) -> Answer:
    """Make printed sheets good, once the last signs of each were typed from the paper."""
    check_permission(Act.CIRCLE_SHEETS)
    perform(restriction.read_readers, case_id)
    form = PrintedSheetsForm()
    circle, number, codes = form.printed()
    if not (form.validate_on_submit() and form.is_confirmed(codes)):
        return _print_sheets(case_id, form), 422
    printed = PrintedSheets(circle, number, tuple(read_code(code) for code in codes))
    perform(circle_recovery.make_sheets, case_id, form.officers(), printed, whom=form.whom.data or "")
    flash(_("Các tờ khôi phục mới đã có hiệu lực, tờ cũ hết giá trị. Trao tận tay từng người."), "done")
    return redirect(url_for("staffing.readers.who", case_id=case_id), 303)


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


def _print_sheets(case_id: UUID, form: PrintedSheetsForm) -> str:
    return render_template("staffing/dealt.html", case_id=case_id, sheets=printed_sheets(form), form=form)


def printed_form(asked: SheetsForm, planned: CircleSheets) -> PrintedSheetsForm:
    """Return the form that makes planned sheets good; it carries what stands on them, for nothing is kept of it."""
    codes = [write_code(sheet.secret) for sheet in planned.sheets]
    sheets = " ".join([planned.circle, str(planned.sheets[0].number), *codes])
    carried = {"whom": asked.whom.data, "first": asked.first.data, "second": asked.second.data}
    return PrintedSheetsForm(formdata=None, data=carried | {"third": asked.third.data, "sheets": sheets})


def printed_sheets(form: PrintedSheetsForm) -> list[PrintedSheet]:
    circle, number, codes = form.printed()
    names = list(enumerate(form.officers(), start=1))
    return [
        PrintedSheet(
            name=name,
            circle=circle,
            number=number,
            seat=seat,
            code=code,
            partners=", ".join(f"{other} ({place})" for place, other in names if place != seat),
        )
        for (seat, name), code in zip(names, codes, strict=False)
    ]
