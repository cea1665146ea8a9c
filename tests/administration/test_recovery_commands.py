"""Recovery at the console: two sheets of an allowed pair let one person in again, and no sheet is good twice."""

import base64
from pathlib import Path

import pytest

from casework.vault.keys.enrolment.paper_codes import read_code, write_code
from tests.administration.new_installation import CODE, founded, sheets_of
from tests.commands import call

UNION = "Hội Liên hiệp Phụ nữ xã Thanh Sơn"


@pytest.fixture
def founding(tmp_path: Path):
    """An installation with the sheets of the Women's Union: 1 fits 2 and 3, 2 and 3 do not fit."""
    folder = tmp_path / "sổ"
    return folder, sheets_of(founded(folder), UNION)


def recover(folder: Path, lines: list[str], *more: str):
    words = ("recover", "--data", str(folder), "--agency", "womens_union", *more)
    return call(*words, typed="\n".join(lines) + "\n")


def test_two_sheets_of_an_allowed_pair_give_a_code_and_new_sheets(founding):
    folder, dealt = founding
    done = recover(folder, ["hoa.hoi", "1", dealt[1], "3", dealt[3].lower().replace("-", " ")])
    assert done.exit_code == 0, done.output
    shown = CODE.findall(done.output)
    assert len(shown) == 1 + 3
    assert not set(shown) & set(dealt.values())
    assert "Bộ số: 2" in done.output
    assert "hủy đi" in done.output
    again = recover(folder, ["hoa.hoi", "1", dealt[1], "3", dealt[3]])
    assert again.exit_code == 1
    newer = recover(folder, ["binh.hoi", "1", shown[1], "2", shown[2]])
    assert newer.exit_code == 0
    assert call("verify", "--data", str(folder)).exit_code == 0


@pytest.mark.parametrize(("first", "second"), [(2, 3), (1, 1), (1, 7)])
def test_a_pair_that_is_not_allowed_is_refused_and_told_nothing(founding, first, second):
    folder, dealt = founding
    done = recover(folder, ["hoa.hoi", str(first), dealt[first], str(second), dealt.get(second, dealt[2])])
    assert done.exit_code == 1
    assert not CODE.search(done.output)


def test_a_slip_a_wrong_sheet_and_a_stranger_are_refused(founding):
    folder, dealt = founding
    slip = dealt[1][:-1] + ("0" if dealt[1][-1] != "0" else "1")
    for lines, message in (
        (["hoa.hoi", "1", slip, "2", dealt[2]], "từng nhóm"),
        (["hoa.hoi", "1", write_code(bytes(16)), "2", dealt[2]], "Hai tờ này không mở được"),
        (["ai.do", "1", dealt[1], "2", dealt[2]], "Không có người này"),
        (["cuong.congan", "1", dealt[1], "2", dealt[2]], "Không có người này"),
        (["hoa.hoi", "một", dealt[1], "2", dealt[2]], "số của tờ"),
        (["hoa.hoi", "1", dealt[1], "2"], "Thiếu dòng"),
    ):
        done = recover(folder, lines)
        assert (done.exit_code, message in done.output) == (1, True), done.output
        assert not CODE.search(done.output)
    assert recover(folder, ["hoa.hoi", "1", dealt[1], "2", dealt[2]]).exit_code == 0


def test_papers_of_a_recovery_go_to_a_private_file(founding, tmp_path):
    folder, dealt = founding
    lines = ["hoa.hoi", "1", dealt[1], "2", dealt[2]]
    done = recover(folder, lines, "--papers", str(tmp_path / "papers.html"))
    assert done.exit_code == 0
    assert not CODE.search(done.output)
    assert len(CODE.findall((tmp_path / "papers.html").read_text(encoding="utf-8"))) == 4


def test_a_drill_takes_one_sheet_and_opens_nothing(founding):
    folder, dealt = founding
    words = ("drill", "--data", str(folder), "--agency", "womens_union", "--seat", "2")
    assert call(*words, typed=dealt[2] + "\n").exit_code == 0
    assert call(*words, typed=dealt[1] + "\n").exit_code == 1
    assert call(*words[:4], "nowhere", "--seat", "2", typed=dealt[2] + "\n").exit_code == 1
    for named in ((), ("--agency", "police", "--circle", "0a1b2c3d")):
        refused = call("drill", "--data", str(folder), *named, "--seat", "1", typed=dealt[1] + "\n")
        assert (refused.exit_code, "một trong hai" in refused.output) == (1, True)
    assert "nhóm kín" in call("drill", "--data", str(folder), "--circle", "0a1b2c3d", "--seat", "1").output
    refused = call(*words, "--commune", "xã Khác", typed=dealt[2] + "\n")
    assert (refused.exit_code, "Không có cơ quan" in refused.output) == (1, True)


def test_new_sheets_are_made_with_two_of_the_present_ones_and_let_nobody_in(founding):
    folder, dealt = founding
    keepers = ("--officer", "Lê Thị Hòa", "--officer", "Bà Lò Thị Pha")
    words = ("new-sheets", "--data", str(folder), "--agency", "womens_union", *keepers)
    assert call(*words, typed=f"2\n{dealt[2]}\n3\n{dealt[3]}\n").exit_code == 1
    assert call(*words, "--pairs", "1-3", typed=f"1\n{dealt[1]}\n2\n{dealt[2]}\n").exit_code == 1
    done = call(*words, typed=f"1\n{dealt[1]}\n2\n{dealt[2]}\n")
    assert done.exit_code == 0, done.output
    first, second = CODE.findall(done.output)
    assert "Bà Lò Thị Pha" in done.output
    assert recover(folder, ["hoa.hoi", "1", dealt[1], "2", dealt[2]]).exit_code == 1
    assert recover(folder, ["hoa.hoi", "1", first, "2", second]).exit_code == 0
    assert call("verify", "--data", str(folder)).exit_code == 0


def test_the_key_file_is_written_again_from_its_sheet(founding, tmp_path):
    folder, _ = founding
    raw = (folder / "kek").read_bytes()
    secret = base64.b64decode(raw.split()[2])
    lines = f"{write_code(secret[:16])}\n{write_code(secret[16:])}\n"
    words = ("key-file", "--data", str(folder), "--number", "1")
    assert call(*words, typed=lines).exit_code == 1
    (folder / "kek").unlink()
    assert call(*words, typed=lines).exit_code == 0
    assert (folder / "kek").read_bytes() == raw
    assert read_code(lines.splitlines()[0]) == secret[:16]
