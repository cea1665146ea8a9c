"""The demo, built once in a run for all tests that use it."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from filelock import FileLock

from casework.config import Config
from casework.demo import build
from casework.demo.build import Demo
from casework.gate import Gate, open_gate
from casework.vault.keys import kek


@dataclass(frozen=True)
class Built:
    """A demo in its folder, with a gate to look behind."""

    demo: Demo
    gate: Gate

    @property
    def config(self) -> Config:
        """Return its settings."""
        return self.demo.config


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    """The fictional commune, built once for all workers; each uses a copy of its own.

    A process that reads the bytes of a SQLite file loses its POSIX locks on it, so two must never share one.
    """
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(shared / "demo.lock"):
        build.open_demo(shared / "demo", port=8000)
        shutil.copytree(shared / "demo", own / "my-demo")
    demo = build.open_demo(own / "my-demo", port=8000)
    # With the evidence beside it: acts that did not move the watermark could be cut off unnoticed by the next test.
    gate = open_gate(demo.config, kek.load(demo.config.kek_file, demo=True))
    yield Built(demo, gate)
    gate.database.engine.dispose()
