"""The command `casework`: the demo, the server, and what an operator does beside it."""

import os
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

import click
from sqlalchemy.exc import OperationalError

from casework import config, list_consistency, serving
from casework import workers as worker_processes
from casework.administration import (
    agency_commands,
    commands,
    commune_commands,
    data_folder_lock,
    maintenance_commands,
    restore_commands,
)
from casework.administration.console_input import DATA_OPTION
from casework.app import create_app
from casework.config import ConfigurationError
from casework.demo import build, cards, folder
from casework.errors import CaseworkError
from casework.gate import ACTIONS
from casework.maintenance import background_jobs, startup, verify_database
from casework.oversight import policy_text
from casework.oversight.actions import verify_all
from casework.web import json_logging

_PORT = 8000
_NO_DATABASE = (
    "Không mở được cơ sở dữ liệu ({why}). Hãy xem nó có chạy không, địa chỉ có đúng không, rồi chạy lại. / The "
    "database cannot be opened."
)
_PORT_OPTION = click.option("--port", type=click.IntRange(1, 65535), help="Cổng. / The port.")


class Explained(click.Group):
    """Commands whose named errors become one sentence instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        """Run a command; a CaseworkError, or a database that cannot be reached, is told in a sentence; status 1."""
        try:
            return super().invoke(context)
        except CaseworkError as refusal:
            raise click.ClickException(str(refusal) or type(refusal).__name__) from refusal
        except OperationalError as fault:
            raise click.ClickException(_NO_DATABASE.format(why=str(fault.orig).partition("\n")[0])) from fault


@click.group(cls=Explained)
def main() -> None:
    """Sổ ca: quản lý vụ việc bạo lực giới ở cấp xã. / Case management for a commune."""
    serving.harden_process()
    json_logging.install()
    list_consistency.require_complete(ACTIONS)


@main.command()
@_PORT_OPTION
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="Thư mục của bản dùng thử.")
@click.option("--no-browser", is_flag=True, help="Không mở trình duyệt. / Do not open a browser.")
@click.option("--accounts", type=click.Path(path_type=Path), metavar="FILE", help="Ghi tài khoản ra tệp (JSON, 0600).")
def demo(port: int | None, data: Path | None, no_browser: bool, accounts: Path | None) -> None:
    """Mở bản dùng thử với một xã hư cấu. / Run a fictional commune on this machine."""
    demo_folder = (data or folder.default_folder()).absolute()
    chosen = serving.free_port(port or _PORT, exactly=port is not None)
    click.echo(f"Đang chuẩn bị bản dùng thử ở {demo_folder} ... / Preparing the demo ...")
    built = build.open_demo(demo_folder, port=chosen)
    url = built.config.public_url
    if accounts:
        cards.write(accounts, url, built.cards)

    def ready() -> None:
        click.echo(f"\n{cards.table(built.cards)}\n\nMở / Open:  {url}\nDừng / Stop:  Ctrl-C", nl=True)
        sys.stdout.flush()
        if not no_browser and _has_display():
            webbrowser.open(url)

    serving.serve(create_app(built.config), chosen, ready=ready)


@main.command()
@DATA_OPTION
@_PORT_OPTION
@click.option("--workers", type=click.IntRange(1, 64), help="Số tiến trình, với PostgreSQL. / Processes.")
def serve(data: Path, port: int | None, workers: int | None) -> None:
    """Chạy sổ ở 127.0.0.1. / Serve an installation on 127.0.0.1; a proxy in front of it speaks TLS."""
    settings = config.load(data.absolute())
    chosen = serving.free_port(port or _PORT, exactly=True)
    startup.require_current_schema(settings.database_url)
    with suppress(ConfigurationError), data_folder_lock.exclusive(settings.data):
        startup.tidy(settings)
    with data_folder_lock.shared(settings.data):
        startup.make_ready(settings)
        if workers:
            worker_processes.serve(settings, chosen, workers)
            return
        app = create_app(settings)
        jobs = background_jobs.install(app, settings, app.extensions["casework.gate"])
        try:
            serving.serve(app, chosen, ready=lambda: None)
        finally:
            jobs.wait()
            startup.leave_whole(app.extensions["casework.gate"])


@main.command()
@DATA_OPTION
def verify(data: Path) -> None:
    """Kiểm tra nhật ký của từng xã. / Verify the log of every commune; status 1 if anything does not hold."""
    with maintenance_commands.opened(data) as installation:
        findings = verify_database.find_all_faults(installation.config, installation.gate)
        verdicts = verify_all(installation.gate, rows_hold=not findings)
        for name, verdict in verdicts:
            state = "đúng / holds" if verdict.holds else "SAI / BROKEN"
            click.echo(f"{name}: {verdict.lines} dòng / lines, {verdict.short}, {state}")
    for finding in findings:
        click.echo(f"- {finding.table} {finding.about or ''}: {finding.words}")
    if findings or not all(verdict.holds for _, verdict in verdicts):
        raise click.exceptions.Exit(1)


@main.command()
def policy() -> None:
    """In quy tắc ai được làm gì. / Print the policy as Markdown."""
    click.echo(policy_text.markdown(), nl=False)


_COMMANDS = (agency_commands, commands, commune_commands, maintenance_commands, restore_commands)
for command in (command for module in _COMMANDS for command in module.COMMANDS):
    main.add_command(command)


def _has_display() -> bool:
    """Tell whether somebody could see a browser window here."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
