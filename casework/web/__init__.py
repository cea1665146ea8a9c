"""Everything between the browser and the slices that holds for every page."""

from flask import Flask

from casework.web import errors, exit, headers, language, origin, requests, thin


def install(app: Flask) -> None:
    """Add to an app, in this order: thin pages, limits, origin and token, language, way out, errors, headers."""
    for part in (thin, requests, origin, language, exit, errors, headers):
        part.install(app)
