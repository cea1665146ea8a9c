"""The pages of the intake."""

from flask import Blueprint, render_template

blueprint = Blueprint("intake", __name__)


@blueprint.get("/ghi-nhan")
def begin() -> str:
    """Begin to record."""
    return render_template("desk/welcome.html")
