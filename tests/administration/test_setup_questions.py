"""A founding that is typed: few questions, a step back, a summary, and nothing typed is ever lost."""

import io
import os
import pty
import re
import select
import shutil
import signal
import stat
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import click
import pytest

from casework.administration import setup_defaults, setup_draft, setup_questions
from casework.administration.setup_answers import SetupAnswers
from casework.codelists import codelist
from casework.config import UNFINISHED
from casework.errors import BadInput
from tests.administration.new_installation import ANSWERS, raw_answers, write_answers
from tests.commands import call

# Before there was a model, the same commune took 100 answers.
MOST_QUESTIONS = 40
PEOPLE = {
    "womens_union": "Lê Thị Hòa, Nguyễn Thanh Bình",
    "police": "Vũ Mạnh Cường, Trịnh Văn Dũng",
    "health_station": "Đỗ Thị Tâm, Lò Thị Mây",
    "chairman": "Lưu Đình Trọng, Tạ Quang Vinh",
    "statistics": "Ngô Minh Thư",
    "oversight": "Dương Văn Quảng",
}
KEEPERS = {"legal_aid": "Hoàng Văn Phúc, Lưu Đình Trọng", "child_protection": "Bùi Thị Nga, Lê Thị Hòa"}
COMMUNE = ["xã Thanh Sơn", "Thôn Đoài, Thôn Đông", "2", "https://so.thanhson.example", "", "", "", ""]


class Terminal(io.StringIO):
    """A terminal at which lines are typed; it counts how many are asked for, and hangs up when they are used up."""

    asked = 0

    def isatty(self) -> bool:
        """Say that somebody sits there."""
        return True

    def readline(self, *size: int) -> str:  # type: ignore[override]
        """Give the next line."""
        self.asked += 1
        return super().readline(*size)


def typed_of_agencies() -> Iterator[str]:
    for agency in codelist("agency"):
        yield "0203 555 017"
        yield PEOPLE.get(agency.code, "")
        if agency.flag("holds_keys"):
            yield KEEPERS.get(agency.code, "")


def usual_commune() -> list[str]:
    """What is typed for a usual commune: two people at each agency that must have two, two administrators."""
    return [*COMMUNE, *typed_of_agencies(), "Mai Xuân Sơn, Đàm Quốc Việt", ""]


@pytest.fixture
def asks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """Let somebody type lines; return the answers and how many lines were asked for."""

    def ask(lines: Sequence[str], file: Path | None = None) -> tuple[SetupAnswers, int]:
        terminal = Terminal("".join(line + "\n" for line in lines))
        monkeypatch.setattr("sys.stdin", terminal)
        answers = setup_questions.complete_answers(file, tmp_path / "sổ-answers.toml")
        return answers, terminal.asked

    return ask


def test_a_usual_commune_is_founded_with_forty_answers_at_most(asks):
    lines = usual_commune()
    answers, asked = asks(lines)
    assert asked == len(lines) <= MOST_QUESTIONS
    people = {person.username: person.roles for person in answers.people}
    assert people["hoa.hoi"] == ("lead",)
    assert people["binh.hoi"] == ("deputy",)
    assert people["trong.ubnd"] == ("chair",)
    assert people["vinh.ubnd"] == ("deputy_chair",)
    assert (people["son.quantri"], people["viet.quantri"]) == (("administrator",), ("administrator",))
    assert len(people) == 12
    union = answers.agencies[0]
    assert union.name == "Hội Liên hiệp Phụ nữ xã Thanh Sơn"
    assert union.officers == ("Lê Thị Hòa", "Nguyễn Thanh Bình")
    assert union.pairs == ((1, 2),)
    assert answers.size_class == list(codelist("size_class").codes)[1]
    assert answers.working_days == ("mon", "tue", "wed", "thu", "fri")


def test_a_complete_file_is_not_asked_about_on_a_terminal(asks):
    answers, asked = asks([], ANSWERS)
    assert (asked, len(answers.people)) == (0, len(raw_answers()["people"]))


def test_a_step_back_asks_the_question_before_again_with_what_was_typed(asks, capsys):
    lines = usual_commune()
    answers, _ = asks(["<", "xã Thanh Son", "<", "xã Thanh Sơn", lines[1], "<", "<", "", *lines[1:]])
    assert answers.commune == "xã Thanh Sơn"
    assert answers.hamlets == ("Thôn Đoài", "Thôn Đông")
    assert "Đây là câu đầu tiên" in capsys.readouterr().err


