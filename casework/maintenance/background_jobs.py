"""Does what is due after an answer has been sent, where no timer of the machine does it; no answer waits for it."""

import threading

from flask import Flask, Response

from casework.config import Config
from casework.gate import Gate
from casework.maintenance import tick

_LOOK_EVERY_SECONDS = 60.0


class BackgroundJobs:
    """Looks at most once a minute whether a round is due, and then does it in a thread of its own."""

    def __init__(self, config: Config, gate: Gate) -> None:
        """Begin to wait; the first answer asks."""
        self._config, self._gate = config, gate
        self._looked_lately = threading.Event()
        self.working: threading.Thread | None = None

    def after(self, response: Response) -> Response:
        """Ask once the answer is on its way."""
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
    """Let an application do what is due after its answers."""
    jobs = BackgroundJobs(config, gate)
    app.after_request(jobs.after)
    return jobs
