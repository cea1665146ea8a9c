"""Requests that no browser sends: cut, crooked, contradictory, endless."""

import random

_PATHS = ("/", "/dang-nhap", "/tim", "/vu-viec/moi", "/dia-chi", "/nhat-ky", "/so-lieu", "/quy-tac", "/readyz")
_HEAD = "Host: localhost\r\nConnection: close\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n"


def _get(path: str, more: str = "", method: str = "GET", version: str = "HTTP/1.1") -> bytes:
    return f"{method} {path} {version}\r\n{_HEAD}{more}\r\n".encode("utf-8", "surrogateescape")


def _post(path: str, body: bytes, more: str = FORM, length: str | None = None) -> bytes:
    size = len(body) if length is None else length
    return _get(path, f"{more}Content-Length: {size}\r\n", "POST") + body


def _multipart(dice: random.Random) -> bytes:
    edge = dice.choice(("x", "--", "x" * 300, ""))
    parts = b'--x\r\nContent-Disposition: form-data; name="\xff"; filename="../\x00"\r\n\r\n' + dice.randbytes(200)
    return _post("/dang-nhap", parts, f"Content-Type: multipart/form-data; boundary={edge}\r\n")


def one(dice: random.Random) -> bytes:
    """Make one bad request."""
    path = dice.choice(_PATHS)
    noise = dice.randbytes(dice.randint(1, 400))
    return dice.choice(
        (
            lambda: noise,
            lambda: noise + b"\r\n\r\n",
            lambda: b"GET " + path.encode() + b"\x00 HTTP/1.1\r\n" + _HEAD.encode() + b"\r\n",
            lambda: _get(path + "?q=%ff%fe%00" + "%" * dice.randint(1, 9)),
            lambda: _get(path + "/%2e%2e/%2e%2e/etc/passwd"),
            lambda: _get(path + "?trang=" + str(-(10 ** dice.randint(1, 400)))),
            lambda: _get("/" + "x" * dice.randint(1, 200_000)),
            lambda: _get(path, "X: " + "y" * dice.randint(1, 300_000) + "\r\n"),
            lambda: _get(path, "".join(f"X-{n}: {n}\r\n" for n in range(dice.randint(1, 3000)))),
            lambda: _get(path, "Content-Length: -5\r\n", "POST"),
            lambda: _get(path, "Content-Length: 5\r\nContent-Length: 6\r\n", "POST") + b"hello",
            lambda: _get(path, "Content-Length: 99999999999\r\n", "POST"),
            lambda: _get(path, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "POST") + b"zz\r\n\r\n",
            lambda: _get(path, "Transfer-Encoding: chunked\r\n", "POST") + b"ffffffffff\r\n" + noise,
            lambda: _get(path, "Transfer-Encoding: chunked\r\n", "POST") + b"-1\r\n\r\n0\r\n\r\n",
            lambda: _get(path, "Host: evil.example\r\n"),
            lambda: b"GET " + path.encode() + b" HTTP/1.1\r\n\r\n",
            lambda: _get(path, version="HTTP/9.9"),
            lambda: _get(path, method=dice.choice(("BREW", "TRACE", "CONNECT", "get", "A" * 900))),
            lambda: b"GET " + path.encode() + b"\nHost: localhost\n\n",
            lambda: _get(path, "Cookie: __Host-phien=" + "\udcff" * 30 + "; =; ;;;\r\n"),
            lambda: _get(path, "Cookie: __Host-form=" + "e" * 4000 + "; __Host-phien=AAAA\r\n"),
            lambda: _get(path, "Accept-Language: " + "vi;q=9e99," * 400 + "\r\nRange: bytes=9-1,-\r\n"),
            lambda: _get(path, "X-Forwarded-For: " + "1," * 900 + "\r\nX-Forwarded-Proto: \udcff\r\n"),
            lambda: _get(path, " folded: yes\r\n\tmore\r\n"),
            lambda: _get(path, "Expect: 200-ok\r\n", "POST"),
            lambda: _post("/dang-nhap", b"username=%ff%00&passphrase=" + noise),
            lambda: _post("/dang-nhap", b"&".join(b"a%d=1" % n for n in range(3000))),
            lambda: _post("/dang-nhap", b"username=" + b"x" * 400_000),
            lambda: _post("/thoat", noise, length=str(len(noise) + 50)),
            lambda: _post("/ngon-ngu", b'{"lang": [' * 500, "Content-Type: application/json\r\n"),
            lambda: _post("/ngon-ngu", b"lang=vi&tiep=//evil.example/%0d%0aSet-Cookie:x=1"),
            lambda: _multipart(dice),
        )
    )()
