"""Diagnostics: everything that can be wrong with an installation is named, with what to do about it."""

import json
import os
import shutil
import tomllib
from pathlib import Path

import pytest
import tomli_w
from sqlalchemy import text

import casework
from casework import clock, schema
from casework.administration import agency_recovery, diagnostics, machine_check
from casework.administration.installation import find_agency, open_installation
from casework.administration.problem import Severity
from casework.engine import open_engine
from casework.maintenance.system_actors import console_of
from casework.vault.keys import kek
from casework.vault.keys.enrolment.paper_codes import read_code
from tests.administration.new_installation import elsewhere, founded, sheets_of, write_answers
from tests.commands import call
from tests.demonstration import Built

DAY = 24 * 3600 * clock.MICROSECOND
AGENCIES = {
    "womens_union": "Hội Liên hiệp Phụ nữ xã Thanh Sơn",
    "police": "Công an xã Thanh Sơn",
    "health_station": "Trạm Y tế xã Thanh Sơn",
    "chairman": "Chủ tịch, Phó Chủ tịch UBND xã Thanh Sơn",
}


def drill(folder: Path, pages, code: str, seats=(1, 2)) -> None:
    """Show the sheets of one pair, as two officers do."""
    with open_installation(folder) as installation:
        commune_id, agency_id, name = find_agency(installation, code, None)
        for seat in seats:
            secret = read_code(sheets_of(pages, name)[seat])
            installation.gate.perform(console_of(commune_id), agency_recovery.drill_sheet, agency_id, seat, secret)


@pytest.fixture
def healthy(tmp_path: Path) -> Path:
    """An installation with which nothing is wrong: every needed agency has tried a pair of its sheets."""
    folder = tmp_path / "sổ"
    pages = founded(folder, elsewhere(tmp_path))
    for code in AGENCIES:
        drill(folder, pages, code)
    return folder


def problems(folder: Path) -> str:
    return "\n".join(f"{problem.wrong} {problem.todo}" for problem in diagnostics.check(folder))


