"""Requests that mean one thing to a proxy and another to a server: one answer at most, and the line is closed."""

import socket
from pathlib import Path

from tests.faults.served import Served, served
from tests.house import House

HEAD = b"POST /thoat HTTP/1.1\r\nHost: localhost\r\n"
# What would be answered by its own status if it were taken for a second request.
SECOND = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


def _length(body: bytes) -> bytes:
    return b"Content-Length: %d\r\n" % len(body)


CROOKED = {
    "a length and chunks": HEAD + _length(b"0\r\n\r\n" + SECOND) + CHUNKED + b"\r\n0\r\n\r\n" + SECOND,
    "chunks and a length": HEAD + CHUNKED + b"Content-Length: 4\r\n\r\n0\r\n\r\n" + SECOND,
    "two lengths": HEAD + b"Content-Length: 0\r\n" + _length(SECOND) + b"\r\n" + SECOND,
    "two equal lengths": HEAD + b"Content-Length: 3, 3\r\n\r\nabc" + SECOND,
    "a length with a sign": HEAD + b"Content-Length: +3\r\n\r\nabc" + SECOND,
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n" + SECOND,
    "a length in hexadecimal": HEAD + b"Content-Length: 0x3\r\n\r\nabc" + SECOND,
    "a length with a gap": HEAD + b"Content-Length : 3\r\n\r\nabc" + SECOND,
    "a folded header": HEAD + b"Content-Length: 3\r\nX: a\r\n b\r\n\r\nabc" + SECOND,
    "a header without a name": HEAD + b": 3\r\n\r\n" + SECOND,
    "a bare carriage return": HEAD + b"X: a\rContent-Length: 3\r\n\r\nabc" + SECOND,
    "an unknown coding": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunked twice": HEAD + CHUNKED + CHUNKED + b"\r\n0\r\n\r\n" + SECOND,
    "a tab before chunked": HEAD + b"Transfer-Encoding:\tchunked\r\n" + b"Content-Length: 0\r\n\r\n0\r\n\r\n" + SECOND,
    "a chunk of no size": HEAD + CHUNKED + b"\r\nzz\r\n\r\n" + SECOND,
    "a chunk with a sign": HEAD + CHUNKED + b"\r\n+3\r\nabc\r\n0\r\n\r\n" + SECOND,
    "a chunk without its end": HEAD + CHUNKED + b"\r\n3\r\nabcd\r\n0\r\n\r\n" + SECOND,
    "NUL in a header": HEAD + b"X: \x00\r\nContent-Length: 3\r\n\r\nabc" + SECOND,
}


def answers(server: Served, raw: bytes) -> tuple[int, bool]:
    """Send bytes; return the first status, and whether the second request was answered too."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        received = b""
        try:
            while part := line.recv(65536):
                received += part
        except ConnectionResetError:
            pass
    return int(received.split(b" ", 2)[1]) if received.startswith(b"HTTP/") else 0, b"\r\n\r\nok\n" in received


def test_no_second_request_hides_in_a_crooked_one(house: House, tmp_path: Path):
    workers = () if house.config.database_url.startswith("sqlite") else ("--workers", "1")
    with served(house, *workers) as server:
        # The line itself does carry two requests that are straight.
        assert answers(server, HEAD + _length(b"abc") + b"\r\nabc" + SECOND) == (200, True)
        told = {name: answers(server, raw) for name, raw in CROOKED.items()}
    # A server of several processes answers before it has read the chunks, and then reads no further.
    calm = {0, 400, 501} if not workers else {0, 200, 400, 501}
    wrong = {name: found for name, found in told.items() if found[0] not in calm or found[1]}
    assert wrong == {}
