"""One more commune on a running installation: all of it with its papers, or nothing of it."""

import json
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import tomli_w

from casework import config, unguarded_database
from casework.accounts import admission_actions
from casework.administration import communes
from casework.administration.installation import find_agency
from casework.audit.checkpoint import CheckpointStore
from casework.db import upgrade
from casework.maintenance.system_actors import commune_ids, console_of
from casework.vault.keys.enrolment.paper_codes import read_code
from tests import postgres
from tests.administration.new_installation import CODE, founded, raw_answers, used
from tests.administration.several_communes import answers_of, rows_of
from tests.commands import call
from tests.processes import run_module

NEW = "xã Bình Minh"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one commune; nobody changes it."""
    folder = tmp_path_factory.mktemp("one") / "sổ"
    founded(folder)
    return folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return copied(made, tmp_path / "sổ")


def copied(made: Path, folder: Path) -> Path:
    shutil.copytree(made, folder)
    settings = (folder / "casework.toml").read_text(encoding="utf-8").replace(str(made), str(folder))
    (folder / "casework.toml").write_text(settings, encoding="utf-8")
    return folder


def adding(folder: Path, name: str = NEW, suffix: str = ".bm") -> list[str]:
    """The words of the command that adds a commune."""
    answers = answers_of(folder.with_name(f"answers{suffix}"), name, suffix)
    return ["commune", "add", "--data", str(folder), "--answers", str(answers)]


def papers_of(folder: Path) -> Path:
    return folder.with_name("tờ.html")


def names(folder: Path) -> list[str]:
    shown = call("commune", "list", "--data", str(folder), "--json")
    assert shown.exit_code == 0, shown.output
    return [commune["name"] for commune in json.loads(shown.output)["communes"]]


def printed(folder: Path) -> list[str]:
    return CODE.findall(papers_of(folder).read_text(encoding="utf-8"))


def test_a_commune_is_added_beside_an_open_gate_and_its_papers_are_good(office: Path):
    with used(office) as running:
        [first] = commune_ids(running.gate)
        before = rows_of(running.config.database_url, first)
        done = call(*adding(office), "--papers", str(papers_of(office)))
        assert (done.exit_code, NEW in done.output) == (0, True), done.output
        assert rows_of(running.config.database_url, first) == before
        [_, second] = commune_ids(running.gate)
        codes = printed(office)
        assert len(codes) == sum(len(one.get("officers", ())) for one in raw_answers()["agencies"].values()) + 7
        assert {admission_actions.commune_of(running.gate, read_code(code)) for code in codes[-7:]} == {second}
        assert find_agency(running, "police", NEW)[0] == second
        assert running.gate.perform(console_of(second), communes.summarise).name == NEW
    words = ("drill", "--data", str(office), "--agency", "womens_union", "--commune", NEW)
    assert [call(*words, "--seat", str(seat), typed=codes[seat - 1] + "\n").exit_code for seat in (1, 2, 3)] == [0] * 3
    assert call("verify", "--data", str(office)).exit_code == 0
    assert "evidence" in call("tick", "--data", str(office), "--confirm-clock").output
    settings = config.load(office)
    assert all(len(CheckpointStore.of(settings.checkpoints_folder, one).numbers()) >= 2 for one in (first, second))


def test_sheets_of_a_commune_name_it_alone(office: Path):
    call(*adding(office), "--papers", str(papers_of(office)))
    text = papers_of(office).read_text(encoding="utf-8")
    assert NEW in text
    assert "Thanh Sơn" not in text


def test_the_list_tells_who_is_there_and_nothing_of_cases(office: Path):
    shown = json.loads(call("commune", "list", "--data", str(office), "--json").output)
    [commune] = shown["communes"]
    assert set(commune) == {"id", "name", "founded", "agencies", "people", "state"}
    assert (commune["agencies"], commune["people"], commune["state"], shown["removed"]) == (9, 7, "unused", [])
    words = call("commune", "list", "--data", str(office)).output
    assert f"xã Thanh Sơn ({commune['id'][:8]}): 9 cơ quan" in words
    assert "chưa ai nhận tài khoản" in words


@pytest.mark.parametrize(
    ("name", "suffix", "words"),
    [("XÃ  Thanh Sơn", ".bm", "Sổ đã có"), (NEW, "", "Tên đăng nhập đã có người dùng"), ("", ".bm", "Hãy gõ tên")],
)
def test_what_is_there_already_is_refused_before_anything_is_printed(office: Path, name: str, suffix: str, words: str):
    done = call(*adding(office, name, suffix), "--papers", str(papers_of(office)))
    assert (done.exit_code, words in done.output) == (1, True), done.output
    assert not papers_of(office).exists()
    assert names(office) == ["xã Thanh Sơn"]


def test_a_tone_more_is_another_commune():
    assert communes.same_name("xã  thanh sơn", "Xã Thanh Sơn")
    assert not communes.same_name("xã Thành Sơn", "xã Thanh Sơn")


def test_papers_that_are_not_confirmed_found_nothing(office: Path):
    done = call(*adding(office), "--papers", str(papers_of(office)), typed="0000\n")
    assert (done.exit_code, "sổ vẫn như trước" in done.output) == (1, True), done.output
    assert not papers_of(office).exists()
    assert names(office) == ["xã Thanh Sơn"]
    assert call("verify", "--data", str(office)).exit_code == 0


def survives(office: Path, pick: Callable[[int], list[int]]) -> None:
    """Cut the command off at some of its moments: the new commune is there with all its papers, or not at all."""
    start = copied(office, office.with_name("start"))
    words = adding(office)
    whole = run_module("tests.administration.killed_command", "0", str(papers_of(office)), "", *words)
    assert whole.returncode == 0, whole.stderr
    seen = set()
    for moment in pick(int(whole.stdout.split()[-1])):
        shutil.rmtree(office)
        copied(start, office)
        papers_of(office).unlink(missing_ok=True)
        done = run_module("tests.administration.killed_command", str(moment), str(papers_of(office)), "", *words)
        assert done.returncode == -signal.SIGKILL, moment
        there = names(office)
        seen.add(len(there))
        assert there[0] == "xã Thanh Sơn"
        if NEW in there:
            drill = ("drill", "--data", str(office), "--agency", "womens_union", "--commune", NEW, "--seat", "1")
            assert call(*drill, typed=printed(office)[0] + "\n").exit_code == 0, moment
        assert "Không xong" not in call("tick", "--data", str(office), "--confirm-clock").output, moment
        assert call("verify", "--data", str(office)).exit_code == 0, moment
    assert seen == {1, 2}


def test_a_power_cut_leaves_a_new_commune_whole_or_absent(office: Path):
    survives(office, lambda count: [count // 2, count - 3])


@pytest.mark.prove
def test_a_power_cut_at_any_moment_leaves_a_new_commune_whole_or_absent(office: Path):
    survives(office, lambda count: list(range(1, count + 1, 7)) + list(range(count - 30, count + 1)))


def test_a_second_init_in_a_database_in_use_writes_nothing(tmp_path: Path):
    with postgres.fresh_database() as url:
        upgrade(url)
        answers = raw_answers()
        answers["commune"]["database_url"] = url
        keys = tmp_path / "keys"
        keys.mkdir()
        answers["places"]["keys"] = str(keys)
        (tmp_path / "a.toml").write_text(tomli_w.dumps(answers), encoding="utf-8")
        done = call("init", "--data", str(tmp_path / "sổ"), "--answers", str(tmp_path / "a.toml"))
        assert (done.exit_code, "casework commune add" in done.output) == (1, True), done.output
        assert not (tmp_path / "sổ").exists()
        assert list(keys.iterdir()) == []
        with unguarded_database.snapshot(url) as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM commune").scalar_one() == 0
