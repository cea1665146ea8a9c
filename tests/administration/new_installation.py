"""Installations for the tests of the console: set up from a file of answers, and what stands on their printed pages."""

import os
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
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
    """The number of recovery sheets made at setup: one for each keeper of an agency."""
    return sum(len(agency.get("officers", ())) for agency in raw_answers()["agencies"].values())


def write_answers(folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A file of answers with one thing changed."""
    answers = raw_answers()
    change(answers)
    file = folder / "answers.toml"
    file.write_text(tomli_w.dumps(answers), encoding="utf-8")
    return file


def elsewhere(folder: Path) -> Path:
    """A file of answers that puts keys, checkpoints and backups into folders of their own."""
    places = {name: folder / name for name in ("keys", "checkpoints", "backups")}
    for place in places.values():
        place.mkdir(mode=0o700)
    return write_answers(folder, lambda raw: raw.update(places={name: str(path) for name, path in places.items()}))


def founded(folder: Path, answers_file: Path = ANSWERS) -> list[PrintedPage]:
    """Set up an installation and return its pages, under the umask that every command sets."""
    umask = os.umask(0o077)
    try:
        answers = setup_questions.complete_answers(answers_file, folder.with_name("kept"))
        setup.begin(folder)
        pages = setup.found_installation(folder, answers)
        setup.finish(folder)
    finally:
        os.umask(umask)
    return pages


def codes(page: PrintedPage) -> list[str]:
    """The codes on a page."""
    return [code for _, code in page.codes]


def sheets_of(pages: list[PrintedPage], agency: str) -> dict[int, str]:
    """The recovery codes of one agency by their seats."""
    sheets = [page for page in pages if page.title == "Tờ khôi phục" and ("Cơ quan", agency) in page.facts]
    return {int(dict(page.facts)["Tờ số"]): codes(page)[0] for page in sheets}


def code_for(pages: list[PrintedPage], username: str) -> str:
    """The admission code of a member."""
    [page] = [page for page in pages if ("Tên đăng nhập", username) in page.facts]
    return codes(page)[0]


@contextmanager
def used(folder: Path) -> Iterator[Installation]:
    """The installation of a folder, for acts of the console."""
    with open_installation(folder) as installation:
        yield installation


def all_codes(pages: list[PrintedPage]) -> set[str]:
    """Every code in the HTML file for the printer."""
    return set(CODE.findall(unescape(printed_pages.as_html(pages))))


def founded_without(folder: Path, code: str) -> list[PrintedPage]:
    """An installation whose commune lacks an agency that the list has: an earlier program founded it."""

    def leave_out(raw: dict[str, Any]) -> None:
        raw["people"] = [person for person in raw["people"] if person["agency"] != code]

    answers = setup_questions.complete_answers(write_answers(folder.parent, leave_out), folder.with_name("kept"))
    fewer = replace(answers, agencies=tuple(agency for agency in answers.agencies if agency.code != code))
    setup.begin(folder)
    pages = setup.found_installation(folder, fewer)
    setup.finish(folder)
    return pages
