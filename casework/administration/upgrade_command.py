"""The console command that brings a book up to a newer version of the program."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import make_url

from casework import config
from casework.administration import data_folder_lock
from casework.config import Config
from casework.maintenance import database_upgrade
from casework.maintenance.database_upgrade import Upgraded

_DATA = click.option(
    "--data", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Thư mục dữ liệu. / The data folder."
)
OWNER = click.option(
    "--owner-url",
    metavar="URL",
    help="PostgreSQL: địa chỉ với vai làm được bảng. / As the role that owns the tables.",
)
_WORDS = {
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


@click.command("upgrade")
@_DATA
@OWNER
@click.option("--rehearse", is_flag=True, help="Chỉ tập trên bản chép, sổ vẫn chạy. / Only on a copy.")
@click.option("--reason", default="", metavar="TEXT", help="Vì sao không chờ chuyển gửi khẩn. / Why not to wait.")
def upgrade(data: Path, owner_url: str | None, rehearse: bool, reason: str) -> None:
    """Nâng sổ lên bản chương trình này; hỏng thì sổ vẫn như cũ. / Bring the book up to this program, or leave it."""
    settings = as_owner(config.load(data.absolute()), owner_url)
    if rehearse:
        with data_folder_lock.shared(settings.data):
            done = database_upgrade.rehearse(settings, told=_progress(database_upgrade.REHEARSED))
    else:
        with data_folder_lock.alone(settings.data):
            done = _tried(settings, reason)
    if done is None:
        click.echo("Sổ đã ở bản mới nhất. / The book is up to date.")
        return
    click.echo(f"{done.before} -> {done.after}: {done.proven} + {done.proof.rows} MAC, {done.proof.bodies} văn bản")
    if done.backup:
        click.echo(f"Bản sao lưu trước khi nâng / the backup made before: {done.backup}")
    if rehearse:
        click.echo("Tập xong, sổ không thay đổi. / The rehearsal went well; nothing was changed.")
        return
    click.echo("Đã nâng cấp. Mở lại sổ được rồi. / Upgraded; the server may be started again.")
    if make_url(settings.database_url).get_backend_name() == "postgresql":
        click.echo("PostgreSQL: chạy lại deploy/postgresql/grants.sql trước đã. / Run the grants again first.")


def as_owner(settings: Config, url: str | None) -> Config:
    """Let a command work as the role that owns the tables; the service never does."""
    return replace(settings, database_url=url) if url else settings


def _tried(settings: Config, reason: str) -> Upgraded | None:
    """Upgrade; whatever stops it, the operator is told first that the book is as it was."""
    try:
        return database_upgrade.run(settings, reason=reason, told=_progress(database_upgrade.STEPS))
    except Exception:
        click.echo("Chưa nâng cấp: sổ vẫn như trước. / Not upgraded; the book is as it was.", err=True)
        raise


def _progress(steps: Sequence[str]) -> Callable[[str], None]:
    def told(word: str) -> None:
        if word in steps:
            click.echo(f"[{steps.index(word) + 1}/{len(steps)}] {_WORDS[word]} ...", err=True)
            sys.stderr.flush()

    return told


COMMANDS = (upgrade,)
