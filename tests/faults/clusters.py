"""A primary and a synchronous standby of PostgreSQL, started by hand on this machine."""

import contextlib
import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests import postgres

_PATIENCE = 30
# Nothing is left out here that a real server does for safety: a write is told only when both disks have it.
_SETTINGS = "-c listen_addresses='' -c shared_buffers=32MB -c max_connections=40 -c fsync=on -c synchronous_commit=on"


@dataclass(frozen=True)
class Server:
    """One server: the folder of the run, where its data are, and its port (a name of a socket)."""

    run: Path
    programs: Path
    name: str
    port: int

    @property
    def data(self) -> Path:
        """Return the folder of its data."""
        return self.run / self.name

    @property
    def url(self) -> str:
        """Return the address of its own database."""
        return f"postgresql://postgres@/postgres?host={self.run}&port={self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        # A dead server that nobody has buried yet still looks alive to the next one.
        for mark in (self.data / "postmaster.pid", self.run / f".s.PGSQL.{self.port}.lock"):
            mark.unlink(missing_ok=True)
        options = f"{_SETTINGS} -c port={self.port} -k {self.run}"
        log = str(self.run / f"{self.name}.log")
        self._call("pg_ctl", "-D", str(self.data), "-l", log, "-w", "-o", options, "start")

    def promote(self) -> None:
        """Let a standby take over."""
        self._call("pg_ctl", "-D", str(self.data), "-w", "promote")

    def says(self, statement: str) -> str:
        """Run one statement as the superuser and return the first value, if there is one."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            result = connection.execute(statement.encode())
            row = result.fetchone() if result.description else None
        return str(row[0]) if row else ""

    def dies(self) -> None:
        """End all its processes at once, as when the power of its machine fails."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
            family = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
            for pid in (postmaster, *map(int, family)):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            # The next start refuses while one of them still holds their shared memory.
            until = time.monotonic() + _PATIENCE
            while any(_lives(pid) for pid in (postmaster, *map(int, family))) and time.monotonic() < until:
                time.sleep(0.02)

    def _call(self, program: str, *words: str) -> None:
        postgres._call(self.run, self.programs / program, *words)


def _lives(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@contextlib.contextmanager
def pair() -> Iterator[tuple[Server, Server]]:
    """Start a primary and a standby that has every byte before anything is acknowledged."""
    run = Path(tempfile.mkdtemp(prefix="casework-pair-", dir="/tmp"))
    programs = postgres._programs(run)
    primary, standby = Server(run, programs, "primary", 5432), Server(run, programs, "standby", 5433)
    try:
        primary._call("initdb", "-D", str(primary.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        primary.start()
        source = f"host={run} port={primary.port} user=postgres application_name=standby"
        standby._call("pg_basebackup", "-D", str(standby.data), "-R", "-X", "stream", "-c", "fast", "-d", source)
        standby.start()
        primary.says("ALTER SYSTEM SET synchronous_standby_names = 'standby'")
        primary.says("SELECT pg_reload_conf()")
        until = time.monotonic() + _PATIENCE
        while primary.says("SELECT max(sync_state) FROM pg_stat_replication") != "sync":
            assert time.monotonic() < until, "the standby does not follow"
            time.sleep(0.05)
        yield primary, standby
    finally:
        primary.dies()
        standby.dies()
        shutil.rmtree(run, ignore_errors=True)
