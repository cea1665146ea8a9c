"""The sheets of a notice to the chair: each is sealed to the owner of the case and to the people whom it names."""

from collections.abc import Iterable
from dataclasses import replace
from uuid import UUID, uuid4

from casework.cases import notice_access, writing
from casework.cases.models import ChairNotice
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Notice
from casework.gate import ActContext
from casework.notices.view_models import RECEIVER_STEPS
from casework.policy.vocabulary import Section
from casework.vault.keys.envelopes import OpenedDocument

Sheets = list[tuple[OpenedDocument, Notice]]
# What both sides read; a call or a notice by word is the sender's own record.
_SHARED = RECEIVER_STEPS | {"send"}


def write(context: ActContext, case: VerifiedCase, row: ChairNotice, sheet: Notice, *, step: str) -> None:
    """Seal one sheet of a notice, to those whom it names too if both sides read this step."""
    owner_id = case.row.owner_id
    named = [row.to_id] if row.to_id is not None and step in _SHARED else []
    writing.save_json(
        context,
        case,
        Section.NOTICE,
        replace(sheet, notice=str(row.id), step=step).to_json(),
        series=notice_access.sheet_series(row.id, uuid4()),
        owner_id=owner_id,
        readers=[owner_id, *named],
    )


def by_notice(pages: Iterable[tuple[UUID, OpenedDocument]]) -> dict[UUID, Sheets]:
    """Return the sheets of many cases by notice, oldest first."""
    sheets: dict[UUID, Sheets] = {}
    for _, page in pages:
        notice = Notice.from_json(page.data)
        sheets.setdefault(UUID(notice.notice), []).append((page, notice))
    for written in sheets.values():
        written.sort(key=lambda sheet: sheet[0].at)
    return sheets


def of_case(pages: Iterable[OpenedDocument]) -> dict[UUID, Sheets]:
    """Return the sheets of one case by notice, oldest first."""
    return by_notice((page.series, page) for page in pages if page.section == Section.NOTICE)