def change(folder: Path, statement: str) -> None:
    """Change the database behind the program's back."""
    engine = open_engine(f"sqlite:///{folder / 'casework.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_nothing_is_wrong_with_a_healthy_installation(healthy):
    done = call("check", "--data", str(healthy))
    assert (done.exit_code, "Không thấy gì sai" in done.output) == (0, True)


def test_keys_checkpoints_and_backups_go_where_setup_was_told(healthy):
    elsewhere_of = {path.name for path in healthy.iterdir()}
    assert elsewhere_of.isdisjoint({"kek", "checkpoint-key", "checkpoints", "backups"})
    assert {path.name for path in healthy.with_name("keys").iterdir()} == {"kek", "checkpoint-key"}
    assert list(healthy.with_name("checkpoints").rglob("*.note"))
    assert call("backup", "--data", str(healthy)).exit_code == 0
    assert list(healthy.with_name("backups").glob("*.casework"))


def test_what_lies_beside_the_database_is_named_with_what_may_happen(tmp_path):
    founded(tmp_path / "sổ")
    named = problems(tmp_path / "sổ")
    for setting in ("kek_file", "checkpoint_file", "checkpoint_dir", "backup_dir"):
        assert f"casework.toml ({setting})" in named


@pytest.mark.parametrize("missing", ["nowhere", "relative"])
def test_setup_refuses_a_place_that_is_not_there(tmp_path, missing):
    place = str(tmp_path / "nowhere") if missing == "nowhere" else "backups"
    file = write_answers(tmp_path, lambda raw: raw["places"].update(backups=place))
    done = call("init", "--data", str(tmp_path / "sổ"), "--answers", str(file))
    assert (done.exit_code, "gắn đĩa" in done.output) == (1, True)


def test_setup_writes_no_key_over_that_of_another_installation(tmp_path):
    answers = elsewhere(tmp_path)
    founded(tmp_path / "sổ", answers)
    done = call("init", "--data", str(tmp_path / "sổ-2"), "--answers", str(answers))
    assert (done.exit_code, "đã có tệp khóa" in done.output) == (1, True)


def test_agencies_that_hang_on_one_person_are_named_until_two_sheets_were_tried(tmp_path):
    pages = founded(tmp_path / "sổ")
    assert all(name in problems(tmp_path / "sổ") for name in AGENCIES.values())
    drill(tmp_path / "sổ", pages, "police", (1,))
    assert AGENCIES["police"] in problems(tmp_path / "sổ")
    drill(tmp_path / "sổ", pages, "police", (2,))
    named = problems(tmp_path / "sổ")
    assert AGENCIES["police"] not in named
    assert AGENCIES["chairman"] in named
    done = call("check", "--data", str(tmp_path / "sổ"))
    assert (done.exit_code, "casework drill" in done.output) == (2, True)


def test_on_its_first_day_an_installation_has_work_and_nothing_red(tmp_path):
    folder = tmp_path / "sổ"
    founded(folder, elsewhere(tmp_path))
    assert {problem.severity for problem in diagnostics.check(folder)} == {Severity.WARNING}
    done = call("check", "--data", str(folder))
    assert (done.exit_code, "SAI" in done.output, "Cần làm" in done.output) == (1, False, True)
    at = clock.micros()
    with clock.use_clock(lambda: at + 31 * DAY):
        assert diagnostics.is_red(folder)


def test_what_comes_round_is_named_when_it_is_too_old(healthy):
    assert call("backup", "--data", str(healthy)).exit_code == 0
    assert problems(healthy) == ""
    at = clock.micros()
    with clock.use_clock(lambda: at + 2 * DAY):
        named = problems(healthy)
    for words in (
        f"Bản sao lưu mới nhất ở {healthy.with_name('backups')} đã 4",
        f"Mốc nhật ký mới nhất ở {healthy.with_name('checkpoints')} đã 4",
        "Việc định kỳ chạy xong lần cuối cách đây - giờ",
    ):
        assert words in named
    [backup] = healthy.with_name("backups").glob("*.casework")
    backup.write_bytes(backup.read_bytes()[:-1])
    with clock.use_clock(lambda: at + DAY + 3 * DAY // 24):
        assert "Bản sao lưu mới nhất" in problems(healthy)
    with clock.use_clock(lambda: at + 26 * DAY // 24 - 60_000_000):
        assert "Bản sao lưu mới nhất" not in problems(healthy)
    shutil.rmtree(healthy.with_name("backups"))
    assert f"Không thấy {healthy.with_name('backups')} (backup_dir)" in problems(healthy)


def test_a_check_for_another_program_says_the_same(healthy):
    assert call("backup", "--data", str(healthy)).exit_code == 0
    done = call("check", "--data", str(healthy), "--json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["severity"], found["problems"]) == (0, "ok", [])
    assert found["versions"]["casework"] == casework.__version__
    assert found["versions"]["schema"] == schema.newest()
    assert found["database"].startswith("SQLite 3.")
    assert found["public_url"] == "https://so.thanhson.example"
    assert found["copies"]["backups"] == str(healthy.with_name("backups"))
    assert found["copies"]["backup_at"][:4] == found["copies"]["checkpoint_at"][:4]
    (healthy / "casework.toml").chmod(0o644)
    worse = call("check", "--data", str(healthy), "--json", "--english")
    found = json.loads(worse.stdout)
    assert (worse.exit_code, found["severity"]) == (2, "error")
    assert [problem["wrong"] for problem in found["problems"]] == [f"Others may read {healthy}/casework.toml (644)."]
    (healthy / "casework.toml").write_text("x")
    broken = call("check", "--data", str(healthy), "--json")
    assert (broken.exit_code, json.loads(broken.stdout)["copies"]) == (2, None)


def test_a_backup_and_a_verification_for_another_program(healthy):
    backed = json.loads(call("backup", "--data", str(healthy), "--json").stdout)
    assert Path(backed["file"]).stat().st_size == backed["bytes"]
    verified = json.loads(call("verify", "--data", str(healthy), "--json").stdout)
    assert (verified["holds"], verified["faults"]) == (True, [])
    change(healthy, "UPDATE member SET name = 'x'")
    broken = call("verify", "--data", str(healthy), "--json")
    assert broken.exit_code == 1
    assert {fault["table"] for fault in json.loads(broken.stdout)["faults"]} == {"member"}


def test_a_drill_is_good_for_180_days(healthy):
    at = clock.micros()
    with clock.use_clock(lambda: at + 179 * DAY):
        assert "180 ngày" not in problems(healthy)
    with clock.use_clock(lambda: at + 181 * DAY):
        assert problems(healthy).count("180 ngày") == 4


def test_codes_that_died_unused_are_counted(healthy):
    at = clock.micros()
    with clock.use_clock(lambda: at + 2 * DAY):
        assert "7 mã nhận tài khoản đã hết hạn" in problems(healthy)


def test_fewer_than_two_administrators_are_named_once_their_codes_have_died(healthy):
    """On the first day both are invited and nothing is wrong; whoever has left or is locked is none any more."""
    at = clock.micros()
    with clock.use_clock(lambda: at + DAY - clock.MICROSECOND):
        assert "quản trị" not in problems(healthy)
    with clock.use_clock(lambda: at + DAY):
        assert "chỉ 0 người quản trị đăng nhập được; cần ít nhất hai" in problems(healthy)
        assert "casework readmit" in problems(healthy)


def test_a_clock_before_the_last_line_is_named(healthy):
    at = clock.micros()
    with clock.use_clock(lambda: at - DAY):
        assert "timedatectl" in problems(healthy)


@pytest.mark.parametrize("name", ["casework.sqlite3", "casework.toml", "."])
def test_files_that_others_may_read_are_named_with_the_remedy(healthy, name):
    (healthy / name).chmod(0o755)
    named = problems(healthy)
    assert "755" in named
    assert f"chmod go-rwx {healthy / name}" in named


def test_a_key_elsewhere_that_others_may_read_is_named(healthy):
    key = healthy.with_name("keys") / "kek"
    key.chmod(0o644)
    assert f"chmod o-rwx {key}" in problems(healthy)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_files_of_another_account_are_named(healthy):
    os.chown(healthy / "calendar.toml", 65534, 65534)
    assert "calendar.toml thuộc về tài khoản khác" in problems(healthy)
    os.chown(healthy, 65534, 65534)
    assert "chạy bằng tài khoản khác" in problems(healthy)


def test_a_key_of_another_number_a_lost_one_and_an_unfinished_exchange_are_named(healthy):
    key = kek.load(healthy.with_name("keys") / "kek", demo=False)
    kek.replace(healthy.with_name("keys") / "kek", [key, kek.next_kek(key)])
    assert "Việc đổi khóa chưa xong" in problems(healthy)
    kek.replace(healthy.with_name("keys") / "kek", [kek.next_kek(key)])
    assert "dùng khóa số 1, tệp khóa có số 2" in problems(healthy)
    kek.replace(healthy.with_name("keys") / "kek", [kek.Kek(1, bytes(32))])
    assert "casework verify" in problems(healthy)
    (healthy.with_name("keys") / "kek").unlink()
    assert "Không đọc được tệp khóa" in problems(healthy)


def test_keys_that_are_not_the_pinned_ones_are_named(healthy):
    settings = healthy / "casework.toml"
    pinned = tomllib.loads(settings.read_text(encoding="utf-8"))
    kept = {name: value for name, value in pinned.items() if not name.endswith("_public")}
    settings.write_text(tomli_w.dumps(kept), encoding="utf-8")
    named = problems(healthy)
    assert "rotate-keys checkpoint" in named
    assert "rotate-keys backup" in named


def test_a_database_of_another_revision_and_one_that_is_gone_are_named(healthy):
    change(healthy, "UPDATE alembic_version SET version_num = '0000'")
    assert "ở bản 0000" in problems(healthy)
    (healthy / "casework.sqlite3").unlink()
    assert "Không thấy cơ sở dữ liệu" in problems(healthy)
    assert not (healthy / "casework.sqlite3").exists()


def test_a_full_disk_and_an_address_without_tls_are_named(healthy, monkeypatch):
    real = shutil.disk_usage(healthy)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: real._replace(free=1000))
    settings = healthy / "casework.toml"
    text_of = settings.read_text(encoding="utf-8")
    settings.write_text(text_of.replace("https://so.thanhson.example", "http://192.168.1.5"), encoding="utf-8")
    named = problems(healthy)
    assert "Đĩa còn dưới 1 GB" in named
    assert "public_url là http://192.168.1.5" in named


def test_an_old_python_or_library_is_named(healthy, monkeypatch):
    monkeypatch.setattr(machine_check, "version", lambda _: "49.0.1")
    assert "quá cũ" in problems(healthy)


def test_settings_that_cannot_be_read_are_one_finding(tmp_path):
    assert "casework init" in problems(tmp_path)
    (tmp_path / "casework.toml").write_text("x = [")
    assert len(diagnostics.check(tmp_path)) == 1


def test_the_demo_is_no_place_for_a_real_case(built: Built):
    assert "dùng thử" in problems(built.config.data)
