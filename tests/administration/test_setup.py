"""Setting up for real: a private folder, keys that fit, papers with every secret on a page of its own, and no trace."""

import io
import re
import stat
import tomllib
from datetime import date
from pathlib import Path

import pytest
import tomli_w

from casework import config, files
from casework.administration import printed_pages, settings, setup, setup_questions
from casework.administration.server_key_rotation import communes_and_kek_number
from casework.audit import freshness
from casework.codelists import office_calendar
from casework.config import UNFINISHED, ConfigurationError
from casework.errors import BadInput
from casework.vault.crypto import signatures
from casework.vault.crypto.hpke import public_key
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import kek
from casework.vault.keys.enrolment.paper_codes import read_code
from casework.vault.models import Agency, Member
from tests.administration import new_installation
from tests.administration.new_installation import (
    ANSWERS,
    CODE,
    all_codes,
    code_for,
    codes,
    founded,
    sheets_of,
    used,
    write_answers,
)
from tests.commands import call
from tests.tampering import refused

UNION = "Hội Liên hiệp Phụ nữ xã Thanh Sơn"


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> tuple[Path, list]:
    """An installation that was set up, and its papers; nobody changes it."""
    folder = tmp_path_factory.mktemp("init") / "sổ"
    return folder, founded(folder)


def test_the_folder_and_everything_in_it_is_private(home):
    folder, _ = home
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()} == {0o600}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_dir()} <= {0o700}
    assert not (folder / UNFINISHED).exists()


def test_the_sheet_of_the_server_s_key_is_the_key(home):
    folder, pages = home
    [page] = [page for page in pages if page.title == "Tờ khóa máy chủ"]
    key = kek.load(folder / "kek", demo=False)
    assert b"".join(map(read_code, codes(page))) == key.secret
    assert dict(page.facts)["Khóa số"] == "1"


def test_the_private_half_of_the_backup_key_is_on_two_sheets_and_nowhere_else(home):
    folder, pages = home
    first, second = [page for page in pages if page.title == "Tờ khóa sao lưu"]
    seed = b"".join(map(read_code, codes(first)))
    assert codes(second) == codes(first)
    assert first.keeper != second.keeper
    assert config.load(folder).backup_public == signatures.encode_public(public_key(seed))
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert seed not in everything
    assert signatures.encode_public(seed).encode() not in everything


def test_the_checkpoint_key_is_pinned_and_its_print_stands_on_every_sheet(home):
    folder, pages = home
    settings = config.load(folder)
    assert settings.checkpoint_file
    public = signatures.load(settings.checkpoint_file).public
    assert settings.checkpoint_public == (signatures.encode_public(public),)
    assert all(("Dấu khóa ký", signatures.fingerprint(public)) in page.facts for page in pages)


def test_no_code_of_the_papers_stands_in_the_folder(home):
    folder, pages = home
    printed = all_codes(pages)
    assert len(printed) == 2 + 2 + new_installation.count_sheets() + 7
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "kek")
    assert not any(code.encode() in everything or read_code(code) in everything for code in printed)


def test_every_agency_with_a_key_has_sheets_and_everybody_a_code_of_their_own(home):
    _, pages = home
    assert sorted(sheets_of(pages, UNION)) == [1, 2, 3]
    people = ("hoa.hoi", "binh.hoi", "cuong.congan", "trong.chutich", "thu.vanhoa", "son.quantri", "viet.quantri")
    assert len({code_for(pages, username) for username in people}) == len(people)
    partners = [dict(page.facts)["Dùng cùng tờ của"] for page in pages if page.keeper == "Người giữ: Nguyễn Thanh Bình"]
    assert partners == ["Lê Thị Hòa (tờ 1)"]


def test_the_commune_stands_in_the_database_as_it_was_answered(home):
    folder, _ = home
    with used(folder) as installation:
        [commune_id], number = communes_and_kek_number(installation.gate.database)
        with installation.gate.database.read_only() as session:
            attach_keys(session, installation.gate.server_keys(commune_id))
            commune = freshness.commune(session, commune_id)
            agencies = session.query(Agency.kind, Agency.duty_phone).all()
            members = session.query(Member.username, Member.state, Member.public_key).all()
    assert (commune.name, commune.size_class, number) == ("xã Thanh Sơn", "S1", 1)
    assert commune.hamlets.split("\n") == ["Thôn Đoài", "Thôn Đông", "Thôn Bãi Dâu"]
    assert ("womens_union", "0203 555 017") in agencies
    assert len(agencies) == len(new_installation.raw_answers()["agencies"])
    assert {(state, key) for _, state, key in members} == {("invited", b"")}
    own = office_calendar.read(folder / "calendar.toml")
    assert (own.working_days, own.worked) == (frozenset(range(5)), frozenset())
    assert date(2027, 9, 2) in own.holidays


