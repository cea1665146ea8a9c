"""Several processes on PostgreSQL: they answer, they are replaced, and nobody loses a session by it."""

import json
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import pytest

from casework import workers
from casework.config import ConfigurationError
from casework.web.session_loading import COOKIE
from tests.faults.served import served
from tests.house import House, Someone, only_sqlite

on_postgresql = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


def children(pid: int) -> set[int]:
    """Return the workers of a server."""
    return {int(pid_text) for pid_text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def two_workers(pid: int, *, besides: frozenset[int] = frozenset()) -> set[int]:
    """Wait until a server has two workers, of which these are none: the first one answers before there is a second."""
    until = time.monotonic() + 60
    while len(workers_now := children(pid) - besides) < 2:
        assert time.monotonic() < until
        time.sleep(0.05)
    return workers_now


@on_postgresql
def test_a_session_outlives_the_worker_that_began_it(house: House, lan: Someone, tmp_path: Path):
    cookie = lan.cookie
    with served(house, "--workers", "2", log=str(tmp_path / "log")) as server:
        before = two_workers(server.pid)
        cookies = {"Cookie": f"{COOKIE}={cookie}"}
        assert [server.status("/", **cookies) for _ in range(4)] == [200] * 4
        assert server.status("/dang-nhap", Host="evil.example") == 421
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        two_workers(server.pid, besides=frozenset(before))
        assert server.status("/", **cookies) == 200
    lines = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert {tuple(sorted(set(line) - {"status", "method", "route"})) for line in lines} == {("event", "level", "time")}


@pytest.mark.prove
@on_postgresql
def test_a_worker_is_renewed_after_so_many_answers_and_nobody_waits_in_vain(house: House, tmp_path: Path):
    most = int(str(workers._SETTINGS["max_requests"])) + int(str(workers._SETTINGS["max_requests_jitter"]))
    with served(house, "--workers", "1", log=str(tmp_path / "log")) as server:
        [first] = children(server.pid)
        answered = {server.status("/healthz") for _ in range(most + 20)}
        assert answered == {200}
        assert first not in children(server.pid)


@only_sqlite
def test_several_processes_need_postgresql(house: House):
    with pytest.raises(ConfigurationError, match="PostgreSQL"):
        workers.serve(house.config, 8000, 2)


@on_postgresql
def test_a_setting_that_is_refused_is_refused_before_any_worker_starts(house: House):
    with pytest.raises(ConfigurationError, match="public_url"):
        workers.serve(replace(house.config, public_url="http://soca.example"), 8000, 2)
