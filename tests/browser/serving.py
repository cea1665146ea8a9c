"""A real server on a free port, for a real browser."""

import contextlib
import threading
from collections.abc import Iterator

from flask import Flask
from werkzeug.serving import make_server

from casework.web.host_check import ORIGIN


@contextlib.contextmanager
def serving(app: Flask, host: str = "127.0.0.1") -> Iterator[str]:
    """Yield the address of an app that is served on this machine until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://{host}:{server.server_port}"
        app.extensions[ORIGIN] = url
        yield url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
