"""Finds cases by name, telephone number or code among what a person can open; nothing is indexed at rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.cases.reading import CaseBatch
from casework.policy.vocabulary import Section
from casework.sealed import Sealed
from casework.vietnamese_text import fold

_SHORTEST_NUMBER = 4
_FIELDS = ("name", "call_her", "code", "nickname", "former")


@dataclass(frozen=True)
class SearchQuery(Sealed):
    """A query as it is compared: words without marks, hyphens as spaces, and the digits as they are dialled."""

    words: str
    digits: str


def parse_query(typed: str) -> SearchQuery:
    """Read a query; the digits of +84 become those that are dialled at home."""
    digits = "".join(filter(str.isdigit, typed)).removeprefix("00")
    home = f"0{digits[2:]}" if digits.startswith("84") and len(digits) >= 11 else digits
    return SearchQuery(fold(typed).replace("-", " "), home)


def matching_cases(batch: CaseBatch, query: SearchQuery) -> set[UUID]:
    """Return the ids of the cases that match; contacts and labels are opened only if names alone cannot answer."""
    case_ids = _matching(batch, [Section.IDENTITY], query)
    if not case_ids or not query.words.replace(" ", "").isalpha():
        case_ids |= _matching(batch, [Section.LABEL, Section.CONTACT], query)
    return case_ids


def _matching(batch: CaseBatch, sections: Iterable[Section], query: SearchQuery) -> set[UUID]:
    return {case_id for case_id, page in batch.each(sections) if _matches(page.data, query)}


def _matches(data: Mapping[str, Any], query: SearchQuery) -> bool:
    # One text for all fields: what separates them stands in no query.
    text = "\0".join([data[key] for key in _FIELDS if data.get(key)])
    if text and query.words in fold(text).replace("-", " "):
        return True
    return len(query.digits) >= _SHORTEST_NUMBER and query.digits in data.get("phone", "")
