"""A case that was written on paper first: when it happened, was received, was typed in; what became of the paper."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from casework.cases import tasks
from casework.cases.reporting_delay import RECORDED
from casework.cases.sections import Incident, Label
from casework.cases.tasks import WrittenTask
from casework.clock import LOCAL
from casework.codelists import codelist
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument


@dataclass(frozen=True)
class PaperRecord:
    """The three times of a case from paper, in ISO 8601, and what became of the paper: None while it is about.

    `happened` is a day that may be partial, or empty.
    """

    happened: str
    received: str
    entered: str
    fate: WrittenTask | None = None

    @property
    def received_moment(self) -> datetime:
        return datetime.strptime(self.received, RECORDED).replace(tzinfo=LOCAL)

    @property
    def entered_moment(self) -> datetime:
        return datetime.fromisoformat(self.entered)


def paper_record(label: Label, pages: Iterable[OpenedDocument]) -> PaperRecord | None:
    """Return what the opened pages of a case tell about its paper; None for a case that was not on paper."""
    if not label.entered_at:
        return None
    opened = list(pages)
    incident = next((Incident.from_json(page.data) for page in opened if page.section == Section.INCIDENT), Incident())
    return PaperRecord(incident.happened_on, label.received_at, label.entered_at, fate(opened))


def fate(pages: Iterable[OpenedDocument]) -> WrittenTask | None:
    """Return what was written last about what became of the paper."""
    steps = {code.code for code in codelist("task_step") if code.flag("paper")}
    return next((entry for entry in reversed(tasks.written(pages)) if entry.task.step in steps), None)
