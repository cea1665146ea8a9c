"""Paper first, commit second: whatever stops a command before its new sheets are confirmed, the old ones are good.

A full disk, a place that is not there, a wrong answer, a pipe that closes, and a power cut at any moment.
"""

import os
import shlex
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from casework import config
from casework.administration import agency_recovery
from casework.administration.installation import find_agency
from casework.errors import Conflict
from casework.maintenance.system_actors import console_of
from casework.vault.crypto import signatures
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment.paper_codes import read_code
from tests.administration.new_installation import ANSWERS, CODE, founded, sheets_of, used
from tests.commands import call
from tests.processes import run_module

UNION = "Hội Liên hiệp Phụ nữ xã Thanh Sơn"
KEEPERS = ("--officer", "Lê Thị Hòa", "--officer", "Bà Lò Thị Pha", "--officer", "Nguyễn Thanh Bình")


class Office:
    """An installation with its papers, which each test gets as a copy of its own."""

    def __init__(self, folder: Path, sheets: dict[int, str], backup_codes: list[str]) -> None:
        self.folder, self.sheets, self.backup_codes = folder, sheets, backup_codes
        self.papers = folder.with_name("tờ.html")

    def lines(self, what: str) -> str:
        shown = ["1", self.sheets[1], "2", self.sheets[2]]
        return "|".join({"recover": ["hoa.hoi", *shown], "new-sheets": shown}.get(what, []))

    def words(self, what: str) -> list[str]:
        named = ["--data", str(self.folder), "--agency", "womens_union"]
        return {
            "recover": ["recover", *named],
            "new-sheets": ["new-sheets", *named, *KEEPERS],
            "backup": ["rotate-keys", "backup", "--data", str(self.folder)],
            "checkpoint": ["rotate-keys", "checkpoint", "--data", str(self.folder)],
        }[what]

    def runs(self, what: str, moment: int) -> tuple[int, str]:
        """Run a command that dies at a moment; return its status and the codes on its papers."""
        self.papers.unlink(missing_ok=True)
        typed = self.lines(what)
        given = (str(moment), str(self.papers), typed, *self.words(what))
        done = run_module("tests.administration.killed_command", *given)
        return done.returncode, done.stdout

    def fits(self, sheets: dict[int, str]) -> bool:
        """Tell whether each sheet of a set is good, as a drill does."""
        words = ("drill", "--data", str(self.folder), "--agency", "womens_union", "--seat")
        return all(call(*words, str(seat), typed=code + "\n").exit_code == 0 for seat, code in sheets.items())

    def printed(self) -> list[str]:
        return CODE.findall(self.papers.read_text(encoding="utf-8")) if self.papers.exists() else []

    def something_is_good(self, what: str) -> bool:
        """Tell whether the papers of before, or else those that were printed whole, are good."""
        if what in ("recover", "new-sheets"):
            newest = dict(enumerate(self.printed()[-3:], start=1))
            return self.fits(self.sheets) or (len(newest) == 3 and self.fits(newest))
        settings = config.load(self.folder)
        if what == "backup":
            pinned, printed = signatures.decode_public(settings.backup_public), self.printed()[:2]
            return pinned in [_public_of(codes) for codes in (self.backup_codes, printed) if codes]
        file = settings.checkpoint_file
        return file is not None and signatures.load(file).public in map(
            signatures.decode_public, settings.checkpoint_public
        )


def _public_of(codes: list[str]) -> bytes:
    return public_key(read_code(codes[0]) + read_code(codes[1]))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office") / "sổ"
    pages = founded(folder)
    backup = next(page for page in pages if page.title == "Tờ khóa sao lưu")
    return Office(folder, sheets_of(pages, UNION), [code for _, code in backup.codes])


@pytest.fixture
def office(made: Office, tmp_path: Path) -> Office:
    folder = tmp_path / "sổ"
    shutil.copytree(made.folder, folder)
    settings = (folder / "casework.toml").read_text(encoding="utf-8").replace(str(made.folder), str(folder))
    (folder / "casework.toml").write_text(settings, encoding="utf-8")
    return Office(folder, made.sheets, made.backup_codes)


def survives(office: Office, what: str, pick: Callable[[int], list[int]]) -> None:
    """Cut a command off at some of its moments, each time from the same start; some papers are good each time."""
    start = office.folder.with_name("start")
    shutil.copytree(office.folder, start)
    status, shown = office.runs(what, 0)
    assert status == 0, shown
    assert office.something_is_good(what)
    for moment in pick(int(shown.split()[-1])):
        shutil.rmtree(office.folder)
        shutil.copytree(start, office.folder)
        status, _ = office.runs(what, moment)
        assert status == -signal.SIGKILL, moment
        assert office.something_is_good(what), moment


