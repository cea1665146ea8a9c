"""The console commands of setup, diagnostics, recovery and key rotation: they parse, ask and print."""

from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import click

from casework import config
from casework.accounts import authentication
from casework.accounts.authentication import LoginAttempt
from casework.administration import (
    agency_recovery,
    console_input,
    data_folder_lock,
    printed_pages,
    server_key_rotation,
    setup,
    setup_answers,
    setup_draft,
    setup_questions,
)
from casework.administration.console_input import DATA_OPTION
from casework.administration.console_output import say
from casework.administration.installation import (
    Installation,
    find_agency,
    find_circle,
    installation_facts,
    open_installation,
)
from casework.administration.owner_role import OWNER_OPTION, as_owner
from casework.administration.paper_output import PAPERS_OPTION, UNUSED, put_on_paper
from casework.codelists import agencies
from casework.config import Config
from casework.errors import BadInput, CaseworkError
from casework.maintenance.system_actors import console_of
from casework.vault.crypto import signatures
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek

_ANSWERS = click.option(
    "--answers", "answers_file", type=click.Path(path_type=Path), metavar="FILE", help="Tệp trả lời. / Answers (TOML)."
)
_AGENCY = click.option("--agency", metavar="CODE", help="Cơ quan, như womens_union. / The agency.")
_CIRCLE = click.option("--circle", metavar="DIGITS", help="Nhóm kín, số trên tờ. / A circle, by its sheets.")
_COMMUNE = click.option("--commune", metavar="NAME", help="Tên xã, khi sổ có nhiều xã. / The commune, if several.")


def _rotate_checkpoint_key(installation: Installation, papers_file: Path | None) -> None:
    settings, signer = installation.config, signatures.new_signer()
    facts = replace(installation_facts(settings), checkpoint=signer.public)
    with put_on_paper(papers_file, [printed_pages.fingerprints_page(facts, installation.gate.kek)]):
        server_key_rotation.rotate_checkpoint_key(settings, installation.gate, signer)


def _rotate_backup_key(installation: Installation, papers_file: Path | None) -> None:
    backup_key = server_key_rotation.new_backup_key()
    facts = replace(installation_facts(installation.config), backup=backup_key.public)
    with put_on_paper(papers_file, printed_pages.backup_pages(facts, backup_key.seed)):
        server_key_rotation.pin_backup_key(installation.config, installation.gate, backup_key)


def _rotate_kek(settings: Config, papers_file: Path | None) -> None:
    """Rotate the KEK; if that is refused, say that the sheet just printed is worth nothing."""
    facts = installation_facts(settings)

    def announced(key: Kek, *, again: bool) -> AbstractContextManager[None]:
        return put_on_paper(papers_file, [printed_pages.kek_page(facts, key)], unused=_RUN_AGAIN if again else UNUSED)

    try:
        server_key_rotation.rotate_kek(settings, announced=announced)
    except CaseworkError:
        say(
            "Chưa đổi khóa. Tờ khóa mới, nếu vừa in, không dùng được: hủy đi. / Not exchanged: destroy a sheet just "
            "printed.",
            to_stderr=True,
        )
        raise


_RUN_AGAIN = "Chưa đổi xong: giữ mọi tờ khóa và chạy lại lệnh này. / Keep every sheet and run this again."
_ROTATIONS = {"checkpoint": _rotate_checkpoint_key, "backup": _rotate_backup_key}


@click.command("rotate-keys")
@DATA_OPTION
@PAPERS_OPTION
@OWNER_OPTION
@click.argument("what", type=click.Choice(["kek", *_ROTATIONS]))
def rotate_keys(data: Path, papers_file: Path | None, owner_url: str | None, what: str) -> None:
    """Đổi khóa (kek, checkpoint, backup). / Exchange a key; run it again if it was broken off."""
    printed_pages.require_writable(papers_file)
    settings = config.load(data.absolute())
    if settings.demo:
        raise BadInput("Bản dùng thử không đổi khóa.")
    if what == "kek":
        _rotate_kek(as_owner(settings, owner_url), papers_file)
    else:
        with data_folder_lock.exclusive(settings.data), open_installation(data) as installation:
            _ROTATIONS[what](installation, papers_file)
    say("Xong. Mở lại sổ được rồi. / Done; the server may be started again.")


def _find_agency_or_circle(
    installation: Installation, agency: str | None, circle: str | None, commune: str | None
) -> tuple[UUID, UUID, str]:
    """Return commune, id and name of the agency or the circle that a command names; it must name one of them."""
    if circle is not None and agency is None:
        return find_circle(installation, circle)
    if agency is None or circle is not None:
        raise BadInput("Hãy ghi --agency hoặc --circle, một trong hai.")
    return find_agency(installation, agency, commune)


@click.command()
@DATA_OPTION
@_AGENCY
@_CIRCLE
@_COMMUNE
@click.option("--seat", type=click.IntRange(1, 99), required=True, help="Tờ số mấy. / The number of the sheet.")
def drill(data: Path, agency: str | None, circle: str | None, commune: str | None, seat: int) -> None:
    """Tập khôi phục: thử một tờ. / Try one recovery sheet; nothing is opened."""
    with open_installation(data) as installation:
        commune_id, agency_id, name = _find_agency_or_circle(installation, agency, circle, commune)
        secret = console_input.ask_code(f"Mã trên tờ {seat} của {name} / Code on sheet {seat} of {name}")
        installation.gate.perform(console_of(commune_id), agency_recovery.drill_sheet, agency_id, seat, secret)
    say(f"Tờ {seat} của {name} còn đúng; đã ghi ngày tập. / Sheet {seat} of {name} fits; the day is noted.")


