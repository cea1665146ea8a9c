"""Passwords that leaked most often elsewhere: a sorted list of truncated hashes, asked whether it holds a text.

`.ci/common-passwords` makes the file from a list; common_passwords.toml says from which one, and under which licence.
"""

from bisect import bisect_left
from functools import cache
from hashlib import sha256
from pathlib import Path

SHORTEST, LONGEST = 6, 32
# 40 bits: among 100,000 entries a text that is not listed is taken for one in ten millions.
HASH_BYTES = 5
_FILE = Path(__file__).with_name("common_passwords.bin")


def truncated_hash(letters: str) -> bytes:
    """Return what stands for a password: the first bytes of the SHA-256 of its small letters and figures."""
    return sha256(letters.encode()).digest()[:HASH_BYTES]


def is_listed(letters: str) -> bool:
    """Tell whether small letters and figures are a common password of SHORTEST to LONGEST characters."""
    wanted, entries = truncated_hash(letters), _entries()

    def entry(number: int) -> bytes:
        return entries[number * HASH_BYTES : (number + 1) * HASH_BYTES]

    numbers = range(len(entries) // HASH_BYTES)
    return entry(bisect_left(numbers, wanted, key=entry)) == wanted


def without_listed(letters: str) -> str:
    """Take out the common passwords within a text, the longest first; a space stands where one was."""
    for size in range(min(LONGEST, len(letters)), SHORTEST - 1, -1):
        start = 0
        while start + size <= len(letters):
            part = letters[start : start + size]
            if " " not in part and is_listed(part):
                letters = f"{letters[:start]} {letters[start + size :]}"
            start += 1
    return letters


@cache
def _entries() -> bytes:
    return _FILE.read_bytes()
