"""Security headers of every response (CSP, HSTS, no-referrer, no-store), and versions of static files."""

import hashlib
from functools import cache, partial
from pathlib import Path

from flask import Flask, Response, request

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "object-src 'none'"
)
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    # For a browser too old to know frame-ancestors.
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), display-capture=(), "
        "geolocation=(), gyroscope=(), microphone=(), midi=(), payment=(), usb=()"
    ),
    "X-Robots-Tag": "noindex, nofollow",
}
CACHE_FOREVER = "public, max-age=31536000, immutable"


def install(app: Flask) -> None:
    """Put the headers on every response, and give templates the addresses of static files."""
    app.after_request(add_security_headers)
    app.add_template_global(cache(partial(_static_url, app)), "static_url")


def add_security_headers(response: Response) -> Response:
    """Add the headers to a response; one that is not HTML is sandboxed."""
    for name, value in SECURITY_HEADERS.items():
        response.headers[name] = value
    sandbox = "" if response.mimetype == "text/html" else "; sandbox"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY + sandbox
    lasting = request.endpoint == "static" and "v" in request.args and response.status_code == 200
    response.headers["Cache-Control"] = CACHE_FOREVER if lasting else "no-store"
    return response


def _static_url(app: Flask, filename: str) -> str:
    """Return the address of a static file with a hash of its content, so that it may be cached for ever.

    It is built once in a process: a page has two dozen of them, and they depend on no request.
    """
    file = Path(app.static_folder or "") / filename
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else "0"
    return app.url_map.bind("localhost").build("static", {"filename": filename, "v": version})