@click.command()
@DATA_OPTION
@PAPERS_OPTION
@_AGENCY
@_CIRCLE
@_COMMUNE
def recover(data: Path, papers_file: Path | None, agency: str | None, circle: str | None, commune: str | None) -> None:
    """Khôi phục một cơ quan hoặc nhóm kín bằng hai tờ. / Let one person in again with two sheets."""
    printed_pages.require_writable(papers_file)
    with open_installation(data) as installation:
        commune_id, agency_id, name = _find_agency_or_circle(installation, agency, circle, commune)
        username = console_input.ask(
            f"Ai của {name} vào lại (tên đăng nhập) / Who of {name} comes back (user name)", setup_answers.username
        )
        sheets = console_input.ask_two_sheets()
        gate, console = installation.gate, console_of(commune_id)
        planned = gate.perform(console, agency_recovery.plan_recovery, agency_id, *sheets, username)
        facts = installation_facts(installation.config)
        with put_on_paper(papers_file, printed_pages.planned_recovery_pages(facts, name, planned)):
            gate.perform(console, agency_recovery.recover, agency_id, *sheets, planned)
    say("Các tờ cũ không mở được gì nữa: hủy đi. / The old sheets open nothing any more.")


@click.command("hand-over")
@DATA_OPTION
@_COMMUNE
def hand_over(data: Path, commune: str | None) -> None:
    """Người đã rời trao khóa của vụ việc kín. / Somebody who left hands over the key of a sealed case."""
    with open_installation(data) as installation:
        gate, (commune_id, _, _) = installation.gate, find_agency(installation, agencies.coordinating(), commune)
        username = console_input.ask("Ai đã rời (tên đăng nhập) / Who has left (user name)", setup_answers.username)
        passphrase = console_input.ask(
            "Mật khẩu của người ấy, tự tay gõ / Their passphrase, typed by themselves", str, hidden=True
        )
        opened = authentication.authenticate(
            gate, commune_id, LoginAttempt(username, passphrase, device="", address="")
        )
        if opened is None:
            raise BadInput("Tên đăng nhập hoặc mật khẩu chưa đúng, hoặc người này không còn giữ khóa nào.")
        reader = console_input.ask("Trao cho ai (tên đăng nhập) / To whom (user name)", setup_answers.username)
        act = agency_recovery.hand_over_circles
        count = gate.perform(console_of(commune_id), act, opened.seed, opened.member_id, reader)
    say(f"Đã trao khóa của {count} nhóm kín. Người nhận hãy đăng nhập ngay. / {count} handed over; sign in at once.")


@click.command("new-sheets")
@DATA_OPTION
@PAPERS_OPTION
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
    printed_pages.require_writable(papers_file)
    allowed_pairs = setup_answers.pairs(pairs, len(officers))
    with open_installation(data) as installation:
        commune_id, agency_id, name = _find_agency_or_circle(installation, agency, circle, commune)
        present = console_input.ask_two_sheets()
        gate, console = installation.gate, console_of(commune_id)
        planned = gate.perform(console, agency_recovery.plan_sheets, agency_id, *present, officers, allowed_pairs)
        facts = installation_facts(installation.config)
        with put_on_paper(papers_file, printed_pages.recovery_pages(facts, name, planned)):
            gate.perform(console, agency_recovery.replace_sheets, agency_id, *present, planned)
    say("Các tờ cũ không mở được gì nữa: hủy đi. / The old sheets open nothing any more.")


@click.command("key-file")
@DATA_OPTION
@click.option(
    "--number", type=click.IntRange(1, 2**32 - 1), required=True, help="Khóa số mấy. / The number of the key."
)
def key_file(data: Path, number: int) -> None:
    """Viết lại tệp khóa từ tờ khóa máy chủ. / Write the key file again from its sheet."""
    settings = config.load(data.absolute())
    if settings.kek_file.exists():
        raise BadInput(f"{settings.kek_file} đã có, không ghi đè. / {settings.kek_file} is there already.")
    kek.write(settings.kek_file, Kek(number, console_input.ask_key("Tờ khóa máy chủ / Sheet of the server's key")))
    say("Đã viết tệp khóa. Chạy `casework verify` để biết đúng khóa. / Written; now run `casework verify`.")


@click.command()
@DATA_OPTION
@PAPERS_OPTION
@_ANSWERS
def init(data: Path, papers_file: Path | None, answers_file: Path | None) -> None:
    """Lập sổ thật cho một xã. / Set up a real installation in an empty folder."""
    folder = data.absolute()
    printed_pages.require_writable(papers_file)
    setup.require_empty(folder)
    draft = setup_draft.file_for(folder)
    answers = setup_questions.complete_answers(answers_file, draft)
    setup.require_unused(answers.database_url)
    setup.begin(folder)
    unused = setup_draft.kept_in_words(draft, setup.UNUSED.format(folder=folder))
    with put_on_paper(papers_file, setup.found_installation(folder, answers), unused=unused):
        setup.finish(folder)
    setup_draft.discard(draft, answers_file)
    say(
        f"Đã lập sổ ở {folder}. Tiếp theo: `casework check --data {folder}`. / Set up in {folder}. Now run `casework "
        "check`."
    )


COMMANDS: tuple[click.Command, ...] = (init, recover, hand_over, new_sheets, drill, rotate_keys, key_file)
