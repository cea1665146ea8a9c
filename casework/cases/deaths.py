"""A death as the plan of a case says it: then nothing is erased, nothing expires, and nobody is called."""

from casework.cases.sections import Plan
from casework.vault.keys.envelopes import OpenedDocument

# The code among the reasons for closing a case.
DIED = "died"


def has_died(page: OpenedDocument | None) -> bool:
    """Tell by the plan whether the person has died, or a lead is asked to close the case for that."""
    return page is not None and Plan.from_json(page.data).outcome == DIED
