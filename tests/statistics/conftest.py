"""The book of the tests of statistics."""

import pytest

from tests.house import House
from tests.statistics.book import Book, first_of


@pytest.fixture
def book(house: House) -> Book:
    """A house and the first quarter of its commune."""
    return Book(house, first_of(house))
