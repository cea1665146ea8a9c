"""Which lists an office may override and how far (`overridable.toml`), and whether what it wrote keeps to that.

Every rule that tests/codelists and tests/laws/test_codelists.py hold of the program's own lists holds of a list with
its overrides: that is what a file is refused for.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from casework.codelists import parsing
from casework.codelists.parsing import FILES
from casework.codelists.toml_files import BadLocalFile, LocalFile

LOCAL = re.compile(r"local_[a-z0-9_]{1,30}")
LONGEST, MOST_ADDED = 600, 30
_ALWAYS = frozenset({"source", "unverified"})
_PHONE = re.compile(r"[0-9](?: ?[0-9]){2,14}")
# A number to call inside a text; that of a law or a day has a stroke beside it, and a year is none.
_CALLED = re.compile(r"(?<![\d/])(?!(?:19|20)\d\d(?!\d))\d(?:[ .-]?\d){2,}(?![\d/])")
_SHORT_NUMBER = re.compile(r"[0-9]{3}")
_VIETNAMESE = re.compile(r"[ăâđêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]", re.IGNORECASE)
_ENGLISH = re.compile(r"\b(the|and|of|not|unknown|other)\b", re.IGNORECASE)
_NEVER_SAID = ("anh chị", "chị em")
Row = dict[str, Any]


@dataclass(frozen=True)
class Bound:
    """How far a number may be changed; 0 as `most` never lets it grow, `times` not beyond so many times itself."""

    least: int
    most: int = 0
    times: int = 0

    def most_of(self, shipped: int) -> int:
        """Return the largest number in the place of the program's own one."""
        return max(shipped, min(self.most, self.times * shipped) if self.times else self.most)


@dataclass(frozen=True)
class OverrideRule:
    """What may differ in one list; `added` is None where no code may be added."""

    keys: frozenset[str]
    why: str
    sourced: frozenset[str] = frozenset()
    added: Mapping[str, Any] | None = None
    retires: bool = False
    keeps: frozenset[str] = frozenset()
    bounds: Mapping[str, Bound] = field(default_factory=dict)
    shorter: bool = False


@dataclass(frozen=True)
class ShippedList:
    """A list as the program has it: its name, its rows, the kinds of their additions, and its rule."""

    name: str
    rows: Mapping[str, Row]
    kinds: Mapping[str, str]
    rule: OverrideRule

    def texts(self) -> frozenset[str]:
        """Return the keys that are words in Vietnamese, each of which has an English twin."""
        return frozenset({"vi"} | {key for key, kind in self.kinds.items() if kind.startswith("words")})


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads(FILES.joinpath("overridable.toml").read_text(encoding="utf-8"))


@cache
def rules() -> Mapping[str, OverrideRule]:
    """Return the rule of each list that may be overridden."""
    return {name: _rule(row) for name, row in _file()["lists"].items()}


def least_words() -> Mapping[str, int]:
    """Return how many words must stay of each file of words."""
    return dict(_file()["words"])


def _rule(row: Row) -> OverrideRule:
    sets = {key: frozenset(row.get(key, ())) for key in ("keys", "sourced", "keeps")}
    bounds = {key: Bound(**bound) for key, bound in row.get("bounds", {}).items()}
    return OverrideRule(**{**row, **sets, "bounds": bounds})


def merged(file: LocalFile, listed: ShippedList) -> dict[str, Row]:
    """Return the rows of a list with what a file says otherwise; raise BadLocalFile for what is wrong first."""
    for key in file.table:
        if key != "codes":
            raise file.refuse(
                f"không hiểu {key!r}. Chỉ ghi các bảng [codes.MÃ]. / {key!r} is unknown. Only tables [codes.CODE] are "
                "read.",
                key,
            )
    own = file.table.get("codes", {})
    if not isinstance(own, dict):
        raise file.refuse("codes phải là các bảng [codes.MÃ]. / codes must be tables [codes.CODE].", "codes")
    rows = {code: dict(row) for code, row in listed.rows.items()}
    for code, row in own.items():
        if not isinstance(row, dict):
            raise file.refuse(
                f"mã {code} phải là một bảng [codes.{code}]. / {code} must be a table [codes.{code}].", code
            )
        rows[code] = _changed(file, listed, code, row) if code in rows else _added(file, listed, code, row)
    if len(rows) - len(listed.rows) > MOST_ADDED:
        raise file.refuse(
            f"thêm quá {MOST_ADDED} mã vào một danh mục. / more than {MOST_ADDED} codes are added to a list."
        )
    _require_distinct(file, own, rows)
    return rows