def some(count: int) -> list[int]:
    """The last moments, in which everything is decided, but every third of them."""
    return list(range(max(1, count - 12), count + 1, 4))


@pytest.mark.parametrize("what", ["recover", "backup"])
def test_a_power_cut_in_the_last_moments_leaves_good_papers(office: Office, what: str):
    survives(office, what, some)


@pytest.mark.prove
@pytest.mark.parametrize("what", ["recover", "new-sheets", "backup", "checkpoint"])
def test_a_power_cut_at_any_moment_leaves_good_papers(office: Office, what: str):
    survives(office, what, lambda count: list(range(1, count + 1)))


@pytest.mark.parametrize("what", ["recover", "new-sheets", "backup"])
def test_a_wrong_answer_leaves_the_old_papers_good_and_no_file(office: Office, what: str):
    typed = office.lines(what).replace("|", "\n") + "\n0000\n"
    done = call(*office.words(what), "--papers", str(office.papers), typed=typed.lstrip("\n"))
    assert (done.exit_code, "Không giống tờ đã in" in done.output) == (1, True), done.output
    assert "Chưa có gì thay đổi" in done.output
    assert not office.papers.exists()
    if what == "backup":
        assert signatures.decode_public(config.load(office.folder).backup_public) == _public_of(office.backup_codes)
    else:
        assert office.fits(office.sheets)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_a_missing_place_and_a_closed_pipe_leave_the_old_papers_good(office: Office):
    words, typed = office.words("recover"), office.lines("recover").replace("|", "\n") + "\n"
    missing = call(*words, "--papers", str(office.folder / "không" / "có.html"), typed=typed)
    assert (missing.exit_code, "Không ghi được" in missing.output) == (1, True)
    command = f"{_quoted(words)} > /dev/full"
    assert os.system(f"printf %s {_quoted([typed])} | {command} 2>/dev/null") != 0
    closed = f"printf %s {_quoted([typed])} | {{ {_quoted(words)}; echo $? >{_quoted([str(office.papers)])}; }} | true"
    os.system(f"{closed} 2>/dev/null")
    assert office.papers.read_text(encoding="ascii").strip() != "0"
    assert office.fits(office.sheets)


def _quoted(words: list[str]) -> str:
    return shlex.join([sys.executable, "-m", "casework", *words] if words[0] == "recover" else words)


def test_a_founding_whose_papers_are_not_confirmed_is_no_installation(tmp_path: Path):
    words = ("init", "--data", str(tmp_path / "sổ"), "--answers", str(ANSWERS), "--papers", str(tmp_path / "tờ.html"))
    done = call(*words, typed="0000\n")
    assert (done.exit_code, "Không giống tờ đã in" in done.output) == (1, True)
    assert f"hủy các tờ vừa in, xóa thư mục {tmp_path / 'sổ'} và các khóa mới" in done.output
    assert "Not set up" not in done.output, "one language"
    assert "Đã lập sổ" not in done.output
    assert call("check", "--data", str(tmp_path / "sổ")).exit_code == 2
    assert not (tmp_path / "tờ.html").exists()


def test_a_drill_replaces_no_sheet_even_if_it_is_wrong(office: Office):
    words = ("drill", "--data", str(office.folder), "--agency", "womens_union", "--seat", "1")
    assert call(*words, typed=office.sheets[2] + "\n").exit_code == 1
    assert office.fits(office.sheets)


def test_sheets_that_were_made_while_others_were_printed_are_not_lost(office: Office):
    """The sheets in the drawer of whoever was quicker stay good; the slower one is told."""
    first, second = ((seat, read_code(office.sheets[seat])) for seat in (1, 2))
    with used(office.folder) as installation:
        commune_id, agency_id, _ = find_agency(installation, "womens_union", None)
        gate, console = installation.gate, console_of(commune_id)
        officers, pairs = ("Bà A", "Bà B"), [(1, 2)]
        slower = gate.perform(console, agency_recovery.plan_sheets, agency_id, first, second, officers, pairs)
        stale = [replace(sheet, number=sheet.number + 1) for sheet in slower]
        with pytest.raises(Conflict, match="Trong lúc in"):
            gate.perform(console, agency_recovery.replace_sheets, agency_id, first, second, stale)
    assert office.fits(office.sheets)