def test_the_command_writes_private_papers_and_nothing_secret_to_the_terminal(tmp_path):
    file = tmp_path / "usb" / "papers.html"
    file.parent.mkdir()
    done = call("init", "--data", str(tmp_path / "sổ"), "--answers", str(ANSWERS), "--papers", str(file))
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    page = file.read_text(encoding="utf-8")
    assert len(CODE.findall(page)) == 2 + 2 * 2 + new_installation.count_sheets() + 7
    assert not CODE.search(done.output)
    assert "http" not in page.replace("https://so.thanhson.example", "")
    assert call("verify", "--data", str(tmp_path / "sổ")).exit_code == 0


def test_without_a_file_the_papers_come_as_text_with_a_form_feed_between_them(tmp_path):
    done = call("init", "--data", str(tmp_path / "sổ"), "--answers", str(ANSWERS))
    assert done.exit_code == 0
    assert done.output.count("\f") == 1 + 2 + 1 + new_installation.count_sheets() + 7 - 1
    assert "MÃ NHẬN TÀI KHOẢN" in done.output


@pytest.mark.parametrize("name", ["sổ.txt", UNFINISHED])
def test_a_folder_that_holds_anything_is_left_alone(tmp_path, name):
    (tmp_path / name).write_text("thật")
    done = call("init", "--data", str(tmp_path), "--answers", str(ANSWERS))
    assert done.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_papers_are_never_written_over_and_are_asked_for_before_anything_is_made(tmp_path):
    (tmp_path / "papers.html").write_text("cũ")
    words = ("init", "--data", str(tmp_path / "sổ"), "--answers", str(ANSWERS), "--papers")
    for file in (tmp_path / "papers.html", tmp_path / "nowhere" / "papers.html"):
        assert call(*words, str(file)).exit_code == 1
    assert not (tmp_path / "sổ").exists()
    with pytest.raises(BadInput, match="đã có"):
        printed_pages.write(tmp_path / "papers.html", [])
    with pytest.raises(BadInput, match="Không ghi được"):
        printed_pages.write(tmp_path / "nowhere" / "papers.html", [])


def test_what_was_broken_off_says_so_and_is_not_used(tmp_path, monkeypatch):
    def full(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(setup, "upgrade", full)
    with pytest.raises(OSError, match="No space"):
        founded(tmp_path / "sổ")
    assert "dở dang" in (tmp_path / "sổ" / UNFINISHED).read_text(encoding="utf-8")
    refused(lambda: config.load(tmp_path / "sổ"), ConfigurationError)
    for command, status in (("serve", 1), ("check", 2), ("verify", 1)):
        assert call(command, "--data", str(tmp_path / "sổ")).exit_code == status
    refused(lambda: setup.begin(tmp_path / "sổ"), ConfigurationError)


def wrong(key, value):
    """Change one answer, found by its path."""

    def change(answers):
        *path, last = key
        for part in path:
            answers = answers[part]
        answers[last] = value

    return change


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (("commune", "name"), "  ", "gõ tên"),
        (("commune", "hamlets"), [], "ít nhất một thôn"),
        (("commune", "hamlets"), ["Thôn Đoài", "thôn đoài"], "lặp lại"),
        (("commune", "size_class"), "S9", "mã quy mô"),
        (("commune", "public_url"), "http://so.xa.vn", "https"),
        (("commune", "public_url"), "https://so.xa.vn/x?y", "https"),
        (("calendar", "working_days"), ["mon", "thứ ba"], "Ngày làm việc"),
        (("calendar", "holidays"), ["30/4"], "2027-01-01"),
        (("agencies", "police", "duty_phone"), "gọi anh Cường", "chữ số"),
        (("agencies", "police", "officers"), ["Vũ Mạnh Cường"], "từ 2 đến 9"),
        (("agencies", "womens_union", "pairs"), [[1, 2]], "ít nhất một cặp"),
        (("agencies", "womens_union", "pairs"), [[1, 2], [3, 3]], "hai người"),
        (("agencies", "womens_union", "pairs"), [[1], [2]], "1-2"),
        (("people", 0, "username"), "Hòa", "không dấu"),
        (("people", 0, "username"), "binh.hoi", "cùng tên đăng nhập"),
        (("people", 0, "roles"), ["deputy"], "lead"),
        (("people", 0, "roles"), ["lead", "statistician"], "một vai trò"),
        (("people", 0, "roles"), ["chúa tể"], "Vai trò phải"),
        (("people", 0, "roles"), ["officer"], "không thuộc"),
        (("people", 4, "name"), "Lê Thị Hoà", "tài khoản nào khác"),
        (("people", 5, "agency"), "police", "không thuộc"),
        (("people", 6, "name"), "Mai Xuân  Sơn", "2 người khác nhau"),
        (("people", 6), {"name": "A", "username": "a.b", "agency": "police", "roles": ["officer"]}, "mới có 1"),
        (("people", 5, "agency"), "ubnd", "Cơ quan phải"),
        (("calendar", "holidays"), ["0207-01-01"], "2020 đến 2099"),
        (("calendar", "holidays"), [f"2027-{month:02}-{day:02}" for month in (3, 4) for day in range(1, 22)], "40"),
        (("secret",), "x", "không hiểu"),
    ],
)
def test_a_wrong_answer_is_named_in_one_sentence_before_anything_is_made(tmp_path, key, value, message):
    if key == ("secret",):
        file = tmp_path / "answers.toml"
        file.write_text("secret = 'x'\n" + ANSWERS.read_text(encoding="utf-8"), encoding="utf-8")
    else:
        file = write_answers(tmp_path, wrong(key, value))
    done = call("init", "--data", str(tmp_path / "sổ"), "--answers", str(file))
    assert done.exit_code == 1
    assert message in done.output
    assert "Traceback" not in done.output
    assert not (tmp_path / "sổ").exists()


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "x").write_text("= =")
    done = call("init", "--data", str(tmp_path / "sổ"), "--answers", str(tmp_path / "x"))
    assert (done.exit_code, "tệp trả lời" in done.output) == (1, True)