def test_a_wrong_answer_is_told_and_asked_again_and_throws_nothing_away(asks, capsys):
    lines = usual_commune()
    wrong = [*lines[:-2], "Mai Xuân Sơn", "Ngô Minh Thư, Mai Xuân Sơn", *lines[-2:]]
    answers, _ = asks(wrong)
    told = capsys.readouterr().err
    assert "ít nhất 2 người" in told
    assert "Ngô Minh Thư: người có vai trò" in told
    assert [person.name for person in answers.people][-2:] == ["Mai Xuân Sơn", "Đàm Quốc Việt"]


def number_of(shown: str, words: str) -> str:
    """The number of the group in the newest summary in which some words stand."""
    summary = shown.rpartition("  1 ")[2]
    groups = re.split(r"\n *(\d+) (?=\S)", "\n  1 " + summary)
    [number] = {groups[at] for at in range(1, len(groups), 2) if words in groups[at + 1]}
    return number


def change(asks, capsys, words: str, typed: list[str]) -> SetupAnswers:
    """Found the usual commune, but change the group of the summary in which some words stand."""
    with pytest.raises(click.Abort):
        asks(usual_commune()[:-1])
    number = number_of(capsys.readouterr().err, words)
    answers, _ = asks(["", number, *typed, ""])
    return answers


def test_the_summary_changes_an_account(asks, capsys):
    answers = change(asks, capsys, "Tên đăng nhập của Trịnh Văn Dũng", ["dung.ca", "1"])
    [dung] = [person for person in answers.people if person.name == "Trịnh Văn Dũng"]
    assert (dung.username, dung.roles) == ("dung.ca", ("officer",))


def test_the_summary_changes_an_agency_and_what_was_offered_follows(asks, capsys):
    answers = change(
        asks, capsys, "Tên cơ quan (police)", ["", "0203 555 099", "Vũ Mạnh Cương, Trịnh Văn Dũng, Hà A", "", "1-2 1-3"]
    )
    police = next(agency for agency in answers.agencies if agency.code == "police")
    assert (police.name, police.duty_phone) == ("Công an xã Thanh Sơn", "0203 555 099")
    assert police.officers == ("Vũ Mạnh Cương", "Trịnh Văn Dũng", "Hà A")
    assert police.pairs == ((1, 2), (1, 3))
    assert "cuong.congan" in {person.username for person in answers.people}


def test_the_name_of_the_commune_changes_the_names_of_its_agencies(asks, capsys):
    answers = change(asks, capsys, "Tên xã", ["Phường Cam Lộ"])
    assert "Công an phường Cam Lộ" in {agency.name for agency in answers.agencies}


def test_a_step_back_in_a_change_leaves_everything_as_it_was(asks, capsys):
    answers = change(asks, capsys, "Tên cơ quan (police)", ["", "0203 555 099", "<"])
    police = next(agency for agency in answers.agencies if agency.code == "police")
    assert police.duty_phone == "0203 555 017"


def test_what_does_not_fit_together_is_told_in_the_summary_and_changed_there(asks, tmp_path, capsys):
    """A file with one administrator, as such files were: one more is typed, and all else stays."""
    file = write_answers(tmp_path, lambda raw: raw["people"].pop())
    answers, asked = asks(["99", "+", "Đàm Quốc Việt", "viet.quantri", "-", "1", ""], file)
    told = capsys.readouterr().err
    assert "2 người khác nhau" in told
    assert "Hãy gõ một số từ 1" in told
    assert (asked, len(answers.people), answers.people[-1].roles) == (7, 7, ("administrator",))


def test_lists_are_shown_with_numbers_and_answered_by_number_or_code(asks, tmp_path, capsys):
    def incomplete(raw):
        raw["people"][0] = {"name": "Lê Thị Hòa", "username": "hoa.hoi"}
        del raw["commune"]["size_class"]

    file = write_answers(tmp_path, incomplete)
    answers, _ = asks(["S9", "s1", "1", "lead", ""], file)
    shown = capsys.readouterr()
    everything = shown.err + shown.out
    assert "  1 S0: " in everything
    assert "  1 womens_union: Hội Liên hiệp Phụ nữ xã" in everything
    assert "lead: Chủ tịch Hội Phụ nữ" in everything
    assert (answers.size_class, answers.people[0].agency, answers.people[0].roles) == ("S1", "womens_union", ("lead",))


