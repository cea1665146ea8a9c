"""The format of a night sheet: what is written elsewhere comes back whole, or is refused with a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import BadInput
from casework.intake.night_sheet import NightSheet
from tests.intake.test_night_sheet import SHEET

CODES = {"danger": "x", "care": "soonish", "needs": ["a house"], "somebody": "maybe"}


def test_a_sheet_is_the_same_after_it_was_json():
    assert NightSheet.from_json(SHEET.to_json()) == SHEET
    assert SHEET.to_json()["version"] == 1


@pytest.mark.parametrize("changed", [{name: value} for name, value in CODES.items()] + [
    {"version": 2}, {"version": None}, {"more": "x"}, {"children": -1}, {"children": True}, {"children": "2"},
    {"children": 10**9}, {"call_her": ""}, {"call_her": " \u200b"}, {"call_her": "x" * 201}, {"call_her": ["x"]},
    {"danger": ""}, {"needs": "shelter"}, {"needs": ["shelter", "shelter"]}, {"wishes": "a\u202eb"}, {"wishes": None},
])  # fmt: skip
def test_a_sheet_from_elsewhere_that_is_none_is_refused_with_a_sentence(changed):
    with pytest.raises(BadInput, match="Không đọc được phiếu đón đêm này"):
        NightSheet.from_json({**SHEET.to_json(), **changed})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_whatever_comes_instead_of_a_sheet_is_refused(data):
    with pytest.raises(BadInput):
        NightSheet.from_json(data)
