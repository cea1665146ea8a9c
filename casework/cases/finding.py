"""Finds cases by name, telephone number or code among what a person can open; nothing is indexed at rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casework.cases import reading, scope
from casework.cases.reading import Listed
from casework.gate import Work
from casework.policy.words import Section
from casework.vault.envelopes import Page
from casework.vietnamese import fold

_SHORTEST_NUMBER = 4
# Contacts and labels are opened only if names alone cannot answer.
_NAMES, _OTHERS = (Section.IDENTITY,), (Section.LABEL, Section.CONTACT)
_FIELDS = ("name", "call_her", "code", "nickname", "former")


@dataclass(frozen=True)
class Wanted:
    """A query as it is compared: words without marks, hyphens as spaces, and the digits as they are dialled."""

    words: str
    digits: str

    def __repr__(self) -> str:
        """Never print what somebody looks for."""
        return "<sealed>"


def wanted(query: str) -> Wanted:
    """Read a query; the digits of +84 become those that are dialled at home."""
    digits = "".join(filter(str.isdigit, query)).removeprefix("00")
    home = f"0{digits[2:]}" if digits.startswith("84") and len(digits) >= 11 else digits
    return Wanted(fold(query).replace("-", " "), home)


def found(work: Work, sought: Wanted) -> list[Listed]:
    """Return the cases that are sought, with their labels open.

    Thousands of pages are looked through; only the cases of those that fit are verified, and must fit once more.
    """
    some = _among(reading.leafed(work, _NAMES), sought)
    if not some or not sought.words.replace(" ", "").isalpha():
        some |= _among(reading.leafed(work, _OTHERS), sought)
    book = reading.book(work, reading.named(scope.cases(work.permit), some))
    return book.listed([Section.LABEL], of=_among(book.each((*_NAMES, *_OTHERS), of=some), sought) & some)


def _among(pages: Iterable[tuple[UUID, Page]], sought: Wanted) -> set[UUID]:
    return {case_id for case_id, page in pages if _fits(page.data, sought)}


def _fits(data: Mapping[str, Any], sought: Wanted) -> bool:
    if any(sought.words in fold(data[key]).replace("-", " ") for key in _FIELDS if data.get(key)):
        return True
    return len(sought.digits) >= _SHORTEST_NUMBER and sought.digits in data.get("phone", "")
