"""The three servers that are compared: a bare hello, the product, and the product without encryption.

`python -m bench.servers hello|product|unsealed PORT FOLDER` runs one of them; each is served the same way.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from flask import Flask

from casework import config, serving
from casework.app import create_app
from casework.vault.keys import envelopes

_PATIENCE_SECONDS = 30


def main(kind: str, port: int, folder: Path) -> None:
    """Serve one kind of application until SIGTERM."""
    serving.harden_process()
    if kind == "hello":
        app = _hello()
    else:
        if kind == "unsealed":
            _patch_sealing_out()
        app = create_app(config.load(folder))
    serving.serve(app, port, ready=lambda: None)


def _hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "hello")
    return app


def _patch_sealing_out() -> None:
    """Let sections be written in the clear, in this process alone: the product has no switch for it."""

    def plain(_key: bytes, text: bytes, **_: Any) -> bytes:
        return text

    patches: Mapping[str, Mapping[str, Any]] = {
        "aead": {"encrypt": plain, "decrypt": plain},
        "hpke": {"seal": plain, "open_sealed": plain},
    }
    for module, functions in patches.items():
        _require(getattr(envelopes, module), functions)
        setattr(envelopes, module, SimpleNamespace(**functions))
    helpers = {"pad": bytes, "unpad": bytes, "_commitment": lambda *_: b"", "new_key": lambda: bytes(32)}
    _require(envelopes, helpers)
    for name, patch in helpers.items():
        setattr(envelopes, name, patch)


def _require(module: Any, names: Iterable[str]) -> None:
    for name in names:
        if not hasattr(module, name):
            raise RuntimeError(f"{module.__name__} has no {name} any more")


@contextmanager
def running(kind: str, folder: Path) -> Iterator[int]:
    """Start a server of its own and yield its port once it answers; it ends with the block."""
    port = _free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.servers", kind, str(port), str(folder)])
    try:
        _wait(port)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=_PATIENCE_SECONDS)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((serving.HOST, 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        with closing(HTTPConnection(serving.HOST, port, timeout=5)) as connection, suppress(OSError):
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return
        time.sleep(0.05)
    raise RuntimeError("a server of the bench did not start")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
