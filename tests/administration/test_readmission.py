"""A lost administrator comes back by two sheets of the Women's Union or of the chair, and by nothing less."""

import os
import shlex
import shutil
import signal
import sqlite3
import sys
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result

from casework import clock
from casework.administration import agency_recovery, printed_pages, readmission
from casework.administration.installation import find_agency, installation_facts
from casework.errors import CaseworkError, Refused
from casework.maintenance.system_actors import console_of
from casework.policy.vocabulary import Role
from casework.staffing import actions as staffing
from casework.staffing import directory
from casework.vault.keys.enrolment.paper_codes import read_code, write_code
from casework.web.session_loading import load_session
from tests.administration.lost_machine import enrols
from tests.administration.new_installation import CODE, code_for, founded, sheets_of, used
from tests.commands import call
from tests.house import House, only_sqlite
from tests.people import DONG_HAI, THANH_SON
from tests.processes import run_module
from tests.staffing.model import make_sheets
from tests.tampering import stolen

UNION = "Hội Liên hiệp Phụ nữ xã Thanh Sơn"
NAMES = {
    "womens_union": UNION,
    "police": "Công an xã Thanh Sơn",
    "chairman": "Chủ tịch, Phó Chủ tịch UBND xã Thanh Sơn",
}
DAY = 24 * 3600 * clock.MICROSECOND


@dataclass
class Office:
    """An installation in which one administrator has taken up their account, with the sheets of its agencies."""

    folder: Path
    sheets: dict[str, dict[int, str]]
    pages: list
    cookie: str
    seed: bytes

    def pair(self, agency: str = "womens_union", seats: tuple[int, int] = (1, 2)) -> list[str]:
        return [line for seat in seats for line in (str(seat), self.sheets[agency][seat])]

    def readmit(self, username: str, lines: list[str], *more: str) -> Result:
        return call("readmit", "--data", str(self.folder), *more, typed="\n".join([username, *lines]) + "\n")

    def fits(self, sheets: dict[int, str]) -> bool:
        words = ("drill", "--data", str(self.folder), "--agency", "womens_union", "--seat")
        return all(call(*words, str(seat), typed=code + "\n").exit_code == 0 for seat, code in sheets.items())

    def asks(self, statement: str) -> list[tuple]:
        """Rows of the database, read past the program."""
        with sqlite3.connect(f"file:{self.folder / 'casework.sqlite3'}?mode=ro", uri=True) as database:
            return database.execute(statement).fetchall()

    def state_of(self, username: str) -> str:
        return str(self.asks(f"SELECT state FROM member WHERE username = '{username}'")[0][0])

    def tries(self) -> list[tuple]:
        """The lines of the log about readmissions: act, outcome."""
        return self.asks("SELECT act, outcome FROM audit_line WHERE act LIKE 'account.readmit%' ORDER BY n")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder = tmp_path_factory.mktemp("office") / "sổ"
    pages = founded(folder)
    with used(folder) as installation:
        son = enrols(installation, "son.quantri", code_for(pages, "son.quantri"))
        son.signs_in()
    return Office(folder, {code: sheets_of(pages, name) for code, name in NAMES.items()}, pages, son.cookie, son.seed)


@pytest.fixture
def office(made: Office, tmp_path: Path) -> Office:
    folder = tmp_path / "sổ"
    shutil.copytree(made.folder, folder)
    settings = (folder / "casework.toml").read_text(encoding="utf-8").replace(str(made.folder), str(folder))
    (folder / "casework.toml").write_text(settings, encoding="utf-8")
    return Office(folder, made.sheets, made.pages, made.cookie, made.seed)


def is_signed_in(office: Office) -> bool:
    """Tell whether the session of before still does anything."""
    with used(office.folder) as installation:
        try:
            presence = load_session(installation.gate, installation.config, office.cookie)
        except CaseworkError:
            return False
        return bool(presence and presence.person.actor.roles == (Role.ADMINISTRATOR,))


def test_two_sheets_of_the_union_bring_an_administrator_back_and_end_what_opened_the_account(office: Office):
    assert is_signed_in(office)
    done = office.readmit("son.quantri", office.pair())
    assert done.exit_code == 0, done.output
    code, *sheets = CODE.findall(done.output)
    assert len(sheets) == 3
    assert "MÃ NHẬN LẠI TÀI KHOẢN" in done.output
    assert not is_signed_in(office)
    gone = "SELECT count(*) FROM {} JOIN member m ON m.id = member_id WHERE m.username = 'son.quantri'"
    assert [office.asks(gone.format(name))[0][0] for name in ("totp", "slot", "session", "passkey")] == [0, 0, 0, 0]
    assert list(dict.fromkeys(office.tries())) == [("account.readmit_show", "ok"), ("account.readmit", "ok")]
    assert office.asks("SELECT rotation_due FROM agency WHERE kind = 'womens_union'") == [(1,)]
    with used(office.folder) as installation:
        back = enrols(installation, "son.quantri", code)
        assert back.does(directory.list_people)
    assert not office.fits(office.sheets["womens_union"])
    assert office.fits(dict(enumerate(sheets, start=1)))
    assert call("verify", "--data", str(office.folder)).exit_code == 0


