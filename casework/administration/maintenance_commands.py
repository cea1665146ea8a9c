"""The console commands that keep the book: back up, restore, and what comes round by the clock."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from casework import clock, config
from casework.administration import data_folder_lock
from casework.administration.console_input import ask_key
from casework.administration.upgrade_command import OWNER, as_owner
from casework.config import Config
from casework.gate import Gate, open_gate
from casework.maintenance import backups, clock_check, dump, restore, startup, tick
from casework.maintenance.restore import Order, Report
from casework.vault.keys import kek
from casework.vault.keys.enrolment.paper_codes import write_code
from casework.vault.keys.kek import Kek

_DATA = click.option(
    "--data", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Thư mục dữ liệu. / The data folder."
)


@contextmanager
def opened(data: Path) -> Iterator[tuple[Config, Gate]]:
    """Open an installation for the length of a command."""
    settings = config.load(data.absolute())
    with data_folder_lock.shared(settings.data):
        startup.require_current_schema(settings.database_url)
        gate = open_gate(settings, kek.load(settings.kek_file, demo=settings.demo))
        try:
            yield settings, gate
        finally:
            gate.database.engine.dispose()


@click.command("backup")
@_DATA
def back_up(data: Path) -> None:
    """Sao lưu ngay, sổ vẫn chạy. / Back up now; the server may go on running."""
    with opened(data) as (settings, gate):
        made = backups.make(settings, gate, sized=_bar("Đang sao lưu / Backing up"))
        gone = backups.forget_old(settings)
    click.echo(f"{made.path}: {made.size} bytes")
    for path in gone:
        click.echo(f"Đã bỏ bản quá {backups.KEPT_DAYS} ngày / removed: {path.name}")


def _bar(label: str) -> dump.Sized:
    """Show on a terminal how far something is; elsewhere its label alone is told."""

    def sized(size: int) -> dump.Told:
        bar = click.progressbar(length=size, label=label, file=sys.stderr)
        bar.render_progress()

        def told(more: int) -> None:
            bar.update(more)
            if bar.finished:
                bar.render_finish()

        return told

    return sized


@click.command("restore")
@_DATA
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@OWNER
@click.option("--drill", is_flag=True, help="Chỉ tập: không đụng đến sổ đang dùng. / Rehearse in a temporary place.")
@click.option("--lost-kek", is_flag=True, help="Khóa máy chủ đã mất. / The server's key is lost.")
@click.option("--without-removals", is_flag=True, help="Sổ thu hồi đã mất. / The ledger of removals is lost.")
@click.option("--yes", is_flag=True, help="Không hỏi lại. / Do not ask again.")
def bring_back(
    data: Path, file: Path, owner_url: str | None, drill: bool, lost_kek: bool, without_removals: bool, yes: bool
) -> None:
    """Khôi phục từ một bản sao lưu. / Restore a backup, in the place of the database or as a drill."""
    settings = as_owner(config.load(data.absolute()), owner_url)
    if not drill and not yes:
        click.confirm("Mọi việc ghi sau bản sao lưu này sẽ mất. Tiếp tục? / Later work is lost. Go on?", abort=True)
    order = Order(file, ask_key("Tờ khóa sao lưu / Backup key"), lost_kek=lost_kek, without_removals=without_removals)
    sized = _bar("Đang đọc bản sao lưu / Reading the backup")
    if drill:
        _tell(restore.drill(settings, order, hook=_shown_step, sized=sized))
        click.echo("Đã tập xong, không có gì thay đổi. / The drill is over; nothing was changed.")
        return
    with data_folder_lock.alone(settings.data):
        _tell(restore.restore(settings, order, hook=_shown_step, sized=sized, announce=_show_key))
    click.echo("Đã khôi phục. Ai cũng phải đăng nhập lại. / Restored; everybody signs in anew.")


_STEPS = {
    "filled": "Đã đúng chữ ký, đã mở hết / signature and all parts hold",
    "signed": "Đã ký lại bằng khóa mới / signed with the new key",
    "replayed": "Đã thu hồi lại / taken away again what was taken away",
    "checked": "Đã kiểm từng dòng / every row is checked",
    "swapped": "Đã vào chỗ của sổ / it stands in the place of the book",
    "noted": "Đã ghi mốc / a checkpoint is written",
}


def _shown_step(step: str) -> None:
    """Say how far a restore is."""
    if step in _STEPS:
        click.echo(f"... {_STEPS[step]}", err=True)


def _show_key(key: Kek) -> None:
    """Show the new key of the server, to be written on its sheet before it counts."""
    click.echo(f"Khóa máy chủ mới, số {key.number}. Chép ra giấy, cất riêng. / Write this down and keep it apart:")
    for half in (key.secret[:16], key.secret[16:]):
        click.echo(f"    {write_code(half)}")


def _tell(report: Report) -> None:
    made = clock.local(report.made).isoformat(timespec="minutes")
    click.echo(f"Bản sao lưu lúc / made at {made}: {report.rows} dòng / rows")
    click.echo(f"Đã kiểm / checked: {report.proof.rows} MAC, {report.proof.bodies} văn bản / bodies")
    click.echo(f"Thu hồi lại / taken away again: {report.taken}; xóa lại / erased again: {report.erased}")
    click.echo(f"Mất / took {report.seconds:.1f} s")


@click.command("tick")
@_DATA
@click.option("--confirm-clock", is_flag=True, help="Đồng hồ máy đúng. / I have looked: the clock is right.")
def round_of_the_clock(data: Path, confirm_clock: bool) -> None:
    """Việc định kỳ: mốc nhật ký, sao lưu, hết hạn. / What comes round: checkpoints, backups, expiry."""
    with opened(data) as (settings, gate):
        if confirm_clock:
            clock_check.confirm(settings, gate)
        elif not tick.due(settings):
            click.echo("Chưa đến giờ. / Nothing is due yet.")
            return
        done = tick.tick(settings, gate)
    if done is None:
        click.echo("Một lượt khác đang chạy. / Another round is under way.")
        return
    click.echo(f"Xong / done: {', '.join(done.done) or '-'}")
    if done.doubtful:
        click.echo(
            "Đồng hồ máy đáng ngờ nên không có gì bị cắt. Xem lại giờ rồi chạy: casework tick --confirm-clock\n"
            "The clock is in doubt, so nothing was taken away. Look at it, then confirm.",
            err=True,
        )
    if done.failed:
        click.echo(f"Không xong / failed: {', '.join(done.failed)}", err=True)
    if done.failed or done.doubtful:
        raise click.exceptions.Exit(1)


COMMANDS = (back_up, bring_back, round_of_the_clock)
