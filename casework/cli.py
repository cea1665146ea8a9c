"""The command `casework`: the demo, the server, and what an operator does beside it."""

import os
import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

import click

from casework import config, list_consistency, serving
from casework import workers as worker_processes
from casework.administration import (
    administrator_commands,
    agency_commands,
    check_commands,
    commands,
    commune_commands,
    data_folder_lock,
    list_commands,
    maintenance_commands,
    program_commands,
    restore_commands,
    versions,
)
from casework.administration.command_failures import HELP_OPTION, Explained
from casework.administration.console_input import DATA_OPTION
from casework.administration.console_output import ENGLISH_OPTION, say
from casework.app import create_app
from casework.config import Config, ConfigurationError
from casework.demo import build, cards, folder
from casework.gate import ACTIONS
from casework.maintenance import background_jobs, startup
from casework.oversight import policy_text
from casework.web import json_logging

_PORT = 8000
_PORT_OPTION = click.option("--port", type=click.IntRange(1, 65535), help="Cổng. / The port.")


def _tell_versions(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    """Print the versions and end, as `--help` does."""
    if wanted and not context.resilient_parsing:
        click.echo(versions.in_words())
        context.exit()


@click.group(cls=Explained)
@HELP_OPTION
@click.option(ENGLISH_OPTION, is_flag=True, help="Nói tiếng Anh. / Speak English; also where the locale is English.")
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_tell_versions, help="Phiên bản. / Versions."
)
def main(**_: object) -> None:
    """Sổ ca: quản lý vụ việc bạo lực giới ở cấp xã. / Case management for a commune."""
    serving.harden_process()
    json_logging.install()
    list_consistency.require_complete(ACTIONS)


@main.command()
@_PORT_OPTION
@click.option("--data", type=click.Path(path_type=Path), metavar="DIR", help="Thư mục của bản dùng thử. / Its folder.")
@click.option("--no-browser", is_flag=True, help="Không mở trình duyệt. / Do not open a browser.")
@click.option(
    "--accounts", type=click.Path(path_type=Path), metavar="FILE", help="Ghi tài khoản ra tệp. / Accounts as JSON."
)
def demo(port: int | None, data: Path | None, no_browser: bool, accounts: Path | None) -> None:
    """Mở bản dùng thử với một xã hư cấu. / Run a fictional commune on this machine."""
    demo_folder = (data or folder.default_folder()).absolute()
    chosen = serving.free_port(port or _PORT, exactly=port is not None)
    say(f"Đang chuẩn bị bản dùng thử ở {demo_folder} ... / Preparing the demo in {demo_folder} ...")
    built = build.open_demo(demo_folder, port=chosen)
    url = built.config.public_url
    if accounts:
        cards.write(accounts, url, built.cards)

    def ready() -> None:
        click.echo(f"\n{cards.table(built.cards)}\n")
        say(f"Mở:  {url}\nDừng:  Ctrl-C / Open:  {url}\nStop:  Ctrl-C")
        sys.stdout.flush()
        if not no_browser and _has_display():
            webbrowser.open(url)

    app = create_app(built.config)
    try:
        serving.serve(app, chosen, ready=ready)
    finally:
        startup.leave_whole(app.extensions["casework.gate"])


@main.command()
@DATA_OPTION
@_PORT_OPTION
@click.option("--workers", type=click.IntRange(1, 64), help="Số tiến trình, với PostgreSQL. / Processes.")
@click.option("--no-tick", is_flag=True, help="Việc định kỳ do hẹn giờ của máy làm. / A timer runs `casework tick`.")
def serve(data: Path, port: int | None, workers: int | None, no_tick: bool) -> None:
    """Chạy sổ ở 127.0.0.1. / Serve an installation on 127.0.0.1; a proxy in front of it speaks TLS."""
    settings = config.load(data.absolute())
    chosen = serving.free_port(port or _PORT, exactly=True)
    startup.read_local_files(settings)
    startup.require_current_schema(settings.database_url)
    with suppress(ConfigurationError), data_folder_lock.exclusive(settings.data):
        startup.tidy(settings)
    with data_folder_lock.shared(settings.data):
        startup.make_ready(settings)
        if workers:
            _tell_listening(settings, chosen)
            worker_processes.serve(settings, chosen, workers)
            return
        app = create_app(settings)
        jobs = background_jobs.install(app, settings, app.extensions["casework.gate"], ticks=not no_tick)
        try:
            serving.serve(app, chosen, ready=lambda: _tell_listening(settings, chosen))
        finally:
            jobs.wait()
            startup.leave_whole(app.extensions["casework.gate"])


@main.command()
def policy() -> None:
    """In quy tắc ai được làm gì. / Print the policy as Markdown."""
    click.echo(policy_text.markdown(), nl=False)


for module in (
    administrator_commands,
    agency_commands,
    check_commands,
    commands,
    commune_commands,
    list_commands,
    maintenance_commands,
    program_commands,
    restore_commands,
):
    for command in module.COMMANDS:
        main.add_command(command)


def _tell_listening(settings: Config, port: int) -> None:
    """Say where the server listens, where people open it, and how it is stopped."""
    place = f"http://{serving.HOST}:{port}"
    say(
        f"Đang nghe ở {place}, mọi người mở {settings.public_url}. Dừng: Ctrl-C, hoặc systemctl stop casework. / "
        f"Listening on {place}, people open {settings.public_url}. Stop: Ctrl-C, or systemctl stop casework."
    )
    sys.stdout.flush()


def _has_display() -> bool:
    """Tell whether somebody could see a browser window here."""
    return sys.platform in ("darwin", "win32") or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
