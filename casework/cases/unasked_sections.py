"""What every intake asks and a night sheet leaves for the day: the sections of a case that nobody has written yet."""

from collections.abc import Collection

from casework.policy.vocabulary import Section

# An intake does not end without an answer in each of these.
_ASKED_OF_EVERYBODY = (Section.REPORTER, Section.IDENTITY, Section.INCIDENT, Section.PERPETRATOR)


def unasked(present: Collection[int], writable: Collection[Section]) -> tuple[Section, ...]:
    """Return which sections are still to be asked for by whoever may write these, in the order of an intake."""
    return tuple(one for one in _ASKED_OF_EVERYBODY if one in writable and one not in present)
