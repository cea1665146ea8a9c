"""Ports, and the buffers of the server."""

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack

import pytest
from flask import Flask, request
from waitress import buffers
from waitress.server import BaseWSGIServer

from casework import serving
from casework.config import ConfigurationError


@pytest.fixture
def taken():
    with socket.socket() as listener:
        listener.bind((serving.HOST, 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_next_port_is_taken_when_nobody_asked_for_this_one(taken: int):
    assert serving.free_port(taken, exactly=False) > taken


def test_a_port_that_was_asked_for_is_not_exchanged(taken: int):
    with pytest.raises(ConfigurationError, match=str(taken)):
        serving.free_port(taken, exactly=True)


def test_nothing_that_is_sent_or_answered_touches_the_disk(monkeypatch):
    written = []
    original = buffers.TempfileBasedBuffer.newfile

    def noticed(buffer):
        written.append(buffer)
        return original(buffer)

    monkeypatch.setattr(buffers.TempfileBasedBuffer, "newfile", noticed)
    app = Flask("large")
    app.add_url_rule("/", view_func=lambda: str(len(request.get_data())) + "x" * 5_000_000, methods=["POST"])
    server = serving.listening(app, 0)
    assert isinstance(server, BaseWSGIServer)
    assert server.socket
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    with socket.create_connection(server.socket.getsockname()) as client:
        body = b"y" * 9_000_000
        client.sendall(b"POST / HTTP/1.0\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        answer = b""
        while part := client.recv(1 << 20):
            answer += part
    server.close()
    assert answer.startswith(b"HTTP/1.0 200")
    assert b"\r\nServer:" not in answer
    assert len(answer) > 5_000_000
    assert written == []


@pytest.fixture
def greeting():
    """A server that says hello, and its address."""
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "hello")
    server = serving.listening(app, 0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    assert server.socket
    yield server.socket.getsockname()
    server.close()
    thread.join(10)


def hello(address, connection=None) -> bool:
    with connection or socket.create_connection(address, timeout=10) as client:
        client.sendall(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
        return client.recv(1 << 16).startswith(b"HTTP/1.0 200")


@pytest.mark.parametrize("said", [b"", b"GET / HT"])
def test_connections_that_are_opened_and_left_keep_nobody_out(greeting, said):
    with ExitStack() as left:
        for _ in range(500):
            left.enter_context(socket.create_connection(greeting, timeout=10)).sendall(said)
        began = time.monotonic()
        assert all(hello(greeting) for _ in range(20))
        assert time.monotonic() - began < 10


def test_whoever_waits_for_an_answer_is_not_put_out(greeting):
    with socket.create_connection(greeting, timeout=10) as somebody, ExitStack() as left:
        somebody.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert somebody.recv(1 << 16).startswith(b"HTTP/1.1 200")
        for _ in range(500):
            left.enter_context(socket.create_connection(greeting, timeout=10))
        assert hello(greeting, somebody)


STOPPED_EARLY = """
import gc, os, signal
from flask import Flask
from casework import serving

class Last:
    def __init__(self):
        self.me = self

    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

gc.disable()
Last()
serving.serve(Flask("stopped"), 0, ready=lambda: None)
"""


def test_a_server_that_is_stopped_while_it_starts_ends():
    # The signal comes while the collector runs, where whatever a handler raises is dropped.
    ended = subprocess.run([sys.executable, "-c", STOPPED_EARLY], timeout=60, check=False, stderr=subprocess.DEVNULL)
    assert ended.returncode in (0, -signal.SIGTERM)
