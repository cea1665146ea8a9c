"""Puts pages on paper: to a file for a browser, or as plain text to the terminal."""

from collections.abc import Sequence
from pathlib import Path

import click

from casework.administration import printed_pages
from casework.administration.printed_pages import PrintedPage

PAPERS_OPTION = click.option(
    "--papers",
    "papers_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ghi các tờ giấy ra tệp HTML để in (nên ở USB). / Write the sheets to an HTML file to print.",
)


def output_pages(file: Path | None, pages: Sequence[PrintedPage]) -> None:
    """Write pages to a file for a browser, or as plain text to the terminal."""
    if file is None:
        click.echo(printed_pages.as_text(pages))
    else:
        printed_pages.write(file, pages)
        click.echo(f"Đã ghi {len(pages)} tờ vào {file}. In xong thì xóa tệp. / Print the file, then delete it.")
