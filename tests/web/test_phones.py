"""Phone numbers in every usual spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.web.phones import NotAPhone, grouped, normalise
from tests.web.sample import sample_app

MOBILES = st.from_regex(r"\A0(3[2-9]|5[25689]|7[06-9]|8[1-9]|9[0-46-9])[0-9]{7}\Z")
SPELLINGS = ("{0}", "+84{1}", "0084{1}", "84{1}", "+84 (0){1}", "+84.{1}")


@given(MOBILES, st.sampled_from(SPELLINGS), st.sampled_from(["", " ", ".", "-", "  "]))
def test_every_spelling_of_a_mobile_number_is_one_number(number, spelling, between):
    typed = spelling.format(number, number[1:])
    assert normalise(between.join(typed)) == number


@given(MOBILES)
def test_a_number_shown_in_groups_is_still_that_number(number):
    assert normalise(grouped(number)) == number


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0225 3823 456", "02253823456"),
        ("+84 225 3823456", "02253823456"),
        ("111", "111"),
        ("113", "113"),
        ("1900 969 680", "1900969680"),
        ("1800 1567", "18001567"),
        ("０９１２３４５６７８", "0912345678"),
        ("+855 12 345 678", "+85512345678"),
        ("0900 000 123", "0900000123"),
    ],
)
def test_other_numbers_are_accepted_too(typed, kept):
    assert normalise(typed) == kept
    assert normalise(grouped(kept)) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("091234567", "Số di động có 10 chữ số, số vừa ghi có 9."),
        ("09123456789", "Số di động có 10 chữ số, số vừa ghi có 11."),
        ("nhà bà Tư", "Số điện thoại chỉ gồm chữ số."),
        ("0912345678/0987654321", "Mỗi ô ghi một số"),
        ("12345", "Số điện thoại chưa đúng."),
        ("0112345678", "Số điện thoại chưa đúng."),
        ("+84", "Số di động có 10 chữ số"),
        ("٠٩١٢", "Số điện thoại"),
    ],
)
def test_what_is_no_number_is_refused_with_advice(typed, said):
    with sample_app().test_request_context(), pytest.raises(NotAPhone) as refused:
        normalise(typed)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("02438254567", "024 3825 4567"),
        ("02838254567", "028 3825 4567"),
        ("02033825123", "0203 3825 123"),
        ("0203555017", "0203 555 017"),
        ("0912345678", "0912 345 678"),
        ("0900 000 013", "0900 000 013"),
        ("19 00 96 96 80", "1900 969 680"),
    ],
)
def test_a_number_is_grouped_as_people_write_it(number, shown):
    assert grouped(number) == shown


@pytest.mark.parametrize("typed", ["09123456٧٨", "0912345६७८", "11٣", "0203 555 ٠17", "+6691234567๘"])
def test_figures_that_no_telephone_dials_are_refused(typed: str):
    with sample_app().test_request_context(), pytest.raises(NotAPhone, match="chữ số"):
        normalise(typed)
