"""Finds cases by name, telephone number or code among what a person can open; nothing is indexed at rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.cases.reading import CaseBatch
from casework.policy.words import Section
from casework.vietnamese_text import fold

_SHORTEST_NUMBER = 4
_FIELDS = ("name", "call_her", "code", "nickname", "former")


@dataclass(frozen=True)
class SearchQuery:
    """A query as it is compared: words without marks, hyphens as spaces, and the digits as they are dialled."""

    words: str
    digits: str

    def __repr__(self) -> str:
        """Never print what somebody looks for."""
        return "<sealed>"


def parse_query(query: str) -> SearchQuery:
    """Read a query; the digits of +84 become those that are dialled at home."""
    digits = "".join(filter(str.isdigit, query)).removeprefix("00")
    home = f"0{digits[2:]}" if digits.startswith("84") and len(digits) >= 11 else digits
    return SearchQuery(fold(query).replace("-", " "), home)


def hits(book: CaseBatch, sought: SearchQuery) -> set[UUID]:
    """Return the ids of what is sought; contacts and labels are opened only if names alone cannot answer."""
    found = _among(book, [Section.IDENTITY], sought)
    if not found or not sought.words.replace(" ", "").isalpha():
        found |= _among(book, [Section.LABEL, Section.CONTACT], sought)
    return found


def _among(book: CaseBatch, sections: Iterable[Section], sought: SearchQuery) -> set[UUID]:
    return {case_id for case_id, page in book.each(sections) if _fits(page.data, sought)}


def _fits(data: Mapping[str, Any], sought: SearchQuery) -> bool:
    # One text for all fields: what stands between them is in no query.
    said = "\0".join([data[key] for key in _FIELDS if data.get(key)])
    if said and sought.words in fold(said).replace("-", " "):
        return True
    return len(sought.digits) >= _SHORTEST_NUMBER and sought.digits in data.get("phone", "")
