"""Whether a text names a colleague: rather once too often than a name overlooked, but never a mere word."""

import unicodedata

import pytest

from casework.cases.name_matching import given_names, names_a_colleague, words_of
from casework.vietnamese_text import fold

NAMED = ["Phạm Thu Mai", "chị Mai ở Hội", "PHẠM THU MAI", "pham thu mai", "Mai", "mai", "chồng Mai", "vợ anh Tư, Mai"]
NOT_NAMED = ["", "Trần Văn Mai", "chiều mải mê", "số 7", "!!!", "cô Tư ở ủy ban", "\x00", "👩‍👧", "<3"]


@pytest.mark.parametrize("text", NAMED)
def test_a_colleague_is_found_in_full_by_given_name_and_without_marks(text):
    assert names_a_colleague("Phạm Thu Mai", text)
    assert names_a_colleague("Phạm Thu Mai", unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", NOT_NAMED)
def test_somebody_else_of_a_like_name_is_not_taken_for_them(text):
    assert not names_a_colleague("Phạm Thu Mai", text)


# Each is written down in a hurry by a counsellor; the one who must not know reads the case if one is overlooked.
NAMED_IN_A_HURRY = [
    ("Cao Văn Lực", "Lục ở trạm"),
    ("Phạm Văn Khôi", "Trung Tá Khôi"),
    ("Phạm Văn Khôi", "Thượng Úy Khôi"),
    ("Phạm Văn Khôi", "Thầy Khôi"),
    ("Phạm Văn Khôi", "anh ấy là Công An Khôi"),
    ("Phạm Văn Khôi", "Ngoài Khôi ra còn ai thì tùy"),
    ("Phạm Văn Khôi", "CHỒNG VÀ KHÔI CÔNG AN"),
    ("Phạm Văn Khôi", "bà Trần Thị Lan\nKhôi"),
    ("Phạm Văn Khôi", "KHO\u0302I"),
    ("Phạm Văn Khôi", "Kh\u200côi"),
    ("Trần Thị Quý", "chị Quí"),
    ("Trần Văn Đức", "ông Đưc"),
    ("Pham Van Khoi", "anh Khôi"),
    ("Phạm Văn Khôi (đội phó)", "Phạm Văn Khôi"),
    ("Phạm Văn Khôi - công an xã", "ông Khôi"),
    ("Y Moan Niê", "Y Moan"),
    ("H'Bia Niê", "H’Bia Niê"),
    ("H'Bia Niê", "chị H'Bia"),
]
SOMEBODY_ELSE = [
    ("Cao Văn Lực", "Lục Vũ Nghiêm"),
    ("Phạm Văn Khôi", "Trần Minh Khôi"),
    ("Phạm Văn Khôi", "TRẦN MINH KHÔI"),
    ("Phạm Văn Khôi", "Lê Khôi"),
    ("Phạm Văn Khôi", "Võ Minh Khôi"),
    ("Phạm Văn Đăng", "chồng đang sợ"),
    ("Y Moan Niê", "Y Blô Êban"),
]


@pytest.mark.parametrize(("name", "text"), NAMED_IN_A_HURRY)
def test_who_must_not_know_is_found_by_rank_in_capitals_in_a_list_and_however_it_is_spelt(name, text):
    assert names_a_colleague(name, text)
    assert {fold(word) for word in words_of(text)} & {fold(called) for called in given_names(name)}


@pytest.mark.parametrize(("name", "text"), SOMEBODY_ELSE)
def test_a_full_name_of_another_family_is_nobody_here(name, text):
    assert not names_a_colleague(name, text)


def test_nobody_is_named_by_an_empty_name():
    assert not names_a_colleague("", "chị Mai")
