"""A house with keys for checkpoints and backups."""

from collections.abc import Iterator

import pytest

from tests.house import House
from tests.maintenance.backed_up_house import BackedUpHouse, with_backups


@pytest.fixture
def installation(house: House) -> Iterator[BackedUpHouse]:
    """A house with checkpoint and backup keys, and the private half of the backup key."""
    backed_up = with_backups(house)
    yield backed_up
    backed_up.house.gate.database.engine.dispose()
