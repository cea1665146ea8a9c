"""Codes on paper: 16 random bytes in Crockford's base32, with a checksum against slips."""

import os
from hashlib import sha256

from casework.errors import BadInput, gettext_noop

CODE_BYTES = 16
# Crockford's letters: no I, L, O or U, which are taken for 1, 1, 0 and V.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans("ILO", "110")
_BITS, _CHECK_BITS, _GROUP = 5, 12, 4
_SYMBOLS = (CODE_BYTES * 8 + _CHECK_BITS) // _BITS
_MISTYPED = gettext_noop("Mã chưa đúng. Hãy so lại từng nhóm 4 ký tự với tờ giấy rồi gõ lại.")


def new_code() -> str:
    """Return a new code of 128 random bits, as it is printed."""
    return write_code(os.urandom(CODE_BYTES))


def write_code(secret: bytes) -> str:
    """Write 16 bytes as 7 groups of 4 letters and digits; raise ValueError for another length."""
    if len(secret) != CODE_BYTES:
        raise ValueError("a code is 16 bytes")
    number = int.from_bytes(secret, "big") << _CHECK_BITS | _checksum(secret)
    places = range((_SYMBOLS - 1) * _BITS, -1, -_BITS)
    letters = "".join(_LETTERS[number >> place & 31] for place in places)
    return "-".join(letters[at : at + _GROUP] for at in range(0, _SYMBOLS, _GROUP))


def read_code(text: str) -> bytes:
    """Read a code however it was typed: small letters, spaces, dashes, O for 0; raise BadInput for a slip."""
    letters = read_signs(text)
    if len(letters) != _SYMBOLS or not set(letters) <= set(_LETTERS):
        raise BadInput(_MISTYPED)
    number = 0
    for letter in letters:
        number = number << _BITS | _LETTERS.index(letter)
    secret = (number >> _CHECK_BITS).to_bytes(CODE_BYTES, "big")
    if _checksum(secret) != number & ((1 << _CHECK_BITS) - 1):
        raise BadInput(_MISTYPED)
    return secret


def read_signs(text: str) -> str:
    """Return the signs of a code or of a part of it as they are printed, without what stands between groups."""
    return "".join(letter for letter in text.upper() if letter.isalnum()).translate(_LOOKALIKES)


def _checksum(secret: bytes) -> int:
    """Return 12 bits that tell a slip of the pen; they keep nobody out."""
    digest = sha256(b"cw/1/code" + secret).digest()
    return int.from_bytes(digest[:2], "big") >> (16 - _CHECK_BITS)
