"""Translation: Vietnamese by default, English by cookie; and template filters for times, days and numbers."""

from datetime import date, datetime, timedelta
from pathlib import Path

from flask import Blueprint, Flask, g, has_app_context, has_request_context, redirect, request
from flask_babel import Babel, get_translations, lazy_gettext, ngettext
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.partial_date import PartialDate
from casework.web.choice_fields import code_words, language
from casework.web.csrf import without_token
from casework.web.phones import grouped

COOKIE = "__Host-lang"
LANGUAGES = ("vi", "en")
CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
MINUTE, HOUR, DAY = 60, 3600, 86400
SOON = timedelta(hours=24)
_DAY_LENGTH = len("2026-11-23")
YEAR = 365 * DAY
VIETNAMESE_MARKS = str.maketrans(",.", ".,")

WEEKDAYS = (
    lazy_gettext("thứ Hai"),
    lazy_gettext("thứ Ba"),
    lazy_gettext("thứ Tư"),
    lazy_gettext("thứ Năm"),
    lazy_gettext("thứ Sáu"),
    lazy_gettext("thứ Bảy"),
    lazy_gettext("Chủ nhật"),
)

blueprint = Blueprint("language", __name__)


def install(app: Flask) -> None:
    """Set the language of every page, and add the template filters."""
    Babel(  # type: ignore[no-untyped-call]
        app, default_locale="vi", locale_selector=chosen_language, default_translation_directories=str(CATALOGUES)
    )
    app.register_blueprint(blueprint)
    written = (when, day, due, due_state, number, moment, weekday, with_weekday)
    app.jinja_env.filters.update({one.__name__: one for one in written}, code=code_words)
    app.jinja_env.filters["phone"] = grouped
    app.jinja_env.globals["lang"] = language
    # Flask-Babel looks up the catalogue for each message, and a page has dozens.
    app.jinja_env.install_gettext_callables(translated, ngettext, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]


def translated(message: str) -> str:
    """Return a template's message in the language of the page; the catalogue is looked up once for each page."""
    catalogue = g.get("catalogue")
    if catalogue is None:
        catalogue = g.catalogue = get_translations()
    return str(catalogue.ugettext(message))


def chosen_language() -> str:
    """Return the language in our cookie; else Vietnamese."""
    asked = request.cookies.get(COOKIE, "") if has_request_context() else ""
    return asked if asked in LANGUAGES else "vi"


@blueprint.post("/ngon-ngu")
@without_token
def choose() -> Response:
    """Keep the language in a cookie and go back to the page."""
    lang = request.form.get("lang", "")
    back = redirect(local_path(request.form.get("back", "/")), 303)
    return set_language(back, lang) if lang in LANGUAGES else back


def set_language(response: Response, lang: str) -> Response:
    """Let a browser keep the language of its pages for a year."""
    response.set_cookie(COOKIE, lang, max_age=YEAR, secure=True, httponly=True, samesite="Lax")
    return response


def local_path(path: str) -> str:
    """Return a path on this site unchanged, any other as "/" (against open redirects)."""
    outside = not path.startswith("/") or path.startswith("//") or not path.isprintable()
    return "/" if outside or "\\" in path else path


def number(value: float) -> str:
    """Format a number with the separators of the language ("1.234" in Vietnamese)."""
    written = f"{value:,}"
    return written if language() == "en" else written.translate(VIETNAMESE_MARKS)


def _local_time(moment: datetime | int) -> datetime:
    """Convert a moment (aware datetime, or microseconds) to local time."""
    return clock.local(moment) if isinstance(moment, int) else moment.astimezone(clock.LOCAL)


def day(at: date | datetime | PartialDate) -> str:
    """Format a day in digits: 23/11/2026; of one that is not known what is known of it."""
    if isinstance(at, PartialDate):
        if at.month:
            return _("khoảng tháng %(month)d/%(year)d", month=at.month, year=at.year)
        return _("khoảng năm %(year)d", year=at.year)
    local = _local_time(at).date() if isinstance(at, datetime) else at
    return f"{local.day}/{local.month}/{local.year}"


def weekday(on: date) -> str:
    """Name the day of the week: "thứ Hai"."""
    return str(WEEKDAYS[on.weekday()])


def with_weekday(on: date | PartialDate) -> str:
    """Write a day with its day of the week: "thứ Hai, 23/11/2026"."""
    return day(on) if isinstance(on, PartialDate) else f"{weekday(on)}, {day(on)}"


def when(at: datetime | int) -> str:
    """Format a moment: the hour, and the day in words where it is near."""
    local = _local_time(at)
    hour = local.strftime("%H:%M")
    if has_app_context() and g.get("days_in_full"):
        return f"{hour} {day(local)}"
    days_away = (local.date() - clock.today()).days
    if days_away == 0:
        return _("%(hour)s hôm nay", hour=hour)
    if days_away == -1:
        return _("%(hour)s hôm qua", hour=hour)
    if days_away == 1:
        return _("%(hour)s ngày mai", hour=hour)
    return _("%(hour)s ngày %(day)s", hour=hour, day=day(local))


def moment(written: str) -> str:
    """Format a day or a moment that was written down, in ISO 8601 or microseconds; what is neither stands as typed.

    An hour without its zone is one of the commune's time.
    """
    try:
        if written.isdecimal():
            return when(int(written))
        if len(written) <= _DAY_LENGTH:
            return day(date.fromisoformat(written)) if written else ""
        at = datetime.fromisoformat(written)
        return when(at if at.tzinfo else at.replace(tzinfo=clock.LOCAL))
    except ValueError:
        return written


def due(at: datetime | int) -> str:
    """Return how long there is until a moment ("còn 5 giờ"), or how long it is past."""
    remaining = round((_local_time(at) - clock.now()).total_seconds())
    if -MINUTE < remaining < MINUTE:
        return _("đến hạn lúc này")
    if remaining < 0:
        return _("quá hạn %(time)s", time=_duration(-remaining))
    return _("còn %(time)s", time=_duration(remaining))


def due_state(at: datetime | int) -> str:
    """Return `late`, `soon` (within 24 hours) or `later`."""
    remaining = _local_time(at) - clock.now()
    if remaining < timedelta(0):
        return "late"
    return "soon" if remaining <= SOON else "later"


def _duration(seconds: int) -> str:
    """Format a duration in its one fitting unit, rounded down, so that nobody counts on time that is over."""
    minutes, hours, days = seconds // MINUTE, seconds // HOUR, seconds // DAY
    if seconds < HOUR:
        return str(ngettext("%(count)d phút", "%(count)d phút", minutes, count=minutes))
    if seconds < 2 * DAY:
        return str(ngettext("%(count)d giờ", "%(count)d giờ", hours, count=hours))
    return str(ngettext("%(count)d ngày", "%(count)d ngày", days, count=days))
