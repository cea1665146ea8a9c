"""Migrations of a program that is newer than this one: the real line with one more step, in a folder of its own."""

import shutil
from pathlib import Path

import pytest

from casework import schema
from casework.config import resource

_HERE = Path(__file__).parent / "newer_steps"
_PLACEHOLDER = 'down_revision = "the newest"'


def add_migration(folder: Path, step: str, *, then: str = "") -> Path:
    """Copy the migrations and add a step from the folder `newer_steps`; `then` is added to what it does."""
    newest = schema.newest()
    shutil.copytree(resource("migrations"), folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (_HERE / f"{step}.py").read_text(encoding="utf-8")
    assert _PLACEHOLDER in text
    text = text.replace(_PLACEHOLDER, f'down_revision = "{newest}"').replace(
        "\n\n\ndef downgrade", f"{then}\n\n\ndef downgrade"
    )
    (folder / "versions" / f"9001_{step}.py").write_text(text, encoding="utf-8")
    return folder


def use_migrations(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let this process be the newer program."""
    monkeypatch.setattr(schema, "resource", lambda _: folder)
