"""The console commands of an office: they parse, ask, and print; what they do stands in the modules beside."""

from collections.abc import Sequence
from pathlib import Path

import click

from casework import config
from casework.errors import BadInput
from casework.office import exchanging, installation, pages, papers, recovering, typed
from casework.office.installation import Installation
from casework.office.papers import Page
from casework.vault import kek
from casework.vault.kek import Kek

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
_AGENCY = click.option("--agency", required=True, metavar="CODE", help="Cơ quan, như womens_union. / The agency.")
_COMMUNE = click.option("--commune", metavar="NAME", help="Tên xã, khi sổ có nhiều xã. / The commune, if several.")


def _print(file: Path | None, sheets: Sequence[Page]) -> None:
    """Put sheets on paper: into a file for a browser, or as plain text on the terminal."""
    if file is None:
        click.echo(papers.as_text(sheets))
    else:
        papers.write(file, sheets)
        click.echo(f"Đã ghi {len(sheets)} tờ vào {file}. In xong thì xóa tệp. / Print the file, then delete it.")


def _renew_checkpoint(here: Installation) -> list[Page]:
    exchanging.renew_checkpoint(here.config, here.gate)
    settings = config.load(here.config.data)
    return [pages.fingerprints_page(installation.place(settings), here.gate.kek)]


def _renew_backup(here: Installation) -> list[Page]:
    newer = exchanging.renew_backup(here.config, here.gate)
    return pages.backup_pages(installation.place(config.load(here.config.data)), newer.seed)


_RENEWALS = {"checkpoint": _renew_checkpoint, "backup": _renew_backup}


@click.command("rotate-keys")
@_DATA
@_PAPERS
@click.argument("what", type=click.Choice(["kek", "checkpoint", "backup"]))
def rotate_keys(data: Path, papers_file: Path | None, what: str) -> None:
    """Đổi khóa: kek, checkpoint hoặc backup. / Exchange a key; run it again if it was broken off."""
    papers.make_sure(papers_file)
    settings = config.load(data.absolute())
    if settings.demo:
        raise BadInput("Bản dùng thử không đổi khóa.")
    place = installation.place(settings)
    if what == "kek":
        exchanging.exchange_kek(settings, announce=lambda key: _print(papers_file, [pages.kek_page(place, key)]))
    else:
        with installation.opened(data) as here:
            _print(papers_file, _RENEWALS[what](here))
    click.echo("Xong. Mở lại sổ được rồi. / Done; the server may be started again.")


@click.command()
@_DATA
@_AGENCY
@_COMMUNE
@click.option("--seat", type=click.IntRange(1, 99), required=True, help="Tờ số mấy. / The number of the sheet.")
def drill(data: Path, agency: str, commune: str | None, seat: int) -> None:
    """Tập khôi phục: thử một tờ. / Try one recovery sheet; nothing is opened."""
    with installation.opened(data) as here:
        commune_id, agency_id, name = installation.agency(here, agency, commune)
        secret = typed.ask_code(f"Mã trên tờ {seat} của {name}")
        here.gate.perform(here.console(commune_id), recovering.drill, agency_id, seat, secret)
    click.echo(f"Tờ {seat} của {name} còn đúng; đã ghi ngày tập. / The sheet fits.")


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
    kek.write(settings.kek_file, Kek(number, typed.ask_key("Tờ khóa máy chủ")))
    click.echo("Đã viết tệp khóa. Chạy `casework verify` để biết đúng khóa. / Written; now run `casework verify`.")


COMMANDS: tuple[click.Command, ...] = (rotate_keys, drill, key_file)
