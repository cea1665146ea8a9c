"""Error pages: every exception becomes a page that says what to do, and a log line without personal data."""

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from casework.errors import BadInput, CaseworkError, CommuneMerged, Conflict, DamagedDatabase, VaultError
from casework.web import form_tokens

log = logging.getLogger("casework.web")

WAIT = "<!doctype html><html lang=vi><meta charset=utf-8><title>Sổ ca</title><p>Xin thử lại sau ít phút."
STOP = (
    "<!doctype html><html lang=vi><meta charset=utf-8><title>Sổ ca</title>"
    "<p>Sổ không còn nguyên vẹn. Hãy dừng lại, giữ nguyên máy và gọi người quản trị sổ."
)
DAMAGED = (
    "<!doctype html><html lang=vi><meta charset=utf-8><title>Sổ ca</title>"
    "<p>Tệp của sổ bị hỏng. Hãy dừng lại, ghi việc ra giấy và gọi ngay người quản trị sổ."
)
# The names of the administrators of a commune, as far as they can still be read; set by the application.
TO_CALL = "casework.to_call"
# Keeps the form that a request has sent, and returns where it is shown again; set by the application.
KEEP = "casework.keep"
_NOT_THERE = (403, 404)


@dataclass(frozen=True)
class ErrorPage:
    """A heading, and what to do now."""

    heading: object
    advice: object


SEALED = ErrorPage(
    _("Không mở được trang này"),
    _("Trang không có, hoặc không thuộc phần việc của bạn. Hãy về trang đầu và mở lại từ đó."),
)
BROKEN = ErrorPage(
    _("Máy đang gặp trục trặc"),
    _("Xin thử lại sau ít phút. Nếu vẫn vậy, hãy báo người quản trị và ghi việc ra giấy."),
)
PAGES: Mapping[int, ErrorPage] = {
    400: ErrorPage(
        _("Trang gửi lên chưa đọc được"),
        _("Hãy quay lại, tải lại trang rồi gửi lần nữa. Chữ đã gõ thường vẫn còn ở trang trước."),
    ),
    401: ErrorPage(_("Hãy đăng nhập"), _("Phiên làm việc đã hết. Hãy đăng nhập lại để làm tiếp.")),
    403: SEALED,
    404: SEALED,
    405: ErrorPage(
        _("Trang này không nhận cách mở như vậy"),
        _("Hãy về trang đầu và đi tiếp bằng các nút trên trang."),
    ),
    409: ErrorPage(
        _("Có người vừa sửa trước"),
        _("Phần của bạn chưa ghi đè lên. Hãy mở lại trang, xem bản mới rồi ghi thêm."),
    ),
    410: ErrorPage(
        _("Phần này đã có bản mới"),
        _("Sau khi việc xong, nơi giữ vụ việc đã sửa phần này. Bản mới chưa được chia sẻ: cần thì hỏi lại nơi gửi."),
    ),
    413: ErrorPage(
        _("Phần gửi lên quá lớn"),
        _("Chữ gửi được nhiều nhất 1 MB, tệp nhiều nhất 10 MB. Hãy bớt lại rồi gửi lần nữa."),
    ),
    421: ErrorPage(
        _("Địa chỉ này không đúng"),
        _("Hãy gõ lại địa chỉ của sổ như nơi làm việc đã đưa, bắt đầu bằng https://."),
    ),
    422: ErrorPage(_("Có chỗ cần sửa lại"), _("Hãy quay lại trang trước và xem chỗ được đánh dấu.")),
    423: ErrorPage(
        _("Xã này không nhận vụ việc mới nữa"),
        _("Xã đã sáp nhập. Việc mới thì ghi ở sổ của xã mới; vụ việc đang có vẫn làm tiếp ở đây."),
    ),
    429: ErrorPage(_("Đã thử quá nhiều lần"), _("Hãy chờ vài phút rồi thử lại. Việc gấp: hãy gọi điện.")),
    500: BROKEN,
    503: ErrorPage(
        _("Máy đang bận"),
        _("Chưa có gì bị mất. Xin chờ một phút rồi thử lại. Việc gấp: hãy gọi điện."),
    ),
}


def install(app: Flask) -> None:
    app.register_error_handler(HTTPException, answer_http)
    app.register_error_handler(Exception, answer)


