"""What the office wrote for the program: a wrong file keeps the book from starting; a backup brings it back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from casework import config
from casework.administration import diagnostics
from casework.administration.installation import open_installation
from casework.codelists import codelist, overrides, working_days
from casework.maintenance import carried_files
from tests.administration.new_installation import elsewhere, founded
from tests.commands import call

NUMBER = '[codes.peace_house]\nnumber = "1900 969 681"\nsource = "Thông báo của Ngôi nhà bình yên"\n'


@pytest.fixture(scope="module")
def _home(tmp_path_factory) -> Path:
    place = tmp_path_factory.mktemp("home")
    founded(place / "sổ", elsewhere(place))
    return place / "sổ"


@pytest.fixture
def home(_home: Path) -> Iterator[Path]:
    """An installation whose calendar is as `init` wrote it, and which overrides nothing yet."""
    calendar = (_home / "calendar.toml").read_text(encoding="utf-8")
    folder = _home / overrides.FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    yield _home
    (_home / "calendar.toml").write_text(calendar, encoding="utf-8")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def problems(folder: Path) -> str:
    return "\n".join(f"{one.wrong} {one.todo}" for one in diagnostics.check(folder))


def wrote(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)


def test_a_wrong_calendar_keeps_the_book_from_starting_and_check_says_where(home: Path):
    wrote(home / "calendar.toml", 'working_days = ["mon"]\nholidays = ["30/4/2027"]\n')
    done = call("serve", "--data", str(home), "--port", "8391")
    assert done.exit_code == 1
    assert "calendar.toml, dòng 2: '30/4/2027' không phải một ngày" in done.output
    assert "Traceback" not in done.output
    assert "calendar.toml, dòng 2" in problems(home)


def test_a_wrong_override_keeps_the_book_from_starting_and_check_says_where(home: Path):
    assert overrides.FOLDER not in problems(home)
    wrote(home / overrides.FOLDER / "hotline.toml", NUMBER)
    assert overrides.FOLDER not in problems(home)
    wrote(home / overrides.FOLDER / "role.toml", "[codes]\n")
    done = call("serve", "--data", str(home), "--port", "8391")
    assert (done.exit_code, "danh mục 'role' không sửa được" in done.output) == (1, True)
    assert "danh mục 'role' không sửa được" in problems(home)
    # A command that must help goes on with the words of the program.
    with open_installation(home):
        assert codelist("hotline").get("peace_house").text("number") == "1900 969 680"


def test_a_console_command_speaks_as_the_office_does(home: Path):
    wrote(home / overrides.FOLDER / "hotline.toml", NUMBER)
    wrote(home / "calendar.toml", 'holidays = ["2027-03-01"]\n')
    with open_installation(home):
        assert codelist("hotline").get("peace_house").text("number") == "1900 969 681"
        assert len(working_days.calendar().own.holidays) == 1


def test_a_run_of_the_timer_reads_the_calendar_and_stays_well_with_a_wrong_one(home: Path):
    wrote(home / "calendar.toml", "holidays = [\n")
    done = call("tick", "--data", str(home))
    assert (done.exit_code, "failed" in done.output) == (0, False)


def test_what_the_office_wrote_travels_in_a_backup_and_comes_back_into_an_empty_folder(home: Path, tmp_path: Path):
    folder = home / overrides.FOLDER
    wrote(folder / "hotline.toml", NUMBER)
    wrote(folder / overrides.KNOWN, "hotline local_x\n")
    wrote(folder / "note.txt", "x")
    wrote(folder / "big.toml", "#" * (70 * 1024))
    (folder / "bytes.toml").write_bytes(b"\xff")
    (folder / "link.toml").symlink_to("/etc/hostname")
    about = json.loads(json.dumps({"carried": carried_files.read(config.load(home))}))
    assert set(about["carried"]["overrides"]) == {"hotline.toml", overrides.KNOWN}
    carried_files.write(tmp_path, about)
    back = tmp_path / overrides.FOLDER
    assert {file.name: file.read_text(encoding="utf-8") for file in back.iterdir()} == about["carried"]["overrides"]
    assert {file.stat().st_mode & 0o777 for file in (back, *back.iterdir())} == {0o700, 0o600}
    # What stands there already stays.
    wrote(back / "hotline.toml", "# other\n")
    carried_files.write(tmp_path, about)
    assert (back / "hotline.toml").read_text(encoding="utf-8") == "# other\n"


def test_a_backup_of_an_earlier_version_or_with_names_of_elsewhere_writes_nothing_of_it(home: Path, tmp_path: Path):
    about = {"carried": carried_files.read(config.load(home))}
    del about["carried"]["overrides"]
    carried_files.write(tmp_path, about)
    about["carried"]["overrides"] = {"../evil.toml": "", "/tmp/x.toml": "", "A.toml": "", "a.sh": ""}
    carried_files.write(tmp_path, about)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["calendar.toml"]
