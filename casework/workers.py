"""Runs the application in several processes, for PostgreSQL: gunicorn, which replaces workers after many requests."""

import resource
from typing import Any

from flask import Flask
from sqlalchemy.engine import make_url

from casework.app import create_app
from casework.config import Config, ConfigurationError
from casework.serving import HOST, THREADS

_WORKER_BYTES = 1024 * 1024 * 1024
_SETTINGS = {
    "worker_class": "gthread",
    "threads": THREADS,
    # A worker ends after so many requests, not all at once, and a new one takes its place.
    "max_requests": 2000,
    "max_requests_jitter": 400,
    "timeout": 60,
    "graceful_timeout": 20,
    "limit_request_line": 8190,
    "limit_request_fields": 64,
    "limit_request_field_size": 16 * 1024,
    # Whether a proxy is believed is decided in web/host_check.py, for every server alike.
    "forwarded_allow_ips": "",
    "umask": 0o077,
}


def serve(config: Config, port: int, workers: int) -> None:
    """Answer requests in so many processes until SIGTERM; raise ConfigurationError without PostgreSQL or gunicorn."""
    if make_url(config.database_url).get_backend_name() != "postgresql":
        raise ConfigurationError(
            "--workers chỉ dùng với PostgreSQL. Với SQLite một tiến trình là đủ: bỏ --workers. / --workers is for "
            "PostgreSQL. With SQLite one process is enough: leave it out."
        )
    try:
        from gunicorn.app.base import BaseApplication
        from gunicorn.glogging import Logger
    except ImportError as cause:
        raise ConfigurationError(
            "Thiếu gunicorn: hãy cài casework[postgres]. / gunicorn is missing: install casework[postgres]."
        ) from cause

    class Quiet(Logger):
        """A logger that propagates errors to ours and writes no access log."""

        def setup(self, _settings: Any) -> None:
            self.error_log.propagate = True

        def access(self, *_: Any) -> None:
            """Write no access log."""

    class Workers(BaseApplication):
        """The settings, and the application that each worker makes for itself after the fork."""

        def load_config(self) -> None:
            own = {"bind": f"{HOST}:{port}", "workers": workers, "logger_class": Quiet, "post_worker_init": _limit}
            for name, value in (_SETTINGS | own).items():
                self.cfg.set(name, value)

        def load(self) -> Flask:
            """Make the application with connections of its own."""
            return create_app(config)

    create_app(config)
    Workers().run()


def _limit(_worker: Any) -> None:
    """Let a worker that uses too much memory fail alone."""
    resource.setrlimit(resource.RLIMIT_DATA, (_WORKER_BYTES, _WORKER_BYTES))
