"""docs/glossary.md: every word in code is one, no term has two rows, and every row says where it comes from."""

import re

from tests.source import ROOT

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| Vietnamese ")
]
PROGRAM = [path for suffix in ("py", "toml") for path in sorted((ROOT / "casework").rglob(f"*.{suffix}"))]
WORD = re.compile(r"`([\w.]+)`")


def words() -> set[str]:
    """Every word of the program, with those that are joined by dots as a whole and in parts; and its file names."""
    text = "\n".join(path.read_text(encoding="utf-8") for path in PROGRAM)
    return {*re.findall(r"\w+", text), *re.findall(r"\w+\.\w+", text), *(path.stem for path in PROGRAM)}


def test_every_word_in_code_stands_in_the_program():
    there = words()
    assert [word for row in ROWS for word in WORD.findall(row[2]) if word not in there] == []


def test_every_row_is_whole_and_no_term_has_two():
    assert len(ROWS) >= 60
    assert [row for row in ROWS if len(row) != 4 or not all(row) or not WORD.search(row[2])] == []
    terms = [row[0] for row in ROWS]
    assert sorted(terms) == sorted(set(terms))
