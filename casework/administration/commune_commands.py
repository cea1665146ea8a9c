"""The console commands of the communes of a running installation: add, list, remove."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from uuid import UUID

import click
from filelock import FileLock, Timeout
from sqlalchemy import make_url

from casework import clock, config
from casework.administration import (
    commune_founding,
    commune_removal,
    communes,
    console_input,
    data_folder_lock,
    printed_pages,
    setup_draft,
    setup_questions,
)
from casework.administration.commune_founding import PlannedCommune
from casework.administration.commune_removal import RemovalOrder
from casework.administration.console_input import DATA_OPTION
from casework.administration.console_output import JSON_OPTION, say, say_json
from casework.administration.installation import (
    Installation,
    find_agency,
    installation_facts,
    open_installation,
    short_id,
)
from casework.administration.maintenance_commands import opened
from casework.administration.owner_role import OWNER_OPTION
from casework.administration.paper_output import PAPERS_OPTION, put_on_paper
from casework.codelists import agencies
from casework.errors import BadInput, LogRolledBack
from casework.maintenance import backups, checkpoints, evidence_check, release_copies, revocation_log_copy, tick
from casework.maintenance.system_actors import console_of

ANSWERS_OPTION = click.option(
    "--answers", "answers_file", type=click.Path(path_type=Path), metavar="FILE", help="Tệp trả lời. / Answers (TOML)."
)
UNUSED = (
    "Chưa có gì thay đổi: sổ vẫn như trước. Các tờ vừa in không mở được gì, hủy đi. / Nothing has changed; destroy "
    "the sheets just printed."
)
_LOCK_FILE = "communes.lock"
_PATIENCE_SECONDS = 60
_STATES = {
    communes.ACTIVE: "đang dùng / in use",
    communes.UNUSED: "chưa ai nhận tài khoản / nobody has taken up an account",
    communes.ABANDONED: "không còn ai làm việc / nobody works there any more",
}


@click.group()
def commune() -> None:
    """Các xã trong sổ. / The communes of an installation."""


@commune.command("add")
@DATA_OPTION
@PAPERS_OPTION
@ANSWERS_OPTION
def add(data: Path, papers_file: Path | None, answers_file: Path | None) -> None:
    """Lập thêm một xã, sổ vẫn chạy. / Found one more commune while the server runs."""
    printed_pages.require_writable(papers_file)
    with opened(data) as installation:
        require_real(installation)
        evidence_check.require_agreement(installation.gate)
        draft = setup_draft.file_for(installation.config.data, "commune")
        answers = setup_questions.complete_commune_answers(answers_file, draft)
        planned = commune_founding.plan(answers)
        _require_free(installation, planned)
        facts = replace(installation_facts(installation.config), commune=answers.name)
        pages = commune_founding.pages(facts, planned.agencies, planned.people)
        with put_on_paper(papers_file, pages, unused=UNUSED), _alone(installation):
            _require_free(installation, planned)
            installation.gate.perform(console_of(planned.commune_id), commune_founding.found, planned)
        sign_now(installation)
    setup_draft.discard(draft, answers_file)
    say(
        f"Đã lập {answers.name}. Trao mã nhận tài khoản trong 24 giờ. / {answers.name} is founded. Hand over the codes "
        "of admission within 24 hours."
    )


def require_real(installation: Installation) -> None:
    """Raise BadInput for a demo, whose papers would be taken for real ones."""
    if installation.config.demo:
        raise BadInput("Bản dùng thử chỉ có một xã hư cấu.")


def _require_free(installation: Installation, planned: PlannedCommune) -> None:
    with installation.gate.database.read_only() as session:
        communes.require_new_name(session, planned.answers.name)
        communes.require_free_usernames(session, planned.answers.people)


@contextmanager
def _alone(installation: Installation) -> Iterator[None]:
    """Let one command at a time found a commune, so that no name comes twice."""
    try:
        lock = FileLock(installation.config.data / _LOCK_FILE, mode=0o600).acquire(timeout=_PATIENCE_SECONDS)
    except Timeout as cause:
        raise BadInput("Một lệnh khác đang lập xã. Hãy chờ xong rồi chạy lại.") from cause
    with lock:
        yield


def sign_now(installation: Installation) -> None:
    """Write checkpoints at once, so that what was founded or removed is known outside.

    A run under way does it too; where something differs from the evidence outside, nothing is signed, and it rings.
    """
    with suppress(Timeout, LogRolledBack), tick.alone(installation.config, seconds=_PATIENCE_SECONDS):
        evidence_check.require_agreement(installation.gate)
        if checkpoints.configured(installation.config):
            checkpoints.write_all(installation.config, installation.gate)
            revocation_log_copy.copy(installation.config)


@commune.command("list")
@DATA_OPTION
@JSON_OPTION
def list_all(data: Path, as_json: bool) -> None:
    """Sổ có những xã nào. / Which communes there are, and which were removed; nothing of their cases."""
    with opened(data) as installation:
        there, gone = communes.list_communes(installation), communes.list_removed(installation)
    if as_json:
        shown = [
            asdict(one) | {"id": one.id.hex, "founded": _day(one.founded), "agencies": len(one.agencies)}
            for one in there
        ]
        removed = [
            {"id": one.commune_id.hex, "name": one.name, "removed": _day(one.at), "reason": one.reason} for one in gone
        ]
        say_json({"communes": shown, "removed": removed})
        return
    for one in there:
        named, agencies_there, founded = f"{one.name} ({short_id(one.id)})", len(one.agencies), _day(one.founded)
        vietnamese, _, english = _STATES[one.state].partition(" / ")
        say(
            f"{named}: {agencies_there} cơ quan, {one.people} người, lập ngày {founded}, {vietnamese} / {named}: "
            f"{agencies_there} agencies, {one.people} people, founded {founded}, {english}"
        )
    for other in gone:
        day, why = _day(other.at), other.reason.replace(" / ", "/")
        say(f"{other.name}: đã xóa ngày {day}: {why} / {other.name}: removed {day}: {why}")


def _day(at: int) -> str:
    return clock.local(at).date().isoformat()


@commune.command("remove")
@DATA_OPTION
@OWNER_OPTION
@click.option("--commune", "name", required=True, metavar="NAME", help="Tên xã. / The commune.")
@click.option("--reason", required=True, metavar="TEXT", help="Vì sao, không ghi tên người. / Why; names nobody.")
@click.option("--agency", "code", default="", metavar="CODE", help="Tờ của cơ quan nào. / Whose sheets are shown.")
def remove(data: Path, owner_url: str | None, name: str, reason: str, code: str) -> None:
    """Xóa hẳn một xã đã sáp nhập hoặc lập nhầm. / Remove a commune for good, with two of its recovery sheets."""
    reason, settings = commune_removal.reason_of(reason), config.load(data.absolute())
    with data_folder_lock.exclusive(settings.data), open_installation(data, owner_url) as installation:
        require_real(installation)
        evidence_check.require_agreement(installation.gate)
        commune_id = communes.find(installation, name)
        order = _ordered(installation, commune_id, reason, code or agencies.coordinating())
        console = console_of(commune_id)
        examined = installation.gate.perform(console, commune_removal.examine, order)
        _ask_name_again(name, examined)
        backup = backups.write(installation.config)
        say(f"Bản sao lưu cuối cùng còn xã này: {backup.path} / The last backup that holds this commune: {backup.path}")
        release_copies.forget(installation.config, commune_id)
        installation.gate.perform(console, commune_removal.remove, order)
        _forget(installation, commune_id)
    say(_DONE.format(name=examined, days=backups.KEPT_DAYS))
    if make_url(installation.config.database_url).get_backend_name() == "postgresql":
        say("PostgreSQL: chạy VACUUM FULL với vai chủ bảng. / Run VACUUM FULL as the owner of the tables.")


_DONE = (
    "Đã xóa {name}. Các bản sao lưu trước hôm nay còn xã này đến khi quá {days} ngày; khôi phục bản cũ không đưa xã "
    "trở lại. Hủy các tờ khôi phục của xã. / {name} is removed. Earlier backups hold it until they are {days} days "
    "old; restoring one does not bring it back. Destroy its recovery sheets."
)


def _ordered(installation: Installation, commune_id: UUID, reason: str, code: str) -> RemovalOrder:
    """Ask for two sheets, unless nobody has ever had an account in the commune."""
    months = installation.config.story_months
    summary = installation.gate.perform(console_of(commune_id), communes.summarise)
    if summary.state == communes.UNUSED:
        return RemovalOrder(reason, months)
    _, agency_id, agency = find_agency(installation, code, short_id(commune_id))
    say(
        f"Cần hai tờ khôi phục đúng cặp của {agency}. / Two recovery sheets of {agency} that fit are needed.",
        to_stderr=True,
    )
    return RemovalOrder(reason, months, agency_id, console_input.ask_two_sheets())


def _ask_name_again(typed: str, name: str) -> None:
    """Have the name typed once more, or the digits that were typed before."""

    def same(text: str) -> None:
        if not communes.same_name(text, name) and text != typed:
            raise BadInput("Không đúng tên xã. Gõ lại cả tên, hoặc bấm Ctrl-C để thôi: chưa có gì bị xóa.")

    console_input.ask(
        f"Mọi dòng của {name} sẽ bị xóa hẳn. Gõ lại tên xã để xóa / Every row of {name} will be gone for good. Type "
        "the name of the commune to remove it",
        same,
    )


def _forget(installation: Installation, commune_id: UUID) -> None:
    """Bring the files outside up to date: the line of the removal is copied to the second place, no mark rings."""
    if installation.gate.evidence is not None:
        installation.gate.evidence.fault_mark.clear(commune_id)
    sign_now(installation)


COMMANDS = (commune,)
