"""Bits of what is stored are flipped: nothing that was changed is ever accepted."""

import random
from collections.abc import Iterator

from casework.errors import VaultError
from tests.faults.blobs import Blob, blobs
from tests.faults.numbers import times
from tests.house import House, Someone, only_sqlite
from tests.referrals.scenes import referred

pytestmark = only_sqlite


def flipped(raw: bytes, count: int, dice: random.Random) -> Iterator[tuple[bytes, list[int]]]:
    """Yield changed copies: each bit by itself first, then some at once; now and then a byte more or less."""
    singles = list(range(len(raw) * 8))
    dice.shuffle(singles)
    for number in range(count):
        bits = [singles[number]] if number < len(singles) else dice.sample(singles, dice.randint(2, 5))
        changed = bytearray(raw)
        for bit in bits:
            changed[bit // 8] ^= 1 << bit % 8
        if number % 50 == 49:
            changed = changed[:-1] if number % 100 == 99 else changed + b"\0"
        yield bytes(changed), bits


def accepted(blob: Blob, count: int, dice: random.Random) -> list[list[int]]:
    """Open changed copies and return those that opened."""
    wrong = []
    for changed, bits in flipped(blob.raw, count, dice):
        try:
            blob.opens(changed)
        except VaultError:
            continue
        wrong.append(bits)
    return wrong


def test_no_changed_bit_is_accepted_anywhere(house: House, lan: Someone, cuong: Someone):
    referred(house)
    dice, count = random.Random(), times("FLIPS", short=80, long=100_000)
    for kind, blob in blobs(house, lan, cuong).items():
        blob.opens(blob.raw)
        assert accepted(blob, count, dice) == [], kind
