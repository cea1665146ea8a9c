"""Reads the recipes of CONTRIBUTING.md and follows them in a copy of the program."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.source import ROOT

COPIED = ("casework", "templates", "migrations", "tests", "pyproject.toml", "Makefile")
STEP = re.compile(r"^\d+\. `(?P<file>[^`]+)`.*?^ +```diff\n(?P<lines>.*?)^ +```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """What is added to one file: new lines below one that stands there already, or at its end."""

    file: str
    below: str
    added: str


def recipe(title: str) -> list[Step]:
    """Read the steps of a recipe; raises ValueError if there is none of this title."""
    sections = re.split(r"^## ", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    [text] = [one for one in sections if one.startswith(f"{title}\n")]
    return [_step(found["file"], dedent(found["lines"]).splitlines()) for found in STEP.finditer(text)]


def _step(file: str, lines: list[str]) -> Step:
    added = [line.removeprefix("+") for line in lines if line.startswith("+")]
    below = [line.removeprefix(" ") for line in lines if not line.startswith("+")]
    return Step(file, "\n".join(below), "\n".join(added))


def copy_to(place: Path) -> None:
    """Copy the program with its tests."""
    for name in COPIED:
        whole = ROOT / name
        if whole.is_dir():
            shutil.copytree(whole, place / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(whole, place / name)


def follow(steps: list[Step], place: Path) -> None:
    """Do what the steps say in a copy; a line below which something is to be added must stand there once."""
    for step in steps:
        file = place / step.file
        text = file.read_text(encoding="utf-8")
        if not step.below:
            file.write_text(f"{text}{step.added}\n", encoding="utf-8")
            continue
        assert text.count(f"{step.below}\n") == 1, f"{step.file} has no line, or several, like {step.below!r}"
        file.write_text(text.replace(f"{step.below}\n", f"{step.below}\n{step.added}\n"), encoding="utf-8")
    catalogues = ("compile", "--directory", "casework/translations")
    subprocess.run([sys.executable, "-m", "babel.messages.frontend", "--quiet", *catalogues], cwd=place, check=True)


def run_tests(place: Path, *paths: str) -> subprocess.CompletedProcess[str]:
    """Run tests of a copy, with the program of the copy."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", *paths]
    surroundings = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
    surroundings.pop("COVERAGE_PROCESS_START", None)
    return subprocess.run(command, cwd=place, env=surroundings, capture_output=True, text=True, check=False)
