"""Which passphrases are taken: 15 characters in any letters, nothing that everybody knows, no rules of composition."""

import itertools
import math
import time
import tomllib
import unicodedata
from hashlib import sha256
from pathlib import Path

import pytest

from casework.errors import BadInput
from casework.vault.keys.enrolment import common_passwords, passphrase_policy, passphrase_words
from casework.vault.keys.enrolment.paper_codes import new_code
from casework.vietnamese_text import plain

KNOWN_WORDS = ("Trần Thị Lan", "tran.lan", "Hội Liên hiệp Phụ nữ xã Thanh Sơn", "xã Thanh Sơn")
# 64 letters of Vietnamese, which are more in the decomposed form.
LONG = "trời đổ mưa rào trên ruộng bậc thang, trâu lội về muộn, khói ấm."
LETTERS = ["".join(letters) for letters in itertools.product("qxzjwv", repeat=6)]
COMMON = Path(__file__).with_name("tried_first.txt").read_text(encoding="ascii").split()


def taken(text: str, about: tuple[str, ...] = KNOWN_WORDS) -> bool:
    try:
        passphrase_policy.check(text, about=about)
    except BadInput:
        return False
    return True


@pytest.mark.parametrize(("length", "good"), [(14, False), (15, True), (128, True), (1024, True), (1025, False)])
def test_fifteen_characters_are_enough_and_a_thousand_not_too_many(length, good):
    text = "".join(itertools.islice(itertools.cycle("tre xanh qua dòng kênh vừa cạn, "), length))
    assert taken(text) is good


def test_a_letter_with_its_marks_is_one_character_however_it_is_typed():
    assert len(LONG) == 64
    for form in ("NFC", "NFD"):
        assert taken(unicodedata.normalize(form, LONG))
        assert not taken(unicodedata.normalize(form, "ếốạửẫ ợợ ựự ễễ"))


@pytest.mark.parametrize("text", ["thuyền neo bãi vắng", "XUỒNG ĐỎ QUA PHÀ", "84 19 57 02 63 38 41"])
def test_nobody_must_mix_capitals_figures_and_signs(text):
    assert taken(text)


@pytest.mark.parametrize("text", COMMON)
def test_what_anybody_would_try_first_is_refused(text):
    assert len(text) >= 15
    assert not taken(text)
    assert not taken(text.upper())


def test_the_filter_is_the_one_that_was_made_of_the_named_list():
    made = tomllib.loads(Path(common_passwords.__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    raw = Path(common_passwords.__file__).with_suffix(".bin").read_bytes()
    entries = [raw[at : at + common_passwords.HASH_BYTES] for at in range(0, len(raw), common_passwords.HASH_BYTES)]
    assert sha256(raw).hexdigest() == made["filter_sha256"]
    assert len(entries) == made["entries"] >= 100_000
    assert entries == sorted(set(entries))


def test_a_listed_password_is_found_wherever_it_stands_and_nothing_else_is():
    assert common_passwords.is_listed("manchesterunited")
    assert not common_passwords.is_listed("manchesterunitef")
    assert common_passwords.without_listed("xamanchesterunitedov") == "xa ov"
    lowest, highest = (
        min(LETTERS, key=common_passwords.truncated_hash),
        max(LETTERS, key=common_passwords.truncated_hash),
    )
    assert not common_passwords.is_listed(lowest)
    assert not common_passwords.is_listed(highest)


def test_what_is_said_again_counts_once():
    assert not taken("thuyenthuyenthuyenthuyen")
    assert not taken("xuồng đỏ xuồng đỏ xuồng đỏ")


def test_the_longest_passphrase_is_looked_at_in_a_moment():
    rarest = "".join(itertools.islice(itertools.cycle("qjzxkvwpyghbfm" + LONG), passphrase_policy.LONGEST))
    # The time of the processor: beside other work of the machine a moment may be long.
    began = time.process_time()
    taken(rarest)
    assert time.process_time() - began < 5


def test_offered_passphrases_are_hardly_ever_refused():
    offered = [passphrase_words.passphrase() for _ in range(400)]
    assert sum(not taken(text) for text in offered) <= 4


@pytest.mark.prove
def test_ten_thousand_of_the_patterns_that_people_here_use_are_refused():
    names = [
        "Nguyễn Thị Lan",
        "Trần Văn Hùng",
        "Phạm Thu Hoài",
        "Hoàng Minh Tuấn",
        "Lan",
        "Thanh Sơn",
        "phụ nữ Thanh Sơn",
    ]
    firsts = [
        "mật khẩu",
        "matkhau",
        "Hội phụ nữ",
        "công an xã",
        "UBND xã",
        "anh yêu em",
        "Việt Nam",
        "admin",
        "xinchao",
    ]
    lasts = ["Thanh Sơn", "Trần Thị Lan", "vô địch", "Hà Nội", "123456", "muôn năm"]
    years = [str(year) for year in range(1960, 2030)]
    tails = ["", "!", "@", "123", "@123", "..."]
    made = {
        first + last + year + tail
        for first, last, year, tail in itertools.product(firsts, lasts, years, tails)
        if last not in ("vô địch", "muôn năm")
    }
    made |= {name + first + year for name, first, year in itertools.product(names[4:], firsts, years)}
    long = [key for key in made if len(key) >= passphrase_policy.SHORTEST]
    assert len(long) >= 10_000
    assert [passphrase for passphrase in long if taken(passphrase)] == []


def test_her_own_name_place_and_office_count_for_nothing():
    for text in ("Trần Thị Lan tran.lan", "lan thanh sơn hội phụ nữ", "XÃ THANH SƠN 2025 lan", "tr4n.l4n th4nh s0n!"):
        assert not taken(text)
    assert taken("lan ra vườn hái bưởi, cõng em")


def test_a_code_on_paper_is_no_passphrase():
    code = new_code()
    assert not taken(code)
    assert not taken(code.lower().replace("-", " "))


def test_the_words_that_are_offered_are_known_to_everybody_s_keyboard_and_worth_fifty_bits():
    known = passphrase_words.words()
    assert len(set(known)) == len(known) == 1024
    assert all(word == plain(word) and word.isascii() and word.isalpha() for word in known)
    assert math.log2(len(known)) * 5 == 50
    offered = {passphrase_words.passphrase() for _ in range(200)}
    assert len(offered) == 200
    assert all(len(passphrase.split()) == 5 for passphrase in offered)
    assert sum(taken(passphrase) for passphrase in offered) > 150, "most are taken, the others are never shown"


def test_the_lists_are_read_whole_however_often_they_are_asked_for():
    assert passphrase_words.words.__wrapped__() == passphrase_words.words()
    assert passphrase_policy._data.__wrapped__() == passphrase_policy._data()
    assert len(passphrase_words.words()) == 1024
