"""Paper for when there is no power: an intake to be written on, what is read aloud, what is done without a machine."""

from dataclasses import replace

from flask import Blueprint, render_template
from werkzeug.datastructures import MultiDict

from casework.codelists import codelist
from casework.intake import actions
from casework.intake.forms import IntakePage, Offers
from casework.intake.page_flow import FORMS
from casework.intake.sharing_form import ANSWERS
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


@blueprint.get("/giay/noi-truoc")
def told() -> str:
    """Show what is read aloud before anything is asked, as the agency of this person says it."""
    return render_template("intake/paper_told.html", agency=perform(actions.begin_intake).agency)


@blueprint.get("/giay/dong-y")
def consent() -> str:
    """Show what is read aloud when consent is asked, and what is agreed to, with boxes to tick."""
    setting = perform(actions.begin_intake)
    bundles = [bundle for bundle in codelist("bundle").active() if bundle.code in setting.receivers]
    answers = [codelist("consent_state").get(code) for code in ANSWERS]
    return render_template("intake/paper_consent.html", agency=setting.agency, bundles=bundles, answers=answers)


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
