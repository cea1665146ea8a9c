"""A house whose keys for checkpoints and backups are at hand."""

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.maintenance.backed_up_house import BackedUpHouse, with_backups


@pytest.fixture
def book(house: House) -> Iterator[BackedUpHouse]:
    """A house that is backed up, with the private half of its backup key."""
    made = with_backups(house)
    yield made
    made.house.gate.database.engine.dispose()
