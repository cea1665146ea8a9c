"""Whether a text names a colleague: rather once too often than a name overlooked, but never a mere word."""

import unicodedata

import pytest

from casework.cases.name_matching import names_a_colleague

NAMED = ["Phạm Thu Mai", "chị Mai ở Hội", "PHẠM THU MAI", "pham thu mai", "Mai", "mai", "chồng Mai", "vợ anh Tư, Mai"]
NOT_NAMED = ["", "Trần Văn Mai", "chiều mải mê", "số 7", "!!!", "cô Tư ở ủy ban", "\x00", "👩‍👧", "<3"]


@pytest.mark.parametrize("text", NAMED)
def test_a_colleague_is_found_in_full_by_given_name_and_without_marks(text):
    assert names_a_colleague("Phạm Thu Mai", text)
    assert names_a_colleague("Phạm Thu Mai", unicodedata.normalize("NFD", text))


@pytest.mark.parametrize("text", NOT_NAMED)
def test_somebody_else_of_a_like_name_is_not_taken_for_them(text):
    assert not names_a_colleague("Phạm Thu Mai", text)


def test_nobody_is_named_by_an_empty_name():
    assert not names_a_colleague("", "chị Mai")
