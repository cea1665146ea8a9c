"""Read code lists from their TOML files and refuse what is not understood.

A file has `[list]` (vi, en, and a source, date or mark that holds for all its codes; `of` is a list in which every
code must stand too), `[list.extra]` (what the codes may add, and of which kind) and a table `[codes.X]` for each code.
Kinds: text, words (a text with its English twin `<name>_en`), flag, number, code:<list> and
codes:<list>; a question mark after the kind makes it optional.
"""

import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from casework.codelists.model import BadCodeList, Code, CodeList, Extra

Table = Mapping[str, object]

FILES = files("casework.codelists")
NOT_LISTS = frozenset({"holidays", "nicknames", "overridable", "words"})
LIST_KEYS = frozenset({"vi", "en", "source", "since", "unverified", "of", "extra"})
CODE_KEYS = frozenset({"vi", "en", "source", "since", "retired", "unverified", "unknown", "exclusive"})


@cache
def names() -> tuple[str, ...]:
    stems = {file.name.removesuffix(".toml") for file in FILES.iterdir() if ".toml" in file.name}
    return tuple(sorted(stems - NOT_LISTS))


@cache
def codelist(name: str) -> CodeList:
    """Read the list of that name; raise BadCodeList where its file is missing, wrong or names what is not there."""
    codes = _read(name)
    _require_named(codes, _read)
    return codes


def _require_named(codes: CodeList, read: Callable[[str], CodeList]) -> None:
    for code in codes:
        if codes.of and code.code not in read(codes.of):
            raise BadCodeList(_dangling(codes.name, code.code, codes.of, code.code))
        for key, target in _pointers(codes.kinds):
            for pointed in code.texts(key):
                if pointed not in read(target):
                    raise BadCodeList(_dangling(codes.name, code.code, target, pointed))


def file_of(name: str) -> str:
    """Give the path of a list's file from the top of the repository, for a message."""
    return f"casework/codelists/{name}.toml"


@cache
def _read(name: str) -> CodeList:
    return of_tables(name, with_rows(name, _Overridden.rows))


class _Overridden:
    """The rows of lists that the office has overridden, by the names of the lists."""

    rows: Mapping[str, Table] = MappingProxyType({})


def use_rows(rows: Mapping[str, Table]) -> None:
    """Let some lists have other rows from now on; the caller has checked them."""
    _Overridden.rows = rows
    codelist.cache_clear()
    _read.cache_clear()


def check(name: str, rows: Mapping[str, Table]) -> None:
    """Raise BadCodeList where a list with other rows is wrong, or one of its codes names what no list has."""
    codes = of_tables(name, with_rows(name, rows))
    _require_named(codes, lambda target: of_tables(target, with_rows(target, rows)))


def with_rows(name: str, rows: Mapping[str, Table]) -> Table:
    """Return the tables of a list's file, with other rows where there are such."""
    return {**tables(name), "codes": rows[name]} if name in rows else tables(name)


