"""Input at the console: secrets typed without an echo, or lines from a pipe; and the option for the data folder."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from casework.administration.console_output import confirm, say, spoken
from casework.errors import BadInput
from casework.vault.keys.enrolment.paper_codes import read_code

T = TypeVar("T")
DATA_OPTION = click.option(
    "--data", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Thư mục dữ liệu. / The data folder."
)


def ask_code(words: str) -> bytes:
    """Ask for one line of a sheet, without an echo, until its checksum fits."""
    return ask(words, read_code, hidden=True)


def ask_key(words: str) -> bytes:
    """Ask for the two lines of a key of 32 bytes."""
    return ask_code(_with(words, ", dòng 1 / , line 1")) + ask_code(_with(words, ", dòng 2 / , line 2"))


def ask_sheet(words: str) -> tuple[int, bytes]:
    """Ask for the number of a recovery sheet and the code on it."""
    seat = ask(_with(words, ": tờ số mấy / : number of the sheet"), _number)
    return seat, ask_code(_with(words, ": mã trên tờ / : code on the sheet"))


def ask_two_sheets() -> tuple[tuple[int, bytes], tuple[int, bytes]]:
    """Ask for two recovery sheets of one agency."""
    return ask_sheet("Tờ thứ nhất / First sheet"), ask_sheet("Tờ thứ hai / Second sheet")


def _with(words: str, more: str) -> str:
    """Return words with more words behind, all in the chosen language."""
    return spoken(words) + spoken(more)


def _number(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 100):
        raise BadInput("Hãy gõ số của tờ, như 1.")
    return int(text)


def ask(words: str, read: Callable[[str], T], *, hidden: bool = False, default: str | None = None) -> T:
    """Ask until `read` accepts the answer, showing each BadInput; from a pipe one line is read and BadInput raised."""
    while True:
        text = _read_line(words, hidden=hidden, default=default)
        try:
            return read(text)
        except BadInput as refusal:
            if not sys.stdin.isatty():
                raise
            say(str(refusal), to_stderr=True)


def is_interactive() -> bool:
    return sys.stdin.isatty()


def ask_more(question: str) -> bool:
    """Ask whether there is more to enter; a pipe has no more."""
    return is_interactive() and confirm(question)


def _read_line(words: str, *, hidden: bool, default: str | None) -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt(
            spoken(words), hide_input=hidden, default=default, show_default=bool(default), err=True
        )
        return typed
    piped = sys.stdin.readline()
    if not piped:
        raise BadInput(f"Thiếu dòng: {spoken(words)}. / A line is missing: {spoken(words)}.")
    return piped.strip() or (default or "")
