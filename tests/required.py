"""What a test needs from the machine: missing is a skip, or an error where the run demands it."""

import os
from typing import NoReturn

import pytest


def missing(what: str, why: str) -> NoReturn:
    """Skip the test, or fail it when CASEWORK_REQUIRE names what is missing."""
    if what in os.environ.get("CASEWORK_REQUIRE", "").split(","):
        pytest.fail(f"CASEWORK_REQUIRE demands {what}: {why}")
    pytest.skip(f"{what}: {why}")
