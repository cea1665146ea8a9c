"""What the console says while a commune is founded: a refused role, key files that are there, whose sheet is asked."""

import io
from pathlib import Path

import pytest

from casework.administration import paper_output, setup_answers
from casework.administration.printed_pages import PrintedPage
from casework.administration.setup_record import SeenAnswer
from casework.administration.setup_summary import _in_words
from casework.errors import BadInput


def test_a_refused_role_is_answered_by_the_roles_of_that_agency():
    with pytest.raises(BadInput) as refusal:
        setup_answers.roles("boss", "womens_union")
    named = str(refusal.value)
    assert "counsellor, lead, deputy." in named
    assert "health_worker" not in named


def test_key_files_of_an_unfinished_book_may_be_deleted(tmp_path: Path):
    (tmp_path / "kek").touch()
    with pytest.raises(BadInput, match="lập dở dang thì xóa đi"):
        setup_answers.place_of_keys(str(tmp_path))


@pytest.mark.parametrize(("agency", "named"), [("Công an xã Thanh Sơn", True), ("–", False)])
def test_a_keeper_of_two_agencies_sees_whose_sheet_is_asked(agency: str, named: bool, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    page = PrintedPage("Tờ khôi phục", "Lưu Đình Trọng", [("Cơ quan", agency)], [("Mã", "AAAA")], [])
    with pytest.raises(BadInput) as missing:
        paper_output._confirm([page])
    assert (f"Lưu Đình Trọng, {agency}:" in str(missing.value)) == named


def test_the_summary_calls_roles_as_the_office_does():
    name = SeenAnswer(("accounts", "a", "username"), "Tên đăng nhập của Lê Thị Hòa", "hoa.hoi", False)
    roles = SeenAnswer(("accounts", "a", "roles"), "Vai trò", "lead", True)
    assert _in_words([name, roles]).endswith("vai trò: Chủ tịch Hội Phụ nữ")