def _changed(file: LocalFile, listed: ShippedList, code: str, row: Row) -> Row:
    shipped, rule = listed.rows[code], listed.rule
    twins = {f"{key}_en" for key in rule.keys & listed.texts() if key != "vi"}
    _require_known(file, code, row, rule.keys | twins | _ALWAYS | ({"retired"} if rule.retires else set()))
    sourced = row.get("source", shipped.get("source")) != shipped.get("source")
    for key in sorted(row.keys() & rule.sourced):
        if row[key] != shipped.get(key) and not sourced:
            raise file.refuse(
                f"đổi {key} của {code} thì phải ghi source mới: nơi công bố. / a new {key} of {code} needs a new "
                "source: where it is published.",
                code,
                key,
            )
    if "retired" in row and code in rule.keeps:
        raise file.refuse(
            f"mã {code} chương trình còn dùng, không bỏ được. / the program still uses {code}, it cannot be retired.",
            code,
            "retired",
        )
    for key in sorted(row.keys() & rule.bounds.keys()):
        _require_within(file, (code, key), row[key], shipped.get(key), rule.bounds[key], sourced=sourced)
    if rule.shorter:
        _require_no_longer(file, code, row, shipped)
    _require_texts(file, listed, code, row)
    return {**shipped, **row}


def _added(file: LocalFile, listed: ShippedList, code: str, row: Row) -> Row:
    rule = listed.rule
    if rule.added is None:
        known = ", ".join(listed.rows)
        raise file.refuse(
            f"không có mã {code}, và danh mục này không thêm mã. Mã đang có: {known}. / there is no code {code}, and "
            f"this list takes none. There are: {known}.",
            code,
        )
    if not LOCAL.fullmatch(code):
        raise file.refuse(
            f"mã thêm phải bắt đầu bằng local_, chữ thường, không dấu: local_{code[:20]}. / an added code begins with "
            f"local_, in small letters: local_{code[:20]}.",
            code,
        )
    optional = {"vi", "en", "retired"} | rule.keys | {f"{key}_en" for key in listed.texts() if key != "vi"}
    needed = {key for key, kind in listed.kinds.items() if not kind.endswith("?")} - rule.added.keys()
    _require_known(file, code, row, optional | needed | _ALWAYS)
    for key in ("vi", "en", *sorted(needed)):
        if key not in row:
            raise file.refuse(f"mã {code} thiếu {key}. / {code} lacks {key}.", code)
    _require_texts(file, listed, code, row)
    return {**rule.added, **row}


def _require_known(file: LocalFile, code: str, row: Row, known: Iterable[str]) -> None:
    for key in row:
        if key not in known:
            allowed = ", ".join(sorted(known))
            raise file.refuse(
                f"{key!r} của mã {code} không sửa được ở đây. Chỉ sửa: {allowed}. / {key!r} of {code} cannot be "
                f"overridden. What can: {allowed}.",
                code,
                key,
            )


