"""What the agencies of the fictional commune write to each other."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from casework.cases.sections import Letter
from casework.config import ConfigurationError


@dataclass(frozen=True)
class DemoOffice:
    """Who reads what comes in at an agency, what it is asked, and what it writes; lists are gone through in turn.

    `every` is that one of so many cases is written about; about the others one tells it by word.
    """

    username: str
    asks: tuple[str, ...]
    letters: tuple[str, ...]
    answers: tuple[Letter, ...]
    question: str
    reply: str
    decline: str
    every: int = 1

    def letter(self, turn: int) -> Letter:
        """Return the letter of the turn with which a case is referred to it."""
        return Letter(asks=self.asks, words=self.letters[turn % len(self.letters)])

    def answer(self, turn: int) -> Letter:
        """Return its answer of the turn."""
        return self.answers[turn % len(self.answers)]


@cache
def offices() -> Mapping[str, DemoOffice]:
    """Return the offices by the code of their agency."""
    raw = tomllib.loads(Path(__file__).with_name("letters.toml").read_text(encoding="utf-8"))
    return {code: _office(one) for code, one in raw.items()}


def office_of(agency: str) -> DemoOffice:
    """Return the office of an agency; raise ConfigurationError if nobody has written its letters."""
    if agency not in offices():
        raise ConfigurationError(f"casework/demo/letters.toml: the agency '{agency}' is written to and has no letters")
    return offices()[agency]


def _office(raw: Mapping[str, object]) -> DemoOffice:
    known = {name: tuple(value) if isinstance(value, list) else value for name, value in raw.items()}
    known["answers"] = tuple(Letter(**one) for one in known["answers"])  # type: ignore[attr-defined]
    return DemoOffice(**known)  # type: ignore[arg-type]
