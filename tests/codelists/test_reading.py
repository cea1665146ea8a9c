"""A code list file is understood whole or refused."""

from datetime import date

import pytest

from casework.codelists import BadCodeList, UnknownCode, codelist, names
from casework.codelists.parsing import parse

HEAD = """
[list]
vi = "Thử"
en = "Trial"
source = "Luật thử, Điều 1"
since = 2024-01-01
[list.extra]
plain = "words?"
step = "number?"
loud = "flag?"
kin = "codes:sex?"
"""


def listed(rows: str) -> str:
    return f"{HEAD}[codes]\n{rows}\n"


def test_a_code_has_its_words_source_and_date():
    code = parse("trial", listed('A = { vi = "Một", en = "One" }')).get("A")
    assert (code.label("vi"), code.label("en")) == ("Một", "One")
    assert (code.source, code.since) == ("Luật thử, Điều 1", date(2024, 1, 1))
    assert not code.unverified
    assert not code.unknown


def test_a_code_may_correct_what_the_head_says():
    row = 'A = { vi = "Một", en = "One", source = "Điều 2", unverified = true }'
    code = parse("trial", listed(row)).get("A")
    assert code.source == "Điều 2"
    assert code.unverified


def test_additions_come_in_their_kinds():
    row = 'A = { vi = "Một", en = "One", plain = "một", plain_en = "one", step = 3, loud = true, kin = ["NU"] }'
    code = parse("trial", listed(row)).get("A")
    assert (code.text("plain"), code.text("plain", "en")) == ("một", "one")
    assert (code.number("step"), code.flag("loud"), code.texts("kin")) == (3, True, ("NU",))


def test_an_addition_that_is_not_there_is_empty():
    code = parse("trial", listed('A = { vi = "Một", en = "One" }')).get("A")
    assert (code.text("plain"), code.text("plain", "en"), code.texts("kin")) == ("", "", ())
    assert code.number("step") is None
    assert not code.flag("loud")


def test_a_text_that_speaks_no_english_is_the_same_in_both_languages():
    police = codelist("hotline").get("police")
    assert police.text("number", "en") == police.text("number") == "113"


@pytest.mark.parametrize(
    "row",
    [
        'A = { vi = "Một", en = "One", color = "red" }',
        'A = { vi = "Một" }',
        'A = { vi = "Một", en = " " }',
        'A = { vi = "Một", en = "One", plain = "một" }',
        'A = { vi = "Một", en = "One", step = "3" }',
        'A = { vi = "Một", en = "One", step = true }',
        'A = { vi = "Một", en = "One", loud = 1 }',
        'A = { vi = "Một", en = "One", kin = "NU" }',
        'A = { vi = "Một", en = "One", unknown = "yes" }',
        'A = { vi = "Một", en = "One", retired = "2025" }',
        "A = 1",
        'A = { vi = "Một", en = "One" }\nA = { vi = "Hai", en = "Two" }',
    ],
)
def test_what_is_not_understood_is_refused(row: str):
    with pytest.raises(BadCodeList):
        parse("trial", listed(row))


def test_a_list_without_a_source_is_refused():
    toml = '[list]\nvi = "Thử"\nen = "Trial"\n[codes]\nA = { vi = "Một", en = "One" }'
    with pytest.raises(BadCodeList, match="source"):
        parse("trial", toml)


def test_a_table_that_no_list_has_is_refused():
    with pytest.raises(BadCodeList, match="extras"):
        parse("trial", listed('A = { vi = "Một", en = "One" }') + "[extras]\n")


def test_a_list_that_does_not_exist_is_refused():
    with pytest.raises(BadCodeList):
        codelist("../policy/policy")


def test_a_retired_code_keeps_its_words_but_is_offered_no_more():
    rows = 'OLD = { vi = "Cũ", en = "Old", retired = 2025-07-01 }\nNEW = { vi = "Mới", en = "New" }'
    trial = parse("trial", listed(rows))
    assert trial.get("OLD").vi == "Cũ"
    assert trial.choices("vi") == [("NEW", "Mới")]
    assert [code.code for code in trial.active(date(2025, 6, 30))] == ["OLD", "NEW"]
    assert [code.code for code in trial.active(date(2025, 7, 1))] == ["NEW"]
    assert trial.active(date(2023, 12, 31)) == ()


def test_an_unknown_code_is_named_and_its_message_is_for_people():
    with pytest.raises(UnknownCode) as caught:
        codelist("sex").get("X")
    assert (caught.value.list, caught.value.code, caught.value.status) == ("sex", "X", 422)
    assert "Hãy chọn lại" in str(caught.value)


def test_a_list_says_what_it_holds():
    sex = codelist("sex")
    assert "NU" in sex
    assert "X" not in sex
    assert len(sex) == len(sex.choices())
    assert sex.label("NAM", "en") == "Male"
    assert {"words", "nicknames"}.isdisjoint(names())
