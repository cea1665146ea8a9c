"""Templates are indented for whoever reads them; what is sent over a slow line is not."""

import re

from flask import Flask
from jinja2.ext import Extension

_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class Unindented(Extension):
    """Drops the spaces at the beginning of each line of a template, before it is compiled; no line is moved."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template without its indentation."""
        return _INDENT.sub("", source)


def install(app: Flask) -> None:
    """Send pages without the indentation of their templates."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension(Unindented)
