"""Codes on paper: enough bits, read back however they were typed, and a slip is told from a code."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import BadInput
from casework.vault.keys.enrolment.paper_codes import new_code, read_code, write_code

SECRETS = st.binary(min_size=16, max_size=16)


def test_a_code_has_128_bits_in_seven_groups_without_letters_that_look_alike():
    codes = {new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(re.fullmatch(r"(?:[0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)
    assert all(len(read_code(code)) * 8 == 128 for code in codes)


@given(SECRETS)
def test_a_code_is_read_back_in_small_letters_with_spaces_and_letters_that_look_alike(secret):
    code = write_code(secret)
    typed = code.lower().replace("-", "  ").replace("0", "o").replace("1", "l")
    assert read_code(code) == read_code(typed) == read_code(f" {code} \n") == secret


@given(SECRETS, st.integers(0, 33), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_a_slip_of_one_letter_never_gives_the_same_secret(secret, place, letter):
    code = write_code(secret)
    slipped = code[:place] + letter + code[place + 1 :]
    if slipped == code or code[place] == "-":
        return
    assert not _reads(slipped) or read_code(slipped) != secret


def test_nearly_every_slip_is_noticed():
    code = new_code()
    slips = [code[:at] + letter + code[at + 1 :] for at in range(34) for letter in "0123456789ABCDEFGHJK"]
    passed = [slip for slip in slips if slip != code and _reads(slip)]
    assert len(passed) <= 5


@pytest.mark.parametrize("text", ["", "7K3M", "7K3M-" * 7, "U" * 28, "ố" * 28, "²" * 28, "0" * 29])
def test_what_is_no_code_is_told_so(text):
    with pytest.raises(BadInput, match="so lại từng nhóm"):
        read_code(text)


@pytest.mark.parametrize("length", [0, 15, 17, 32])
def test_only_sixteen_bytes_are_written_as_a_code(length):
    with pytest.raises(ValueError, match="16 bytes"):
        write_code(bytes(length))


def _reads(text: str) -> bool:
    try:
        read_code(text)
    except BadInput:
        return False
    return True