def test_what_was_typed_before_a_break_is_offered_at_the_next_start(asks, tmp_path, capsys):
    draft = tmp_path / "sổ-answers.toml"
    lines = usual_commune()
    with pytest.raises(click.Abort):
        asks(lines[:11])
    assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    assert str(draft) in capsys.readouterr().err
    answers, asked = asks(["y", *lines[11:]])
    assert asked == 1 + len(lines) - 11
    assert answers.commune == "xã Thanh Sơn"
    again, asked = asks(["", ""])
    assert (again, asked) == (answers, 2), "what is complete is shown once more before anything is made"


def test_a_draft_that_is_not_taken_up_is_set_aside_and_never_written_over(asks, tmp_path):
    draft = tmp_path / "sổ-answers.toml"
    with pytest.raises(click.Abort):
        asks(["xã Một"])
    with pytest.raises(click.Abort):
        asks(["n", "xã Hai"])
    assert tomllib.loads(draft.read_text(encoding="utf-8"))["commune"]["name"] == "xã Hai"
    aside = tmp_path / "sổ-answers-1.toml"
    assert tomllib.loads(aside.read_text(encoding="utf-8"))["commune"]["name"] == "xã Một"
    draft.write_text("= =")
    with pytest.raises(click.Abort):
        asks(["xã Ba"])
    assert (tmp_path / "sổ-answers-2.toml").read_text() == "= ="


