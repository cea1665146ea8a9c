"""The register of trusted addresses."""

from flask import Blueprint, render_template

blueprint = Blueprint("addresses", __name__)


@blueprint.get("/dia-chi")
def register() -> str:
    """Show the register."""
    return render_template("desk/welcome.html")
