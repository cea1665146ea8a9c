"""Follows a recipe of CONTRIBUTING.md in a copy of the tree: what stands in the document is what is done."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.source import ROOT

_TREE = ("casework", "templates", "migrations", "tests")
_STEP = re.compile(
    r"^(?:\d+\.|   And in) `(?P<path>[^`]+)`(?:, (?P<how>after|instead of) `(?P<anchor>[^`]+)`)?"
    r"(?:(?!^   ```).)*?^   ```\w+\n(?P<text>.*?)^   ```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """One change: the file, and its text at the end, after an anchor or in its place."""

    path: str
    how: str
    anchor: str
    text: str

    def take(self, tree: Path) -> None:
        """Change the file in a tree; the anchor must stand there as a line, once.

        A function that follows something is set apart by two empty lines.
        """
        file = tree / self.path
        if not self.anchor:
            file.write_text((file.read_text(encoding="utf-8") if file.exists() else "") + self.text, encoding="utf-8")
            return
        before = file.read_text(encoding="utf-8")
        assert before.count(f"\n{self.anchor}\n") == 1, (self.path, self.anchor)
        kept = f"{self.anchor}\n" if self.how == "after" else ""
        apart = "\n\n" if self.text.startswith("@") else ""
        file.write_text(before.replace(f"\n{self.anchor}\n", f"\n{kept}{apart}{self.text}"), encoding="utf-8")


def steps(title: str) -> list[Step]:
    """Read the steps of a section of CONTRIBUTING.md."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return [
        Step(found["path"], found["how"] or "", found["anchor"] or "", _flush(found["text"]))
        for found in _STEP.finditer(section)
    ]


def _flush(text: str) -> str:
    """Take the three blanks away by which a block stands inside its step."""
    return "".join(line.removeprefix("   ") for line in text.splitlines(keepends=True))


def edited(recipe: Sequence[Step]) -> list[str]:
    """Return the files that a recipe edits, each once."""
    return list(dict.fromkeys(step.path for step in recipe))


def followed(recipe: Sequence[Step], place: Path) -> Path:
    """Copy the tree, with its compiled modules, and follow the recipe there."""
    for name in _TREE:
        shutil.copytree(ROOT / name, place / name)
    for step in recipe:
        step.take(place)
    return place


def _python(tree: Path, words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run Python in a tree, with what stands there and nothing of ours."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment = known | {"PYTHONPATH": str(tree)}
    return subprocess.run(
        [sys.executable, *words], cwd=tree, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def told(tree: Path, script: str, *words: str) -> dict[str, Any]:
    """Run a script of this folder in the copy of a tree and return what it has found out."""
    done = _python(tree, [f"tests/recipes/{script}", *words])
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["tree"] == str(tree)
    return found


def refused(recipe: Sequence[Step], place: Path, words: Sequence[str]) -> str:
    """Follow a recipe with a step left out, run Python there, and return the one line with which it ends."""
    done = _python(followed(recipe, place), words)
    assert done.returncode == 1, done.stdout
    return done.stderr.strip()
