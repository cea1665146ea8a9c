"""Runs the application on this machine: one process that leaves nothing of a case outside the database."""

import gc
import os
import resource
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.server import BaseWSGIServer, create_server

from casework.config import ConfigurationError
from casework.web.request_limits import FILE_LIMIT

HOST = "127.0.0.1"
# More than may wait with a passphrase (vault/crypto/passwords.py): many sign-ins at once leave some for everybody else.
THREADS = 16
_PORTS_TO_TRY = 20
_MOST_CONNECTIONS, _IDLE_SECONDS = 200, 60
# Waitress writes what is larger than its overflow limits to a temporary file: nothing that we take or send is.
_TAKEN = FILE_LIMIT + 64 * 1024
_IN_MEMORY = 16 * FILE_LIMIT


class StrictParser(HTTPRequestParser):
    """Refuses what a proxy and a server could read as two different requests: chunks, and a header on several lines.

    No browser sends either with a form.
    """

    def parse_header(self, header_plus: bytes) -> None:
        """Parse the header of a request; raise ParsingError, which is answered with 400 and ends the connection."""
        for line in header_plus.split(b"\r\n")[1:]:
            if line.startswith((b" ", b"\t")) or line.lower().startswith(b"transfer-encoding"):
                raise ParsingError("Folded or chunked")
        super().parse_header(header_plus)


class StrictChannel(HTTPChannel):
    """A connection whose requests are read strictly, and which makes room when too many others say nothing.

    Waitress stops accepting at its limit: a hundred connections that are opened and left would keep everybody out for
    two minutes. Here the oldest that has not sent a whole request goes first, then the one that has been idle longest.
    """

    parser_class = StrictParser
    heard = False

    def __init__(self, *given: Any, **more: Any) -> None:
        """Open a connection, and close another if there are too many."""
        super().__init__(*given, **more)
        server: Any = self.server
        if len(server.active_channels) > _MOST_CONNECTIONS:
            quiet = [channel for channel in server.active_channels.values() if channel.is_quiet]
            if quiet:
                min(quiet, key=lambda channel: (channel.heard, channel.quiet_since)).handle_close()

    def received(self, data: bytes) -> bool:
        """Take what has arrived; from the first whole request on the connection counts as somebody's."""
        taken = bool(super().received(data))
        self.heard = self.heard or bool(self.requests)
        return taken

    @property
    def is_quiet(self) -> bool:
        """Tell whether nobody is waiting for an answer on it."""
        return not (self.requests or self.total_outbufs_len or self.will_close)

    @property
    def quiet_since(self) -> float:
        """Return when it was last used, or opened if no whole request came: whoever sends byte by byte is as old."""
        return float(self.last_activity if self.heard else self.creation_time)


def harden_process() -> None:
    """Forbid core dumps and files that others can read; raise ConfigurationError if Flask's debugger is on."""
    if os.environ.get("FLASK_DEBUG", "0").lower() not in ("", "0", "false", "no"):
        raise ConfigurationError(
            "FLASK_DEBUG đang bật. Sổ ca không chạy ở chế độ gỡ lỗi: hãy tắt (unset FLASK_DEBUG). / FLASK_DEBUG is on. "
            "Nothing runs with a debugger: unset FLASK_DEBUG."
        )
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def free_port(first: int, *, exactly: bool) -> int:
    """Return `first` if it is free, or unless `exactly` the next free port; raise ConfigurationError if none is."""
    for port in range(first, first + (1 if exactly else _PORTS_TO_TRY)):
        if _is_free(port):
            return port
    raise ConfigurationError(
        f"Cổng {first} đang có chương trình khác dùng. Hãy chọn cổng khác: --port. / Another program uses port "
        f"{first}. Choose another one: --port."
    )


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
        return True


def listening(app: Flask, port: int) -> BaseWSGIServer:
    """Return a server that listens on 127.0.0.1 alone; `run` answers requests."""
    server = create_server(
        app,
        host=HOST,
        port=port,
        threads=THREADS,
        ident="",
        expose_tracebacks=False,
        # Whether they are believed is decided in web/host_check.py, for every server alike.
        clear_untrusted_proxy_headers=False,
        max_request_body_size=_TAKEN,
        inbuf_overflow=_IN_MEMORY,
        outbuf_overflow=_IN_MEMORY,
        connection_limit=2 * _MOST_CONNECTIONS,
        channel_timeout=_IDLE_SECONDS,
        # The other way of waiting fails from the thousandth open file on.
        asyncore_use_poll=True,
    )
    if not isinstance(server, BaseWSGIServer):
        raise TypeError("one address is one socket")
    server.channel_class = StrictChannel
    return server


def serve(app: Flask, port: int, *, ready: Callable[[], None]) -> None:
    """Answer requests until SIGTERM or Ctrl-C; `ready` runs once the port listens."""
    # What was made at the start stays: the collector need not walk it again and again. It comes before the signal
    # handler: what a handler raises while the collector runs is dropped, and the server would never end.
    gc.collect()
    gc.freeze()
    # What a page makes is freed by reference counts: with the usual threshold of 700 objects, a search of thousands
    # of cases would be walked hundreds of times.
    gc.set_threshold(10_000, 20, 20)
    signal.signal(signal.SIGTERM, _exit)
    server = listening(app, port)
    try:
        ready()
        server.run()
    finally:
        server.close()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
