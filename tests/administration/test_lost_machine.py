"""The whole drill: people, cases and an erasure, a backup, then the machine is gone, once with the KEK.

Everything goes by the commands and the papers of the installation; what is left is the second disk.
"""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from casework import clock
from casework.accounts import admission_actions
from casework.accounts.sign_in_actions import Unwrapped, second_factor, sign_in
from casework.administration.installation import Installation
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.gate import Action, Person
from casework.intake import actions as intake
from casework.policy.vocabulary import Role, Section
from casework.retention import actions as retention
from casework.vault.keys.enrolment import credentials, totp
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.models import Commune, Member
from casework.web.session_loading import load_session
from tests import postgres
from tests.administration.new_installation import CODE, code_for, codes, founded, sheets_of, used
from tests.commands import call
from tests.stories import dao

UNION = "Hội Liên hiệp Phụ nữ xã Thanh Sơn"
PHONE = bytes(range(20))


@dataclass
class Enrolled:
    """An enrolled member: their id, and the seed that their passphrase unwraps."""

    installation: Installation
    member_id: UUID
    seed: bytes
    cookie: str = ""

    def does(self, act: Action[..., Any], *args: Any, **more: Any) -> Any:
        """Perform an act as a page does."""
        presence = load_session(self.installation.gate, self.installation.config, self.cookie or self.signs_in())
        assert presence
        return self.installation.gate.perform(presence.person, act, *args, **more)

    def signs_in(self) -> str:
        """Sign in with both factors."""
        gate, visitor = self.installation.gate, visitor_of(self.installation)
        with gate.database.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE totp SET last_counter = 0")
        begun = gate.perform(visitor, sign_in, Unwrapped(self.member_id, self.seed), before=None)
        digits = totp.code_at(PHONE, clock.micros())
        self.cookie = gate.perform(visitor, second_factor, begun.token, digits).token.cookie()
        return self.cookie


def visitor_of(installation: Installation) -> Person:
    with installation.gate.database.read_only() as session:
        commune_id = session.query(Commune.id).scalar()
    return Person.without_account(Role.VISITOR, commune_id)


def enrols(installation: Installation, username: str, code: str) -> Enrolled:
    """Enrol with an admission code."""
    visitor = visitor_of(installation)
    with installation.gate.database.read_only() as session:
        member_id = session.query(Member.id).filter(Member.username == username).scalar()
    new = credentials.new_credentials(
        installation.gate.server_keys(visitor.commune_id), "nam tu ngan ghep lai", member_id
    )
    assert installation.gate.perform(visitor, admission_actions.enrol, read_code(code), new, PairedPhone(PHONE, 0))
    return Enrolled(installation, member_id, new.seed)


def two_lines(pages: list[Any], title: str) -> str:
    """What an operator types from a sheet."""
    page = next(page for page in pages if page.title == title)
    return "\n".join(codes(page)[:2]) + "\n"


@dataclass
class LostMachine:
    """What is left after the machine: the papers, the second disk, and what people remember."""

    folder: Path
    papers: list[Any]
    backup: Path
    kept_case: UUID
    erased_case: UUID
    story: Any
    hoa: Enrolled


@pytest.fixture
def lost(tmp_path: Path) -> LostMachine:
    """A day's work with a backup in its middle; then the machine is gone, and a new folder holds what was outside."""
    old, new = tmp_path / "cũ", tmp_path / "mới"
    papers = founded(old)
    with used(old) as installation:
        hoa = enrols(installation, "hoa.hoi", code_for(papers, "hoa.hoi"))
        binh = enrols(installation, "binh.hoi", code_for(papers, "binh.hoi"))
        kept_case, erased_case = opens_a_case(hoa), opens_a_case(hoa)
        story = hoa.does(desk.read_section, kept_case, Section.STORY)
        hoa.does(
            retention.request_erasure, erased_case, basis="own_wish", second=binh.member_id, words="Chị ấy xin xóa"
        )
        assert call("backup", "--data", str(old)).exit_code == 0
        binh.does(retention.erase_case, erased_case)
        assert call("tick", "--data", str(old)).exit_code == 0
    new.mkdir(mode=0o700)
    shutil.copytree(old / "checkpoints", new / "checkpoints")
    shutil.copytree(old / "backups", new / "backups")
    for name in ("casework.toml", "checkpoint-key"):
        shutil.copy2(old / name, new / name)
    shutil.rmtree(old)
    settings = (new / "casework.toml").read_text(encoding="utf-8").replace(str(old), str(new))
    (new / "casework.toml").write_text(settings, encoding="utf-8")
    backup = min((new / "backups").iterdir())
    return LostMachine(new, papers, backup, kept_case, erased_case, story, hoa)


def opens_a_case(somebody: Enrolled) -> UUID:
    draft = somebody.does(intake.start_draft, {1: {"danger": "no"}}, circle=[])
    opened: UUID = somebody.does(intake.open_case, draft, dao(danger="no", grounds=()))
    return opened


def is_back(lost: LostMachine, somebody: Enrolled) -> None:
    """What was there opens, and what was erased after the backup stays erased."""
    assert somebody.does(desk.read_section, lost.kept_case, Section.STORY) == lost.story
    assert [case.id for case in somebody.does(desk.list_cases).cases] == [lost.kept_case]
    with pytest.raises(NotFound):
        somebody.does(desk.read_case, lost.erased_case)
    verified = call("verify", "--data", str(lost.folder))
    assert verified.exit_code == 0, verified.output


def restored(lost: LostMachine, *more: str) -> str:
    words = ("restore", "--data", str(lost.folder), str(lost.backup), "--yes", *more)
    done = call(*words, typed=two_lines(lost.papers, "Tờ khóa sao lưu"))
    assert done.exit_code == 0, done.output
    assert re.search(r"erased again: 1$", done.output, re.MULTILINE)
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
