"""Request limits: body size, in memory only, at most 500 form parts, valid UTF-8 in the URL."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import unquote_to_bytes

from flask import Flask, Request, current_app, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

FORM_LIMIT = 1024 * 1024
FILE_LIMIT = 10 * 1024 * 1024

View = TypeVar("View", bound=Callable[..., Any])


class MemoryRequest(Request):
    """A request whose body never touches the disk: Werkzeug would write big files there in clear."""

    max_form_parts = 500

    @property
    def max_content_length(self) -> int:
        """Return the most bytes that this route takes: FILE_LIMIT where its view has @takes_files, else FORM_LIMIT."""
        view = current_app.view_functions.get(self.endpoint or "")
        return FILE_LIMIT if getattr(view, "takes_files", False) else FORM_LIMIT

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise AttributeError("a view asks for files with @takes_files")

    @property
    def max_form_memory_size(self) -> int:
        """Return the most bytes that the fields of a form may have together."""
        return FORM_LIMIT

    @max_form_memory_size.setter
    def max_form_memory_size(self, value: int | None) -> None:
        raise AttributeError("the limit of a form is fixed")

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> BytesIO:
        return BytesIO()


def takes_files(view: View) -> View:
    """Let a view receive files: up to FILE_LIMIT in all."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Take requests in memory, and refuse large bodies and malformed URLs."""
    app.request_class = MemoryRequest
    app.before_request(refuse_large_bodies)
    app.before_request(refuse_broken_addresses)


def refuse_large_bodies() -> None:
    """Raise RequestEntityTooLarge by Content-Length, before a byte of the body is read."""
    if (request.content_length or 0) > (request.max_content_length or FORM_LIMIT):
        raise RequestEntityTooLarge


def refuse_broken_addresses() -> None:
    """Raise BadRequest where the path or the query holds NUL or broken UTF-8."""
    path = request.environ.get("PATH_INFO", "").encode("latin-1", "replace")
    for part in (path, unquote_to_bytes(request.query_string)):
        if b"\0" in part or not _is_utf8(part):
            raise BadRequest


def _is_utf8(part: bytes) -> bool:
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
