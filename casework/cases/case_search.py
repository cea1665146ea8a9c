"""Finds cases by the words and numbers in them, among what a person can open; nothing is indexed at rest.

Every kind of field is looked through each time: what one finds hides nothing that another would find.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

from casework.cases.reading import CaseBatch
from casework.policy.vocabulary import Section
from casework.sealed import Sealed
from casework.vietnamese_text import fold

_SHORTEST_NUMBER = 4
# A word of one letter, as in "H'Hen", would begin half of all words.
_SHORTEST_BEGINNING = 2
# Apostrophes are also written with letters that modify the one before them, which count as letters of words.
_SEPARATORS = re.compile(r"[\W_\u02b0-\u02ff]+")
_TEXTS: Mapping[int, tuple[str, ...]] = {
    Section.LABEL: ("code", "nickname", "former"),
    Section.CONTACT: ("call_her",),
    Section.IDENTITY: ("name", "hamlet"),
    Section.PERPETRATOR: ("name",),
}


class Match(IntEnum):
    """How well a case answers a query; in this order results are shown."""

    PHRASE = 0
    """The words stand in one field, whole and one after the other; or the number is a telephone's."""
    WORDS = 1
    """Every word is there, whole, in any order and any field."""
    BEGINNINGS = 2
    """Every word is there or begins one that is."""


@dataclass(frozen=True)
class SearchQuery(Sealed):
    """A query as it is compared: words without marks, those that hold a letter, and the digits as they are dialled."""

    words: tuple[str, ...]
    lettered: tuple[str, ...]
    digits: str

    @property
    def length(self) -> int:
        return sum(map(len, self.words))


@dataclass
class SearchedFields(Sealed):
    """The texts and telephone numbers of one case that are searched; whether another case was merged into it."""

    texts: list[str] = field(default_factory=list)
    phones: list[str] = field(default_factory=list)
    absorbed: bool = False


def parse_query(typed: str) -> SearchQuery:
    """Read a query: its words and the digits in it as they are dialled."""
    words = _words(fold(typed))
    return SearchQuery(tuple(words), tuple(word for word in words if not word.isdigit()), dialled(typed))


def dialled(typed: str) -> str:
    """Return the digits in a text as they are dialled at home: those of +84 begin with a nought."""
    digits = "".join(filter(str.isdigit, typed)).removeprefix("00")
    return f"0{digits[2:]}" if digits.startswith("84") and len(digits) >= 11 else digits


def matching(fields: Mapping[UUID, SearchedFields], query: SearchQuery) -> dict[UUID, Match]:
    """Return how well each case that matches does so."""
    matches = ((case_id, match(of_case, query)) for case_id, of_case in fields.items())
    return {case_id: found for case_id, found in matches if found is not None}


def match(fields: SearchedFields, query: SearchQuery) -> Match | None:
    """Tell how well the fields of a case answer a query, or None if they do not."""
    by_phone = len(query.digits) >= _SHORTEST_NUMBER and any(query.digits in phone for phone in fields.phones)
    if by_phone and not query.lettered:
        return Match.PHRASE
    wanted = query.lettered if by_phone else query.words
    # Few cases come further: whatever matches holds each word somewhere, however its words are divided. All texts are
    # folded in one go for that.
    squeezed = _SEPARATORS.sub("", fold(" ".join(fields.texts)))
    if not all(word in squeezed for word in wanted):
        return None
    return _match_words([_words(fold(text)) for text in fields.texts], wanted)


def _match_words(texts: Sequence[Sequence[str]], wanted: Sequence[str]) -> Match | None:
    if any(_holds_phrase(words, wanted) for words in texts):
        return Match.PHRASE
    present = {word for words in texts for word in words}
    if present.issuperset(wanted):
        return Match.WORDS
    # The same syllables may be written together or apart: "HHen" and "H'Hen", "Thanhson" and "Thanh Son".
    if any(_holds_undivided(words, "".join(wanted)) for words in texts):
        return Match.WORDS
    return Match.BEGINNINGS if all(word in present or _begins_one_of(present, word) for word in wanted) else None


def _begins_one_of(words: Collection[str], beginning: str) -> bool:
    return len(beginning) >= _SHORTEST_BEGINNING and any(word.startswith(beginning) for word in words)


def _holds_phrase(words: Sequence[str], wanted: Sequence[str]) -> bool:
    size = len(wanted)
    return any(words[start : start + size] == list(wanted) for start in range(len(words) - size + 1))


def _holds_undivided(words: Sequence[str], wanted: str) -> bool:
    ends = range(1, len(words) + 1)
    return any("".join(words[start:end]) == wanted for end in ends for start in range(end))


def _words(folded: str) -> list[str]:
    return _SEPARATORS.sub(" ", folded).split()


def searched_fields(batch: CaseBatch) -> dict[UUID, SearchedFields]:
    """Open what is searched of every case of a batch.

    Who did it is looked at only in the cases of one's own agency or circle: to others it is told for their work on
    that case alone.
    """
    fields: defaultdict[UUID, SearchedFields] = defaultdict(SearchedFields)
    agencies, perpetrator = batch.context.actor.agencies, int(Section.PERPETRATOR)
    for case_id, page in batch.each(map(Section, _TEXTS), once=True):
        section, data = page.section, page.data
        if section == perpetrator and batch.cases[case_id].owner_id not in agencies:
            continue
        of_case = fields[case_id]
        of_case.texts += [text for key in _TEXTS[section] if (text := data.get(key))]
        of_case.absorbed |= bool(data.get("former"))
        if phone := data.get("phone"):
            of_case.phones.append(phone)
    return fields
