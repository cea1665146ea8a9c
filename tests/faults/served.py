"""A house behind a real server in a process of its own, as `casework serve` runs it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection

from tests.house import House

_PATIENCE = 60
HERE = {"Host": "localhost"}


@dataclass(frozen=True)
class Served:
    """A running server: where it listens and which process it is."""

    port: int
    pid: int

    def status(self, path: str, **headers: str) -> int:
        """Ask for a page and return what was answered."""
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("GET", path, headers=HERE | headers)
            answer = connection.getresponse()
            answer.read()
            return answer.status


@contextmanager
def served(house: House, *more: str, log: str = "/dev/null", **environment: str) -> Iterator[Served]:
    """Serve a house until the block ends; then it must end by itself, with status 0."""
    house.gate.database.engine.dispose()
    settings = f"database_url = '{house.config.database_url}'\npublic_url = 'https://localhost'\n"
    (house.config.data / "casework.toml").write_text(settings, encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "casework", "serve", "--data", str(house.config.data), "--port", str(port), *more]
    with open(log, "ab") as file, subprocess.Popen(command, env=os.environ | environment, stderr=file) as process:  # noqa: PTH123
        try:
            _wait(found := Served(port, process.pid))
            yield found
            assert process.poll() is None, "the server ended by itself"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE)
    assert process.returncode == 0


def _wait(server: Served) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            server.status("/healthz")
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")
