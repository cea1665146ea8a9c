"""The machine burnt down: an empty folder, a backup's file, and what is typed from the papers; nothing else is left."""

import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import Result

from casework import config
from casework.administration import carried_contacts
from casework.audit.models import AuditLine
from casework.maintenance import carried_files
from casework.vault.crypto import signatures
from casework.vault.keys.enrolment.paper_codes import write_code
from tests import postgres
from tests.administration.lost_machine import UNION, Enrolled, LostMachine, a_days_work, enrols, is_back, two_lines
from tests.administration.new_installation import CODE, founded, sheets_of, used
from tests.browser.terminal import typed
from tests.commands import call


@dataclass
class BurntMachine:
    """What is left: the second disk with backups and notes, and the papers in the safes."""

    machine: LostMachine
    disk: Path

    @property
    def folder(self) -> Path:
        return self.machine.folder

    def typed(self, *, lost_kek: bool = False, **other: str) -> str:
        """Return what an operator types from the sheets, in the order in which it is asked for."""
        lines = {
            "kek": two_lines(self.machine.papers, "Tờ khóa máy chủ") if not lost_kek else "",
            "backup": two_lines(self.machine.papers, "Tờ khóa sao lưu"),
            "fingerprint": self.fingerprint().upper().replace(" ", "") + "\n",
        }
        return "".join((lines | other).values())

    def fingerprint(self) -> str:
        [page] = [page for page in self.machine.papers if page.title == "Dấu của các khóa"]
        return dict(page.facts)["Dấu khóa ký"]

    def restores(self, *more: str, typed: str = "", yes: str = "--yes") -> Result:
        words = ("restore", "--data", str(self.folder), str(self.machine.backup), yes, *more)
        return call(*words, typed=typed or self.typed())

    def notes(self) -> tuple[str, str]:
        return "--checkpoints", str(self.disk / "checkpoints")


@pytest.fixture
def burnt(tmp_path: Path) -> BurntMachine:
    """A day's work; then nothing is left of the machine but the folders of the second disk."""
    old, disk = tmp_path / "cũ", tmp_path / "đĩa"
    machine = a_days_work(old, tmp_path / "mới")
    disk.mkdir(mode=0o700)
    for name in ("checkpoints", "backups"):
        shutil.copytree(old / name, disk / name)
    calendar = (old / "calendar.toml").read_text(encoding="utf-8")
    shutil.rmtree(old)
    burnt = BurntMachine(replace(machine, backup=disk / "backups" / machine.backup.name), disk)
    assert not burnt.folder.exists()
    assert '"2027-09-02"' in calendar
    return burnt


def everything_is_back(burnt: BurntMachine, old_key: str) -> None:
    """Cases open, what was erased stays erased, the settings are the old ones, and the new key is told, not hidden."""
    lost = burnt.machine
    with used(burnt.folder) as installation:
        is_back(lost, Enrolled(installation, lost.hoa.member_id, lost.hoa.seed))
        with installation.gate.database.read_only() as session:
            lines = session.query(AuditLine.body).filter(AuditLine.act == "keys.renew").all()
        assert any("checkpoint" in body for (body,) in lines)
    settings = config.load(burnt.folder)
    assert settings.public_url == "https://so.thanhson.example"
    assert '"2027-09-02"' in (burnt.folder / "calendar.toml").read_text(encoding="utf-8")
    new, before = (signatures.fingerprint(signatures.decode_public(text)) for text in settings.checkpoint_public)
    assert (before, new != before) == (old_key, True)
    for _ in range(2):
        assert call("tick", "--data", str(burnt.folder)).exit_code == 0
    assert "bằng chứng" not in call("check", "--data", str(burnt.folder)).output


def test_the_file_and_the_papers_are_enough_and_what_was_erased_stays_erased(burnt: BurntMachine):
    done = burnt.restores(*burnt.notes())
    assert done.exit_code == 0, done.output
    assert re.search(r"xóa lại: 1$", done.output, re.MULTILINE)
    settings = config.load(burnt.folder)
    assert signatures.fingerprint(signatures.decode_public(settings.checkpoint_public[0])) in done.output
    everything_is_back(burnt, burnt.fingerprint())


def test_the_file_alone_is_enough_once_somebody_says_that_the_withdrawals_are_lost(burnt: BurntMachine):
    refused = burnt.restores()
    assert (refused.exit_code, "--checkpoints DIR" in refused.output) == (1, True)
    assert not burnt.folder.exists()
    done = burnt.restores("--without-removals")
    assert done.exit_code == 0, done.output
    with used(burnt.folder) as installation:
        hoa = Enrolled(installation, burnt.machine.hoa.member_id, burnt.machine.hoa.seed)
        hoa.signs_in()
    assert call("verify", "--data", str(burnt.folder)).exit_code == 0


