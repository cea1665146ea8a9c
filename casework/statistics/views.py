"""Released counts: all that a statistician can ever read."""

from flask import Blueprint, render_template

from casework.statistics import actions
from casework.web.presence import perform

blueprint = Blueprint("statistics", __name__)


@blueprint.get("/so-lieu")
def releases() -> str:
    """Show what has been released, or what happens until something is."""
    return render_template("statistics/releases.html", releases=perform(actions.read_releases))