def test_a_place_that_cannot_be_written_to_is_told_once_and_stops_nobody(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("sys.stdin", Terminal("".join(line + "\n" for line in usual_commune())))
    assert setup_questions.complete_answers(None, tmp_path / "không có" / "x").commune == "xã Thanh Sơn"
    assert capsys.readouterr().err.count("đừng ngắt giữa chừng") == 1


def test_where_nothing_can_be_written_beside_the_folder_the_draft_lies_in_it(tmp_path, monkeypatch):
    """As under systemd, where the service may write into its own folder alone."""
    folder, access = tmp_path / "sổ", os.access
    folder.mkdir()
    monkeypatch.setattr(os, "access", lambda place, mode: place != tmp_path and access(place, mode))
    done = call("init", "--data", str(folder), typed="\n".join(usual_commune()[:3]))
    assert (done.exit_code, "Thiếu dòng" in done.output) == (1, True)
    assert [path.name for path in folder.iterdir()] == [setup_draft.INSIDE]
    done = call("init", "--data", str(folder), "--answers", str(ANSWERS), typed="0000\n")
    assert (done.exit_code, f"chép {folder / setup_draft.INSIDE} ra ngoài" in done.output) == (1, True), done.output


def test_a_founding_from_a_pipe_leaves_no_draft_and_one_that_is_not_confirmed_keeps_it(tmp_path):
    folder, draft = tmp_path / "sổ", tmp_path / "sổ-answers.toml"
    typed = usual_commune()[:-1]
    done = call("init", "--data", str(folder), typed="\n".join([*typed, "0000"]))
    assert done.exit_code == 1
    for words in ("Không giống tờ đã in", "hủy các tờ vừa in, xóa thư mục", str(draft)):
        assert words in done.output
    assert (folder / UNFINISHED).exists()
    assert draft.exists()
    again = call("init", "--data", str(folder), typed="\n".join(typed) + "\n")
    assert (again.exit_code, "dở dang" in again.output) == (1, True)
    shutil.rmtree(folder)
    done = call("init", "--data", str(folder), "--answers", str(draft))
    assert done.exit_code == 0, done.output
    assert draft.exists(), "a file that somebody named is theirs"
    shutil.rmtree(folder)
    done = call("init", "--data", str(folder), typed="\n".join(typed) + "\n")
    assert done.exit_code == 0, done.output
    assert not draft.exists()
    assert (tmp_path / "sổ-answers-1.toml").exists()


def test_a_file_of_names_by_agency_is_read_without_a_terminal(tmp_path):
    def by_page(raw):
        del raw["people"]
        raw["pages"] = PEOPLE | {
            "legal_aid": "",
            "child_protection": "",
            "reporters": [],
            "administrators": ["A B", "C D"],
        }

    answers = setup_questions.complete_answers(write_answers(tmp_path, by_page), tmp_path / "kept")
    assert len(answers.people) == 12
    file = write_answers(tmp_path, lambda raw: (by_page(raw), raw["pages"].update(administrators="A B")))
    with pytest.raises(BadInput, match="ít nhất 2 người"):
        setup_questions.complete_answers(file, tmp_path / "kept")


def test_user_names_never_come_twice_and_have_the_form_of_one():
    taken: set[str] = set()
    for name in ("Lê Thị Hòa", "Trần Hoà", "Đỗ Đức", "李", "A" * 300):
        made = setup_defaults.username(name, "womens_union", taken)
        assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{1,39}", made)
        assert made not in taken
        taken.add(made)
    assert {"hoa.hoi", "hoa2.hoi", "duc.hoi", "nguoi.hoi"} <= taken


def test_the_model_fits_the_lists():
    usual = setup_defaults.usual()
    agencies = {agency.code for agency in codelist("agency")}
    assert usual.people.keys() == agencies | {setup_defaults.ADMINISTRATORS}
    for page, people in usual.people.items():
        for role in people.roles:
            held = codelist("role").get(role).texts("agencies")
            assert (page in held) if page in agencies else not held, (page, role)
    assert usual.size_class in codelist("size_class")


class Killed:
    """`init` in a process of its own, on a terminal of its own."""

    def __init__(self, folder: Path) -> None:
        words = [sys.executable, "-m", "casework", "init", "--data", str(folder)]
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            os.execv(sys.executable, words)
        self.shown = b""

    def waits_for(self, words: str) -> None:
        until = time.monotonic() + 60
        while words.encode() not in self.shown:
            assert time.monotonic() < until, self.shown.decode(errors="replace")
            if select.select([self._fd], [], [], 0.2)[0]:
                self.shown += os.read(self._fd, 65536)

    def types(self, line: str) -> None:
        os.write(self._fd, line.encode() + b"\n")

    def ends(self) -> None:
        os.close(self._fd)
        os.waitpid(self.pid, 0)


@pytest.mark.parametrize(
    "how", ["kill", pytest.param("ctrl-c", marks=pytest.mark.prove), pytest.param("hang-up", marks=pytest.mark.prove)]
)
def test_ctrl_c_a_kill_and_a_terminal_that_closes_lose_nothing_typed(tmp_path: Path, how: str):
    init = Killed(tmp_path / "sổ")
    init.waits_for("Tên xã")
    init.types("xã Thanh Sơn")
    init.waits_for("Các thôn")
    init.types("Thôn Đoài, Thôn Đông")
    init.waits_for("[S0]")
    time.sleep(1)
    if how == "ctrl-c":
        os.write(init._fd, b"\x03")
        init.waits_for("chạy lại lệnh này")
    elif how == "kill":
        os.kill(init.pid, signal.SIGKILL)
    init.ends()
    again = Killed(tmp_path / "sổ")
    again.waits_for("Làm tiếp từ đó")
    again.types("")
    again.waits_for("Quy mô")
    assert "Tên xã".encode() not in again.shown
    os.kill(again.pid, signal.SIGKILL)
    again.ends()
    draft = tmp_path / "sổ-answers.toml"
    assert stat.S_IMODE(draft.stat().st_mode) == 0o600
    assert tomllib.loads(draft.read_text(encoding="utf-8"))["commune"] == {
        "name": "xã Thanh Sơn",
        "hamlets": "Thôn Đoài, Thôn Đông",
    }
    assert not (tmp_path / "sổ").exists()


def test_a_refused_folder_of_keys_is_offered_again_and_enter_never_means_beside_the_database(asks, tmp_path):
    keys, other = tmp_path / "khóa", tmp_path / "khóa mới"
    keys.mkdir()
    other.mkdir()
    (keys / "kek").touch()
    file = write_answers(tmp_path, lambda raw: raw.setdefault("places", {}).update(keys=str(keys)))
    answers, _ = asks(["", str(other), ""], file)
    assert answers.places.keys == str(other)
