"""The pages of a night sheet: the sheet, whom to call at once, and its twin on paper."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.cases import duty_roster
from casework.codelists import codelist
from casework.intake import actions, night_actions, page_flow
from casework.intake.actions import Setting
from casework.intake.forms import Offers
from casework.intake.night_forms import NightForm
from casework.policy.vocabulary import Act
from casework.web.choice_fields import YES
from casework.web.current_user import check_permission, perform
from casework.web.spoken_text import hotlines

blueprint = Blueprint("night", __name__)


@blueprint.get("/don-dem")
def sheet() -> str:
    """Show the sheet; nothing is stored yet."""
    setting = perform(actions.begin_intake)
    return _page(NightForm(None, _offers(setting)))


@blueprint.post("/don-dem")
def record() -> Response | tuple[str, int]:
    """Open the case; in danger the telephones come next, else what was said is sent."""
    check_permission(Act.NIGHT_RECORD)
    form: Any = NightForm(request.form, _offers())
    if not form.validate():
        return _page(form), 422
    case_id = perform(night_actions.record_night_sheet, form.sheet(), **form.how)
    if form.offers.practice:
        return redirect(url_for("desk.case", case_id=case_id), 303)
    # Nobody reads a code before they have called: the page of the telephones has none, and says how it goes on.
    if form.danger.data == YES:
        flash(_("Đã ghi nhận. Gọi xong thì bấm “Ghi tiếp” ở cuối trang."))
        return redirect(url_for("intake.night.steps", case_id=case_id), 303)
    flash(page_flow.recorded_words())
    return redirect(url_for("referrals.unsent.read", case_id=case_id), 303)


@blueprint.get("/don-dem/<uuid:case_id>/goi-ngay")
def steps(case_id: UUID) -> str:
    """Show whom to call about a case that a night sheet has opened; from there it goes on to what is sent."""
    setting, code = perform(night_actions.read_night_steps, case_id)
    onward, offers = url_for("referrals.unsent.read", case_id=case_id), Offers(setting=setting)
    return render_template("intake/steps.html", offers=offers, setting=setting, carried=None, onward=onward, code=code)


@blueprint.get("/don-dem/giay")
def paper() -> str:
    """Show the sheet as it is printed for nights without power, on two sides of A5."""
    setting = perform(actions.begin_intake, in_danger=True)
    form = NightForm(None, Offers(setting=setting))
    sheet = {"door": codelist("at_the_door"), "lines": hotlines(), "today": duty_roster.duty_day(clock.micros())}
    return render_template("intake/night_paper.html", form=form, setting=setting, **sheet)


def _offers(setting: Setting | None = None) -> Offers:
    practice, paper = page_flow.asks_for_practice(), page_flow.asks_for_paper()
    return Offers(setting=setting, practice=practice, paper=paper)


def _page(form: NightForm) -> str:
    return render_template("intake/night.html", form=form, offers=form.offers)
