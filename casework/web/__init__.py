"""Everything between the browser and the slices that holds for every page."""

from flask import Flask

from casework.web import errors, exit, headers, language, origin, requests


def install(app: Flask) -> None:
    """Add to an app, in this order: limits, origin and token, language, way out, errors, headers."""
    for part in (requests, origin, language, exit, errors, headers):
        part.install(app)
