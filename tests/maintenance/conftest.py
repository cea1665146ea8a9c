"""A house whose keys for checkpoints and backups are at hand."""

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.maintenance.kept import Kept, kept


@pytest.fixture
def book(house: House) -> Iterator[Kept]:
    """A house that is backed up, with the private half of its backup key."""
    made = kept(house)
    yield made
    made.house.gate.database.engine.dispose()
