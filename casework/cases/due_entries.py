"""Next contacts of a case, and what was due and was moved or handed on: entries of the ledger of tasks.

The newest revision of a series is how it stands now. What is due, when and whose it is lies nowhere in the clear.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4, uuid5

from casework import clock
from casework.cases import access_grants, writing
from casework.cases.reading import VerifiedCase
from casework.cases.task_entry import Task
from casework.clock import LOCAL, MICROSECOND
from casework.errors import BadInput, gettext_noop
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

PLANNED, MOVED, HANDED, MET = "planned", "moved", "handed", "met"
_STANDING = frozenset({PLANNED, MOVED, HANDED})
LONGEST = timedelta(days=366)
NO_DAY = gettext_noop("Hãy chọn ngày hẹn.")
PAST = gettext_noop("Ngày hẹn đã qua. Hãy chọn hôm nay hoặc một ngày tới.")
TOO_FAR = gettext_noop("Ngày hẹn quá xa. Hãy chọn một ngày trong vòng một năm.")


@dataclass(frozen=True)
class DueEntry:
    """An entry that stands: its series, what it says, and who wrote it and when (microseconds)."""

    series: UUID
    task: Task
    by: UUID
    at: int

    @property
    def to(self) -> UUID | None:
        return UUID(self.task.to) if self.task.to else None

    def without_to(self) -> "DueEntry":
        """Return it as nobody's but the holder's: whom it was handed to can open the case no more."""
        return replace(self, task=replace(self.task, to=""))

    @property
    def due(self) -> int:
        """Return its last moment in microseconds: to the minute, or with the day."""
        return moment_of(self.task.due_on, self.task.due_hour)


def moment_of(day: str, hour: str = "") -> int:
    """Return the last moment in microseconds of an hour "HH:MM" of a day "YYYY-MM-DD", or of the whole day."""
    if hour:
        at = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), tzinfo=LOCAL)
        return int(at.timestamp()) * MICROSECOND
    return clock.midnight(date.fromisoformat(day) + timedelta(days=1)) - MICROSECOND


def entries(pages: Iterable[OpenedDocument]) -> list[DueEntry]:
    """Return the entries among opened pages about what is due, whatever became of it."""
    tasks = [(page, Task.from_json(page.data)) for page in pages if page.section == Section.TASK]
    return [DueEntry(page.series, task, page.by, page.at) for page, task in tasks if task.step in _STANDING | {MET}]


def contacts(pages: Iterable[OpenedDocument]) -> list[DueEntry]:
    """Return the next contacts that stand, the first to come first."""
    found = [one for one in entries(pages) if not one.task.item and one.task.step in _STANDING]
    return sorted(found, key=lambda one: (one.due, one.series.bytes))


def moved_items(pages: Iterable[OpenedDocument]) -> dict[UUID, DueEntry]:
    """Return what was moved or handed on, by the id of the item; a next contact says so itself."""
    return {UUID(one.task.item): one for one in entries(pages) if one.task.item}


def series_of_form(case: VerifiedCase, once: UUID | None) -> UUID:
    """Return the series of what a form plans: the same form sent again writes no second one."""
    return uuid5(case.id, once.hex) if once else uuid4()


def require_day(context: ActContext, case: VerifiedCase, day: str) -> None:
    """Raise BadInput for a day that is none, has passed or is more than a year away."""
    today = clock.local(context.crypto.at).date()
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        raise BadInput(NO_DAY, about=case.id) from None
    if not today <= chosen <= today + LONGEST:
        raise BadInput(PAST if chosen < today else TOO_FAR, about=case.id)


def write(context: ActContext, case: VerifiedCase, task: Task, *, series: UUID) -> None:
    """Seal an entry for those alone whose work it is: the owner of the case, or whoever of mine it was referred to."""
    keeper_id = access_grants.keeper_of_own_record(context, case)
    writing.save_json(
        context, case, Section.TASK, task.to_json(), series=series, owner_id=keeper_id, readers=[keeper_id]
    )
