"""Fixtures of the tests of accounts."""

from uuid import UUID

import pytest

from casework.accounts import admission_actions
from casework.policy.vocabulary import Role
from tests.house import House


@pytest.fixture
def quick(monkeypatch):
    """Argon2 without its cost: passphrases are tried elsewhere."""

    class Quick:
        def __init__(self, **_cost):
            """Take any cost."""

        def derive(self, secret: bytes) -> bytes:
            """Give something of the right length."""
            return secret.ljust(32)[:32]

    monkeypatch.setattr("casework.vault.crypto.passwords.Argon2id", Quick)


@pytest.fixture
def newcomer(house: House) -> UUID:
    """Somebody whom the administrator has written down as a counsellor."""
    return house["son"].does(admission_actions.add_member, "Thảo", "Cao Thị Thảo", Role.COUNSELLOR)
