"""Whatever is damaged or mistyped, a command says one sentence with what to do, and nobody reads a traceback."""

import errno
import os
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
import tomli_w
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from casework import config
from casework.administration import command_failures, diagnostics
from casework.cli import main
from casework.config import Config, ConfigurationError
from casework.errors import AlteredRow, Busy, Conflict, NotFound, Refused, Throttled, VaultError
from casework.maintenance import carried_files
from casework.vault.keys.enrolment.paper_codes import write_code
from tests.administration.new_installation import founded
from tests.commands import call
from tests.laws.test_catalogue import VIETNAMESE

WORDS = {
    "accept-log": ["--reason", "đã xem"],
    "agency add": ["--agency", "legal_aid"],
    "backup": [],
    "check": [],
    "commune add": [],
    "commune list": [],
    "commune remove": ["--commune", "xã Thanh Sơn", "--reason", "sáp nhập"],
    "drill": ["--agency", "police", "--seat", "1"],
    "hand-over": [],
    "key-file": ["--number", "1"],
    "lists check": [],
    "lists show": ["hotline"],
    "new-sheets": ["--agency", "police", "--officer", "An", "--officer", "Ba"],
    "readmit": [],
    "recover": ["--agency", "police"],
    "rotate-keys": ["checkpoint"],
    "tick": [],
    "upgrade": [],
    "verify": [],
}
# They are run with words of their own below, or read no folder.
APART = {"demo", "init", "policy", "restore", "serve"}
CODE = write_code(bytes(16))


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a backup and a checkpoint, to be copied and damaged."""
    folder = tmp_path_factory.mktemp("whole") / "sổ"
    founded(folder)
    assert call("backup", "--data", str(folder)).exit_code == 0
    return folder


@pytest.fixture
def book(original: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "sổ"
    shutil.copytree(original, folder)
    settings = folder / "casework.toml"
    settings.write_text(settings.read_text("utf-8").replace(str(original), str(folder)), encoding="utf-8")
    return folder


def require_one_sentence(*words: str, typed: str = "") -> str:
    """Run a command that may succeed or fail; return what it said. The runner raises what nobody caught."""
    done = call(*words, typed=typed)
    assert done.exit_code in (0, 1, 2), (words, done.exit_code, done.output)
    assert "Traceback" not in done.output
    assert "unopened" not in done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("Lỗi: ")]
    assert len(said) <= 1, said
    if done.exit_code and words[0] not in ("check", "verify", "tick") and words[:2] != ("lists", "check"):
        assert said, (words, done.output)
        assert len(said[0]) > len("Lỗi: ..")
        assert " / " not in said[0]
    return done.output


def require_every_command(folder: Path) -> None:
    """Run each command that reads a folder, with codes that open nothing; some ask for a user name first."""
    for name, words in WORDS.items():
        first = ["son.quantri"] if name in ("readmit", "recover") else []
        typed = "\n".join([*first, "1", CODE, "2", *[CODE] * 5])
        require_one_sentence(*name.split(), "--data", str(folder), *words, typed=typed)


def reading_commands(group: click.Group, path: str = "") -> Iterator[str]:
    """Every command that reads a data folder, by its whole name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from reading_commands(command, f"{path}{name} ")
        elif any(one.name == "data" for one in command.params):
            yield f"{path}{name}"


def test_every_command_that_reads_a_folder_is_tried():
    assert set(reading_commands(main)) - APART == WORDS.keys()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    """Change a byte in the middle of a file."""
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x55
    path.write_bytes(raw)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [cut, flip, empty, noise, folder_instead, gone])
@pytest.mark.parametrize(
    "name", ["casework.toml", "kek", "checkpoint-key", "casework.sqlite3", "calendar.toml", "removals", "watermark"]
)
@pytest.mark.prove
def test_no_damaged_file_of_a_folder_gives_a_traceback(book: Path, name: str, damage: Callable[[Path], None]):
    if not (book / name).exists():
        (book / name).write_bytes(b"x\n")
    damage(book / name)
    require_every_command(book)


@pytest.mark.parametrize("name", ["casework.toml", "kek", "casework.sqlite3"])
def test_what_holds_the_book_may_be_noise(book: Path, name: str):
    noise(book / name)
    require_every_command(book)


@pytest.mark.parametrize("damage", [cut, flip, empty, noise])
def test_a_backup_that_is_damaged_is_told_in_a_sentence(book: Path, damage: Callable[[Path], None]):
    [backup] = (book / "backups").glob("*.casework")
    damage(backup)
    typed = "\n".join([CODE] * 6)
    said = require_one_sentence("restore", str(backup), "--data", str(book), "--yes", typed=typed)
    assert "bản sao lưu" in said
    require_one_sentence("restore", str(backup), "--data", str(book / "new"), "--yes", typed=typed)


