"""Reads policy.toml once and refuses to start on a word it does not know."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from casework.config import ConfigurationError
from casework.policy.vocabulary import Act, Reach, Role, Section, StepUp

FILE, WORDS = "casework/policy/policy.toml", "casework/policy/vocabulary.py"
_TEXT = Path(__file__).with_name("policy.toml")
_TABLES = ("groups", "sections", "own", "records", "acts")
_ROW_MUST = ("vi", "en", "who")
_ROW_KEYS = {*_ROW_MUST, "opens", "writes", "stepup", "practice"}
_STAFF, _LEADS = "staff", "leads"
Groups = Mapping[str, frozenset[Role]]
_Named = TypeVar("_Named", Reach, Section, StepUp)


class PolicyError(ConfigurationError):
    """The policy file holds a word that the program does not know, or lacks a row; raised at start, which it ends."""

    def __init__(self, gap: str) -> None:
        super().__init__(f"{FILE}: {gap}")


@dataclass(frozen=True)
class Row:
    """One act: what it is called, who may do it and how far, whether it changes anything, and on which proof.

    `practice` tells that it is done to practice cases too; every other act finds none of them.
    """

    act: Act
    vi: str
    en: str
    who: Mapping[Role, Reach]
    opens: frozenset[Section] | None
    writes: bool
    stepup: StepUp
    practice: bool


@dataclass(frozen=True)
class Policy:
    """The whole table, and for each role the sections it may ever open, anywhere or in its own agency's cases.

    `records` is where the notes of a role go, `groups` are the roles behind each name for several.
    """

    rows: Mapping[Act, Row]
    sections: Mapping[Role, frozenset[Section]]
    own: Mapping[Role, frozenset[Section]]
    records: Mapping[Role, Section]
    groups: Groups

    @property
    def staff(self) -> frozenset[Role]:
        return self.groups[_STAFF]

    @property
    def leads(self) -> frozenset[Role]:
        """Return the roles that answer for all cases of their agency."""
        return self.groups[_LEADS]


def read(text: str) -> Policy:
    """Parse the table; raise PolicyError on an unknown act, role, reach or section, and on an act without a row."""
    raw = tomllib.loads(text)
    if set(raw) != set(_TABLES):
        raise PolicyError(f"it must hold the tables {', '.join(_TABLES)}, and holds {', '.join(raw)}")
    groups = _groups(raw["groups"])
    records = _records(raw["records"], groups)
    opens = {role: frozenset[Section]() for role in Role} | _sections_of("sections", raw["sections"], groups)
    rows = {_act(name): _row(_act(name), row, groups) for name, row in raw["acts"].items()}
    for act in Act:
        if act not in rows:
            raise PolicyError(f"the act '{act}' ({WORDS}) has no row under [acts]")
    return Policy(
        MappingProxyType(rows),
        _with_records(opens, records),
        _with_records(_sections_of("own", raw["own"], groups), records),
        MappingProxyType(records),
        MappingProxyType(groups),
    )


@lru_cache(maxsize=1)
def policy() -> Policy:
    return read(_TEXT.read_text(encoding="utf-8"))


def _groups(raw: Mapping[str, list[str]]) -> dict[str, frozenset[Role]]:
    """Read the groups in their order: one may name those that stand above it."""
    groups: dict[str, frozenset[Role]] = {}
    for name, members in raw.items():
        if name in set(Role):
            raise PolicyError(f"the group '{name}' has the name of a role")
        groups[name] = frozenset().union(*(_roles(member, groups, f"the group '{name}'") for member in members))
    for name in (_STAFF, _LEADS):
        if name not in groups:
            raise PolicyError(f"there is no group '{name}' under [groups], and the program asks for it")
    return groups


def _roles(name: str, groups: Groups, where: str) -> frozenset[Role]:
    if name in groups:
        return groups[name]
    if name in set(Role):
        return frozenset({Role(name)})
    raise PolicyError(f"{where} names '{name}', which is neither a role ({WORDS}) nor a group above it under [groups]")


def _sections_of(table: str, raw: Mapping[str, list[str]], groups: Groups) -> dict[Role, frozenset[Section]]:
    """Read which sections each role opens; lines that name the same role add up."""
    opens: dict[Role, frozenset[Section]] = {}
    for name, codes in raw.items():
        where = f"the line '{name}' of [{table}]"
        for role in _roles(name, groups, where):
            opens[role] = opens.get(role, frozenset()) | _sections(codes, where)
    return opens


def _records(raw: Mapping[str, str], groups: Groups) -> dict[Role, Section]:
    records: dict[Role, Section] = {}
    for name, code in raw.items():
        where = f"the line '{name}' of [records]"
        records |= dict.fromkeys(_roles(name, groups, where), _named(Section, code, where))
    return records


def _with_records(
    opens: Mapping[Role, frozenset[Section]], records: Mapping[Role, Section]
) -> Mapping[Role, frozenset[Section]]:
    """Add to what each role opens the record where its notes go."""
    return MappingProxyType({role: held | {records[role]} if role in records else held for role, held in opens.items()})


def _row(act: Act, raw: Mapping[str, Any], groups: Groups) -> Row:
    where = f"the row '{act}'"
    if unknown := sorted(set(raw) - _ROW_KEYS):
        raise PolicyError(f"{where} has '{unknown[0]}', which no row has")
    for key in _ROW_MUST:
        if not raw.get(key):
            raise PolicyError(f"{where} has no '{key}'")
    who, opens = raw["who"], raw.get("opens")
    if not isinstance(who, dict):
        raise PolicyError(f"{where}: 'who' must say how far each role reaches, as in {{ staff = \"own\" }}")
    if not isinstance(opens, list | None):
        raise PolicyError(f"{where}: 'opens' must be a list of sections")
    return Row(
        act=act,
        vi=str(raw["vi"]),
        en=str(raw["en"]),
        who=_reaches(who, groups, where),
        opens=None if opens is None else _sections(opens, where),
        writes=raw.get("writes") is True,
        stepup=_named(StepUp, str(raw.get("stepup", "none")), where),
        practice=raw.get("practice") is True,
    )


def _reaches(raw: Mapping[str, str], groups: Groups, where: str) -> Mapping[Role, Reach]:
    """Read how far each role reaches; one that is named twice would leave open which of the two holds."""
    reaches: dict[Role, Reach] = {}
    for name, reach in raw.items():
        for role in _roles(name, groups, where):
            if role in reaches:
                raise PolicyError(f"{where} names the role '{role}' twice, the second time in '{name}'")
            reaches[role] = _named(Reach, reach, where)
    return MappingProxyType(reaches)


def _sections(codes: Iterable[str], where: str) -> frozenset[Section]:
    return frozenset(_named(Section, code, where) for code in codes)


def _act(name: str) -> Act:
    try:
        return Act(name)
    except ValueError:
        raise PolicyError(f"the row '{name}' has no act of that name in {WORDS}") from None


def _named(kind: type[_Named], code: str, where: str) -> _Named:
    try:
        return kind[code.upper()]
    except KeyError:
        raise PolicyError(f"{where} names the {kind.__name__.lower()} '{code}', which {WORDS} does not know") from None
