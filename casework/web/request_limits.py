"""The request as we take it: small, in memory only, and in whole characters."""

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
        """Give the most bytes that this route takes: a form's, or a file's where its view asks."""
        view = current_app.view_functions.get(self.endpoint or "")
        return FILE_LIMIT if getattr(view, "takes_files", False) else FORM_LIMIT

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise AttributeError("a view asks for files with @takes_files")

    @property
    def max_form_memory_size(self) -> int:
        """Give the most bytes that the fields of a form may have together."""
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
    """Let a view receive files: up to 10 MB in all."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def install(app: Flask) -> None:
    """Take requests in memory, and refuse a body that is too large and an address that is no text."""
    app.request_class = MemoryRequest
    app.before_request(refuse_large_bodies)
    app.before_request(refuse_broken_addresses)


def refuse_large_bodies() -> None:
    """Raise RequestEntityTooLarge by what the request says of its length, before a byte of it is read."""
    if (request.content_length or 0) > (request.max_content_length or FORM_LIMIT):
        raise RequestEntityTooLarge


def refuse_broken_addresses() -> None:
    """Raise BadRequest where the path or the query holds NUL or broken UTF-8."""
    path = request.environ.get("PATH_INFO", "").encode("latin-1", "replace")
    for part in (path, unquote_to_bytes(request.query_string)):
        if b"\0" in part or not _is_text(part):
            raise BadRequest


def _is_text(part: bytes) -> bool:
    """Say whether bytes are whole UTF-8."""
    try:
        part.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
