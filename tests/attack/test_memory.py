"""What is left in the memory of a server that rests: no key, and hardly a word (F16)."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casework.cases.sections import Story
from casework.web.session_loading import COOKIE
from tests.canaries.cases import marker
from tests.faults.served import Served, served
from tests.house import House, only_sqlite
from tests.people import KEK, keys
from tests.required import missing
from tests.stories import dao

_CASES = 40


def memory(server: Served) -> Iterator[bytes]:
    """Read all that the process may write, region by region."""
    maps = Path(f"/proc/{server.pid}/maps").read_text(encoding="ascii").splitlines()
    with Path(f"/proc/{server.pid}/mem").open("rb", buffering=0) as raw:
        for line in maps:
            place, rights = line.split()[:2]
            start, end = (int(part, 16) for part in place.split("-"))
            if rights.startswith("rw"):
                with contextlib.suppress(OSError, ValueError, OverflowError):
                    raw.seek(start)
                    yield raw.read(end - start)


def found(server: Served, secrets: dict[str, bytes]) -> set[str]:
    """Name what stands in the memory."""
    return {name for region in memory(server) for name, secret in secrets.items() if secret in region}


@only_sqlite
@pytest.mark.prove
def test_a_server_that_rests_remembers_no_key_and_hardly_a_word(house: House):
    lan, told = house["lan"], dict[str, bytes]()
    paths = []
    for _ in range(_CASES):
        word = marker()
        case_id = lan.opens_a_case(replace(dao(), story=Story(words=word)))
        told[word] = word.encode()
        paths.append(f"/vu-viec/{case_id}/story")
    keyring = lan.person.keyring
    assert keyring is not None
    secrets = {f"key of agency {number}": one for number, one in enumerate(agency_secrets(keyring))}
    # The cookie stays in the buffers of the server; without the database and the key of the server it opens nothing.
    secrets |= {"the seed": keys()["lan"].seed}
    with served(house) as server:
        if not found(server, {"the server's own key": KEK.secret}):
            missing("ptrace", "this machine does not let one read the memory of a process")
        for path in paths:
            assert server.status(path, Cookie=f"{COOKIE}={lan.cookie}") == 200
        for _ in range(50):
            assert server.status("/dang-nhap") == 200
        left = found(server, told | secrets)
    assert left & set(secrets) == set()
    assert len(left & set(told)) <= _CASES * 0.05


def agency_secrets(keyring: object) -> list[bytes]:
    return [value for keys in keyring.agencies.values() for value in vars(keys).values() if isinstance(value, bytes)]  # type: ignore[attr-defined]
