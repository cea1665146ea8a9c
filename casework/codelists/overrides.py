"""What the office says otherwise than the program: files in `overrides/` of its data folder, read once at start.

Each file has the name and the form of a list, with only what differs; `overridable.toml` says what may. What is wrong
anywhere lets nothing of the folder count. A process is given them once, before it makes its pages.
"""

import logging
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casework import files
from casework.codelists import override_rules, parsing, toml_files, words
from casework.codelists.model import BadCodeList
from casework.codelists.override_rules import LOCAL, Row, ShippedList
from casework.codelists.toml_files import MOST_BYTES, BadLocalFile, LocalFile, refused

FOLDER = "overrides"
# The codes that the office has ever added, one a line as "list code": none of them may be missing again.
KNOWN = "known-codes.txt"
MOST_FILES = 40
_NAME = re.compile(r"[a-z_]{1,40}\.toml")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Overrides:
    """The rows of each list that differs, what is left out of the words, and what is said of it, a line each."""

    rows: Mapping[str, Mapping[str, Row]] = field(default_factory=dict)
    without: Mapping[str, frozenset[str]] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    @property
    def added(self) -> list[str]:
        """Return the codes that the office has added, as they stand in its file of known codes."""
        return [f"{name} {code}" for name, rows in self.rows.items() for code in rows if LOCAL.fullmatch(code)]


class _Current:
    overrides = Overrides()


def activate(folder: Path, *, remember: bool = False) -> None:
    """Let the files of a folder count in this process; raise BadLocalFile, and let nothing count, if one is wrong.

    With `remember` the codes that were added are written down, so that they are never missed again.
    """
    deactivate()
    found = read(folder)
    if found.rows or found.without:
        _use(found)
    if remember and (new := sorted(set(found.added) - set(_known(folder)))):
        try:
            files.replace(folder / KNOWN, "\n".join([*_known(folder), *new]) + "\n")
        except OSError as cause:
            deactivate()
            raise refused(
                folder / KNOWN,
                "không ghi được. Hãy xem quyền của thư mục. / it cannot be written. Look at the mode of the folder.",
            ) from cause


def deactivate() -> None:
    """Let the lists of the program alone count."""
    if _Current.overrides.rows or _Current.overrides.without:
        _use(Overrides())


def read(folder: Path) -> Overrides:
    """Read the files of a folder; raise BadLocalFile for the first that is wrong."""
    overrides, wrong = _read(folder)
    for one in wrong:
        raise one
    return overrides


def find_wrong(folder: Path) -> list[BadLocalFile]:
    """Return what is wrong, at most one thing of each file."""
    return _read(folder)[1]


def is_ours(name: str) -> bool:
    """Tell whether a file of such a name can stand in the folder."""
    return name == KNOWN or bool(_NAME.fullmatch(name))