def _require_within(
    file: LocalFile, at: tuple[str, str], value: Any, shipped: Any, bound: Bound, *, sourced: bool
) -> None:
    code, key = at
    if shipped is None:
        raise file.refuse(f"mã {code} không tính bằng {key}. / {code} is not counted in {key}.", code, key)
    if not isinstance(value, int) or isinstance(value, bool) or value < bound.least:
        raise file.refuse(
            f"{key} của {code} phải là số từ {bound.least}. / {key} of {code} must be a number from {bound.least} on.",
            code,
            key,
        )
    if value <= shipped:
        return
    if not bound.most:
        raise file.refuse(
            f"{key} của {code} chỉ được ngắn hơn {shipped}. / {key} of {code} may only be shorter than {shipped}.",
            code,
            key,
        )
    if value > (most := bound.most_of(shipped)):
        raise file.refuse(
            f"{key} của {code} không quá {most}. / {key} of {code} is at most {most}.",
            code,
            key,
        )
    if not sourced:
        raise file.refuse(
            f"{key} của {code} dài hơn {shipped} thì phải ghi source mới: theo văn bản nào. / {key} of {code} beyond "
            f"{shipped} needs a new source: the document that says so.",
            code,
            key,
        )


def _require_no_longer(file: LocalFile, code: str, row: Row, shipped: Row) -> None:
    for key, value in row.items():
        before = shipped.get(key)
        if key != "source" and isinstance(value, str) and isinstance(before, str):
            most = len(before.split())
            if len(value.split()) > most:
                raise file.refuse(
                    f"{key} của {code} không dài hơn {most} chữ, như lời gốc. / {key} of {code} has at most {most} "
                    "words, as the program's own.",
                    code,
                    key,
                )


def _require_texts(file: LocalFile, listed: ShippedList, code: str, row: Row) -> None:
    """Refuse what is no text that can be shown: empty, too long, of the other language, or one language alone."""
    for key in sorted(listed.texts()):
        twin = "en" if key == "vi" else f"{key}_en"
        if (key in row) != (twin in row):
            raise file.refuse(
                f"mã {code}: ghi cả {key} và {twin}. / {code}: write both {key} and {twin}.",
                code,
                key if key in row else twin,
            )
    _require_kinds(file, listed, code, row)
    _require_danger_kept(file, listed, code, row)
    english = {"en"} | {f"{key}_en" for key in listed.texts() if key != "vi"}
    for key, value in row.items():
        if key in listed.texts() | english | {"source", "number"} and listed.kinds.get(key) != "number":
            _require_text(file, (code, key), value, english=key in english)
            if key not in {"source", "number"}:
                _require_same_numbers(file, (code, key), value, listed.rows.get(code, {}).get(key, ""))
    if row.get("vi", "") == row.get("en", None):
        raise file.refuse(f"mã {code}: vi và en giống hệt nhau. / {code}: vi and en are the same.", code, "en")
    if "number" in row and listed.name == "hotline":
        _require_number(file, code, row["number"], is_danger=listed.rows.get(code, {}).get("danger", False))


def _require_number(file: LocalFile, code: str, number: str, *, is_danger: bool) -> None:
    if not _PHONE.fullmatch(number):
        raise file.refuse(
            f"number của {code} chỉ gồm chữ số và dấu cách, như 1900 969 680. / number of {code} has digits and blanks "
            "alone, like 1900 969 680.",
            code,
            "number",
        )
    if is_danger and not _SHORT_NUMBER.fullmatch(number):
        raise file.refuse(
            f"number của {code} được gọi khi nguy hiểm, nên chỉ là số ba chữ số của cả nước. / number of {code} is "
            "called in danger: it is a national number of three digits alone.",
            code,
            "number",
        )


def _require_same_numbers(file: LocalFile, at: tuple[str, str], value: str, shipped: str) -> None:
    """Refuse a text that sends people to another number than the program's own text does, or to none any more."""
    if set(_CALLED.findall(value)) != set(_CALLED.findall(shipped)):
        code, key = at
        kept = ", ".join(_CALLED.findall(shipped)) or "-"
        raise file.refuse(
            f"{key} của {code} phải giữ đúng các số gọi của lời gốc: {kept}. / {key} of {code} must name the numbers "
            f"to call of the program's own text: {kept}.",
            code,
            key,
        )


