"""The primary dies while three people write; the standby takes over with everything that was acknowledged."""

import contextlib
import random
import time
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests import house as houses
from tests.faults.clusters import pair
from tests.faults.numbers import times
from tests.faults.writer import acknowledged, log_holds, lost, writing
from tests.house import opened

WRITERS = 3


@pytest.mark.prove
@pytest.mark.parametrize("turn", range(times("FAILOVERS", short=2, long=4)))
def test_nothing_acknowledged_is_lost_when_the_primary_dies(turn: int, tmp_path: Path, monkeypatch):
    with pair() as (primary, standby):
        monkeypatch.setenv("CASEWORK_TEST_PG", primary.url)
        with houses.built("postgresql", tmp_path) as built:
            name = str(make_url(built).database)
            primary.says(f"CREATE DATABASE kept TEMPLATE {name}")
        url = built.replace(name, "kept")
        journals = [tmp_path / f"acknowledged-{number}" for number in range(WRITERS)]
        with contextlib.ExitStack() as load:
            for journal in journals:
                load.enter_context(writing(url, tmp_path, journal))
            time.sleep(random.uniform(0.5, 2))
            if turn % 2 == 0:
                # The standby is away first: what it cannot have may not be acknowledged meanwhile.
                standby.dies()
                time.sleep(0.5)
            primary.dies()
            time.sleep(0.3)
        if turn % 2 == 0:
            standby.start()
        standby.promote()
        assert standby.says("SELECT pg_is_in_recovery()") == "False"
        with opened(url.replace(f"port={primary.port}", f"port={standby.port}"), tmp_path) as house:
            assert log_holds(house)
            for journal in journals:
                assert sum(map(len, acknowledged(journal).values())) > 0
                assert lost(house["hoa"], acknowledged(journal)) == []
            assert house["lan"].opens_a_case()
            assert log_holds(house)
