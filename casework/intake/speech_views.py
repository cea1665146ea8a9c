"""The page "Nói thế nào": what a role says at the door, at consent, in danger and at closing, and never; for print."""

from flask import Blueprint, render_template

from casework.codelists import codelist
from casework.intake import actions
from casework.policy.vocabulary import Act
from casework.web.current_user import may, perform

blueprint = Blueprint("speech", __name__)


@blueprint.get("/noi-the-nao")
def page() -> str:
    """Show what the role of this person says, with the pronoun that is asked for."""
    role = codelist("role").get(perform(actions.read_speech))
    records, asks, closes = may(Act.INTAKE_BEGIN), may(Act.GROUND_RECORD), may(Act.CASE_CLOSE)
    never = [row for row in codelist("never_said").active() if role.code not in row.texts("not_by")]
    return render_template("intake/speech.html", role=role, records=records, asks=asks, closes=closes, never=never)
