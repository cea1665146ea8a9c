"""Quick exit (Thoát nhanh): one touch leads to a harmless page and ends the session. And /healthz, the liveness probe.

The page in between is our own, because our Content-Security-Policy blocks a form that leads to another site. It does
not name the product.
"""

from flask import Blueprint, Flask, Response, current_app, make_response, render_template, request

from casework.web.csrf import without_token
from casework.web.session_loading import DEVICE

# The extension that ends the session; it runs after the response, because a way out must not wait.
SIGN_OUT_AFTER_RESPONSE = "casework.ending"
HARMLESS = "https://www.google.com/search?q=thoi+tiet"

blueprint = Blueprint("exit", __name__)


def install(app: Flask) -> None:
    """Add quick exit and liveness probe; the setting EXIT_URL names another harmless page."""
    app.config.setdefault("EXIT_URL", HARMLESS)
    app.register_blueprint(blueprint)


@blueprint.post("/thoat")
@without_token
def leave() -> Response:
    """Show the neutral page that leads away, and delete every cookie of ours but the mark of the browser.

    It asks for no token: a way out that fails on an old page is none. The mark names nobody, and without it whoever
    guesses from outside would keep its owner from signing in again.
    """
    response = make_response(render_template("web/exit.html", url=current_app.config["EXIT_URL"]))
    for name in request.cookies:
        if name.startswith("__Host-") and name != DEVICE:
            response.delete_cookie(name, secure=True, httponly=True)
    if ending := current_app.extensions.get(SIGN_OUT_AFTER_RESPONSE):
        response.call_on_close(ending())
    return response


@blueprint.get("/thoat")
def leave_again() -> Response:
    """Show the same page when it is loaded once more."""
    return make_response(render_template("web/exit.html", url=current_app.config["EXIT_URL"]))


@blueprint.get("/healthz")
def health() -> Response:
    response = make_response("ok\n")
    response.mimetype = "text/plain"
    return response
