"""What the program says of itself: versions, manual page, completion, and the files with which a server is set up."""

import os
import pty
import re
import shutil
import signal
import stat
import subprocess
import sys
import tomllib
from contextlib import suppress
from pathlib import Path

import click
import pytest

import casework
from casework import schema
from casework.cli import main
from tests.administration.new_installation import founded
from tests.commands import call
from tests.laws.test_catalogue import VIETNAMESE
from tests.source import ROOT

HEADING = re.compile(r"^## (\S+) \((\d{4}-\d{2}-\d{2})\)$", re.MULTILINE)


def test_the_version_is_one_in_package_lock_changelog_and_command():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    [locked] = [package["version"] for package in lock["package"] if package["name"] == "casework"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    releases = HEADING.findall(changelog)
    assert changelog.index("## Unreleased") < changelog.index(f"## {releases[0][0]}")
    assert releases == sorted(releases, key=lambda one: one[1], reverse=True)
    assert {project["version"], locked, casework.__version__, releases[0][0]} == {casework.__version__}
    told = call("--version").stdout
    assert told.startswith(f"casework {casework.__version__}, schema {schema.newest()}, python 3.")


def all_commands(group: click.Group, path: str = "casework") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    for name, command in group.commands.items():
        found |= all_commands(command, f"{path} {name}") if isinstance(command, click.Group) else {}
        found[f"{path} {name}"] = command
    return found


@pytest.mark.parametrize("words", [["-h"], ["--help"], ["restore", "-h"], ["restore", "--help"]])
def test_help_is_in_one_language(words: list[str]):
    vietnamese, english = call(*words), call(*words, "--english")
    assert (vietnamese.exit_code, english.exit_code) == (0, 0)
    assert VIETNAMESE.search(vietnamese.stdout)
    assert not VIETNAMESE.search(english.stdout.replace("Sổ ca", ""))
    assert " / " not in vietnamese.stdout + english.stdout


@pytest.mark.parametrize("name", all_commands(main))
def test_every_command_has_its_help_in_both_languages(name: str):
    command = all_commands(main)[name]
    words = [command.help or "", *(option.help or "" for option in command.params if isinstance(option, click.Option))]
    for text in words:
        vietnamese, between, english = text.partition(" / ")
        assert between, text
        assert " / " not in english, text
        assert not VIETNAMESE.search(english), text
        assert vietnamese, text


def test_the_manual_page_names_every_command_and_option(tmp_path: Path):
    page = call("man").stdout
    for name, command in all_commands(main).items():
        if isinstance(command, click.Group):
            continue
        assert f".SS {name}".replace("-", "\\-") in page
        for option in (one for one in command.params if isinstance(one, click.Option)):
            assert option.opts[0].replace("-", "\\-") in page
    assert " / " not in page
    if groff := shutil.which("groff"):
        (tmp_path / "casework.8").write_text(page, encoding="utf-8")
        typeset = [groff, "-man", "-Kutf8", "-Tutf8", "-ww", "-z", str(tmp_path / "casework.8")]
        done = subprocess.run(typeset, capture_output=True, text=True, check=True, timeout=60)
        assert "error" not in done.stderr


def test_a_shell_completes_commands_and_options():
    environment = {"_CASEWORK_COMPLETE": "bash_complete", "COMP_WORDS": "casework ve", "COMP_CWORD": "1"}
    script = "import sys; sys.argv = ['casework']; from casework.cli import main; main(prog_name='casework')"
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["plain,verify"], done.stderr


def test_the_files_of_a_server_are_written_out_and_none_is_written_over(tmp_path: Path):
    place = tmp_path / "share"
    assert call("deploy-files", str(place)).exit_code == 0
    for file in (ROOT / "deploy").rglob("*"):
        if file.is_file():
            assert (place / "deploy" / file.relative_to(ROOT / "deploy")).read_bytes() == file.read_bytes()
    assert (place / "docs" / "operating.md").is_file()
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.rglob("*")}
    assert modes["casework-as-service"] == 0o755
    assert {modes[name] for name in ("README.md", "casework.service", "operating.md")} == {0o644}
    assert {modes[name] for name in ("deploy", "docs", "systemd")} == {0o755}
    unit = place / "deploy" / "systemd" / "casework.service"
    unit.write_text("của tôi", encoding="utf-8")
    again = call("deploy-files", str(place))
    assert (again.exit_code, str(unit) in again.stderr) == (1, True)
    assert unit.read_text(encoding="utf-8") == "của tôi"


def test_ctrl_c_at_a_question_is_one_sentence_and_status_130(tmp_path: Path):
    founded(tmp_path / "sổ")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "casework", "drill", "--data", str(tmp_path / "sổ"), "--agency", "police"]
    with subprocess.Popen(
        [*command, "--seat", "1"], cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as run:
        os.close(theirs)
        shown = b""
        while not shown.endswith(b": "):
            shown += os.read(ours, 1)
        run.send_signal(signal.SIGINT)
        assert run.wait(timeout=60) == 130
        with suppress(OSError):
            shown += os.read(ours, 4096)
    os.close(ours)
    assert "Traceback" not in shown.decode()
    assert "Đã dừng giữa chừng" in shown.decode()
