"""The pages that gather: home, search, the case page and its sections."""

from flask import Blueprint, render_template

blueprint = Blueprint("desk", __name__)


@blueprint.get("/")
def home() -> str:
    """Show what is to be done now."""
    return render_template("desk/welcome.html")


@blueprint.get("/tim")
def search() -> str:
    """Ask what to search for."""
    return render_template("desk/welcome.html")
