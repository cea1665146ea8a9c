"""Reads the recipes of CONTRIBUTING.md and follows them in a copy of the tree: what stands there is what is done."""

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tests.source import ROOT

COPIED = ("casework", "templates", "migrations", "tests", "pyproject.toml", "Makefile")
STEP = re.compile(r"^\d+\. `(?P<path>[^`]+)`.*?^ +```diff\n(?P<diff>.*?)^ +```$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One file of a recipe and the hunks of its diff."""

    path: str
    hunks: tuple[str, ...]

    def apply(self, tree: Path) -> None:
        """Change the file in a tree; raises AssertionError unless the old lines of each hunk stand there once."""
        file = tree / self.path
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        for hunk in self.hunks:
            text = _changed(self.path, text, hunk.splitlines())
        file.write_text(text, encoding="utf-8")


def _changed(path: str, text: str, hunk: Sequence[str]) -> str:
    """Replace the old lines of a hunk by its new ones; a hunk that only adds goes to the end."""
    old = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "+")
    new = "".join(f"{line[1:]}\n" for line in hunk if line[:1] != "-")
    if not old:
        return text + new
    assert f"\n{text}".count(f"\n{old}") == 1, f"{path} does not have once: {old}"
    return f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]


def recipe(title: str) -> list[Step]:
    """Read the steps below a heading; raises ValueError if there is none of this title."""
    sections = re.split(r"^## ", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    [section] = [text for text in sections if text.startswith(f"{title}\n")]
    return [Step(found["path"], tuple(_hunks(dedent(found["diff"])))) for found in STEP.finditer(section)]


def _hunks(diff: str) -> Iterator[str]:
    yield from re.split(r"^@@\n", diff, flags=re.MULTILINE)


def copy_tree(place: Path, names: Sequence[str] = COPIED) -> Path:
    """Copy the program with its tests, and with what Python has compiled of both."""
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, place / name)
        else:
            shutil.copy2(ROOT / name, place / name)
    return place
