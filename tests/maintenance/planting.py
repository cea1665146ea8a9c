"""Migrations of a program that is newer than this one: the real line with one more step, in a folder of its own."""

import shutil
from pathlib import Path

import pytest

from casework import schema
from casework.config import resource

_HERE = Path(__file__).parent / "planted"
_PLACE = 'down_revision = "the newest"'


def planted(folder: Path, step: str, *, then: str = "") -> Path:
    """Copy the migrations and add a step from the folder `planted`; `then` is added to what it does."""
    newest = schema.newest()
    shutil.copytree(resource("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (_HERE / f"{step}.py").read_text(encoding="utf-8")
    assert _PLACE in text
    text = text.replace(_PLACE, f'down_revision = "{newest}"').replace(
        "\n\n\ndef downgrade", f"{then}\n\n\ndef downgrade"
    )
    (folder / "versions" / f"9001_{step}.py").write_text(text, encoding="utf-8")
    return folder


def plant(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let this process be the newer program."""
    monkeypatch.setattr(schema, "resource", lambda _: folder)
