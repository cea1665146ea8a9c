"""Paper for when there is no power: the pages of an intake to be written on; what is done when the machine is lost."""

from dataclasses import replace

from flask import Blueprint, render_template
from werkzeug.datastructures import MultiDict

from casework.codelists import codelist
from casework.intake import actions
from casework.intake.forms import IntakePage, Offers
from casework.intake.page_flow import FORMS
from casework.web.current_user import perform

blueprint = Blueprint("paper", __name__)


@blueprint.get("/giay")
def papers() -> str:
    """List the sheets that can be printed before they are needed."""
    perform(actions.begin_intake)
    return render_template("intake/papers.html")


@blueprint.get("/giay/ghi-nhan")
def intake() -> str:
    """Show the pages of an intake as they are printed to be written on, page by page as on the screen."""
    pages = _blank_pages(perform(actions.begin_intake))
    return render_template("intake/paper_intake.html", pages=pages)


@blueprint.get("/giay/mat-may")
def lost_machine() -> str:
    """Show what is done when the machine is lost, with lines to write on."""
    setting = perform(actions.begin_intake, in_danger=True)
    steps = codelist("lost_machine").active()
    return render_template("intake/paper_lost.html", steps=steps, setting=setting)


def _blank_pages(setting: actions.Setting) -> list[tuple[int, IntakePage]]:
    """Return every page by its number with all that it can ask: as if there were danger and everybody was agreed to."""
    granted = MultiDict((f"consent_{bundle.code}", "granted") for bundle in codelist("bundle"))
    at_once = [("at_once", bundle.code) for bundle in codelist("bundle") if bundle.text("at_once")]
    answers = MultiDict([*granted.items(multi=True), *at_once])
    # Who works here is written by hand: a blank sheet in a drawer is no list of colleagues.
    offers = Offers(setting=replace(setting, colleagues=()), danger=True, answers=answers)
    return [(number, form(MultiDict(), offers)) for number, form in FORMS.items()]
