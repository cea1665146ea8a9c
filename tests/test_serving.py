"""Ports, and the buffers of the server."""

import signal
import socket
import subprocess
import sys
import threading
from contextlib import ExitStack, closing

import pytest
from flask import Flask, request
from waitress import buffers
from waitress.server import BaseWSGIServer

from bench.browser import Browser
from bench.servers import running
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


@pytest.fixture(scope="module")
def greeting(tmp_path_factory):
    """The port of a server that says hello, in a process of its own."""
    with running("hello", tmp_path_factory.mktemp("hello")) as port:
        yield port


def left(stack: ExitStack, port: int, said: bytes) -> None:
    stack.enter_context(socket.create_connection((serving.HOST, port), timeout=10)).sendall(said)


@pytest.mark.parametrize("said", [b"", b"GET / HT"])
def test_connections_that_are_opened_and_left_keep_nobody_out(greeting, said):
    with ExitStack() as opened:
        for _ in range(500):
            left(opened, greeting, said)
        for _ in range(20):
            with closing(Browser(greeting)) as browser:
                assert browser.get("/").text == "hello"


def test_a_connection_on_which_somebody_was_answered_outlives_those_that_were_left(greeting):
    with ExitStack() as opened, closing(Browser(greeting)) as browser:
        assert browser.get("/").text == "hello"
        socket_of = browser.socket
        for _ in range(500):
            left(opened, greeting, b"")
        assert browser.get("/").text == "hello"
        assert browser.socket is socket_of


STOPPED_EARLY = """
import gc, os, signal
from flask import Flask
from bench.browser import Browser
from bench.servers import running
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