@pytest.mark.parametrize(
    ("username", "agency"), [("viet.quantri", "chairman"), ("thu.vanhoa", "womens_union"), ("thu.vanhoa", "chairman")]
)
def test_a_code_that_died_unused_is_made_anew_for_who_holds_no_key(office: Office, username: str, agency: str):
    at = clock.micros()
    with clock.use_clock(lambda: at + 2 * DAY):
        done = office.readmit(username, office.pair(agency), "--agency", agency)
        assert done.exit_code == 0, done.output
        with used(office.folder) as installation:
            with pytest.raises(CaseworkError):
                enrols(installation, username, code_for(office.pages, username))
            enrols(installation, username, CODE.findall(done.output)[0])
    assert office.state_of(username) == "active"


def test_a_code_that_died_unused_is_made_anew_for_who_holds_a_key_by_their_own_agency_alone(office: Office):
    at = clock.micros()
    with clock.use_clock(lambda: at + 2 * DAY):
        done = office.readmit("cuong.congan", office.pair())
        assert (done.exit_code, "casework recover --agency police" in done.output) == (1, True), done.output
        words = ("recover", "--data", str(office.folder), "--agency", "police")
        union = call(*words, typed="\n".join(["cuong.congan", *office.pair()]) + "\n")
        assert (union.exit_code, "Hai tờ này không mở được" in union.output) == (1, True)
        own = call(*words, typed="\n".join(["cuong.congan", *office.pair("police")]) + "\n")
        assert own.exit_code == 0, own.output
        with used(office.folder) as installation:
            enrols(installation, "cuong.congan", CODE.findall(own.output)[0])


def test_whatever_does_not_fit_is_refused_in_words_and_stands_in_the_log(office: Office):
    union, police = office.sheets["womens_union"], office.sheets["police"]
    opened, stands = "Hai tờ này không mở được", len(office.tries())
    refusals = [
        (["son.quantri", *office.pair(seats=(2, 3))], (), opened),
        (["son.quantri", "1", union[1], "1", union[1]], (), opened),
        (["son.quantri", "1", union[2], "2", union[1]], (), opened),
        (["son.quantri", "1", write_code(bytes(16)), "2", union[2]], (), opened),
        (["son.quantri", "1", police[1], "2", police[2]], (), opened),
        (["son.quantri", *office.pair("police")], ("--agency", "police"), "womens_union: Hội Liên hiệp Phụ nữ xã"),
        (["ai.do", *office.pair()], (), "Không có người này"),
        (["hoa.hoi", *office.pair()], (), "casework recover --agency womens_union"),
    ]
    for (username, *lines), more, words in refusals:
        done = office.readmit(username, lines, *more)
        assert (done.exit_code, words in done.output) == (1, True), done.output
        assert not CODE.search(done.output)
        assert "Traceback" not in done.output
    assert office.tries()[stands:] == [("account.readmit_show", "denied")] * len(refusals)
    assert is_signed_in(office)
    assert office.fits(union)
    assert not (office.folder / "faults").exists(), "a slip of the hand is no fault of the book"


def test_sheets_of_before_let_nobody_in(office: Office):
    assert office.readmit("son.quantri", office.pair()).exit_code == 0
    done = office.readmit("viet.quantri", office.pair())
    assert (done.exit_code, "bộ cũ" in done.output) == (1, True)
    assert office.tries()[-1] == ("account.readmit_show", "denied")


def test_papers_that_are_not_confirmed_change_nothing(office: Office, tmp_path: Path):
    papers = tmp_path / "tờ.html"
    done = office.readmit("son.quantri", [*office.pair(), "0000"], "--papers", str(papers))
    assert (done.exit_code, "Chưa có gì thay đổi" in done.output) == (1, True), done.output
    assert not papers.exists()
    assert is_signed_in(office)
    assert office.fits(office.sheets["womens_union"])