def _require_kinds(file: LocalFile, listed: ShippedList, code: str, row: Row) -> None:
    """Refuse a mark that is neither true nor false, a day that is none, and a code of another list that is no text."""
    for key, value in row.items():
        kind = listed.kinds.get(key, "").rstrip("?")
        if (kind == "flag" or key == "unverified") and not isinstance(value, bool):
            raise file.refuse(
                f"{key} của {code} chỉ là true hoặc false. / {key} of {code} is true or false.", code, key
            )
        if key == "retired" and type(value) is not date:
            raise file.refuse(
                f"{key} của {code} phải là một ngày, như retired = 2027-01-01. / {key} of {code} must be a day, like "
                "retired = 2027-01-01.",
                code,
                key,
            )
        if kind.startswith("code:") and not isinstance(value, str):
            raise file.refuse(
                f"{key} của {code} phải là một mã trong dấu nháy. / {key} of {code} must be a code in quotation marks.",
                code,
                key,
            )


def _require_danger_kept(file: LocalFile, listed: ShippedList, code: str, row: Row) -> None:
    """Refuse a code that leads people away from a number to call in danger, as from 113 to a line of the office."""
    for key in sorted(row.keys() & {key for key, kind in listed.kinds.items() if kind.startswith("code:")}):
        tables: Any = parsing.tables(listed.kinds[key].rstrip("?").partition(":")[2])
        named, before = row[key], listed.rows.get(code, {}).get(key)
        known = LOCAL.fullmatch(named) or named in tables["codes"]
        is_danger = {name for name, line in tables["codes"].items() if line.get("danger")}
        if known and before in is_danger and named not in is_danger:
            raise file.refuse(
                f"{key} của {code} là số gọi khi nguy hiểm, chỉ đổi sang một trong: {', '.join(sorted(is_danger))}. / "
                f"{key} of {code} is called in danger and can only be one of: {', '.join(sorted(is_danger))}.",
                code,
                key,
            )


def _require_text(file: LocalFile, at: tuple[str, str], value: Any, *, english: bool) -> None:
    code, key = at
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        raise file.refuse(
            f'{key} của {code} phải là chữ trên một dòng: "..." / {key} of {code} must be text on one line: "..."',
            code,
            key,
        )
    if len(value) > LONGEST:
        raise file.refuse(
            f"{key} của {code} dài quá {LONGEST} ký tự. / {key} of {code} is longer than {LONGEST} signs.", code, key
        )
    if key == "source":
        if len(value) < 5:
            raise file.refuse(
                f"source của {code} phải nói rõ văn bản hoặc nơi công bố. / source of {code} must say the document or "
                "where it is published.",
                code,
                key,
            )
    elif english and _VIETNAMESE.search(re.sub(r"\([^)]*\)", "", value)):
        raise file.refuse(f"{key} của {code} phải là tiếng Anh. / {key} of {code} must be English.", code, key)
    elif not english and (_ENGLISH.search(value) or any(words in value.lower() for words in _NEVER_SAID)):
        raise file.refuse(
            f"{key} của {code} phải là tiếng Việt, gọi người nghe là chị. / {key} of {code} must be Vietnamese and "
            "call the listener by the usual word.",
            code,
            key,
        )


def _require_distinct(file: LocalFile, own: Mapping[str, Row], rows: Mapping[str, Row]) -> None:
    """Refuse two codes that can be chosen and read alike."""
    for key in ("vi", "en"):
        seen: dict[str, str] = {}
        for code, row in rows.items():
            if "retired" in row:
                continue
            other = seen.setdefault(str(row.get(key)), code)
            if other != code:
                named = code if code in own else other
                raise file.refuse(
                    f"mã {code} và {other} cùng ghi {shown(row.get(key))}. / {code} and {other} both say "
                    f"{shown(row.get(key))}.",
                    named,
                )


def shown(value: Any) -> str:
    """Return what somebody wrote so that it stands in one half of a sentence in two languages."""
    return repr(value).replace(" / ", "/")


def refuse_pointed(file: LocalFile, name: str, code: str, by: str) -> BadLocalFile:
    """Return the error for a code that is retired though another list names it."""
    return file.refuse(
        f"mã {code} của {name} còn được danh mục {by} dùng, không bỏ được. / the list {by} still names {code} of "
        f"{name}, it cannot be retired.",
        code,
        "retired",
    )
