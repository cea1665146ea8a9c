"""Everything between the browser and the slices that holds for every page."""

import re

from flask import Flask
from jinja2.ext import Extension

from casework.web import csrf, errors, headers, quick_exit, request_limits, translation

_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class StripIndentation(Extension):
    """Drops the spaces at the beginning of each line of a template, before it is compiled; no line is moved.

    Templates are indented for whoever reads them; what is sent over a slow line is not.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template without its indentation."""
        return _INDENT.sub("", source)


def install(app: Flask) -> None:
    """Add to an app, in this order: limits, origin and token, language, way out, errors, headers; and thin pages."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(StripIndentation)
    for part in (request_limits, csrf, translation, quick_exit, errors, headers):
        part.install(app)
