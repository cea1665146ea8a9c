"""A day's work with a backup in its middle, and what is left of it when the machine is gone."""

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
from tests.administration.new_installation import code_for, codes, founded, used
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


def a_days_work(old: Path, new: Path) -> "LostMachine":
    """Found an installation, work, back up, erase; `new` is the folder into which it will be restored."""
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
    return LostMachine(new, papers, min((old / "backups").iterdir()), kept_case, erased_case, story, hoa)


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
