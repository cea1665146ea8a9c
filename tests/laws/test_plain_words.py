"""Pages say what a commune officer says aloud: none uses a word that docs/glossary.md puts aside."""

import re
import tomllib
from collections.abc import Sequence

import pytest
from babel.messages.pofile import read_po

from tests.source import ROOT

PLACE = ROOT / "casework"
PUT_ASIDE = re.compile(r"^- (?P<words>[^→]+) → [^:]+: .+$", re.MULTILINE)
# What is put aside for one thing is right for another: the sheet of a law, the wrong door of a case.
MEANT_OTHERWISE = {
    # It stands in the list of what may not be written on a slip, and on no page.
    "nạn nhân": {"nạn nhân"},
    "mở nhầm": {"Đã có vụ việc %(code)s dùng tên gọi này. Hãy chọn tên khác, để không ai mở nhầm."},
}


def put_aside() -> list[str]:
    """The words that no page uses, as the glossary lists them."""
    part = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition("## Words that pages do not use")[2]
    return [word.strip() for found in PUT_ASIDE.finditer(part) for word in found["words"].split(",")]


def sentences() -> list[str]:
    """Every sentence of the catalogue, every Vietnamese word of a list, and every act of the policy."""
    with (PLACE / "translations" / "en" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        said = [part for message in read_po(file) if message.id for part in _parts(message.id)]
    for path in sorted((PLACE / "codelists").glob("*.toml")):
        said += _vietnamese(tomllib.loads(path.read_text(encoding="utf-8")))
    return said + _vietnamese(tomllib.loads((PLACE / "policy" / "policy.toml").read_text(encoding="utf-8")))


def _parts(message: str | Sequence[str]) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message)


def _vietnamese(table: dict[str, object]) -> list[str]:
    """The texts of a list but for its sources, which quote the law, and for what is English."""
    found = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += _vietnamese(value)
        elif isinstance(value, str) and name != "source" and not name.endswith(("_en", "en")):
            found.append(value)
    return found


SENTENCES = sentences()


def test_there_are_words_and_sentences_to_judge():
    assert len(put_aside()) >= 8
    assert len(SENTENCES) > 1500


@pytest.mark.parametrize("word", put_aside())
def test_no_page_uses_a_word_that_was_put_aside(word):
    using = [said for said in SENTENCES if word in said.lower()]
    assert [said for said in using if said not in MEANT_OTHERWISE.get(word, ())] == []
