"""The timeline of the tests of statistics."""

import pytest

from tests.house import House
from tests.statistics.timeline import Timeline, first_of


@pytest.fixture
def timeline(house: House) -> Timeline:
    """A house and the first quarter of its commune."""
    return Timeline(house, first_of(house))
