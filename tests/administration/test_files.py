"""What lies in a data folder is what docs/protocol.md says, name by name and mode by mode."""

import re
import stat
from pathlib import Path

import pytest

from tests.administration.new_installation import founded
from tests.commands import call
from tests.source import ROOT

SPELT = {"NAME": "[a-z_]+", "COMMUNE": "[0-9a-f]{32}", "NNNNNNNN": r"\d{8}", "YYYYMMDDTHHMMSSZ": r"\d{8}T\d{6}Z"}


def modes_in_table() -> dict[re.Pattern[str], int]:
    """The mode of every name in the table, where a place holder stands for what it is in the file's name."""
    page = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
    rows = page.partition("\n## 15. Files\n")[2].partition("\n## ")[0].splitlines()
    cells = [row.split("|") for row in rows if row.startswith("| `")]
    named = [(name, int(cell[3], 8)) for cell in cells for name in re.findall(r"`([^`]+)`", cell[1])]
    patterns = {re.escape(name): mode for name, mode in named}
    for word, spelt in SPELT.items():
        patterns = {name.replace(word, spelt): mode for name, mode in patterns.items()}
    return {re.compile(name): mode for name, mode in patterns.items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """An installation that was founded, backed up, renewed two keys, and has run its periodic jobs."""
    place: Path = tmp_path_factory.mktemp("files") / "sổ"
    founded(place)
    papers = ("--papers", str(place.with_name("kek.html")))
    # An open admission code would refuse a rotation of the KEK: the other two keys are rotated here.
    for words in (("tick",), ("backup",), ("rotate-keys", "checkpoint"), ("rotate-keys", "backup", *papers)):
        result = call(words[0], "--data", str(place), *words[1:])
        assert result.exit_code == 0, result.output
    return place


def test_every_file_stands_in_the_table_with_its_mode(folder):
    table = modes_in_table()
    for path in folder.rglob("*"):
        name, mode = str(path.relative_to(folder)), stat.S_IMODE(path.stat().st_mode)
        if path.is_dir():
            assert mode == 0o700, name
            continue
        modes = {listed for pattern, listed in table.items() if pattern.fullmatch(name)}
        assert modes == {mode}, name


def test_what_is_made_by_these_commands_was_looked_at(folder):
    names = {path.relative_to(folder).parts[0] for path in folder.iterdir()}
    assert {"kek", "checkpoint-key", "casework.toml", "calendar.toml", "casework.sqlite3"} <= names
    assert {"lock", "tick.lock", "ticked", "checkpoints", "backups"} <= names
