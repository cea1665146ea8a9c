"""Typed text comes back as it was meant."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.web.clean import LONGEST, line, says_something, text


@pytest.mark.parametrize(
    "typed",
    [
        "<3 tuổi",
        "A & B",
        "nói <im đi> rồi đánh",
        "<a đi> <b ơi>",
        "1 < 2 > 0",
        "&nbsp; &amp; &lt;b&gt;",
        "em bé 👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️",
        "một\nhai\n\nba",
        "<!-- x --> </ p",
        "Ảnh bảo: “<đồ bỏ>”",
        "'--\"; DROP TABLE",
    ],
)
def test_what_is_no_markup_comes_back_exactly_as_typed(typed):
    assert text(typed) == typed


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("<p>Xin <b>chào</b></p>", "Xin chào"),
        ("<p>A &amp; B</p><p>nói <im đi> & <3</p>", "A & B\nnói <im đi> & <3"),
        ('<p class="MsoNormal" style="x">Chữ&nbsp;Word<o:p></o:p></p>', "Chữ Word"),
        ("một<br>hai<br/>ba", "một\nhai\nba"),
        ("<b>x</b><script>alert(1)</script>", "xalert(1)"),
        ("<b>&lt;script&gt;y&lt;/script&gt;</b>", "y"),
        ("<SPAN style='a'>z</SPAN>", "z"),
    ],
)
def test_pasted_html_becomes_its_words(pasted, kept):
    assert text(pasted) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\0b", "ab"),
        ("Lan\u202eMai\u2066!\u200f", "LanMai!"),
        ("\ufeffx\u200by\u00adz", "xyz"),
        ("một\r\nhai\rba", "một\nhai\nba"),
        ("a\tb", "a b"),
        ("\x1b[31mđỏ\x07", "[31mđỏ"),
        (unicodedata.normalize("NFD", "Nguyễn Thị Đào"), "Nguyễn Thị Đào"),
        ("\ud800x", "x"),
    ],
)
def test_what_cannot_be_seen_is_dropped(typed, kept):
    assert text(typed) == kept


def test_one_line_has_single_spaces():
    assert line("  Trần \n Thị\t Lan ") == "Trần Thị Lan"


@given(st.text(alphabet=st.characters(exclude_characters="<"), max_size=200))
def test_cleaning_twice_changes_nothing(typed):
    assert text(text(typed)) == text(typed)


@given(st.text(max_size=200))
def test_every_clean_text_can_be_kept_and_shown(typed):
    kept = text(typed)
    kept.encode("utf-8")
    assert unicodedata.is_normalized("NFC", kept)
    assert not {unicodedata.category(letter) for letter in kept.replace("\n", "")} & {"Cc", "Cs"}


@given(st.text(alphabet="aăđ <>&;im/", max_size=60))
def test_text_without_a_known_tag_keeps_every_character(typed):
    tags = ("<a", "<i", "</a", "</i", "<m", "</m")
    if not any(tag in typed for tag in tags):
        assert text(typed) == unicodedata.normalize("NFC", typed)


@pytest.mark.parametrize("hostile", ["<" * 39_990 + "<b>", "<b>" * 13_000, "&amp;" * 200_000])
def test_hostile_text_costs_little(hostile):
    begun = time.perf_counter()
    text(hostile)
    assert time.perf_counter() - begun < 5


def test_an_endless_text_keeps_its_tags_for_the_form_to_refuse():
    endless = "<b>x</b>" * LONGEST
    assert text(endless) == endless


@pytest.mark.parametrize("typed", ["", " \n\t", "\x00\x07", "\u200b\u202e", "\u200d", "\u3000", "\u0301"])
def test_a_text_of_spaces_and_invisible_letters_says_nothing(typed):
    assert not says_something(typed)


@pytest.mark.parametrize("typed", ["ừ", "7", "?", "👩‍👧", "\x00 Đ"])
def test_one_letter_number_or_mark_says_something(typed):
    assert says_something(typed)