def test_the_code_is_confirmed_too_for_nobody_may_be_left_to_make_another(office: Office, tmp_path: Path):
    with used(office.folder) as installation:
        commune_id, union_id, _ = find_agency(installation, "womens_union", None)
        first, second = ((seat, read_code(office.sheets["womens_union"][seat])) for seat in (1, 2))
        console = console_of(commune_id)
        planned = installation.gate.perform(
            console, readmission.plan_readmission, union_id, first, second, "son.quantri"
        )
        pages = printed_pages.readmission_pages(installation_facts(installation.config), planned)
    assert [page.renewable for page in pages] == [False] * 4
    assert pages[0].codes[0][1] == planned.code


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this machine has no /dev/full")
def test_a_full_disk_and_a_place_that_is_not_there_change_nothing(office: Office):
    missing = office.readmit("son.quantri", office.pair(), "--papers", str(office.folder / "không" / "có.html"))
    assert (missing.exit_code, "Không ghi được" in missing.output) == (1, True)
    typed = "\n".join(["son.quantri", *office.pair()]) + "\n"
    command = shlex.join([sys.executable, "-m", "casework", "readmit", "--data", str(office.folder)])
    assert os.system(f"printf %s {shlex.quote(typed)} | {command} > /dev/full 2>/dev/null") != 0
    assert is_signed_in(office)
    assert office.fits(office.sheets["womens_union"])


def _killed(office: Office, moment: int) -> tuple[int, str]:
    papers = office.folder.with_name("tờ.html")
    papers.unlink(missing_ok=True)
    typed = "|".join(["son.quantri", *office.pair()])
    words = ("readmit", "--data", str(office.folder))
    done = run_module("tests.administration.killed_command", str(moment), str(papers), typed, *words)
    return done.returncode, done.stdout


def survives(office: Office, moments: slice) -> None:
    """Cut the command off at some of its moments: the account and the sheets are those of before, or the new ones."""
    start = office.folder.with_name("start")
    shutil.copytree(office.folder, start)
    status, shown = _killed(office, 0)
    assert status == 0, shown
    for moment in range(1, int(shown.split()[-1]) + 1)[moments]:
        shutil.rmtree(office.folder)
        shutil.copytree(start, office.folder)
        assert _killed(office, moment)[0] == -signal.SIGKILL, moment
        if is_signed_in(office):
            assert office.fits(office.sheets["womens_union"]), moment
            continue
        code, *sheets = CODE.findall(office.folder.with_name("tờ.html").read_text(encoding="utf-8"))
        assert office.fits(dict(enumerate(sheets, start=1))), moment
        with used(office.folder) as installation:
            enrols(installation, "son.quantri", code)


def test_a_power_cut_in_the_last_moments_leaves_the_old_account_or_the_new_code(office: Office):
    survives(office, slice(-12, None, 4))


@pytest.mark.prove
def test_a_power_cut_at_every_third_moment_leaves_the_old_account_or_the_new_code(office: Office):
    survives(office, slice(None, None, 3))


def test_sheets_that_were_made_while_these_were_printed_stop_it(office: Office):
    first, second = ((seat, read_code(office.sheets["womens_union"][seat])) for seat in (1, 2))
    with used(office.folder) as installation:
        commune_id, union_id, _ = find_agency(installation, "womens_union", None)
        gate, console = installation.gate, console_of(commune_id)
        planned = gate.perform(console, readmission.plan_readmission, union_id, first, second, "viet.quantri")
        newer = gate.perform(console, agency_recovery.plan_sheets, union_id, first, second, ("Bà A", "Bà B"), [(1, 2)])
        gate.perform(console, agency_recovery.replace_sheets, union_id, first, second, newer)
        with pytest.raises(Refused, match="bộ cũ"):
            gate.perform(console, readmission.readmit, union_id, first, second, planned)
    assert office.state_of("viet.quantri") == "invited"


@only_sqlite
def test_sheets_of_another_commune_and_somebody_who_has_left_are_refused(house: House):
    dealt = make_sheets(house)
    one, two = ((sheet.seat, sheet.secret) for sheet in dealt[:2])
    union_id = dealt[0].agency_id
    here, there = house.stranger(Role.CONSOLE, THANH_SON), house.stranger(Role.CONSOLE, DONG_HAI)
    with pytest.raises(CaseworkError):
        house.gate.perform(there, readmission.plan_readmission, union_id, one, two, "son")
    with stolen(house) as thief:
        theirs = UUID(str(thief.rows("agency", kind="womens_union", commune_id=DONG_HAI)[0]["id"]))
    with pytest.raises(Refused, match="Hai tờ này không mở được"):
        house.gate.perform(there, readmission.plan_readmission, theirs, one, two, "luu")
    with pytest.raises(Refused, match="Không có người này"):
        house.gate.perform(here, readmission.plan_readmission, union_id, one, two, "luu")
    son = house["son"]
    son.proves()
    son.does(staffing.leave, house["thu"].id)
    with pytest.raises(Refused, match="đã nghỉ"):
        house.gate.perform(here, readmission.plan_readmission, union_id, one, two, "thu")
