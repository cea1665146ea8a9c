"""Random bytes from the operating system; a machine that gives the same ones twice is not believed."""

import os
from collections import deque
from hashlib import sha256

from casework.errors import VaultError

_REMEMBERED = 16
_COMPARED_BYTES = 12
# Hashes alone: what is drawn is a key more often than not.
_lately: deque[bytes] = deque(maxlen=_REMEMBERED)


def drawn(length: int) -> bytes:
    """Return at least 12 random bytes; raise VaultError if one of the last draws began alike (ASVS 11.3.4).

    Two nonces alike under one key would give away what both seal, so a broken source of chance stops everything.
    """
    made = os.urandom(length)
    mark = sha256(made[:_COMPARED_BYTES]).digest()
    if mark in _lately:
        raise VaultError("chance repeats itself")
    _lately.append(mark)
    return made
