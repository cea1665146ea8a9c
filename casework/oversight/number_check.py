"""Compares a short number written down earlier (line number, hash prefix) with the log: is it unchanged up to there."""

import re
from dataclasses import dataclass

from casework.audit import read
from casework.audit.chain import SHORT
from casework.audit.verify import verify
from casework.errors import BadInput, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act

# Verified and the same; fewer lines than that; touched at or before that line; another hash stands there.
HOLDS, SHORTER, TOUCHED, DIFFERS = "holds", "shorter", "touched", "differs"
_NUMBER = re.compile(rf"([1-9][0-9]{{0,17}})-([0-9a-f]{{{SHORT}}})")
# What people write between digits, and the characters that a keyboard writes for a hyphen.
_BETWEEN, _STROKES = re.compile(r"[\s.,']"), re.compile("[\u2010-\u2015\u2212_]")


@dataclass(frozen=True)
class NumberCheck:
    """The number as it was read; one of the four words above; how many lines the log has now."""

    number: str
    found: str
    lines: int


@action(Act.AUDIT_COMPARE)
def compare(context: ActContext, typed: str) -> NumberCheck:
    """Verify the log up to the line of a number written down earlier, and compare the hash that stands there.

    Raises BadInput for what is no such number.
    """
    number = _NUMBER.fullmatch(_STROKES.sub("-", _BETWEEN.sub("", typed.lower())))
    if number is None:
        raise BadInput(
            gettext_noop("Con số có dạng 1234-ab12cd34: số dòng, gạch nối, rồi tám chữ số hoặc chữ từ a đến f.")
        )
    line_number, hash_digits = int(number[1]), number[2]
    verdict = verify(context.crypto)
    result = DIFFERS
    if verdict.broken is not None and verdict.broken <= line_number:
        result = TOUCHED
    elif line_number > verdict.lines:
        result = SHORTER
    elif (read.hash_of(context.crypto, line_number) or b"").hex().startswith(hash_digits):
        result = HOLDS
    context.reason = result
    return NumberCheck(number[0], result, verdict.lines)
