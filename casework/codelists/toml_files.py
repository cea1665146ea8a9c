"""Reads a TOML file that people of the office write by hand, and says in Vietnamese where it is wrong."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from casework.config import ConfigurationError

MOST_BYTES = 64 * 1024
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_CURLY = re.compile("[\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb]")
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
_LAST_PLACE = "(at end of document)"


class BadLocalFile(ConfigurationError):
    """A file that the office wrote cannot be used; the sentence names file and line, and says what to write."""


def refused(path: Path, words: str, line: int = 0) -> BadLocalFile:
    """Return the error that names a file and a line of it, if not 0; `words` are "Tiếng Việt. / English."."""
    vietnamese, _, english = words.partition(" / ")
    where, place = (f"{path}, dòng {line}", f"{path}, line {line}") if line else (str(path), str(path))
    return BadLocalFile(f"{where}: {vietnamese} / {place}: {english}")


@dataclass(frozen=True)
class LocalFile:
    """A file of the office: its path, its text in NFC and what it says as TOML."""

    path: Path
    text: str
    table: dict[str, Any]

    def refuse(self, words: str, *needles: str) -> BadLocalFile:
        """Return the error that names the line on which the last of these words stands after the ones before it.

        `words` are in both languages, as those of `refused`.
        """
        line = self._line_of(needles)
        return refused(self.path, words, line)

    def _line_of(self, needles: tuple[str, ...]) -> int:
        lines, found = self.text.splitlines(), 0
        for needle in needles:
            start = max(found - 1, 0)
            found = next((n + 1 for n in range(start, len(lines)) if _says(lines[n], needle)), found)
        return found


def read(path: Path) -> LocalFile:
    """Read a file; raise BadLocalFile for one that is too large, is not UTF-8 without a mark, or is no TOML.

    OSError is raised for one that is not there or may not be read.
    """
    with path.open("rb") as file:
        return parse(path, file.read(MOST_BYTES + 1))


def parse(path: Path, raw: bytes) -> LocalFile:
    """Read the bytes of a file; `path` is what the sentence of an error calls it."""
    if len(raw) > MOST_BYTES:
        raise refused(
            path,
            f"tệp dài quá {MOST_BYTES // 1024} KB. Hãy bỏ bớt. / the file is longer than {MOST_BYTES // 1024} KB. Take "
            "some of it out.",
        )
    if raw.startswith(_BOMS):
        raise refused(
            path,
            "tệp có dấu BOM ở đầu. Hãy lưu lại ở dạng UTF-8 không có BOM. / there is a byte order mark. Save the file "
            "as UTF-8 without one.",
            1,
        )
    try:
        text = unicodedata.normalize("NFC", raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise refused(
            path, "không phải chữ UTF-8. Hãy lưu lại ở dạng UTF-8. / this is not UTF-8. Save the file as UTF-8.", line
        ) from error
    try:
        return LocalFile(path, text, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(path, text, str(error)) from error
    except RecursionError as error:
        raise refused(
            path, "ngoặc lồng nhau quá sâu. Hãy viết lại. / brackets are nested too deeply. Write it anew."
        ) from error


def _says(line: str, needle: str) -> bool:
    """Tell whether a line says a word, but for what stands in a comment at its beginning."""
    return not line.lstrip().startswith("#") and bool(re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", line))


def _no_toml(path: Path, text: str, error: str) -> BadLocalFile:
    lines = text.splitlines() or [""]
    match = _PLACE.search(error)
    number = int(match[1]) if match else len(lines)
    if _CURLY.search(lines[min(number, len(lines)) - 1]):
        words = 'có dấu nháy cong (“ ” ‘ ’). Hãy gõ dấu nháy thẳng: " / there are curly quotation marks. Type "'
        return refused(path, words, number)
    if "overwrite" in error or "twice" in error or "Cannot declare" in error:
        return refused(
            path, "ghi hai lần cùng một tên. Hãy giữ một dòng. / one name is given twice. Keep one line.", number
        )
    reason = _PLACE.sub("", error).replace(_LAST_PLACE, "").strip().replace(" / ", "/")
    words = (
        f'không đúng dạng TOML ({reason}). Mỗi dòng viết như: tên = "điều muốn ghi" / this is no TOML ({reason}). Each '
        'line is written as: name = "what it says"'
    )
    return refused(path, words, number)
