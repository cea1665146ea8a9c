"""A search gives one complete answer: however a name is typed, and whatever else is found beside it."""

import random
import unicodedata
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from hypothesis import assume, given
from hypothesis import strategies as st

from casework.cases.case_search import Match, SearchedFields, match, parse_query
from casework.cases.sections import Contact, Identity, Perpetrator
from casework.desk import actions as desk
from casework.referrals.receiving_actions import open_referral
from casework.vietnamese_text import plain
from tests.house import only_sqlite
from tests.referrals.scenes import referred
from tests.stories import dao

NAMES = ["Nguyễn Thị Đào", "Trần Văn Hùng", "H'Hen Niê", "Lý Thị Ỷ", "Đặng Đình Đức", "Vừ A Dính", "Y-Blơk Êban"]
NAMES += ["Hoàng Thị Thúng", "Phan Hoà Thuỷ", "K’Sor Hơ Lan", "Tôn Nữ Thị Ninh", "Lê Thị Ngọc Anh"]
LOOK_ALIKE = {"đ": "đðɖ", "Đ": "ĐÐƉ", "'": "'’ʼ -", "’": "'’ʼ -", "-": "- ‐–"}


def typed_otherwise(draw: st.DrawFn, word: str) -> str:
    """Return one word of a name as somebody may type it."""
    alike = "".join(draw(st.sampled_from(LOOK_ALIKE.get(letter, letter))) for letter in word)
    ways: list[Callable[[str], str]] = [str, str.upper, str.lower, plain]
    ways += [partial(unicodedata.normalize, form) for form in ("NFC", "NFD", "NFKC")]
    return draw(st.sampled_from(ways))(alike)


@st.composite
def name_and_query(draw: st.DrawFn) -> tuple[str, str]:
    """Return a name, and some of its words typed in any order and in any way."""
    name = draw(st.sampled_from(NAMES))
    words = draw(st.permutations(name.split()))
    some = words[: draw(st.integers(1, len(words)))]
    return name, draw(st.sampled_from([" ", "  ", ", "])).join(typed_otherwise(draw, word) for word in some)


def found(query: str, *texts: str, phones: tuple[str, ...] = ()) -> Match | None:
    return match(SearchedFields(list(texts), list(phones)), parse_query(query))


@given(name_and_query(), st.sampled_from(["sen-lúa-42", "Chị Hai", "Thôn Đoài"]))
def test_some_words_of_a_name_in_any_order_and_writing_find_it(pair: tuple[str, str], beside: str):
    name, query = pair
    assert found(query, beside, name) in {Match.PHRASE, Match.WORDS}


@given(st.sampled_from(NAMES))
def test_a_whole_name_in_its_own_order_is_a_phrase(name: str):
    assert found(plain(name), name) is Match.PHRASE


@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_a_name_is_not_found_by_the_whole_of_another(name: str, other: str):
    assume(name != other)
    assert found(other, name) is None


def test_a_word_is_found_by_its_beginning_and_by_nothing_within_it():
    assert found("hung", "Hoàng Thị Thúng") is None
    assert found("thun", "Hoàng Thị Thúng") is Match.BEGINNINGS
    assert found("h nie", "H'Hen Niê") is Match.WORDS
    assert found("h", "Hen Niê") is None


def test_syllables_are_found_written_together_or_apart():
    assert found("hhen", "H'Hen Niê") is Match.WORDS
    assert found("thanh son", "Thanhson") is Match.WORDS
    assert found("lan", "La Ngọc") is None


def test_words_may_stand_in_several_fields_and_a_number_beside_them():
    assert found("đào đoài", "Nguyễn Thị Đào", "Thôn Đoài") is Match.WORDS
    assert found("đào 0987 612", "Nguyễn Thị Đào", phones=("0987612345",)) is Match.PHRASE
    assert found("lan 0987 612", "Nguyễn Thị Đào", phones=("0987612345",)) is None
    assert found("thôn 3", "Nguyễn Thị Đào", "Thôn 3") is Match.PHRASE
    assert found("612345", phones=("0987612345",)) is Match.PHRASE
    assert found("345", phones=("0987612345",)) is None


@only_sqlite
def test_what_one_kind_of_field_finds_hides_nothing_that_another_finds(lan):
    by_name = lan.opens_a_case(answers_of(name="Trần Thị Hồng Vân", call_her="Vân"))
    by_what_she_is_called = lan.opens_a_case(answers_of(name="Lò Thị Mai", call_her="Chị Hồng Vân"))
    by_the_other_person = lan.opens_a_case(answers_of(name="Cao Thị Bé", other="Đỗ Hồng Vân"))
    by_hamlet = lan.opens_a_case(answers_of(name="Đinh Thị Lụa", hamlet="Xóm Hồng Vân"))
    begun = lan.opens_a_case(answers_of(name="Trịnh Hồng Vâng"))
    lines = [line.id for line in lan.does(desk.search, "hong van")]
    assert set(lines[:-1]) == {by_name, by_what_she_is_called, by_the_other_person, by_hamlet}
    assert lines[-1] == begun


@only_sqlite
def test_the_answer_is_the_same_whatever_other_cases_exist(lan):
    wanted = lan.opens_a_case(answers_of(name="Hoàng Thị Thúng"))
    before = lan.does(desk.search, "thung")
    shuffled = random.Random(7).sample(NAMES, len(NAMES))
    for name in shuffled:
        lan.opens_a_case(answers_of(name=name, call_her=name))
    assert {line.id for line in before} == {wanted}
    assert wanted in {line.id for line in lan.does(desk.search, "thung")}


@only_sqlite
def test_a_receiver_finds_nobody_by_the_name_of_the_other_person(house, cuong):
    referral = referred(house)
    cuong.does(open_referral, referral.case_id, referral.referral_id)
    assert [line.id for line in cuong.does(desk.search, "dao")] == [referral.case_id]
    assert cuong.does(desk.search, "phung ba luc dien") == ()


def answers_of(*, name: str, call_her: str = "Chị Ba", other: str = "", hamlet: str = "Thôn Đông"):
    return replace(
        dao(),
        contact=Contact(call_her=call_her, channel="call", phone="0987612345"),
        identity=Identity(name=name, sex="NU", hamlet=hamlet),
        perpetrator=Perpetrator(name=other, relation="VO_CHONG"),
    )
