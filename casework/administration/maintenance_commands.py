"""The console commands of maintenance: back up, upgrade, and the periodic jobs."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import make_url

from casework import config
from casework.administration import data_folder_lock, diagnostics
from casework.administration.console_input import DATA_OPTION
from casework.administration.console_output import JSON_OPTION, say, say_json, spoken
from casework.administration.installation import Installation, open_installation
from casework.administration.owner_role import OWNER_OPTION, as_owner
from casework.administration.progress_bar import progress_bar
from casework.config import Config
from casework.maintenance import backups, clock_check, database_upgrade, evidence_check, red_alert, tick
from casework.maintenance.database_upgrade import UpgradeReport

_UPGRADE_STEPS = {
    "backup": "Sao lưu / Backing up",
    "copy": "Chép sang một bản riêng / Copying",
    "prove": "Kiểm từng dòng của bản chép / Checking every row of the copy",
    "migrate": "Nâng bản chép / Bringing the copy up",
    "sign": "Ký lại những bảng đã đổi / Signing what has changed",
    "check": "Kiểm lại tất cả / Checking all of it again",
    "swap": "Đưa bản mới vào chỗ bản cũ / Putting it in the place of the old one",
    "verify": "Kiểm nhật ký / Verifying the log",
    "checkpoint": "Ghi mốc nhật ký / Writing a checkpoint",
    "clear": "Xóa bản cũ / Deleting the old one",
}


@contextmanager
def opened(data: Path) -> Iterator[Installation]:
    """Open an installation for the length of a command, beside a server that runs."""
    with data_folder_lock.shared(config.load(data.absolute()).data), open_installation(data) as installation:
        yield installation


@click.command("backup")
@DATA_OPTION
@JSON_OPTION
def back_up(data: Path, as_json: bool) -> None:
    """Sao lưu ngay, sổ vẫn chạy. / Back up now; the server may go on running."""
    with opened(data) as installation:
        evidence_check.require_agreement(installation.gate)
        backup = backups.make(
            installation.config, installation.gate, progress=progress_bar("Đang sao lưu / Backing up")
        )
        deleted = backups.delete_expired(installation.config)
    if as_json:
        say_json({"file": str(backup.path), "bytes": backup.size, "removed": [path.name for path in deleted]})
        return
    click.echo(f"{backup.path}: {backup.size} bytes")
    for path in deleted:
        say(
            f"Đã bỏ bản quá {backups.KEPT_DAYS} ngày: {path.name} / Removed after {backups.KEPT_DAYS} days: {path.name}"
        )


@click.command("tick")
@DATA_OPTION
@click.option("--confirm-clock", is_flag=True, help="Đồng hồ máy đúng. / I have looked: the clock is right.")
def run_tick(data: Path, confirm_clock: bool) -> None:
    """Việc định kỳ: mốc nhật ký, sao lưu, hết hạn. / What comes round: checkpoints, backups, expiry."""
    with opened(data) as installation:
        if confirm_clock:
            clock_check.confirm(installation.config, installation.gate)
        elif not tick.due(installation.config):
            say("Chưa đến giờ. / Nothing is due yet.")
            return
        done = tick.tick(installation.config, installation.gate)
    if done is None:
        say("Một lượt khác đang chạy. / Another round is under way.")
        return
    _print_tick(done)
    settings = installation.config
    if settings.alert_mail or settings.alert_command:
        red_alert.tell(settings, red=bool(done.failed or done.doubtful or diagnostics.is_red(settings.data)))
    if done.failed or done.doubtful:
        raise click.exceptions.Exit(1)


def _print_tick(done: tick.TickReport) -> None:
    names = ", ".join(done.done) or "-"
    say(f"Xong: {names} / Done: {names}")
    if done.foreign:
        names = ", ".join(done.foreign)
        say(f"Tệp lạ, bỏ qua: {names} / Not ours, passed over: {names}", to_stderr=True)
    if done.doubtful:
        say(
            "Đồng hồ máy đáng ngờ nên không có gì bị cắt. Xem lại giờ rồi chạy: casework tick --confirm-clock / "
            "The clock is in doubt, so nothing was taken away. Look at it, then confirm.",
            to_stderr=True,
        )
    if "evidence" in done.failed:
        say(
            "Sổ khác bằng chứng bên ngoài nên không ký, không sao lưu. Xem: casework verify; rồi casework accept-log. "
            "/ The book differs from the evidence outside, so nothing was signed or backed up.",
            to_stderr=True,
        )
    if done.failed:
        names = ", ".join(done.failed)
        say(f"Không xong: {names}. Chạy `casework check`. / Failed: {names}. Run `casework check`.", to_stderr=True)


@click.command("upgrade")
@DATA_OPTION
@OWNER_OPTION
@click.option("--rehearse", is_flag=True, help="Chỉ tập trên bản chép, sổ vẫn chạy. / Only on a copy.")
@click.option("--reason", default="", metavar="TEXT", help="Vì sao không chờ chuyển gửi khẩn. / Why not to wait.")
def upgrade(data: Path, owner_url: str | None, rehearse: bool, reason: str) -> None:
    """Nâng sổ lên bản chương trình này; hỏng thì sổ vẫn như cũ. / Bring the book up to this program, or leave it."""
    settings = as_owner(config.load(data.absolute()), owner_url)
    if rehearse:
        with data_folder_lock.shared(settings.data):
            done = database_upgrade.rehearse(settings, on_step=_print_steps(database_upgrade.REHEARSED))
    else:
        with data_folder_lock.exclusive(settings.data):
            done = _upgrade_or_explain(settings, reason)
    if done is None:
        say("Sổ đã ở bản mới nhất. / The book is up to date.")
        return
    rows = f"{done.verified_before} + {done.verified_after.rows} MAC"
    bodies = done.verified_after.bodies
    say(
        f"{done.before} -> {done.after}: {rows}, {bodies} văn bản / {done.before} -> {done.after}: {rows}, {bodies} "
        "texts"
    )
    if done.backup:
        say(f"Bản sao lưu trước khi nâng: {done.backup} / The backup made before: {done.backup}")
    if rehearse:
        say("Tập xong, sổ không thay đổi. / The rehearsal went well; nothing was changed.")
        return
    say("Đã nâng cấp. Mở lại sổ được rồi. / Upgraded; the server may be started again.")
    if make_url(settings.database_url).get_backend_name() == "postgresql":
        say("PostgreSQL: chạy lại deploy/postgresql/grants.sql trước đã. / Run the grants again first.")


def _upgrade_or_explain(settings: Config, reason: str) -> UpgradeReport | None:
    """Upgrade; whatever stops it, say first that the database is as it was."""
    try:
        return database_upgrade.run(settings, reason=reason, on_step=_print_steps(database_upgrade.STEPS))
    except Exception:
        say("Chưa nâng cấp: sổ vẫn như trước. / Not upgraded; the book is as it was.", to_stderr=True)
        raise


def _print_steps(steps: Sequence[str]) -> Callable[[str], None]:
    def on_step(step: str) -> None:
        if step in steps:
            click.echo(f"[{steps.index(step) + 1}/{len(steps)}] {spoken(_UPGRADE_STEPS[step])} ...", err=True)
            sys.stderr.flush()

    return on_step


@click.command("accept-log")
@DATA_OPTION
@click.option("--reason", required=True, metavar="TEXT", help="Vì sao sổ này là đúng. / Why this book is right.")
def accept_log(data: Path, reason: str) -> None:
    """Đi tiếp với sổ như đang có, dù khác bằng chứng bên ngoài. / Go on with the book as it is, with a reason."""
    settings = config.load(data.absolute())
    with data_folder_lock.exclusive(settings.data), open_installation(data) as installation:
        found = evidence_check.accept(installation.config, installation.gate, reason=reason)
    for difference in found:
        click.echo(f"- {difference.place} {difference.commune_id}: {spoken(difference.words)}")
    if not found:
        say("Không có gì khác, không có gì phải quyết định. / Nothing differs; there is nothing to decide.")
        return
    say("Đã ghi quyết định và lý do. Hãy chạy casework verify. / Written down with the reason; now verify.")


COMMANDS = (accept_log, back_up, run_tick, upgrade)
