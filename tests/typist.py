"""Whoever sits at the console: types lines that are given, then the last signs of each sheet that has been printed."""

import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import lxml.html

_CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}\b")
_SIGNED_BY = re.compile(r"Dấu khóa ký: (.*)")
_RENEWABLE = "Mã nhận tài khoản"


class Typist(io.RawIOBase):
    """A pipe that gives a line when one is read, so that what is typed can depend on what was printed before."""

    def __init__(self, lines: Sequence[str], papers: Path | None, printed: Callable[[], str]) -> None:
        super().__init__()
        self._lines, self._papers, self._printed, self._confirmed = list(lines), papers, printed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Give the next line; nothing more if neither a line nor a sheet is left."""
        raw = next(self._waiting(), "").encode()
        buffer[: len(raw)] = raw
        return len(raw)

    def _waiting(self) -> Iterator[str]:
        if self._lines:
            yield self._lines.pop(0) + "\n"
            return
        groups = list(self.last_groups())
        if self._confirmed < len(groups):
            self._confirmed += 1
            yield groups[self._confirmed - 1] + "\n"

    def last_groups(self) -> Iterator[str]:
        """The four last signs of every sheet that must be confirmed, in the order in which they were printed."""
        if self._papers is not None:
            for file in (self._papers.with_stem(f"{self._papers.stem}-kek"), self._papers):
                yield from groups_of_file(file) if file.exists() else ()
        yield from groups_of_text(self._printed())


def groups_of_file(file: Path) -> Iterator[str]:
    """The four last signs of each sheet in a file for the printer."""
    for section in lxml.html.fromstring(file.read_text(encoding="utf-8")).iter("section"):
        codes = [code.text for code in section.iter("code")]
        facts = dict(zip((dt.text for dt in section.iter("dt")), (dd.text for dd in section.iter("dd")), strict=True))
        if section.findtext("h1") != _RENEWABLE:
            yield str(codes[-1] if codes else facts["Dấu khóa ký"])[-4:]


def groups_of_text(text: str) -> Iterator[str]:
    """The four last signs of each sheet on a terminal."""
    for page in re.split(r"\f|(?=^=+\n.*\n.*\n=+$)", text, flags=re.MULTILINE):
        if signed := _SIGNED_BY.search(page):
            codes = _CODE.findall(page)
            if _RENEWABLE.upper() not in page:
                yield (codes[-1] if codes else signed[1])[-4:]


def printed_in_process() -> str:
    """What a command that runs in this process has written to its output so far."""
    sys.stdout.flush()
    return str(getattr(sys.stdout, "buffer").getvalue().decode())  # noqa: B009 - a test's output keeps its bytes