def texts(folder: Path) -> dict[str, str]:
    """Return the text of each file of the folder for a backup; what can be none of ours is passed over."""
    found: dict[str, str] = {}
    for path in sorted(folder.iterdir())[: 2 * MOST_FILES] if folder.is_dir() else ():
        try:
            if is_ours(path.name) and stat.S_ISREG(path.lstat().st_mode) and path.stat().st_size <= MOST_BYTES:
                found[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as cause:
            log.warning("fault=%s row=overrides", type(cause).__name__)
    return found


def _use(overrides: Overrides) -> None:
    _Current.overrides = overrides
    parsing.use_rows(overrides.rows)
    words.leave_out(overrides.without)


def _read(folder: Path) -> tuple[Overrides, list[BadLocalFile]]:
    rows: dict[str, Mapping[str, Row]] = {}
    without: dict[str, frozenset[str]] = {}
    read_files, wrong = [], []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        # What a power cut has left of writing it is written over.
        if path.name in (KNOWN, KNOWN + files.UNFINISHED) or path.name.startswith("."):
            continue
        try:
            file = _open(path)
            if file.path.stem in override_rules.least_words():
                without[file.path.stem] = _left_out(file)
            else:
                rows[file.path.stem] = override_rules.merged(file, _listed(file))
            read_files.append(file)
        except BadLocalFile as one:
            wrong.append(one)
        except OSError:
            wrong.append(
                refused(
                    path, "không đọc được. Hãy xem quyền của tệp. / it cannot be read. Look at the mode of the file."
                )
            )
    if len(read_files) > MOST_FILES:
        wrong.append(refused(folder, f"có hơn {MOST_FILES} tệp. / there are more than {MOST_FILES} files."))
    overrides = Overrides(rows, without, tuple(line for file in read_files for line in _told(file)))
    if not wrong:
        wrong = [*_not_fitting(read_files, rows), *_forgotten(folder, overrides)][:1]
    return overrides, wrong


def _open(path: Path) -> LocalFile:
    """Read a file that can be one of ours; a link or a folder is none."""
    if path.suffix != ".toml" or not stat.S_ISREG(path.lstat().st_mode):
        raise refused(
            path,
            "trong thư mục này chỉ để tệp .toml. Hãy bỏ ra, hoặc sửa tên. / only files of .toml belong into this "
            "folder. Take it out, or mend its name.",
        )
    return toml_files.read(path)


def _listed(file: LocalFile) -> ShippedList:
    name = file.path.stem
    rule = override_rules.rules().get(name)
    if rule is None:
        allowed = ", ".join(sorted([*override_rules.rules(), *override_rules.least_words()]))
        raise refused(
            file.path,
            f"danh mục {name!r} không sửa được ở đây. Chỉ sửa: {allowed}. / the list {name!r} cannot be overridden. "
            f"What can: {allowed}.",
        )
    tables: Any = parsing.tables(name)
    return ShippedList(name, tables["codes"], tables["list"].get("extra", {}), rule)


def _left_out(file: LocalFile) -> frozenset[str]:
    """Read which words are left out; raise BadLocalFile for what is no word of the file or leaves too few."""
    name, table = file.path.stem, file.table
    out = table.get("without")
    if set(table) != {"without"} or not isinstance(out, list) or not all(isinstance(word, str) for word in out):
        raise file.refuse('chỉ ghi: without = ["chữ muốn bỏ"] / only this is read: without = ["a word"]', *table)
    shipped = words.shipped(name)
    for word in out:
        if word not in shipped:
            raise file.refuse(
                f"{override_rules.shown(word)} không có trong {name}. / {override_rules.shown(word)} is not in {name}.",
                word,
            )
    least = override_rules.least_words()[name]
    if len(shipped) - len(set(out)) < least:
        raise file.refuse(
            f"bỏ nhiều quá: phải còn ít nhất {least} chữ. / too many are left out: at least {least} words must stay.",
            "without",
        )
    return frozenset(out)


def _told(file: LocalFile) -> Iterator[str]:
    """Say in a line of each code what a file changes."""
    for code, row in file.table.get("codes", {}).items():
        yield f"{file.path.stem} {code}: {', '.join(sorted(row))}"
    if "without" in file.table:
        yield f"{file.path.stem}: without {', '.join(file.table['without'])}"


def _not_fitting(read_files: list[LocalFile], rows: Mapping[str, Mapping[str, Row]]) -> Iterator[BadLocalFile]:
    """Yield what does not fit between lists: a code that is named and is not there, or is retired and still named."""
    for file in read_files:
        name = file.path.stem
        retired = {code for code, row in file.table.get("codes", {}).items() if "retired" in row}
        for by, code in _pointing(name, rows) if retired else ():
            if code in retired:
                yield override_rules.refuse_pointed(file, name, code, by)
        if name in rows:
            try:
                parsing.check(name, rows)
            except BadCodeList as one:
                yield refused(
                    file.path,
                    f"nhắc tới mã không có ở danh mục kia ({one}). / it names a code that is not in the other list "
                    f"({one}).",
                )


def _pointing(name: str, rows: Mapping[str, Mapping[str, Row]]) -> Iterator[tuple[str, str]]:
    """Yield every code of a list that another list names, with the name of that list."""
    for other in parsing.names():
        tables: Any = parsing.tables(other)
        kinds = tables["list"].get("extra", {})
        keys = [key for key, kind in kinds.items() if kind.rstrip("?").partition(":")[2] == name]
        for row in (rows.get(other) or tables["codes"]).values():
            for key in keys:
                named = row.get(key, ())
                yield from ((other, code) for code in ([named] if isinstance(named, str) else named))


def _known(folder: Path) -> list[str]:
    path = folder / KNOWN
    return list(filter(None, path.read_text(encoding="utf-8").splitlines())) if path.is_file() else []


def _forgotten(folder: Path, overrides: Overrides) -> Iterator[BadLocalFile]:
    """Yield a code that was added once and stands in no file any more: cases may hold it."""
    try:
        known = _known(folder)
    except (OSError, UnicodeDecodeError):
        yield refused(folder / KNOWN, "không đọc được. / it cannot be read.")
        return
    for line in known:
        if line not in overrides.added:
            name, _, code = line.partition(" ")
            yield refused(
                folder / KNOWN,
                f"mã {code} của {name} từng được dùng, không xóa được. Hãy ghi lại mã ấy, thêm retired = ngày thôi "
                f"dùng. / {code} of {name} was in use and cannot be deleted. Write it again, with retired = the day it "
                "ended.",
            )
