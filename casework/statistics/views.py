"""Released counts."""

from flask import Blueprint, render_template

blueprint = Blueprint("statistics", __name__)


@blueprint.get("/so-lieu")
def releases() -> str:
    """Show what has been released."""
    return render_template("desk/welcome.html")
