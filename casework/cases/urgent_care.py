"""Injuries that ask for a health worker soon, until one has looked at them."""

from collections.abc import Iterable
from dataclasses import dataclass

from casework.cases.sections import Injuries
from casework.clock import MICROSECOND
from casework.codelists import codelist
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

_HOUR = 3600 * MICROSECOND
# So long after they were written injuries ask for somebody to look: the product's own number. What is older has been
# looked at, or was not in time; the section says which.
_SHOWN_FOR = 7 * 24 * _HOUR
_LOOKED_AT = "by_health_worker"


@dataclass(frozen=True)
class UrgentCare:
    """What a health worker is to look at: injuries by their codes, and until when (microseconds, or 0 if not said)."""

    injuries: tuple[str, ...]
    due: int = 0


def urgent_care(pages: Iterable[OpenedDocument], at: int) -> UrgentCare | None:
    """Return what asks for care at a moment (microseconds), by opened pages of a case.

    The hours run from when the injuries were written.
    """
    page = next((page for page in pages if page.section == Section.INJURIES), None)
    if page is None or page.at + _SHOWN_FOR < at:
        return None
    told = Injuries.from_json(page.data)
    urgent = tuple(code for code in told.what if codelist("injury").get(code).flag("urgent"))
    hours = codelist("injury_urgency").get(told.urgent).number("within_hours") if told.urgent else None
    if told.seen == _LOOKED_AT or not (urgent or hours):
        return None
    return UrgentCare(urgent, page.at + hours * _HOUR if hours else 0)
