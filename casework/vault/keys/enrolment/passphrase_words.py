"""A list of 1,024 words: passphrases to offer, and four words by which two people compare a key aloud."""

import secrets
from functools import cache
from hashlib import sha256
from pathlib import Path

_FILE = Path(__file__).with_name("words.txt")
_PASSPHRASE_WORDS, _FINGERPRINT_WORDS, _BITS = 5, 4, 10


@cache
def words() -> tuple[str, ...]:
    """Return the 1,024 words: 10 bits each, without marks, so that every keyboard types them alike."""
    lines = _FILE.read_text(encoding="ascii").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def passphrase() -> str:
    """Return five random words, 50 bits, behind Argon2, a pepper and a count of tries."""
    return " ".join(secrets.choice(words()) for _ in range(_PASSPHRASE_WORDS))


def fingerprint(public_key: bytes) -> str:
    """Return four words that stand for a key, to be read aloud face to face; the code is what proves it."""
    number = int.from_bytes(sha256(b"cw/1/fingerprint" + public_key).digest()[:8], "big")
    places = range((_FINGERPRINT_WORDS - 1) * _BITS, -1, -_BITS)
    return " ".join(words()[number >> place & (len(words()) - 1)] for place in places)
