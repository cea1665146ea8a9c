"""Runs the periodic jobs after a response has been sent, where no timer of the machine does; none waits for them."""

import threading

from flask import Flask, Response

from casework.config import Config
from casework.gate import Gate
from casework.maintenance import tick

_LOOK_EVERY_SECONDS = 60.0


class BackgroundJobs:
    """Looks at most once a minute whether the periodic jobs are due, and then runs them in a thread of their own."""

    def __init__(self, config: Config, gate: Gate) -> None:
        self._config, self._gate = config, gate
        self._looked_lately = threading.Event()
        self.working: threading.Thread | None = None

    def after(self, response: Response) -> Response:
        """Look once the response is on its way."""
        if not self._looked_lately.is_set():
            self._looked_lately.set()
            timer = threading.Timer(_LOOK_EVERY_SECONDS, self._looked_lately.clear)
            timer.daemon = True
            timer.start()
            response.call_on_close(self._start_if_due)
        return response

    def _start_if_due(self) -> None:
        if tick.due(self._config):
            self.working = threading.Thread(target=tick.tick, args=(self._config, self._gate), daemon=True)
            self.working.start()


def install(app: Flask, config: Config, gate: Gate) -> BackgroundJobs:
    """Let an application run the periodic jobs after its responses."""
    jobs = BackgroundJobs(config, gate)
    app.after_request(jobs.after)
    return jobs
