"""What stands on each sheet that somebody prints of a page: the code of its case, by whom it was printed, and when."""

from flask import Flask, g

from casework import clock
from casework.web.translation import day


def install(app: Flask) -> None:
    app.jinja_env.globals.update(note_code=note_code, noted_code=noted_code, printed_at=printed_at)


def printed_at() -> str:
    """Return the moment of this page: paper is read on another day, so its day stands in full."""
    now = clock.local(clock.micros())
    return f"{now.strftime('%H:%M')} {day(now)}"


def note_code(code: str) -> str:
    """Note the code of the case that this page is about; returns nothing to be shown."""
    g.printed_code = code
    return ""


def noted_code() -> str:
    """Return the code that the page has noted, or an empty text."""
    return str(g.get("printed_code", ""))
