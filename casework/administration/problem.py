"""Something that diagnostics have found, and how bad it is."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is: an error is red and alerts the operator, a warning waits for a working day."""

    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Problem:
    """Something that is wrong, and what to do about it; both may be "Tiếng Việt. / English."."""

    wrong: str
    todo: str
    severity: Severity = Severity.ERROR
