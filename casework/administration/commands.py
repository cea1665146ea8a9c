"""The console commands of an office: they parse, ask, and print; what they do stands in the modules beside."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import click

from casework import config
from casework.administration import (
    agency_recovery,
    console_input,
    diagnostics,
    installation,
    page_rendering,
    printed_pages,
    server_key_rotation,
    setup,
    setup_answers,
    setup_questions,
)
from casework.administration.installation import Installation
from casework.administration.page_rendering import PrintedPage
from casework.config import Config
from casework.errors import BadInput, CaseworkError
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek

_DATA = click.option(
    "--data", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Thư mục dữ liệu. / The data folder."
)
_PAPERS = click.option(
    "--papers",
    "papers_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Ghi các tờ giấy ra tệp HTML để in (nên ở USB). / Write the sheets to an HTML file to print.",
)
_ANSWERS = click.option(
    "--answers", "answers_file", type=click.Path(path_type=Path), metavar="FILE", help="Tệp trả lời. / Answers (TOML)."
)
_AGENCY = click.option("--agency", metavar="CODE", help="Cơ quan, như womens_union. / The agency.")
_CIRCLE = click.option("--circle", metavar="DIGITS", help="Nhóm kín, số trên tờ. / A circle, by its sheets.")
_COMMUNE = click.option("--commune", metavar="NAME", help="Tên xã, khi sổ có nhiều xã. / The commune, if several.")


def _print(file: Path | None, sheets: Sequence[PrintedPage]) -> None:
    """Put sheets on paper: into a file for a browser, or as plain text on the terminal."""
    if file is None:
        click.echo(page_rendering.as_text(sheets))
    else:
        page_rendering.write(file, sheets)
        click.echo(f"Đã ghi {len(sheets)} tờ vào {file}. In xong thì xóa tệp. / Print the file, then delete it.")


def _renew_checkpoint(here: Installation) -> list[PrintedPage]:
    server_key_rotation.renew_checkpoint(here.config, here.gate)
    settings = config.load(here.config.data)
    return [printed_pages.fingerprints_page(installation.place(settings), here.gate.kek)]


def _renew_backup(here: Installation) -> list[PrintedPage]:
    newer = server_key_rotation.renew_backup(here.config, here.gate)
    return printed_pages.backup_pages(installation.place(config.load(here.config.data)), newer.seed)


_RENEWALS = {"checkpoint": _renew_checkpoint, "backup": _renew_backup}


def _exchange(settings: Config, papers_file: Path | None) -> None:
    """Exchange the KEK; a sheet that was printed for an exchange that was then refused is worth nothing."""
    place = installation.place(settings)
    try:
        server_key_rotation.exchange_kek(
            settings, announce=lambda key: _print(papers_file, [printed_pages.kek_page(place, key)])
        )
    except CaseworkError:
        click.echo("Chưa đổi khóa. Tờ khóa mới, nếu vừa in, không dùng được: hủy đi. / Not exchanged.", err=True)
        raise


@click.command("rotate-keys")
@_DATA
@_PAPERS
@click.argument("what", type=click.Choice(["kek", *_RENEWALS]))
def rotate_keys(data: Path, papers_file: Path | None, what: str) -> None:
    """Đổi khóa (kek, checkpoint, backup). / Exchange a key; run it again if it was broken off."""
    page_rendering.make_sure(papers_file)
    settings = config.load(data.absolute())
    if settings.demo:
        raise BadInput("Bản dùng thử không đổi khóa.")
    if what == "kek":
        _exchange(settings, papers_file)
    else:
        with installation.opened(data) as here:
            _print(papers_file, _RENEWALS[what](here))
    click.echo("Xong. Mở lại sổ được rồi. / Done; the server may be started again.")


def _whose(here: Installation, agency: str | None, circle: str | None, commune: str | None) -> tuple[UUID, UUID, str]:
    """Find the agency or the circle that a command names; it must name one of them."""
    if circle is not None and agency is None:
        return installation.circle(here, circle)
    if agency is None or circle is not None:
        raise BadInput("Hãy ghi --agency hoặc --circle, một trong hai.")
    return installation.agency(here, agency, commune)


@click.command()
@_DATA
@_AGENCY
@_CIRCLE
@_COMMUNE
@click.option("--seat", type=click.IntRange(1, 99), required=True, help="Tờ số mấy. / The number of the sheet.")
def drill(data: Path, agency: str | None, circle: str | None, commune: str | None, seat: int) -> None:
    """Tập khôi phục: thử một tờ. / Try one recovery sheet; nothing is opened."""
    with installation.opened(data) as here:
        commune_id, agency_id, name = _whose(here, agency, circle, commune)
        secret = console_input.ask_code(f"Mã trên tờ {seat} của {name}")
        here.gate.perform(here.console(commune_id), agency_recovery.drill, agency_id, seat, secret)
    click.echo(f"Tờ {seat} của {name} còn đúng; đã ghi ngày tập. / The sheet fits.")


@click.command()
@_DATA
@_PAPERS
@_AGENCY
@_CIRCLE
@_COMMUNE
def recover(data: Path, papers_file: Path | None, agency: str | None, circle: str | None, commune: str | None) -> None:
    """Khôi phục một cơ quan hoặc nhóm kín bằng hai tờ. / Let one person in again with two sheets."""
    page_rendering.make_sure(papers_file)
    with installation.opened(data) as here:
        commune_id, agency_id, name = _whose(here, agency, circle, commune)
        username = console_input.asked(f"Ai của {name} vào lại (tên đăng nhập)", setup_answers.username)
        one, other = console_input.ask_sheet("Tờ thứ nhất"), console_input.ask_sheet("Tờ thứ hai")
        done = here.gate.perform(here.console(commune_id), agency_recovery.recover, agency_id, one, other, username)
        place = installation.place(here.config)
    _print(papers_file, printed_pages.recovered(place, name, done.member, done.code, done.dealt))
    click.echo("Các tờ cũ không mở được gì nữa: hủy đi. / The old sheets open nothing any more.")


@click.command("new-sheets")
@_DATA
@_PAPERS
@_AGENCY
@_CIRCLE
@_COMMUNE
@click.option("--officer", "officers", multiple=True, required=True, metavar="NAME", help="Ai giữ một tờ. / A keeper.")
@click.option("--pairs", default="", metavar="'1-2 1-3'", help="Cặp mở được; trống: mọi cặp. / Which fit; empty: all.")
def new_sheets(
    data: Path,
    papers_file: Path | None,
    agency: str | None,
    circle: str | None,
    commune: str | None,
    officers: tuple[str, ...],
    pairs: str,
) -> None:
    """Làm tờ khôi phục mới khi đổi người giữ. / Replace all sheets with two of the present ones."""
    page_rendering.make_sure(papers_file)
    fit = setup_answers.pairs(pairs, len(officers))
    with installation.opened(data) as here:
        commune_id, agency_id, name = _whose(here, agency, circle, commune)
        given = (agency_id, console_input.ask_sheet("Tờ thứ nhất"), console_input.ask_sheet("Tờ thứ hai"))
        dealt = here.gate.perform(here.console(commune_id), agency_recovery.deal_anew, *given, officers, fit)
        place = installation.place(here.config)
    _print(papers_file, printed_pages.recovery_pages(place, name, dealt))
    click.echo("Các tờ cũ không mở được gì nữa: hủy đi. / The old sheets open nothing any more.")


@click.command()
@_DATA
def check(data: Path) -> None:
    """Khám sổ: có gì sai, phải làm gì. / Say what is wrong and what to do; status 1 if anything is."""
    found = diagnostics.check(data.absolute())
    for number, one in enumerate(found, start=1):
        click.echo(f"{number}. {one.wrong}\n   -> {one.todo}")
    if found:
        raise click.exceptions.Exit(1)
    click.echo("Không thấy gì sai. / Nothing is wrong.")


@click.command("key-file")
@_DATA
@click.option(
    "--number", type=click.IntRange(1, 2**32 - 1), required=True, help="Khóa số mấy. / The number of the key."
)
def key_file(data: Path, number: int) -> None:
    """Viết lại tệp khóa từ tờ khóa máy chủ. / Write the key file again from its sheet."""
    settings = config.load(data.absolute())
    if settings.kek_file.exists():
        raise BadInput(f"{settings.kek_file} đã có. Không ghi đè.")
    kek.write(settings.kek_file, Kek(number, console_input.ask_key("Tờ khóa máy chủ")))
    click.echo("Đã viết tệp khóa. Chạy `casework verify` để biết đúng khóa. / Written; now run `casework verify`.")


@click.command()
@_DATA
@_PAPERS
@_ANSWERS
def init(data: Path, papers_file: Path | None, answers_file: Path | None) -> None:
    """Lập sổ thật cho một xã. / Set up a real installation in an empty folder."""
    place = data.absolute()
    page_rendering.make_sure(papers_file)
    setup.make_sure(place)
    given = setup_questions.complete(answers_file, place.with_name(place.name + "-answers.toml"))
    setup.begin(place)
    _print(papers_file, setup.found(place, given))
    setup.finish(place)
    click.echo(f"Đã lập sổ ở {place}. Tiếp theo: `casework check --data {place}`. / Done; now run check.")


COMMANDS: tuple[click.Command, ...] = (init, check, recover, new_sheets, drill, rotate_keys, key_file)
