"""Thousands of requests that no browser sends, and fifty that never end: an honest person notices nothing."""

import contextlib
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from casework.web.session_loading import COOKIE
from tests.faults.malformed import FORM, one
from tests.faults.numbers import times
from tests.faults.served import Served, served
from tests.house import House, Someone, only_sqlite

MEBIBYTE = 1024 * 1024
# HTTP wants 501 for a transfer encoding or a method that a server does not know; the program never sees those.
ALLOWED_FAULTS = {501, 503}
SLOW = 50


def send(port: int, raw: bytes) -> int:
    """Send one request and return the status of the answer; 0 if the server just hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client, contextlib.suppress(OSError):
        client.sendall(raw)
        client.shutdown(socket.SHUT_WR)
        answer = client.recv(64)
        words = answer.split(b" ", 2)
        return int(words[1]) if len(words) > 1 else 0
    return 0


@contextlib.contextmanager
def never_ending(port: int) -> Iterator[None]:
    """Hold connections open whose requests do not end; a byte of each comes now and then."""
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(SLOW)]
        for number, client in enumerate(slow):
            head = b"POST /dang-nhap HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n" + FORM.encode()
            client.sendall(head + b"\r\nusername=" if number % 2 else head)
        yield


def resident(server: Served) -> int:
    """Return how many bytes of memory the server has."""
    status = Path(f"/proc/{server.pid}/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@contextlib.contextmanager
def honest(server: Served, cookie: str) -> Iterator[list[float]]:
    """Let somebody work meanwhile; the list gets how long each of their pages took."""
    took: list[float] = []
    over = threading.Event()

    def context() -> None:
        while not over.wait(0.05):
            began = time.perf_counter()
            assert server.status("/", Cookie=f"{COOKIE}={cookie}") == 200
            took.append(time.perf_counter() - began)

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(context)
        yield took
        over.set()
        working.result()


def storm(server: Served, count: int, seed: int) -> Counter[int]:
    """Send many bad requests, four at a time, and count what was answered."""
    dice = random.Random(seed)
    with ThreadPoolExecutor(4) as pool:
        return Counter(pool.map(lambda raw: send(server.port, raw), (one(dice) for _ in range(count))))


@only_sqlite
def test_bad_requests_neither_break_nor_slow_nor_swell_the_server(house: House, lan: Someone):
    cookie, count = lan.cookie, times("MALFORMED", short=120, long=10_000)
    with served(house) as server, never_ending(server.port):
        # What a server has once and keeps (threads, caches, buffers) is not counted as swelling.
        storm(server, max(60, count // 10), seed=1)
        before = resident(server)
        with honest(server, cookie) as took:
            answered = storm(server, count, seed=2)
        grown = resident(server) - before
    assert {status for status in answered if status >= 500} <= ALLOWED_FAULTS, answered
    assert answered[400] + answered[404] + answered[421] > count / 4
    assert took, "nobody honest was served meanwhile"
    # A few requests on a machine with other work say nothing about time; the long proof does.
    assert count < 10_000 or sorted(took)[int(len(took) * 0.95)] < 1
    assert grown <= 20 * MEBIBYTE