def test_nothing_typed_about_the_size_of_a_commune_means_the_smallest(tmp_path, monkeypatch):
    answers = tomllib.loads(ANSWERS.read_text(encoding="utf-8"))
    del answers["commune"]["size_class"]
    file = tmp_path / "answers.toml"
    file.write_text(tomli_w.dumps(answers), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("\n"))
    assert setup_questions.complete_answers(file, tmp_path / "kept").size_class == "S0"


def test_answers_for_an_earlier_version_may_name_second_persons(tmp_path):
    file = tmp_path / "answers.toml"
    file.write_text('second_persons = ["hoa.hoi"]\n' + ANSWERS.read_text(encoding="utf-8"), encoding="utf-8")
    assert setup_questions.complete_answers(file, tmp_path / "kept") == setup_questions.complete_answers(
        ANSWERS, tmp_path / "kept"
    )


def test_what_was_answered_can_be_given_again(tmp_path):
    answers = setup_questions.complete_answers(ANSWERS, Path("/nonexistent"))
    again = write_answers(tmp_path, lambda raw: raw["calendar"].update(working_days=list(answers.working_days)))
    assert setup_questions.complete_answers(again, Path("/nonexistent")) == answers
    assert answers.agencies[0].pairs == ((1, 2), (1, 3))
    assert [bool(agency.officers) for agency in answers.agencies] == [agency.holds_keys for agency in answers.agencies]


@pytest.mark.parametrize("on_one_line", [False, True])
def test_the_settings_file_keeps_what_people_wrote_beside_the_pinned_keys(home, tmp_path, on_one_line):
    folder, _ = home
    text = (folder / "casework.toml").read_text(encoding="utf-8") + "# của chúng tôi\n"
    if on_one_line:
        text = re.sub(r"\[\s*(\S+),\s*\]", r"[\1]", text)
        assert len(text.splitlines()) == 11
    files.write_new(tmp_path / "casework.toml", text)
    before = config.load(tmp_path)
    settings.pin_checkpoint(before, b"k" * 32)
    settings.pin_backup(before, b"b" * 1216)
    after = config.load(tmp_path)
    assert after.checkpoint_public == (signatures.encode_public(b"k" * 32), *before.checkpoint_public)
    assert after.backup_public == signatures.encode_public(b"b" * 1216)
    assert (after.public_url, after.database_url) == (before.public_url, before.database_url)
    assert "của chúng tôi" in (tmp_path / "casework.toml").read_text(encoding="utf-8")
