"""Installations for the tests of the console: founded from a file of answers, and what stands on their papers."""

import os
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import tomli_w

from casework.administration import printed_pages, setup, setup_questions
from casework.administration.installation import Installation, open_installation
from casework.administration.printed_pages import PrintedPage

ANSWERS = Path(__file__).with_name("answers.toml")
CODE = re.compile(r"\b(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}\b")


def raw_answers() -> dict[str, Any]:
    """The answers as they stand in the file."""
    return tomllib.loads(ANSWERS.read_text(encoding="utf-8"))


def count_sheets() -> int:
    """How many recovery sheets founding makes: one for each keeper of an agency."""
    return sum(len(one.get("officers", ())) for one in raw_answers()["agencies"].values())


def write_answers(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A file of answers with one thing changed."""
    given = raw_answers()
    change(given)
    file = folder / "answers.toml"
    file.write_text(tomli_w.dumps(given), encoding="utf-8")
    return file


def founded(folder: Path) -> list[PrintedPage]:
    """Found an installation and return its papers, under the umask that every command sets."""
    before = os.umask(0o077)
    try:
        given = setup_questions.complete_answers(ANSWERS, folder.with_name("kept"))
        setup.begin(folder)
        made = setup.found_installation(folder, given)
        setup.finish(folder)
    finally:
        os.umask(before)
    return made


def codes(page: PrintedPage) -> list[str]:
    """The codes on a page."""
    return [code for _, code in page.codes]


def sheets_of(made: list[PrintedPage], agency: str) -> dict[int, str]:
    """The recovery codes of one agency by their seats."""
    mine = [page for page in made if page.title == "Tờ khôi phục" and ("Cơ quan", agency) in page.facts]
    return {int(dict(page.facts)["Tờ số"]): codes(page)[0] for page in mine}


def code_for(made: list[PrintedPage], username: str) -> str:
    """The code with which somebody takes her account."""
    [page] = [page for page in made if ("Tên đăng nhập", username) in page.facts]
    return codes(page)[0]


@contextmanager
def used(folder: Path) -> Iterator[Installation]:
    """The installation of a folder, for acts of the console."""
    with open_installation(folder) as here:
        yield here


def all_codes(made: list[PrintedPage]) -> set[str]:
    """Every code that stands on the papers, as the file for the printer holds them."""
    return set(CODE.findall(unescape(printed_pages.as_html(made))))
