"""What stands on each sheet that somebody prints of a page: the code of its case, by whom it was printed, and when."""

from datetime import date, datetime

from flask import Flask, g

from casework import clock
from casework.web.translation import day

_DAY_LENGTH = len("2026-11-23")


def install(app: Flask) -> None:
    app.jinja_env.globals.update(
        days_in_full=days_in_full, note_code=note_code, noted_code=noted_code, on_paper=on_paper, printed_at=printed_at
    )


def printed_at() -> str:
    """Return the moment of this page."""
    return on_paper(clock.micros())


def on_paper(at: int | str) -> str:
    """Return a day or a moment as it stands on paper, which is read on another day: in full.

    It is given in microseconds, or in ISO 8601.
    """
    if isinstance(at, str) and len(at) <= _DAY_LENGTH:
        return day(date.fromisoformat(at))
    moment = clock.local(at) if isinstance(at, int) else datetime.fromisoformat(at)
    return f"{moment.strftime('%H:%M')} {day(moment)}"


def days_in_full() -> str:
    """Let every moment of this page say its whole day, for it is printed; returns nothing to be shown."""
    g.days_in_full = True
    return ""


def note_code(code: str) -> str:
    """Note the code of the case that this page is about; returns nothing to be shown."""
    g.printed_code = code
    return ""


def noted_code() -> str:
    """Return the code that the page has noted, or an empty text."""
    return str(g.get("printed_code", ""))