@pytest.mark.parametrize("damage", ["[1, 2]", '{"kek": 5, "signed_by": [], "publics": 7}', '{"kek": []}', "[" * 9000])
def test_a_header_of_another_kind_is_no_backup(book: Path, damage: str, tmp_path: Path):
    file = tmp_path / "x.casework"
    file.write_bytes(b"casework-backup-1\n" + len(damage).to_bytes(4, "big") + damage.encode() + bytes(80))
    for folder in (book, tmp_path / "new"):
        require_one_sentence("restore", str(file), "--data", str(folder), "--yes", typed="\n".join([CODE] * 6))


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
).filter(lambda value: value is not None)
names = st.sampled_from(sorted(Config.__dataclass_fields__)) | st.text(max_size=12)


@given(st.dictionaries(names, values, max_size=3), values)
def test_settings_inside_a_backup_of_any_type_are_refused_in_a_sentence_or_used(
    changed: dict[str, object], other: object
):
    usual = {"database_url": "sqlite:////x", "checkpoint_public": []}
    for carried in (
        {"settings": usual | changed, "calendar": "", "removals": ""},
        {"settings": usual, "calendar": other, "removals": ""},
        {"settings": other, "calendar": "", "removals": ""},
        other,
    ):
        try:
            carried_files.settings_of({"carried": carried})
        except ConfigurationError as refusal:
            _require_words(refusal)


def _written(settings: dict[str, object]) -> str | None:
    try:
        return tomli_w.dumps(settings)
    except (TypeError, ValueError, UnicodeEncodeError):
        return None


@given(st.dictionaries(names, values, max_size=3))
def test_settings_of_any_type_are_refused_in_a_sentence_or_used(original: Path, changed: dict[str, object]):
    text = _written({"database_url": f"sqlite:///{original / 'casework.sqlite3'}"} | changed)
    if text is not None:
        _load_or_refuse(original, text.encode())


@given(st.integers(0, 900), st.binary(max_size=4) | st.sampled_from(["“".encode(), b"\xef\xbb\xbf", b'"', b"\x00"]))
def test_a_file_of_settings_with_anything_typed_into_it_is_refused_in_a_sentence_or_used(
    original: Path, place: int, typed: bytes
):
    raw = (original / "casework.toml").read_bytes()
    _load_or_refuse(original, raw[:place] + typed + raw[place:])


def _load_or_refuse(original: Path, raw: bytes) -> None:
    folder = original.with_name("changed")
    folder.mkdir(exist_ok=True)
    (folder / "casework.toml").write_bytes(raw)
    try:
        config.load(folder)
    except ConfigurationError as refusal:
        _require_words(refusal)


