"""How often each fault is tried: a little in every run of the tests, thousands of times in the long proofs."""

import os


def times(name: str, *, short: int, long: int) -> int:
    """Return CASEWORK_<NAME> if it is set, else the long number under CASEWORK_FAULTS=long, else the short one."""
    if number := os.environ.get(f"CASEWORK_{name}"):
        return int(number)
    return long if os.environ.get("CASEWORK_FAULTS") == "long" else short