def answer_http(error: HTTPException) -> Response | HTTPException:
    """Answer an error of HTTP; a redirect passes as it is."""
    if error.response is not None or error.code is None or error.code < 400:
        return error
    response = page(error.code)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def answer(error: Exception) -> Response:
    """Answer any other exception by its `status`, 500 without one; a VaultError and a fault are logged."""
    if current_app.config.get("PROPAGATE_EXCEPTIONS"):
        raise error
    status = getattr(error, "status", 500)
    if isinstance(error, VaultError):
        log.error("fault=%s row=%s at=%s", type(error).__name__, error.row or "-", _frames(error))
    elif not isinstance(error, CaseworkError) and status == 500:
        log.error("fault=%s at=%s", type(error).__name__, _frames(error))
    if isinstance(error, VaultError):
        return _integrity_page(status, damaged=isinstance(error, DamagedDatabase))
    return page(status, _advice(error))


def _advice(error: Exception) -> str | None:
    """Return what an error itself says that one should do now; None for the words of its status."""
    if isinstance(error, CommuneMerged):
        return gettext(
            "Từ ngày %(day)s xã này thuộc %(name)s. Đang nguy hiểm: gọi 113 trước. Việc mới thì ghi ở sổ của %(name)s, "
            "bằng tài khoản ở đó; chưa có tài khoản thì ghi ra giấy. Vụ việc đang có vẫn làm tiếp ở đây.",
            day=error.since,
            name=error.into,
        )
    return gettext(str(error)) if isinstance(error, BadInput | Conflict) and str(error) else None


def page(status: int, advice: str | None = None) -> Response:
    """Render the page of a status and log it with the route's template, never the URL."""
    words = PAGES.get(status, BROKEN if status >= 500 else PAGES[400])
    shown = {"heading": words.heading, "advice": advice or words.advice} | _typed(status)
    return _rendered(status, "web/error.html", WAIT, **shown)


def _integrity_page(status: int, *, damaged: bool) -> Response:
    """Say that what was written no longer holds, whom to call, and what not to do; nobody is told to try again.

    A file that is damaged is said to be that: nobody has put anything back, and a backup is what helps.
    """
    instead = DAMAGED if damaged else STOP
    shown = {"to_call": _names_to_call, "damaged": damaged} | _typed(status)
    return _rendered(status, "web/integrity.html", instead, **shown)


def _typed(status: int) -> dict[str, object]:
    """Return what was typed into a form that could not be taken, and where it is shown again, if it could be kept.

    It is told to whoever has just sent it, with a token of ours that nobody else can have. Nothing is kept of a page
    that is not there: its case may have been erased.
    """
    try:
        token = form_tokens.sent_token()
    except HTTPException:
        # A form that is too large, or that is none, cannot be read a second time either.
        token = None
    if token is None:
        return {"kept": None, "typed": ()}
    kept = None if status in _NOT_THERE else current_app.extensions[KEEP]()
    return {"kept": kept, "typed": form_tokens.sent_fields(), "again": request.full_path.rstrip("?")}


def _names_to_call() -> tuple[str, ...]:
    """Return who looks after the book; nobody by name for a visitor, or where that does not hold either."""
    member, names = getattr(current_user, "member", None), current_app.extensions.get(TO_CALL)
    try:
        return names(member.person.commune_id) if member and names else ()
    except (CaseworkError, SQLAlchemyError):
        return ()


def _rendered(status: int, template: str, instead: str, **values: object) -> Response:
    """Render a page of an error; whatever breaks in it, a person still gets some page."""
    log.info("status=%d method=%s route=%s", status, _method(), _route())
    try:
        body = render_template(template, **values)
    except Exception as fault:  # noqa: BLE001 -- whatever broke, a person still gets a page
        log.error("fault=%s at=%s", type(fault).__name__, _frames(fault))
        body = instead
    return make_response(body, status)


def _method() -> str:
    """Return the method, or a dash for an unknown one."""
    return request.method if request.method in {"GET", "HEAD", "POST", "OPTIONS"} else "-"


def _route() -> str:
    """Return the template of the route, or a dash."""
    return request.url_rule.rule if request.url_rule else "-"


def _frames(error: BaseException) -> str:
    """Return function names and lines of a traceback, without the message: that may hold what was typed."""
    frames: list[Any] = traceback.extract_tb(error.__traceback__)
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames[-6:]))
