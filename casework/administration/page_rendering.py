"""Pages for the printer: one secret on a page, with who keeps it and what it is for; as HTML or as plain text."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from casework import files
from casework.config import resource
from casework.errors import BadInput

_TEMPLATES = Environment(
    loader=FileSystemLoader(resource("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_WIDTH = 64


@dataclass(frozen=True)
class PrintedPage:
    """A sheet of paper: `codes` are the lines to be copied, `steps` say in a few sentences what to do with them."""

    title: str
    keeper: str
    facts: Sequence[tuple[str, str]]
    codes: Sequence[tuple[str, str]]
    steps: Sequence[str]

    def __repr__(self) -> str:
        """Never print the codes by accident."""
        return f"<paper {self.title}>"


def make_sure(file: Path | None) -> None:
    """Raise BadInput, before anything is done, if the pages could not be written to this file later."""
    if file is not None and file.exists():
        raise BadInput(f"{file} đã có. Không ghi đè: hãy chọn tên khác.")
    if file is not None and not os.access(file.absolute().parent, os.W_OK | os.X_OK):
        raise BadInput(f"Không ghi được vào {file.absolute().parent}. Hãy chọn chỗ khác.")


def write(file: Path, pages: Sequence[PrintedPage]) -> None:
    """Write the pages to a new file of mode 0600; raise BadInput if the name is taken or the place is not there."""
    try:
        files.write_new(file, as_html(pages))
    except FileExistsError:
        raise BadInput(f"{file} đã có. Không ghi đè: hãy chọn tên khác.") from None
    except OSError as cause:
        raise BadInput(f"Không ghi được {file}: {cause.strerror}. Hãy chọn chỗ khác.") from cause


def as_html(pages: Sequence[PrintedPage]) -> str:
    """Lay the pages out for a browser to print, each on its own sheet; nothing is loaded from elsewhere."""
    layout = _TEMPLATES.get_template("administration/papers.html")
    return layout.render(title="Giấy tờ khóa – Sổ ca", product="Sổ ca", pages=pages)


def as_text(pages: Sequence[PrintedPage]) -> str:
    """Lay the pages out for a terminal or a printer of plain text, with a form feed between two of them."""
    return "\f".join(_plain(page) for page in pages)


def _plain(page: PrintedPage) -> str:
    line = "=" * _WIDTH
    facts = [f"{name}: {value}" for name, value in page.facts]
    codes = [part for name, code in page.codes for part in (f"{name}:", f"    {code}")]
    steps = [f"{number}. {step}" for number, step in enumerate(page.steps, start=1)]
    return "\n".join([line, page.title.upper(), page.keeper, line, *facts, "", *codes, "", *steps, ""])
