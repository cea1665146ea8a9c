"""Draws one of several things by its place, for stories that hypothesis tells again.

Ids are random: a story told again has others, so that one drawn by its value, or by the order of ids, is another one.
"""

from collections.abc import Iterable
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


def one_of(data: st.DataObject, things: Iterable[T]) -> T:
    """Draw one of these, which stand in an order that does not hang on their ids."""
    ordered = list(things)
    return ordered[data.draw(st.integers(0, len(ordered) - 1))]
