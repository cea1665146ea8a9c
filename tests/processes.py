"""Processes of the tests that begin with the libraries of the program imported, for those take longer than the work.

A server of the standard library forks them; it has imported no module of ours, so that a process may still change one
before the others see it, as a newer program does.
"""

import multiprocessing
import os
import runpy
import sys
import tempfile
from multiprocessing import forkserver
from pathlib import Path
from subprocess import CompletedProcess, TimeoutExpired

from tests.source import ROOT

_LIBRARIES = ["alembic.command", "bleach", "flask_babel", "flask_login", "flask_wtf", "highspy", "sqlalchemy.orm"]
_LIBRARIES += ["cryptography.hazmat.primitives.ciphers.aead", "waitress.server", "webauthn"]
# By this a process measures its coverage; nothing that runs here is measured.
_MEASURED = "COVERAGE_PROCESS_CONFIG"
# There is one such server in a process, so whoever forks anything takes it from here.
processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(_LIBRARIES)


def run_module(module: str, *words: str, timeout: float = 300) -> CompletedProcess[str]:
    """Run a module as `python -m` does and wait until it ends; raise TimeoutExpired if it does not."""
    measured = os.environ.pop(_MEASURED, None)
    try:
        forkserver.ensure_running()
    finally:
        if measured is not None:
            os.environ[_MEASURED] = measured
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        process = processes.Process(target=_run, args=(module, words, str(out), str(err), dict(os.environ)))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise TimeoutExpired(module, timeout)
        written = [file.read_text(encoding="utf-8") if file.exists() else "" for file in (out, err)]
        return CompletedProcess([module, *words], process.exitcode, *written)


def _run(module: str, words: tuple[str, ...], out: str, err: str, environment: dict[str, str]) -> None:
    """Be the process: its own output, arguments and environment, then the module; nothing of ours came before it."""
    for descriptor, path in ((1, out), (2, err)):
        with Path(path).open("wb") as file:
            os.dup2(file.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    sys.argv = [module, *words]
    if ours := [name for name in sys.modules if name.startswith("casework.")]:
        raise ImportError(f"imported before its process began: {ours}")
    runpy.run_module(module, run_name="__main__", alter_sys=True)