@cache
def tables(name: str) -> Table:
    """Return what the program's own file of a list says; raise BadCodeList where it is missing or no TOML."""
    if name not in names():
        raise BadCodeList(f"{file_of(name)}: there is no such code list")
    return _tables_of(name, FILES.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _pointers(kinds: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the additions that are codes of another list, each with the name of that list."""
    split = ((key, *kind.removesuffix("?").partition(":")) for key, kind in kinds.items())
    return [(key, target) for key, _, _, target in split if target]


def _dangling(name: str, code: str, target: str, pointed: str) -> str:
    return f"{file_of(name)}: the {name} '{code}' names the {target} '{pointed}', which has no row in {file_of(target)}"


def parse(name: str, toml: str) -> CodeList:
    """Make a list from the text of its file."""
    return of_tables(name, _tables_of(name, toml))


def _tables_of(name: str, toml: str) -> Table:
    try:
        return tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise BadCodeList(f"{file_of(name)}: {error}") from error


def of_tables(name: str, tables: Table) -> CodeList:
    """Make a list from what its file says."""
    where = f"{file_of(name)}: the list"
    refuse_others(tables, {"list", "codes"}, where)
    head = table(tables, "list", where)
    refuse_others(head, LIST_KEYS, where)
    kinds = {key: str(kind) for key, kind in table(head, "extra", where, optional=True).items()}
    rows = table(tables, "codes", where)
    codes = {code: read_code(table(rows, code, where), head, kinds, (name, code)) for code in rows}
    return CodeList(
        name=name,
        vi=words(head, "vi", where),
        en=words(head, "en", where),
        codes=MappingProxyType(codes),
        kinds=MappingProxyType(kinds),
        of=words(head, "of", where) if "of" in head else "",
    )


def read_code(row: Table, head: Table, kinds: Mapping[str, str], at: tuple[str, str]) -> Code:
    """Make one code from its row; the head of the list fills in source, date and mark."""
    where = f"{file_of(at[0])}: the {at[0]} '{at[1]}'"
    twins = {f"{key}_en" for key, kind in kinds.items() if kind.startswith("words")}
    refuse_others(row, CODE_KEYS | set(kinds) | twins, where)
    filled = {**{key: head[key] for key in ("source", "since", "unverified") if key in head}, **row}
    return Code(
        code=at[1],
        vi=words(filled, "vi", where),
        en=words(filled, "en", where),
        source=words(filled, "source", where),
        since=day(filled, "since", where),
        retired=day(filled, "retired", where),
        unverified=flag(filled, "unverified", where),
        unknown=flag(filled, "unknown", where),
        exclusive=flag(filled, "exclusive", where),
        extra=MappingProxyType(dict(additions(row, kinds, where))),
    )


def additions(row: Table, kinds: Mapping[str, str], where: str) -> list[tuple[str, Extra]]:
    """Read what a code adds, each of the kind that the head of the list declares."""
    extras: list[tuple[str, Extra]] = []
    for key, declared in kinds.items():
        kind = declared.removesuffix("?")
        if key not in row and declared.endswith("?"):
            continue
        extras.append((key, addition(row, key, kind, where)))
        if kind == "words":
            extras.append((f"{key}_en", words(row, f"{key}_en", where)))
    return extras


def addition(row: Table, key: str, kind: str, where: str) -> Extra:
    """Read one addition of the given kind."""
    value = row.get(key)
    if kind in {"text", "words"} or kind.startswith("code:"):
        return words(row, key, where)
    if kind == "flag" and isinstance(value, bool):
        return value
    if kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind.startswith("codes:") and isinstance(value, list):
        return tuple(str(part) for part in value)
    raise BadCodeList(f"{where} has no '{key}' that is a {kind}")


def refuse_others(row: Table, known: frozenset[str] | set[str], where: str) -> None:
    """Refuse a key that nobody would read: it is a slip of the pen."""
    others = sorted(set(row) - known)
    if others:
        raise BadCodeList(f"{where} has '{others[0]}', which nothing reads")


def table(row: Table, key: str, where: str, *, optional: bool = False) -> Table:
    value = row.get(key, {} if optional else None)
    if not isinstance(value, dict):
        raise BadCodeList(f"{where} has no table '{key}'")
    return value


def words(row: Table, key: str, where: str) -> str:
    """Read a text that must be there and must not be blank."""
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise BadCodeList(f"{where} has no words for '{key}'")
    return value


def day(row: Table, key: str, where: str) -> date | None:
    """Read a date, or None where there is none."""
    value = row.get(key)
    if value is None or type(value) is date:
        return value
    raise BadCodeList(f"{where} has a '{key}' that is not a date")


def flag(row: Table, key: str, where: str) -> bool:
    """Read a mark that is off unless it is set."""
    value = row.get(key, False)
    if not isinstance(value, bool):
        raise BadCodeList(f"{where} has a '{key}' that is neither true nor false")
    return value
