"""Puts pages on paper before what stands on them is good: they are written, read back, and confirmed from the paper.

Until somebody has typed the last signs of each sheet from the paper in their hand, nothing has changed: whatever stops
a command before leaves the earlier sheets and keys alive.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from casework.administration import console_input, printed_pages
from casework.administration.console_output import say
from casework.administration.printed_pages import PrintedPage
from casework.errors import BadInput
from casework.vault.keys.enrolment.paper_codes import read_signs

PAPERS_OPTION = click.option(
    "--papers",
    "papers_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ghi các tờ giấy ra tệp HTML để in (nên ở USB). / Write the sheets to an HTML file to print.",
)
UNUSED = (
    "Chưa có gì thay đổi: khóa và các tờ cũ vẫn dùng được. Các tờ vừa in không mở được gì, hủy đi. / Nothing has "
    "changed: the sheets before are still good; destroy those just printed."
)
_UNSURE = (
    "Bị ngắt khi tờ mới bắt đầu có hiệu lực. Giữ cả tờ cũ lẫn tờ mới, chạy `casework check` rồi làm lại; "
    "`casework drill` cho biết tờ khôi phục nào còn đúng. / Keep both sets of sheets until it is known which is good."
)


@contextmanager
def put_on_paper(file: Path | None, pages: Sequence[PrintedPage], *, unused: str = UNUSED) -> Iterator[None]:
    """Print pages and have them confirmed, then run what makes them good.

    `unused` is said, and the file deleted, if it does not come to that. Raises BadInput for a place that cannot be
    written to or read back, and from a pipe for a wrong answer.
    """
    try:
        _output(file, pages)
        _confirm(pages)
    except BaseException:
        if file is not None:
            with suppress(OSError):
                file.unlink()
        _say(unused)
        raise
    try:
        yield
    except BaseException:
        _say(_UNSURE)
        raise
    if file is not None:
        say(f"Xóa tệp {file} ngay. / Delete {file} now.")


def _say(words: str) -> None:
    """Say what a command that was broken off leaves behind, even if nobody listens any more."""
    with suppress(OSError):
        say(words, to_stderr=True)


def _output(file: Path | None, pages: Sequence[PrintedPage]) -> None:
    """Write pages to a file for a browser and read it back, or as plain text to the terminal."""
    if file is None:
        click.echo(printed_pages.as_text(pages))
        return
    printed_pages.write(file, pages)
    if _read_from_disk(file) != printed_pages.as_html(pages):
        refusal = (
            f"Đọc lại {file} không đúng như đã ghi: đĩa có thể hỏng. Hãy chọn chỗ khác. / {file} reads otherwise than "
            "it was written: the disk may fail. Choose another place."
        )
        raise BadInput(refusal)
    count = len(pages)
    say(f"Đã ghi {count} tờ vào {file}. Mở bằng trình duyệt và in ngay. / {count} sheets are in {file}. Print it now.")


def _read_from_disk(file: Path) -> str:
    """Read a file that was flushed, from the disk where the system lets go of what it remembers of it."""
    with file.open("rb") as written:
        os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return written.read().decode("utf-8", errors="replace")


def _confirm(pages: Sequence[PrintedPage]) -> None:
    """Have the last four signs of each sheet typed, but of one that can be made again at any time."""
    wanted = [page for page in pages if not page.renewable]
    for number, page in enumerate(wanted, start=1):
        # One person may keep the sheets of two agencies.
        agency = next((f", {shown}" for name, shown in page.facts if name == "Cơ quan" and shown != "–"), "")
        place = f"[{number}/{len(wanted)}] {page.title}, {page.keeper}{agency}"
        words = f"{place}: gõ 4 ký tự cuối của mã trên giấy / {place}: the last 4 signs of the code, from the paper"

        def read(text: str, page: PrintedPage = page) -> None:
            if read_signs(text) != read_signs(page.last_group):
                raise BadInput(
                    "Không giống tờ đã in. Hãy cầm đúng tờ và gõ 4 ký tự cuối của dòng cuối. Nếu tờ in hỏng: bấm "
                    "Ctrl-C, chưa có gì thay đổi."
                )

        console_input.ask(words, read)
