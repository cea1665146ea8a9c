"""The page for leads: cases of the agency that may be of one person."""

from flask import Blueprint, render_template

from casework.intake import alike_actions
from casework.web.current_user import perform
from casework.web.list_pages import list_page

blueprint = Blueprint("alike", __name__)


@blueprint.get("/vu-viec/co-the-trung")
def pairs() -> str:
    """Show every two cases that may be of one person, a page at a time."""
    found = perform(alike_actions.find_pairs)
    return render_template("intake/alike.html", page=list_page(list(found)))
