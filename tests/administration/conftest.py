"""A machine opens more in ten minutes than a person may; how that is stopped is tested in tests/oversight."""

import pytest

from casework.cases import opening_rate_limit


@pytest.fixture(autouse=True)
def _as_fast_as_it_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody be stopped for opening too fast."""
    monkeypatch.setattr(opening_rate_limit, "MAX_OPENINGS", 10**9)
