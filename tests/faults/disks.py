"""Disks for tests: the image of one, and a small one in memory; where that is not allowed, a skip says so."""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.required import missing


def run(*command: str | Path) -> bool:
    """Run a program of the system and tell whether it did its work."""
    if shutil.which(str(command[0])) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0


@contextlib.contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    """Mount the image of a disk; where that is not allowed, say so and skip."""
    place.mkdir(exist_ok=True)
    if os.geteuid() != 0 or not run("mount", "-o", "loop", image, place):
        missing("loop", "this machine may not mount the image of a disk")
    try:
        yield place
    finally:
        assert run("umount", place) or run("umount", "--lazy", place)


@contextlib.contextmanager
def small_disk(place: Path, *, megabytes: int) -> Iterator[Path]:
    """Mount a disk of a few megabytes in memory; where that is not allowed, say so and skip."""
    place.mkdir(exist_ok=True)
    if os.geteuid() != 0 or not run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", place):
        missing("mount", "this machine may not mount a disk in memory")
    try:
        yield place
    finally:
        assert run("umount", place) or run("umount", "--lazy", place)
