"""The console command that restores a backup: in place, on a machine that has nothing, or as a drill."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import click

from casework import clock, config, unguarded_database
from casework.administration import carried_contacts, data_folder_lock, new_machine
from casework.administration.console_input import DATA_OPTION, ask, ask_key
from casework.administration.console_output import confirm, say, spoken
from casework.administration.installation import installation_facts
from casework.administration.new_machine import MachinePlaces, Papers
from casework.administration.owner_role import OWNER_OPTION, as_owner
from casework.administration.paper_output import PAPERS_OPTION, put_on_paper
from casework.administration.printed_pages import kek_page, require_writable
from casework.administration.progress_bar import progress_bar
from casework.config import SETTINGS, Config
from casework.errors import BadInput
from casework.maintenance import restore
from casework.maintenance.restore import RestoreOrder, RestoreReport
from casework.vault.keys.kek import Kek

_FINGERPRINT_DIGITS = 32
_RUN_AGAIN = "Chưa xong: chạy lại lệnh này để in tờ và mở sổ. / Not finished yet: run this again."
_STEPS = {
    "filled": "Đã đúng chữ ký, đã mở hết / signature and all parts hold",
    "signed": "Đã ký lại bằng khóa mới / signed with the new key",
    "replayed": "Đã thu hồi lại / taken away again what was taken away",
    "checked": "Đã kiểm từng dòng / every row is checked",
    "swapped": "Đã vào chỗ của sổ / it stands in the place of the book",
    "noted": "Đã ghi mốc / a checkpoint is written",
}


@dataclass(frozen=True)
class _Wish:
    """What the operator has asked for besides the file."""

    file: Path
    owner_url: str | None
    drill: bool
    lost_kek: bool
    without_removals: bool
    papers_file: Path | None

    def order(self, seed: bytes) -> RestoreOrder:
        return RestoreOrder(self.file, seed, self.lost_kek, self.without_removals)


@click.command("restore")
@DATA_OPTION
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@OWNER_OPTION
@PAPERS_OPTION
@click.option("--drill", is_flag=True, help="Chỉ tập: không đụng đến sổ đang dùng. / Rehearse in a temporary place.")
@click.option("--from-papers", is_flag=True, help="Tập như trên máy mới: chỉ tệp và giấy. / Drill from papers alone.")
@click.option("--lost-kek", is_flag=True, help="Khóa máy chủ đã mất. / The server's key is lost.")
@click.option("--without-removals", is_flag=True, help="Sổ thu hồi đã mất. / The ledger of removals is lost.")
@click.option("--checkpoints", default="", metavar="DIR", help="Máy mới: thư mục mốc của máy cũ. / The old notes.")
@click.option("--database-url", default="", metavar="URL", help="Máy mới: cơ sở dữ liệu khác. / Another database.")
@click.option("--yes", is_flag=True, help="Không hỏi lại. / Do not ask again.")
def restore_backup(
    data: Path, from_papers: bool, checkpoints: str, database_url: str, yes: bool, **wished: object
) -> None:
    """Khôi phục từ một bản sao lưu. / Restore a backup: in place, on a machine that has nothing, or as a drill."""
    wish, folder = _Wish(**wished), data.absolute()  # type: ignore[arg-type]
    require_writable(wish.papers_file)
    require_writable(wish.papers_file and _beside(wish.papers_file))
    if from_papers and not wish.drill:
        raise BadInput("--from-papers chỉ dùng để tập: hãy thêm --drill.")
    if not wish.drill and not yes:
        confirm("Mọi việc ghi sau bản sao lưu này sẽ mất. Tiếp tục? / Later work is lost. Go on?", or_end=True)
    if from_papers or not (folder / SETTINGS).exists():
        _on_new_machine(
            folder, wish, MachinePlaces(database_url, str(Path(checkpoints).absolute()) if checkpoints else "")
        )
    elif checkpoints or database_url:
        raise BadInput("--checkpoints và --database-url chỉ dùng trên máy mới; sổ này theo casework.toml.")
    else:
        _in_place(config.load(folder), wish)


def _in_place(settings: Config, wish: _Wish) -> None:
    settings = as_owner(settings, wish.owner_url)
    order = wish.order(ask_key("Tờ khóa sao lưu / Backup key"))
    if wish.drill:
        _drill(settings, order)
        return
    with data_folder_lock.exclusive(settings.data):
        _restore(settings, order, wish.papers_file)
    say("Đã khôi phục. Ai cũng phải đăng nhập lại. / Restored; everybody signs in anew.")


def _on_new_machine(folder: Path, wish: _Wish, places: MachinePlaces) -> None:
    """Restore, or rehearse to, with nothing but the file and what stands on the papers."""
    say("Khôi phục như trên máy mới: chỉ từ tệp này và giấy. / As on a new machine: this file and the papers.")
    with new_machine.empty_folder(folder) if wish.drill else nullcontext(folder) as place:
        if wish.drill:
            # A drill is always in a file of its own: a book on a server is neither needed nor touched.
            places = replace(places, database_url=f"sqlite:///{folder / 'drill.sqlite3'}")
        papers = _ask_papers(wish, place / "kek")
        order = wish.order(papers.seed)
        settings = new_machine.prepare(place, order, papers, places)
        if not wish.drill:
            settings = carried_contacts.settled(settings)
        with data_folder_lock.exclusive(place), new_machine.forgetting_key(settings, papers):
            if wish.drill:
                _drill(settings, order)
                return
            owned = as_owner(settings, wish.owner_url)
            _restore(owned, order, wish.papers_file and _beside(wish.papers_file))
        with put_on_paper(wish.papers_file, [new_machine.replaced_fingerprints(owned)], unused=_RUN_AGAIN):
            new_machine.finish(owned, database_url=settings.database_url)
    say(
        f"Đã khôi phục vào {place}. Khóa ký mốc là khóa mới: để tờ “Dấu của các khóa” vừa in vào mỗi két, bỏ tờ cũ. "
        "Tiếp theo: `casework check`. / Restored; the signing key is a new one: put its sheet into each safe."
    )


def _beside(file: Path) -> Path:
    """Return the name for a file of its own with the new KEK, which is printed before the rest is known."""
    return file.with_stem(f"{file.stem}-kek")


def _ask_papers(wish: _Wish, key_file: Path) -> Papers:
    """Ask for what stands on the sheets; a key that lies in the folder already, or is lost, is not asked for."""
    number, secret = new_machine.kek_number(wish.file), None
    if not wish.lost_kek and not key_file.exists():
        secret = ask_key(f"Tờ khóa máy chủ, khóa số {number} / Sheet of the server's key, number {number}")
    seed = ask_key("Tờ khóa sao lưu / Backup key")
    return Papers(
        ask(
            "Dấu khóa ký, trên tờ “Dấu của các khóa” mới nhất / Fingerprint of the signing key, from its newest sheet",
            _fingerprint,
        ),
        seed,
        secret,
    )


def _fingerprint(text: str) -> str:
    """Read a fingerprint however it was typed, and return it as it is printed."""
    digits = "".join(text.split()).replace("-", "").lower()
    if len(digits) != _FINGERPRINT_DIGITS or not set(digits) <= set("0123456789abcdef"):
        raise BadInput("Dấu khóa ký là 8 nhóm, mỗi nhóm 4 ký tự từ 0 đến 9 và a đến f. Hãy so lại với tờ rồi gõ lại.")
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _drill(settings: Config, order: RestoreOrder) -> None:
    _print_report(restore.drill(settings, order, hook=_print_step, progress=progress_bar(_READING)))
    say("Đã tập xong, không có gì thay đổi. / The drill is over; nothing was changed.")


def _restore(settings: Config, order: RestoreOrder, papers_file: Path | None) -> None:
    def announced(key: Kek) -> AbstractContextManager[None]:
        """Put a new KEK on paper before it is in its file; the commune's name stands in the new database alone."""
        beside = replace(settings, database_url=unguarded_database.url_beside(settings.database_url))
        return put_on_paper(papers_file, [kek_page(installation_facts(beside), key)])

    progress = progress_bar(_READING)
    _print_report(restore.restore(settings, order, hook=_print_step, progress=progress, announced=announced))


_READING = "Đang đọc bản sao lưu / Reading the backup"


def _print_step(step: str) -> None:
    if step in _STEPS:
        click.echo(f"... {spoken(_STEPS[step])}", err=True)


def _print_report(report: RestoreReport) -> None:
    made = clock.local(report.made_at).isoformat(timespec="minutes")
    rows, bodies = report.verified.rows, report.verified.bodies
    say(f"Bản sao lưu lúc {made}: {report.rows} dòng / The backup was made at {made}: {report.rows} rows")
    say(f"Đã kiểm: {rows} MAC, {bodies} văn bản / Checked: {rows} MACs, {bodies} texts")
    say(
        f"Thu hồi lại: {report.revoked}; xóa lại: {report.erased} / Taken away again: {report.revoked}; erased again: "
        f"{report.erased}"
    )
    for name in report.removed:
        say(
            f"{name} đã bị xóa khỏi sổ sau bản sao lưu này, nên không trở lại. / {name} was removed after this "
            "backup and does not come back."
        )
    say(f"Mất {report.seconds:.1f} giây / It took {report.seconds:.1f} s")


COMMANDS = (restore_backup,)
