"""A passphrase is stretched once in a worker for each salt and cost, not each time that a test types it again."""

from typing import Any

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from casework.vault.crypto import passwords

_STRETCHED: dict[tuple[object, ...], bytes] = {}


class _Argon2id:
    """The library's Argon2id, which is asked once for each secret, salt and cost; so is a wrong passphrase."""

    def __init__(self, **cost: Any) -> None:
        self._cost = cost

    def derive(self, secret: bytes) -> bytes:
        key = (secret, *sorted(self._cost.items()))
        if key not in _STRETCHED:
            _STRETCHED[key] = Argon2id(**self._cost).derive(secret)
        return _STRETCHED[key]


def remember() -> None:
    """Let every test of this process use what another one has stretched."""
    passwords.Argon2id = _Argon2id  # type: ignore[assignment,attr-defined]
