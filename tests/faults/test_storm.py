"""Forty people sign in at once: the memory of two passphrases, an answer for everybody, and work goes on (F8)."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.faults.served import HERE, Served, served
from tests.faults.test_malformed import MEBIBYTE, honest
from tests.house import House, Someone, only_sqlite
from tests.people import STAFF, THANH_SON

_AT_ONCE = 40
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_NAMES = [member for member in STAFF.values() if member.commune_id == THANH_SON]


def peak(server: Served) -> int:
    """Return the most memory in bytes that the server ever had."""
    status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def signs_in(server: Served, number: int) -> int:
    """Sign in with a right passphrase, or every other time with a wrong one, and return the status."""
    member = _NAMES[number % len(_NAMES)]
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request("GET", "/dang-nhap", headers=HERE)
        page = connection.getresponse()
        cookie, text = str(page.getheader("Set-Cookie")).partition(";")[0], page.read().decode()
        token = _TOKEN.search(text)
        assert token
        fields = {
            "csrf_token": token[1],
            "username": member.username,
            "passphrase": member.passphrase + "x" * (number % 2),
        }
        headers = HERE | {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/dang-nhap", urlencode(fields), headers | {"Sec-Fetch-Site": "same-origin"})
        answer = connection.getresponse()
        answer.read()
        return answer.status


@only_sqlite
@pytest.mark.prove
def test_forty_who_sign_in_at_once_take_the_memory_of_two(house: House, lan: Someone, tmp_path: Path):
    cookie = lan.cookie
    with served(house, TMPDIR=str(tmp_path)) as server:
        signs_in(server, 0)
        before = peak(server)
        with honest(server, cookie) as took, ThreadPoolExecutor(_AT_ONCE) as pool:
            told = Counter(pool.map(lambda number: signs_in(server, number), range(_AT_ONCE)))
        grown = peak(server) - before
    assert set(told) <= {303, 422, 429, 503}
    assert told[303] + told[422] > 0
    assert grown <= (2 * 64 + 20) * MEBIBYTE
    assert sorted(took)[int(len(took) * 0.95)] < 1
