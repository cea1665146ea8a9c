"""The whole drill: people, cases and an erasure, a backup, then the machine is gone, once with the KEK.

Everything goes by the commands and the papers of the installation; what is left is the second disk, with the settings
and the signing key as well. Without these two: test_burnt_machine.py.
"""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests import postgres
from tests.administration.lost_machine import UNION, Enrolled, LostMachine, a_days_work, enrols, is_back, two_lines
from tests.administration.new_installation import CODE, sheets_of, used
from tests.commands import call


@pytest.fixture
def lost(tmp_path: Path) -> LostMachine:
    """A day's work with a backup in its middle; then the machine is gone, and a new folder holds what was outside."""
    old, new = tmp_path / "cũ", tmp_path / "mới"
    machine = a_days_work(old, new)
    new.mkdir(mode=0o700)
    shutil.copytree(old / "checkpoints", new / "checkpoints")
    shutil.copytree(old / "backups", new / "backups")
    for name in ("casework.toml", "checkpoint-key"):
        shutil.copy2(old / name, new / name)
    shutil.rmtree(old)
    settings = (new / "casework.toml").read_text(encoding="utf-8").replace(str(old), str(new))
    (new / "casework.toml").write_text(settings, encoding="utf-8")
    return replace(machine, backup=new / "backups" / machine.backup.name)


def restored(lost: LostMachine, *more: str) -> str:
    words = ("restore", "--data", str(lost.folder), str(lost.backup), "--yes", *more)
    done = call(*words, typed=two_lines(lost.papers, "Tờ khóa sao lưu"))
    assert done.exit_code == 0, done.output
    assert re.search(r"xóa lại: 1$", done.output, re.MULTILINE)
    return done.output


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_with_the_papers_everything_is_back_and_what_was_erased_stays_erased(lost: LostMachine, kind: str):
    call("key-file", "--data", str(lost.folder), "--number", "1", typed=two_lines(lost.papers, "Tờ khóa máy chủ"))
    if kind == "sqlite":
        comes_back(lost)
        return
    with postgres.fresh_database() as url:
        settings = (lost.folder / "casework.toml").read_text(encoding="utf-8")
        moved = re.sub(r'database_url = ".*"', lambda _: f'database_url = "{url}"', settings)
        (lost.folder / "casework.toml").write_text(moved, encoding="utf-8")
        comes_back(lost)


def comes_back(lost: LostMachine) -> None:
    restored(lost)
    with used(lost.folder) as installation:
        is_back(lost, Enrolled(installation, lost.hoa.member_id, lost.hoa.seed))


def test_without_the_server_s_key_two_sheets_let_one_in_and_everything_opens(lost: LostMachine):
    restored(lost, "--lost-kek")
    sheets = sheets_of(lost.papers, UNION)
    typed = "\n".join(("hoa.hoi", "1", sheets[1], "3", sheets[3])) + "\n"
    done = call("recover", "--data", str(lost.folder), "--agency", "womens_union", typed=typed)
    assert done.exit_code == 0, done.output
    with used(lost.folder) as installation:
        is_back(lost, enrols(installation, "hoa.hoi", CODE.findall(done.output)[0]))
