"""The log, its verification, and the policy in words."""

from flask import Blueprint, render_template

blueprint = Blueprint("oversight", __name__)


@blueprint.get("/nhat-ky")
def log() -> str:
    """Show the newest lines of the log."""
    return render_template("desk/welcome.html")


@blueprint.get("/quy-tac")
def policy() -> str:
    """Show who may do what."""
    return render_template("desk/welcome.html")


@blueprint.get("/kiem-tra")
def verify() -> str:
    """Offer to verify the log."""
    return render_template("desk/welcome.html")