@pytest.mark.prove
def test_a_burnt_machine_comes_back_into_postgresql(burnt: BurntMachine):
    with postgres.fresh_database() as url:
        done = burnt.restores(*burnt.notes(), "--database-url", url)
        assert done.exit_code == 0, done.output
        everything_is_back(burnt, burnt.fingerprint())
        other = replace(burnt, machine=replace(burnt.machine, folder=burnt.folder.with_name("khác")))
        refused = other.restores(*burnt.notes(), "--database-url", url)
        assert (refused.exit_code, "đã có một sổ" in refused.output) == (1, True)
        assert not other.folder.exists()


@pytest.mark.prove
def test_a_burnt_machine_without_the_server_s_key_comes_back_by_two_sheets(burnt: BurntMachine):
    done = burnt.restores(*burnt.notes(), "--lost-kek", typed=burnt.typed(lost_kek=True))
    assert done.exit_code == 0, done.output
    sheets = sheets_of(burnt.machine.papers, UNION)
    typed = "\n".join(("hoa.hoi", "1", sheets[1], "3", sheets[3])) + "\n"
    done = call("recover", "--data", str(burnt.folder), "--agency", "womens_union", typed=typed)
    assert done.exit_code == 0, done.output
    with used(burnt.folder) as installation:
        is_back(burnt.machine, enrols(installation, "hoa.hoi", CODE.findall(done.output)[0]))


def test_each_wrong_paper_and_file_is_named_and_nothing_is_left_of_the_try(burnt: BurntMachine):
    other_key = f"{write_code(bytes(16))}\n{write_code(bytes(16))}\n"
    whole = burnt.machine.backup.read_bytes()
    wrong = {
        "Dấu trên tờ không phải": {"fingerprint": "0" * 32 + "\n"},
        "8 nhóm": {"fingerprint": "0" * 31 + "\n"},
        "Tờ khóa sao lưu này không mở": {"backup": other_key},
        "không phải khóa của bản sao lưu": {"kek": other_key},
        "từng nhóm": {"kek": "AAAA\nBBBB\n"},
    }
    for sentence, other in wrong.items():
        done = burnt.restores(*burnt.notes(), typed=burnt.typed(lost_kek=False, **other))
        assert (done.exit_code, sentence in done.output) == (1, True), done.output
        assert not (burnt.folder / "kek").exists()
        assert not (burnt.folder / "casework.toml").exists()
    for damaged, sentence in ((whole[:-70], "bị cắt"), (whole[:20], "hỏng ngay từ đầu"), (b"\0" + whole, "không phải")):
        burnt.machine.backup.write_bytes(damaged)
        done = burnt.restores(*burnt.notes())
        assert (done.exit_code, sentence in done.output) == (1, True), done.output
    burnt.machine.backup.write_bytes(whole)
    assert burnt.restores(*burnt.notes()).exit_code == 0


def test_a_drill_from_papers_proves_an_empty_machine_and_leaves_nothing(burnt: BurntMachine):
    done = burnt.restores("--drill", *burnt.notes())
    assert done.exit_code == 0, done.output
    assert "Thu hồi lại" in done.output
    assert list(burnt.folder.iterdir()) == []
    assert burnt.restores(*burnt.notes()).exit_code == 0
    before = {path: path.stat().st_mtime_ns for path in burnt.folder.rglob("*") if path.name != "lock"}
    # The same beside a book that runs: neither its settings nor its keys are asked.
    done = burnt.restores("--drill", "--from-papers", *burnt.notes())
    assert done.exit_code == 0, done.output
    assert {path: path.stat().st_mtime_ns for path in burnt.folder.rglob("*") if path.name != "lock"} == before
    refused = burnt.restores("--from-papers")
    assert (refused.exit_code, "--drill" in refused.output) == (1, True)
    refused = burnt.restores(*burnt.notes())
    assert (refused.exit_code, "chỉ dùng trên máy mới" in refused.output) == (1, True)


def test_no_secret_and_no_password_travels_with_a_backup(tmp_path: Path):
    settings = config.Config(
        data=tmp_path, database_url="postgresql://u:bi-mat@h/d", kek_file=tmp_path / "kek", counts_url=""
    )
    carried = carried_files.read(settings)
    assert "bi-mat" not in str(carried)
    assert carried["settings"]["database_url"] == "postgresql://u@h/d"
    assert not {"kek_file", "checkpoint_file", "data"} & set(carried["settings"])


