"""Log lines as JSON with a fixed list of fields: what is not on the list is not written, least of all a URL."""

import json
import logging
import re
import sys
import threading
import traceback
from types import TracebackType

from casework import clock, database_errors

FIELDS = ("status", "method", "route", "fault", "at", "act", "port", "row", "state", "about", "who", "commune")
_WORD = re.compile(r"(\w+)=(.*?)(?=\s\w+=|\Z)", re.DOTALL)
_OURS = "casework"
_FRAMES = 6
log = logging.getLogger(_OURS)


class JsonLine(logging.Formatter):
    """One line for one record: time, level, event, and those of FIELDS that our own messages name (`status=404`).

    Records of other libraries are reduced to the logger's name: their messages may quote a request.
    """

    def format(self, record: logging.LogRecord) -> str:
        fields = {"time": clock.now().isoformat(timespec="milliseconds"), "level": record.levelname.lower()}
        fields["event"] = record.name
        if record.name.partition(".")[0] == _OURS:
            fields |= {key: text for key, text in _WORD.findall(record.getMessage()) if key in FIELDS}
        if record.exc_info and record.exc_info[0]:
            fields["fault"] = record.exc_info[0].__name__
            frames = traceback.extract_tb(record.exc_info[2])[-_FRAMES:]
            fields["at"] = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
            fields |= database_errors.names(record.exc_info[1])
        # In ASCII alone: no control character, and no mark that turns a line around, reaches a terminal.
        return json.dumps(fields)


def install(level: int = logging.INFO) -> None:
    """Send every log line of the process to stderr as JSON, and nothing anywhere else.

    What nobody caught is such a line too: Python would print its message, and those of whatever caused it.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda uncaught: _log_uncaught(uncaught.exc_type, uncaught.exc_value, uncaught.exc_traceback)
    sys.unraisablehook = lambda uncaught: _log_uncaught(uncaught.exc_type, uncaught.exc_value, uncaught.exc_traceback)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, places: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("nobody caught this", exc_info=(kind, error or kind(), places))
