"""The keys by which Vietnamese names are found and sorted."""

import random
import unicodedata

import pytest

from casework.vietnamese_text import fold, plain, sort_key, text_key


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_name_is_found_without_diacritics_however_it_was_typed(form):
    assert fold(unicodedata.normalize(form, "Nguyễn Thị Đào")) == fold("nguyen thi dao")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lý", "Lí"),
        ("hòa", "hoà"),
        ("Thúy", "thuý"),
        ("  Trần   Văn\tAn ", "tran van an"),
        ("ĐẶNG", "đặng"),
    ],
)
def test_spellings_of_one_name_have_one_key(one, other):
    assert fold(one) == fold(other)


def test_different_names_have_different_keys():
    assert fold("Đào") != fold("Bào")


def test_letters_come_before_tones_in_the_order_of_the_alphabet():
    ordered = ["An", "Ánh", "Ăn", "Ân", "Bình", "Cúc", "Dũng", "Đào", "Em", "Ên", "Ở", "Út", "Ưng"]
    assert sorted(random.sample(ordered, len(ordered)), key=sort_key) == ordered


def test_tones_decide_between_equal_letters():
    ordered = ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert sorted(ordered, key=text_key) == ordered


def test_people_are_sorted_by_given_name_then_family_name():
    ordered = ["Trần Thị An", "Lê Văn Ánh", "Phạm Ân", "Đỗ Thị Đào", "Lê Đào", "Nguyễn Hoa"]
    ordered[3:5] = ["Đỗ Thị Đào", "Lê Đào"]
    assert sorted(ordered, key=sort_key) == ordered


def test_two_people_of_one_key_keep_a_fixed_order():
    assert sort_key("hoà") != sort_key("hòa")
    assert sort_key("hoà")[0] == sort_key("hòa")[0]


def test_a_username_keeps_its_y():
    assert plain("Duyên.HOI ") == "duyen.hoi"
    assert fold("Duyên") == "duien"
