"""The door under pressure: forty at once, the same code twice in two workers, and a clock that tells no names."""

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from casework import clock
from casework.accounts.sign_in_acts import sign_in
from casework.web.session_loading import COOKIE
from tests.accounts.coming_in import right, sheet
from tests.accounts.knocking import Knocking
from tests.browsing import browser_of
from tests.faults.served import Served, served
from tests.house import House, Someone, only_sqlite
from tests.test_workers import children, on_postgresql

MIB = 1024 * 1024
ARGON = 64 * MIB
DAY = 24 * 3600 * clock.MICROSECOND
# Somebody, and nobody, spelt with the same letters.
NAMES = ("lan", "lna")
# What forty requests need beside Argon2: a thread, a session and a page each, in two workers.
BESIDE = 24 * MIB
pytestmark = pytest.mark.prove


def together(jobs: Sequence[Callable[[], tuple[int, str]]]) -> list[tuple[int, str]]:
    """Do all at the same moment."""
    start = threading.Barrier(len(jobs))

    def one(job: Callable[[], tuple[int, str]]) -> tuple[int, str]:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(one, jobs))


def private(pids: set[int]) -> int:
    """Return the private memory of some processes in bytes."""
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def spent(pid: int) -> int:
    """Return the processor's ticks that a process has used."""
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))


@contextmanager
def watched(context: Callable[[], float]) -> Iterator[list[float]]:
    """Do something over and over while the block runs, and keep what it gave."""
    found, done = [context()], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            found.append(context())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()


def took(server: Served, cookie: str) -> float:
    """Return how long the home page of somebody at work takes, in seconds."""
    before = time.monotonic()
    assert server.status("/", Cookie=f"{COOKIE}={cookie}") == 200
    return time.monotonic() - before


@on_postgresql
def test_forty_at_once_take_the_memory_of_two_and_the_others_go_on_working(house: House, lan: Someone, record_property):
    cookie = lan.cookie
    with served(house, "--workers", "2") as server:
        workers = children(server.pid)
        forms = [Knocking(server.port, "/dang-nhap").opens() for _ in range(40)]
        for form in forms[:4]:
            assert form.sends(username="ai.do", passphrase="đoán bừa một câu")[0] == 422
        for _ in range(8):
            took(server, cookie)
        before = private(workers)
        jobs = [
            partial(form.sends, username=f"ten{number}", passphrase="đoán bừa một câu")
            for number, form in enumerate(forms)
        ]
        with watched(lambda: private(workers)) as memory, watched(partial(took, server, cookie)) as pages:
            answers = together(jobs)
    assert {status for status, _ in answers} <= {422, 503}
    assert 422 in {status for status, _ in answers}
    slow = statistics.quantiles(pages, n=20)[-1]
    record_property("extra MiB", (max(memory) - before) // MIB)
    record_property("pages, p95 in seconds", round(slow, 3))
    assert max(memory) - before <= 2 * ARGON + BESIDE
    assert slow < 1


@on_postgresql
def test_the_same_digits_and_the_same_paper_in_two_workers_are_one_success(house: House, lan: Someone):
    code = sheet(lan)
    pending = [house.gate.perform(house.stranger(), sign_in, right(lan), before=None).token for _ in range(8)]
    with served(house, "--workers", "2") as server:
        before = {pid: spent(pid) for pid in children(server.pid)}
        forms = [Knocking(server.port, "/dang-nhap/ma-dien-thoai", {COOKIE: one.cookie()}).opens() for one in pending]
        lan.waits_for_new_digits()
        digits = lan.digits()
        answers = together([partial(form.sends, digits=digits) for form in forms])
        assert sorted(status for status, _ in answers) == [303] + [422] * 7
        papers = [Knocking(server.port, "/dang-nhap/ma-giay").opens() for _ in range(4)]
        given = {"username": "lan", "code": code, "lost": "phone", "passphrase": lan.card.passphrase, "digits": ""}
        answers = together([partial(form.sends, **given) for form in papers])
        assert sorted(status for status, _ in answers) == [303] + [422] * 3
        assert all(spent(pid) > ticks for pid, ticks in before.items()), "both workers took part"


@only_sqlite
def test_an_unknown_name_and_a_wrong_passphrase_are_the_same_bytes_and_work(app, house: House, record_property):
    """200 tries of each, a day apart so that none is turned away, each name first every other time.

    The first try of a day writes what was summed before it: only tries in the same place are compared. It is the
    processor's time that is measured, whatever else the machine does.
    """
    browser, start = browser_of(app, None), clock.micros()
    used: dict[tuple[str, int], list[float]] = {(name, place): [] for name in NAMES for place in (0, 1)}
    said: dict[str, set[bytes]] = {name: set() for name in NAMES}
    for number in range(200):
        with clock.living_at(partial(int, start + 2 * number * DAY)):
            for place, name in enumerate(NAMES if number % 2 else NAMES[::-1]):
                before = time.thread_time()
                answer = browser.post("/dang-nhap", data={"username": name, "passphrase": "không phải câu này đâu"})
                used[name, place].append(time.thread_time() - before)
                assert answer.status_code == 422
                said[name].add(answer.data.replace(f'value="{name}"'.encode(), b""))
    assert said["lan"] == said["lna"]
    assert len(said["lan"]) == 1
    middle = {key: statistics.median(times) for key, times in used.items()}
    apart = statistics.mean(middle["lan", place] - middle["lna", place] for place in (0, 1))
    record_property("median in ms", round(1000 * middle["lan", 1], 1))
    record_property("apart in ms", round(1000 * apart, 2))
    assert abs(apart) < 0.005
