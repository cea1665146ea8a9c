"""What a case is called by somebody who may open it: by its label, or by the letter that brought it."""

from collections.abc import Iterable

from casework.cases import reading
from casework.cases.reading import Held
from casework.cases.sections import Label, Letter
from casework.gate import Work
from casework.policy.words import Section
from casework.vault.envelopes import Page


def label(work: Work, found: Held) -> Label | None:
    """Open what names a case; None if this person may open nothing that does."""
    return label_of(reading.pages(work, found, [Section.LABEL])) or label_of(
        reading.pages(work, found, [Section.LETTER])
    )


def label_of(pages: Iterable[Page]) -> Label | None:
    """Return the label among opened pages, or one with the code alone from a letter; None if nothing names the case."""
    codes = []
    for page in pages:
        if page.section == Section.LABEL:
            return Label.from_json(page.data)
        if page.section == Section.LETTER:
            codes.append(Letter.from_json(page.data).code)
    return next((Label(code=code) for code in codes if code), None)
