"""Runs the periodic jobs after a response has been sent, where no timer of the machine does; none waits for them.

The newest lines of the log are compared each time it looks: pages find lines by columns that anybody with the database
can change, and one that names nobody any more would be missed until the next run.
"""

import logging
import threading

from flask import Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from casework.config import Config
from casework.errors import CaseworkError
from casework.gate import Gate
from casework.maintenance import row_comparison, tick

_LOOK_EVERY_SECONDS = 60.0
# Less than systemd waits (TimeoutStopSec).
_WAIT_SECONDS = 20.0
log = logging.getLogger(__name__)


class BackgroundJobs:
    """Looks at most once a minute whether the periodic jobs are due, and then runs them in a thread of their own."""

    def __init__(self, config: Config, gate: Gate, *, ticks: bool) -> None:
        self._config, self._gate, self._ticks = config, gate, ticks
        self._looked_lately = threading.Event()
        self.working: threading.Thread | None = None

    def after(self, response: Response) -> Response:
        """Look once the response is on its way."""
        if not self._looked_lately.is_set():
            self._looked_lately.set()
            timer = threading.Timer(_LOOK_EVERY_SECONDS, self._looked_lately.clear)
            timer.daemon = True
            timer.start()
            response.call_on_close(self._start)
        return response

    def _start(self) -> None:
        self.working = threading.Thread(target=self._work, daemon=True)
        self.working.start()

    def wait(self) -> None:
        """Wait for jobs that are under way when the program stops, as long as systemd allows."""
        if self.working is not None:
            self.working.join(_WAIT_SECONDS)

    def _work(self) -> None:
        if self._ticks and tick.due(self._config):
            tick.tick(self._config, self._gate)
            return
        try:
            row_comparison.compare_newest_lines(self._gate)
        except (CaseworkError, SQLAlchemyError):
            log.exception("the newest lines of the log do not hold, or could not be compared")


def install(app: Flask, config: Config, gate: Gate, *, ticks: bool = True) -> BackgroundJobs:
    """Let an application run the periodic jobs after its responses; without `ticks` a timer of the machine runs "
    "them.
    """
    jobs = BackgroundJobs(config, gate, ticks=ticks)
    app.after_request(jobs.after)
    return jobs
