"""What holds for every page: request limits, CSRF, translation, quick exit, errors, security headers."""

import re

from flask import Flask
from jinja2.ext import Extension

from casework.web import (
    csrf,
    errors,
    form_tokens,
    headers,
    printed_sheets,
    quick_exit,
    request_limits,
    spoken_text,
    translation,
)

# HTML lets the end tag of an option be left out; long lists are lighter by nine bytes an answer.
_NOT_SENT = re.compile(r"^[ \t]+|</option>", re.MULTILINE)


class StripUnneeded(Extension):
    """Drops what a page need not say before a template is compiled, so that pages are smaller; no line is moved."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        return _NOT_SENT.sub("", source)


def install(app: Flask) -> None:
    """Add these parts to an app, in this order; and send pages without what they need not say."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(StripUnneeded)
    parts = (request_limits, csrf, form_tokens, translation, spoken_text, printed_sheets, quick_exit, errors, headers)
    for part in parts:
        part.install(app)
