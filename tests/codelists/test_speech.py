"""What is read aloud finds the right word for the person who listens."""

import pytest

from casework.codelists import UnknownCode, codelist, said_to


def test_a_man_is_not_called_chi():
    assert said_to("Chị đổi ý, chị dừng.", "anh") == "Anh đổi ý, anh dừng."


def test_words_that_only_begin_alike_are_left_alone():
    assert said_to("Chỉ mình chị, chịu đến đâu hay đến đó.", "bac") == ("Chỉ mình bác, chịu đến đâu hay đến đó.")


def test_an_unknown_form_of_address_is_refused():
    with pytest.raises(UnknownCode):
        said_to("Chị", "sir")


@pytest.mark.parametrize("name", ["told", "danger_steps", "risk_question"])
def test_texts_read_aloud_use_chi_only_for_the_listener(name: str):
    words = [key for key, kind in codelist(name).kinds.items() if kind.startswith("words")]
    texts = [text for code in codelist(name) for text in (code.vi, *map(code.text, words))]
    assert any("chị" in text for text in texts)
    for text in texts:
        assert "anh chị" not in text.lower()
        assert "chị em" not in text.lower()
