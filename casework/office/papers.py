"""Pages for the printer: one secret on a page, with who keeps it and what it is for; as HTML or as plain text."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from casework import files
from casework.errors import BadInput

_STYLE = Path(__file__).with_name("papers.css")
_WIDTH = 64


@dataclass(frozen=True)
class Page:
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


def write(file: Path, pages: Sequence[Page]) -> None:
    """Write the pages to a new file of mode 0600; raise BadInput if the name is taken or the place is not there."""
    try:
        files.write_new(file, as_html(pages))
    except FileExistsError:
        raise BadInput(f"{file} đã có. Không ghi đè: hãy chọn tên khác.") from None
    except OSError as cause:
        raise BadInput(f"Không ghi được {file}: {cause.strerror}. Hãy chọn chỗ khác.") from cause


def as_html(pages: Sequence[Page]) -> str:
    """Lay the pages out for a browser to print, each on its own sheet; nothing is loaded from elsewhere."""
    style = _STYLE.read_text(encoding="utf-8")
    head = '<!doctype html>\n<html lang="vi">\n<head>\n<meta charset="utf-8">\n<title>Giấy tờ khóa – Sổ ca</title>\n'
    body = "\n".join(_section(page, number, len(pages)) for number, page in enumerate(pages, start=1))
    return f"{head}<style>\n{style}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"


def as_text(pages: Sequence[Page]) -> str:
    """Lay the pages out for a terminal or a printer of plain text, with a form feed between two of them."""
    return "\f".join(_plain(page) for page in pages)


def _section(page: Page, number: int, last: int) -> str:
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in page.facts)
    codes = "".join(f"<p><span>{escape(name)}</span><code>{escape(code)}</code></p>" for name, code in page.codes)
    steps = "".join(f"<li>{escape(step)}</li>" for step in page.steps)
    boxed = f'<div class="codes">{codes}</div>' if codes else ""
    return (
        f"<section><header><b>Sổ ca</b><span>{number}/{last}</span></header><h1>{escape(page.title)}</h1>"
        f'<p class="keeper">{escape(page.keeper)}</p><dl>{facts}</dl>{boxed}<ol>{steps}</ol></section>'
    )


def _plain(page: Page) -> str:
    line = "=" * _WIDTH
    facts = [f"{name}: {value}" for name, value in page.facts]
    codes = [part for name, code in page.codes for part in (f"{name}:", f"    {code}")]
    steps = [f"{number}. {step}" for number, step in enumerate(page.steps, start=1)]
    return "\n".join([line, page.title.upper(), page.keeper, line, *facts, "", *codes, "", *steps, ""])
