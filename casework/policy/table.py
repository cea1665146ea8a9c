"""Reads policy.toml once and refuses to start on a word it does not know."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from casework.policy.words import Act, Reach, Role, Section, StepUp

_FILE = Path(__file__).with_name("policy.toml")
_ROW_MUST = {"vi", "en", "who"}
_ROW_KEYS = _ROW_MUST | {"opens", "writes", "stepup"}
_Word = TypeVar("_Word", Act, Role, StepUp)
_Number = TypeVar("_Number", Reach, Section)


class PolicyError(Exception):
    """The policy file holds a word that the program does not know, or lacks a row; nothing starts."""


@dataclass(frozen=True)
class Row:
    """One act: what it is called, who may do it and how far, whether it changes anything, and on which proof."""

    act: Act
    vi: str
    en: str
    who: Mapping[Role, Reach]
    opens: frozenset[Section] | None
    writes: bool
    stepup: StepUp


@dataclass(frozen=True)
class Policy:
    """The whole table, and for each role the sections it may ever open, anywhere or in its own agency's cases.

    `records` is where the notes of a role go.
    """

    rows: Mapping[Act, Row]
    sections: Mapping[Role, frozenset[Section]]
    own: Mapping[Role, frozenset[Section]]
    records: Mapping[Role, Section]


def read(text: str) -> Policy:
    """Parse the table; raise PolicyError on an unknown act, role, reach or section, and on an act without a row."""
    raw = tomllib.loads(text)
    sections, own = (_by_role(raw.pop(part)) for part in ("sections", "own"))
    records = {_word(Role, role): _named(Section, code) for role, code in raw.pop("records").items()}
    rows = {_word(Act, name): _row(_word(Act, name), row) for name, row in raw.items()}
    if missing := set(Act) - set(rows):
        raise PolicyError(f"no row for {sorted(missing)}")
    return Policy(MappingProxyType(rows), sections, own, MappingProxyType(records))


@lru_cache(maxsize=1)
def policy() -> Policy:
    """Return the table of this program."""
    return read(_FILE.read_text(encoding="utf-8"))


def _row(act: Act, raw: Mapping[str, object]) -> Row:
    if unknown := set(raw) - _ROW_KEYS:
        raise PolicyError(f"{act}: unknown key {sorted(unknown)}")
    if missing := _ROW_MUST - set(raw):
        raise PolicyError(f"{act}: no {sorted(missing)}")
    who, opens = raw.get("who"), raw.get("opens")
    if not isinstance(who, dict) or not isinstance(opens, list | None):
        raise PolicyError(f"{act}: who must be a table and opens a list")
    return Row(
        act=act,
        vi=str(raw["vi"]),
        en=str(raw["en"]),
        who=MappingProxyType({_word(Role, role): _named(Reach, reach) for role, reach in who.items()}),
        opens=None if opens is None else _sections(opens),
        writes=raw.get("writes") is True,
        stepup=_word(StepUp, str(raw.get("stepup", StepUp.NONE))),
    )


def _by_role(raw: Mapping[str, list[str]]) -> Mapping[Role, frozenset[Section]]:
    return MappingProxyType({_word(Role, role): _sections(codes) for role, codes in raw.items()})


def _sections(codes: list[str]) -> frozenset[Section]:
    return frozenset(_named(Section, code) for code in codes)


def _word(kind: type[_Word], value: str) -> _Word:
    try:
        return kind(value)
    except ValueError:
        raise PolicyError(f"unknown {kind.__name__.lower()} {value!r}") from None


def _named(kind: type[_Number], code: str) -> _Number:
    try:
        return kind[code.upper()]
    except KeyError:
        raise PolicyError(f"unknown {kind.__name__.lower()} {code!r}") from None