def test_no_password_travels_behind_the_question_mark_of_an_address_either(tmp_path: Path):
    url = "postgresql+psycopg://u@/d?host=/run/postgresql&password=bi-mat&options=-cx%3Dbi-mat&sslpassword=bi-mat"
    settings = config.Config(data=tmp_path, database_url=url, kek_file=tmp_path / "kek", counts_url=url)
    carried = carried_files.read(settings)
    assert "bi-mat" not in str(carried)
    assert "/run/postgresql" in unquote(carried["settings"]["database_url"])


def test_a_program_to_run_is_not_taken_from_a_backup(tmp_path: Path):
    url = "sqlite:///casework.sqlite3"
    settings = config.Config(data=tmp_path, database_url=url, kek_file=tmp_path / "kek", alert_command="/x/bao-do")
    carried = carried_files.read(settings)
    assert "/x/bao-do" not in str(carried)
    forged = {"carried": carried | {"settings": carried["settings"] | {"alert_command": "/x/bao-do"}}}
    assert "alert_command" not in carried_files.settings_of(forged)


def _old_settings(tmp_path: Path) -> config.Config:
    return config.Config(
        data=tmp_path,
        database_url="sqlite:////x",
        kek_file=tmp_path / "kek",
        public_url="https://so.thanhson.example",
        counts_url="postgresql://x/y",
        mail_host="smtp.attacker.example",
        mail_from="a@attacker.example",
        mail_ca_file="/x",
        alert_mail="b@attacker.example",
    )


def test_from_a_pipe_no_mail_server_and_no_other_database_is_taken_from_a_backup(tmp_path: Path, capsys):
    settled = carried_contacts.settled(_old_settings(tmp_path))
    assert (settled.mail_host, settled.mail_ca_file, settled.alert_mail, settled.counts_url) == ("", "", "", "")
    assert settled.public_url == "https://so.thanhson.example"
    shown = capsys.readouterr().out
    for told in ("https://so.thanhson.example", "smtp.attacker.example", "counts_url"):
        assert told in shown


def test_the_operator_is_asked_where_people_open_the_new_machine(burnt: BurntMachine):
    words = ["restore", "--data", str(burnt.folder), str(burnt.machine.backup), "--yes", *burnt.notes()]
    status, shown = typed(words, [*burnt.typed().splitlines(), "n", "https://so.khac.example"])
    assert status == 0, shown
    assert "Mọi người mở sổ ở https://so.thanhson.example." in shown
    assert config.load(burnt.folder).public_url == "https://so.khac.example"


def _carrying(burnt: BurntMachine, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    """Let the file say other settings than those of the book, as somebody who can sign backups can make one."""
    read = carried_files.settings_of
    monkeypatch.setattr(carried_files, "settings_of", lambda about: read(about) | settings)


def test_a_backup_that_names_another_key_for_later_backups_is_refused(burnt: BurntMachine, monkeypatch):
    _carrying(burnt, monkeypatch, backup_public=signatures.encode_public(bytes(range(32))))
    refused = burnt.restores(*burnt.notes())
    assert (refused.exit_code, "khóa sao lưu khác tờ vừa gõ" in refused.output) == (1, True), refused.output
    assert not burnt.folder.exists()


def test_a_book_goes_to_no_server_that_a_backup_names_and_a_drill_asks_for_none(burnt: BurntMachine, monkeypatch):
    _carrying(burnt, monkeypatch, database_url="postgresql://u@192.0.2.1:1/d")
    refused = burnt.restores(*burnt.notes())
    assert (refused.exit_code, "--database-url" in refused.output) == (1, True), refused.output
    assert not burnt.folder.exists()
    done = burnt.restores("--drill", *burnt.notes())
    assert done.exit_code == 0, done.output


def test_a_file_that_holds_another_book_is_not_overwritten(burnt: BurntMachine, tmp_path: Path):
    other = tmp_path / "khác"
    founded(other)
    book = other / "casework.sqlite3"
    before = book.read_bytes()
    refused = burnt.restores(*burnt.notes(), "--database-url", f"sqlite:///{book}")
    assert (refused.exit_code, "đã có một sổ" in refused.output) == (1, True), refused.output
    assert book.read_bytes() == before
    assert not burnt.folder.exists()


@pytest.mark.parametrize(
    "url",
    [
        "chữ",
        "mysql://h/d",
        "postgresql://h:x/d",
        "sqlite:///",
        "sqlite:////khong/co/x",
        "postgresql+psycopg://127.0.0.1:1/d",
    ],
)
def test_an_address_of_a_database_that_is_none_is_answered_in_a_sentence(burnt: BurntMachine, url: str):
    refused = burnt.restores(*burnt.notes(), "--database-url", url)
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    assert isinstance(refused.exception, SystemExit), refused.exception
    assert re.search("[ạ-ỹđ]", refused.output.splitlines()[-1])
