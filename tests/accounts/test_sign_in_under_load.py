"""Sign-in under load: forty at once, the same code twice in two workers, and no timing difference for known names."""

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
from casework.accounts.sign_in_actions import sign_in
from casework.web.session_loading import COOKIE
from tests.accounts.form_client import FormClient
from tests.accounts.sign_in import new_paper_code, unwrapped_by_passphrase
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

    def run(job: Callable[[], tuple[int, str]]) -> tuple[int, str]:
        start.wait()
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


def private_bytes(pids: set[int]) -> int:
    """Return the private memory of processes in bytes."""
    lines = (line for pid in pids for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))


def cpu_ticks(pid: int) -> int:
    """Return the user and system ticks of a process."""
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))


@contextmanager
def sampled(measure: Callable[[], float]) -> Iterator[list[float]]:
    """Call `measure` over and over while the block runs, and keep the values."""
    values, done = [measure()], threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            values.append(measure())

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield values
    finally:
        done.set()
        thread.join()


def seconds_for_home(server: Served, cookie: str) -> float:
    """Return how long the home page takes for a signed-in member."""
    before = time.monotonic()
    assert server.status("/", Cookie=f"{COOKIE}={cookie}") == 200
    return time.monotonic() - before


@on_postgresql
def test_forty_at_once_take_the_memory_of_two_and_the_others_go_on_working(house: House, lan: Someone, record_property):
    cookie = lan.cookie
    with served(house, "--workers", "2") as server:
        workers = children(server.pid)
        forms = [FormClient(server.port, "/dang-nhap").fetch() for _ in range(40)]
        for form in forms[:4]:
            assert form.submit(username="ai.do", passphrase="đoán bừa một câu")[0] == 422
        for _ in range(8):
            seconds_for_home(server, cookie)
        before = private_bytes(workers)
        jobs = [
            partial(form.submit, username=f"ten{number}", passphrase="đoán bừa một câu")
            for number, form in enumerate(forms)
        ]
        with (
            sampled(lambda: private_bytes(workers)) as memory,
            sampled(partial(seconds_for_home, server, cookie)) as pages,
        ):
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
    code = new_paper_code(lan)
    pending = [
        house.gate.perform(house.stranger(), sign_in, unwrapped_by_passphrase(lan), before=None).token for _ in range(8)
    ]
    with served(house, "--workers", "2") as server:
        before = {pid: cpu_ticks(pid) for pid in children(server.pid)}
        forms = [
            FormClient(server.port, "/dang-nhap/ma-dien-thoai", {COOKIE: token.cookie()}).fetch() for token in pending
        ]
        lan.waits_for_new_digits()
        digits = lan.digits()
        answers = together([partial(form.submit, digits=digits) for form in forms])
        assert sorted(status for status, _ in answers) == [303] + [422] * 7
        papers = [FormClient(server.port, "/dang-nhap/ma-giay").fetch() for _ in range(4)]
        fields = {"username": "lan", "code": code, "lost": "phone", "passphrase": lan.card.passphrase, "digits": ""}
        answers = together([partial(form.submit, **fields) for form in papers])
        assert sorted(status for status, _ in answers) == [303] + [422] * 3
        assert all(cpu_ticks(pid) > ticks for pid, ticks in before.items()), "both workers took part"


@only_sqlite
def test_an_unknown_name_and_a_wrong_passphrase_are_the_same_bytes_and_work(app, house: House, record_property):
    """200 tries of each, a day apart so that none is turned away, each name first every other time.

    The first try of a day writes what was summed before it: only tries in the same place are compared. It is the
    processor's time that is measured, whatever else the machine does.
    """
    browser, start = browser_of(app, None), clock.micros()
    used: dict[tuple[str, int], list[float]] = {(name, place): [] for name in NAMES for place in (0, 1)}
    pages: dict[str, set[bytes]] = {name: set() for name in NAMES}
    for number in range(200):
        with clock.use_clock(partial(int, start + 2 * number * DAY)):
            for place, name in enumerate(NAMES if number % 2 else NAMES[::-1]):
                before = time.thread_time()
                answer = browser.post("/dang-nhap", data={"username": name, "passphrase": "không phải câu này đâu"})
                used[name, place].append(time.thread_time() - before)
                assert answer.status_code == 422
                pages[name].add(answer.data.replace(f'value="{name}"'.encode(), b""))
    assert pages["lan"] == pages["lna"]
    assert len(pages["lan"]) == 1
    middle = {key: statistics.median(times) for key, times in used.items()}
    difference = statistics.mean(middle["lan", place] - middle["lna", place] for place in (0, 1))
    record_property("median in ms", round(1000 * middle["lan", 1], 1))
    record_property("apart in ms", round(1000 * difference, 2))
    assert abs(difference) < 0.005
