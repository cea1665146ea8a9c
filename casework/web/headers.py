"""Security headers of every response (CSP, HSTS, no-referrer, no-store), and versions of static files."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

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
    """Put the headers on every response, and a version into every URL of a static file."""
    app.after_request(add_security_headers)
    app.url_defaults(_add_version)


def add_security_headers(response: Response) -> Response:
    """Add the headers to a response; one that is not HTML is sandboxed."""
    for name, value in SECURITY_HEADERS.items():
        response.headers[name] = value
    sandbox = "" if response.mimetype == "text/html" else "; sandbox"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY + sandbox
    lasting = request.endpoint == "static" and "v" in request.args and response.status_code == 200
    response.headers["Cache-Control"] = CACHE_FOREVER if lasting else "no-store"
    return response


def _add_version(endpoint: str, values: dict[str, Any]) -> None:
    """Put a content hash into the URL of a static file, so that it may be cached for ever."""
    if endpoint == "static" and (folder := current_app.static_folder) and "filename" in values:
        values.setdefault("v", _version(Path(folder) / values["filename"]))


@cache
def _version(file: Path) -> str:
    """Return the first 8 hex digits of the SHA-256 of a file, or "0" where there is none."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else "0"