def _require_words(refusal: ConfigurationError) -> None:
    assert VIETNAMESE.search(str(refusal))
    assert len(str(refusal)) < 700


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("idle_minute = 5", "Có phải là idle_minutes?"),
        ("idle_minutes = “5”", "dấu ngoặc kép cong"),
        ('idle_minutes = "5"', "idle_minutes phải là số"),
        ("proxy_hops = true", "proxy_hops phải là số"),
        ("public_url = 5", "public_url phải là chữ"),
        ("demo = 1", "demo phải là true hoặc false"),
        ('checkpoint_public = "x"', "checkpoint_public phải là danh sách"),
        ("xyzzy = 1", "không có cài đặt nào tên 'xyzzy'"),
        ("idle_minutes 5", "mỗi dòng là tên = giá trị"),
        ("session_hours = 0", "session_hours phải từ 1 đến 24"),
        ('database_url = "mysql://x/y"', "database_url phải như"),
        ('database_url = "?"', "database_url phải như"),
        ('kek_file = "a\\u0000b"', "kek_file phải là chữ"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_the_remedy(book: Path, line: str, said: str):
    file, name = book / "casework.toml", line.partition(" ")[0]
    kept = tomllib.loads(file.read_text("utf-8"))
    kept.pop(name, None)
    file.write_text(f"{line}\n{tomli_w.dumps(kept)}", encoding="utf-8")
    done = call("verify", "--data", str(book))
    assert done.exit_code == 1
    assert said in done.stderr
    assert said in "".join(problem.wrong for problem in diagnostics.check(book))


def test_a_byte_order_mark_of_another_editor_is_read_over(book: Path):
    file = book / "casework.toml"
    file.write_text(file.read_text("utf-8"), encoding="utf-8-sig")
    assert call("verify", "--data", str(book)).exit_code == 0


def test_a_folder_that_is_a_file_and_a_name_that_is_too_long_are_told(tmp_path: Path):
    (tmp_path / "tệp").write_text("x")
    for place in (tmp_path / "tệp", tmp_path / "tệp" / "x", tmp_path / ("x" * 300), Path("/proc/1/mem")):
        require_every_command(place)


def test_a_server_beside_a_taken_port_says_so(book: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = require_one_sentence("serve", "--data", str(book), "--port", str(taken.getsockname()[1]))
    assert "Cổng" in said


def test_a_command_line_that_cannot_be_used_is_one_sentence_and_status_2(tmp_path: Path):
    for words in (
        ["check"],
        ["verifyy"],
        ["check", "--dat", "x"],
        ["drill", "--data", "x", "--seat", "0"],
        ["serve", "x"],
    ):
        done = call(*words)
        assert done.exit_code == 2, words
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("Lỗi: ")
        assert VIETNAMESE.search(done.stderr)
        english = call(*words, "--english")
        assert english.stderr.startswith("Error: ")
        assert not VIETNAMESE.search(english.stderr)


def test_english_is_spoken_by_option_or_locale(tmp_path: Path):
    for words, environment in ((["--english"], {}), ([], {"LC_ALL": "en_US.UTF-8"})):
        done = call("verify", "--data", str(tmp_path), *words, **environment)
        assert done.stderr.startswith("Error: ")
        assert "is not there. Run `casework init`" in done.stderr
        assert not VIETNAMESE.search(done.stderr)
    assert "Không thấy" in call("verify", "--data", str(tmp_path), LC_ALL="vi_VN.UTF-8").stderr


SYSTEM = {
    errno.ENOSPC: "Đĩa đầy",
    errno.EACCES: "Không có quyền",
    errno.EROFS: "chỉ đọc",
    errno.EIO: "Đĩa không đọc",
    errno.EMFILE: "Không đọc hoặc ghi được",
}
POSTGRES = {
    'connection failed: FATAL:  Peer authentication failed for user "casework_app"': "pg_hba.conf",
    "connection failed: FATAL:  no pg_hba.conf entry for host": "pg_hba.conf",
    "connection failed: fe_sendauth: no password supplied": ".pgpass",
    'connection failed: FATAL:  password authentication failed for user "x"': ".pgpass",
    'connection failed: FATAL:  role "casework_app" does not exist': "roles.sql",
    "connection failed: connection to server on socket: Connection refused": "Xem nó có chạy không",
    "attempt to write a readonly database": "không ghi được",
    "database or disk is full": "Đĩa đầy",
    "database is locked": "Đợi một phút",
}


@pytest.mark.parametrize("number", SYSTEM)
def test_what_the_system_refuses_is_told_with_its_place(number: int):
    told, status = command_failures.explained(OSError(number, os.strerror(number), "/srv/x"))
    assert status == 1
    assert SYSTEM[number] in told
    assert "/srv/x" in told


@pytest.mark.parametrize("said", POSTGRES)
def test_what_a_database_refuses_is_told_with_the_remedy(said: str):
    told, status = command_failures.explained(OperationalError("SELECT 1", {}, Exception(said)))
    assert status == 1
    assert POSTGRES[said] in told


def test_no_failure_is_told_by_the_name_of_its_class_alone():
    for kind in (VaultError, AlteredRow, Refused, NotFound, Busy, Throttled, Conflict):
        told, status = command_failures.explained(kind())
        assert status == 1
        assert VIETNAMESE.search(told)
        assert " / " in told
        assert "unopened" not in told
    assert command_failures.explained(KeyError("x")) == (command_failures._MISTAKE.format(kind="KeyError"), 3)
    assert command_failures.explained(KeyboardInterrupt())[1] == 130


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of some kilobytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mount: nothing can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_told(book: Path, full_disk: Path):
    file = book / "casework.toml"
    text = "\n".join(line for line in file.read_text("utf-8").splitlines() if not line.startswith("backup_dir"))
    file.write_text(f'backup_dir = "{full_disk}"\n{text}', encoding="utf-8")
    done = call("backup", "--data", str(book))
    assert done.exit_code == 1
    assert "Đĩa đầy" in done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_folder_of_somebody_else_is_told(book: Path):
    assert call("verify", "--data", str(book)).exit_code == 0
    os.seteuid(65534)
    try:
        done = call("verify", "--data", str(book))
    finally:
        os.seteuid(0)
    assert done.exit_code == 1
    assert "Không có quyền" in done.stderr


def test_a_reader_that_goes_away_leaves_no_traceback():
    shell = f"set -o pipefail; {sys.executable} -m casework policy | head -n 1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=90, check=False)
    assert done.stderr == ""
    assert done.stdout.count("\n") == 1
