"""Files for a spreadsheet: Vietnamese stays whole, rows stay rows, and no cell can begin a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.oversight import log_export

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
CELLS = st.text(st.characters(codec="utf-8"), max_size=12)
ATTACKS = st.builds(lambda first, rest: first + rest, st.sampled_from(DANGEROUS), CELLS)


@given(st.lists(st.lists(CELLS | ATTACKS, min_size=1, max_size=4), min_size=1, max_size=4))
def test_whatever_is_written_no_cell_begins_a_formula_and_nothing_is_lost(rows):
    raw = log_export.csv_file(rows)
    assert raw.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [
        [text.removeprefix("'") if before != text else text for before, text in zip(*pair, strict=True)]
        for pair in zip(rows, read, strict=True)
    ] == rows
    assert not [text for row in read for text in row if text.lstrip(" ").startswith(DANGEROUS)]


@pytest.mark.parametrize("attack", ["=1+1", "+84987", "-2", "@SUM(A1)", "\tx", "\0=1", "  =1", "＝1+1"])
def test_what_would_be_a_formula_is_marked_as_text(attack):
    assert log_export.csv_cell(attack) == f"'{attack}"


def test_words_and_numbers_stay_as_they_are():
    assert [log_export.csv_cell(text) for text in ("Trần Thị Lan", 12, "sen-lúa-42", "")] == [
        "Trần Thị Lan",
        "12",
        "sen-lúa-42",
        "",
    ]
