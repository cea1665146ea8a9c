"""Thoát nhanh: one touch and the screen shows the weather. And a sign of life for the offline guard.

The page is our own, because a form that leads to another site is blocked by our policy without a
word. It carries no name of the product.
"""

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request

from casework.web.csrf import without_token

# What ends the session for good; it runs when the page is already on the screen, because a way out must not wait.
ENDING = "casework.ending"
HARMLESS = "https://www.google.com/search?q=thoi+tiet"

blueprint = Blueprint("exit", __name__)


def install(app: Flask) -> None:
    """Add the way out and the sign of life; the setting EXIT_URL names another harmless page."""
    app.config.setdefault("EXIT_URL", HARMLESS)
    app.register_blueprint(blueprint)


@blueprint.post("/thoat")
@without_token
def leave() -> Response:
    """Show the neutral page that leads away, and take back every cookie of ours.

    It asks for no token: a way out that fails on an old page is none.
    """
    response = make_response(render_template("web/exit.html", url=current_app.config["EXIT_URL"]))
    for name in request.cookies:
        if name.startswith("__Host-"):
            response.delete_cookie(name, secure=True, httponly=True)
    if ending := current_app.extensions.get(ENDING):
        response.call_on_close(ending())
    return response


@blueprint.get("/thoat")
def leave_again() -> Response:
    """Show the same page when it is loaded once more."""
    return make_response(render_template("web/exit.html", url=current_app.config["EXIT_URL"]))


@blueprint.get("/healthz")
def health() -> Response:
    """Say that the program runs, and nothing else."""
    response = make_response("ok\n")
    response.mimetype = "text/plain"
    return response
