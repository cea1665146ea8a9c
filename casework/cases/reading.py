"""Opens cases: first the head, fresh and verified; then the rows; then what the person's keys can open."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from casework import clock
from casework.audit import fresh
from casework.cases import scope
from casework.cases.models import Case
from casework.errors import NotFound, VaultError
from casework.gate import Work
from casework.policy.words import Section
from casework.vault.envelopes import Page, open_newest, open_page
from casework.vault.macs import check
from casework.vault.models import Document, Envelope, Head

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Held:
    """A case that an act reaches, with its verified head."""

    case: Case
    head: Head

    @property
    def id(self) -> UUID:
        """Return the case's id."""
        return self.case.id


@dataclass(frozen=True)
class Listed:
    """A case in a list: its plain row and the newest pages of the sections asked for."""

    row: Any
    pages: tuple[Page, ...]


def day_of(at: int) -> int:
    """Return the day since 1970 in the commune's time of a moment in microseconds."""
    return clock.local(at).date().toordinal() - clock.moment(0).date().toordinal()


def held(work: Work, case_id: UUID) -> Held:
    """Find one case that this act reaches; raise NotFound if it is out of reach or does not exist."""
    return _held(work, scope.cases(work.permit), case_id)


def held_draft(work: Work, case_id: UUID) -> Held:
    """Find one draft that this act reaches; raise NotFound if it is out of reach or does not exist."""
    return _held(work, scope.drafts(work.permit, today=day_of(work.hands.at)), case_id)


def _held(work: Work, within: Select[Case], case_id: UUID) -> Held:
    work.about = case_id
    try:
        head = fresh.head(work.session, work.commune_id, case_id)
        case = work.session.execute(within.where(Case.id == case_id)).scalar_one_or_none()
    except NotFound:
        case = None
    if case is None:
        raise NotFound("case", about=case_id)
    return Held(case, head)


def pages(work: Work, found: Held, sections: Iterable[Section], *, draft: bool = False) -> list[Page]:
    """Open the newest pages of these sections, as far as permit and keys allow, in order of section and time."""
    within = _within(work, draft=draft).where(Case.id == found.id)
    wanted = frozenset(sections)
    envelopes = {row.document_id: row for row in _envelopes(work, within, wanted, {found.id: found.head.v})}
    opened = []
    for row in work.session.execute(scope.documents(work.permit, within, wanted)):
        check(work.hands.control, Document, row, found.head.v)
        if row.id in envelopes:
            opened.append(open_newest(work.hands, found.head.listing, row, envelopes[row.id]))
    return sorted(opened, key=lambda page: (page.section, page.at, page.series.bytes))


def page(work: Work, found: Held, section: Section) -> Page | None:
    """Open the newest page of one section, or None if there is none that this person may open."""
    opened = pages(work, found, [section])
    return opened[0] if opened else None


def history(work: Work, found: Held, section: Section) -> list[Page]:
    """Open every kept revision of a section, newest first."""
    within = _within(work, draft=False).where(Case.id == found.id)
    wanted = frozenset([section])
    envelopes = {row.document_id: row for row in _envelopes(work, within, wanted, {found.id: found.head.v})}
    opened = []
    for row in work.session.execute(scope.revisions(work.permit, within, wanted)):
        check(work.hands.control, Document, row, found.head.v)
        if row.id in envelopes:
            opened.append(open_page(work.hands, row, envelopes[row.id]))
    return sorted(opened, key=lambda one: -one.revision)


def listed(work: Work, sections: Iterable[Section], *, draft: bool = False) -> list[Listed]:
    """Open these sections of every case in reach, as lists and search do; cases that open nothing are left out.

    The rows of documents need no MAC of their own here: the head's listing holds the hash of each body, and
    the body opens only in the place that it was sealed for.
    """
    within, wanted, control = _within(work, draft=draft), frozenset(sections), work.hands.control
    heads = {row.id: row for row in work.session.execute(scope.heads(work.permit, within))}
    lines = fresh.versions(work.session, work.commune_id, "case")
    versions = {}
    for head in heads.values():
        check(control, Head, head, 0)
        if lines.get(head.id) != head.n:
            raise VaultError("unopened")
        versions[head.id] = head.v
    envelopes = {row.document_id: row for row in _envelopes(work, within, wanted, versions)}
    opened: dict[UUID, list[Page]] = {}
    for row in work.session.execute(scope.documents(work.permit, within, wanted)):
        if row.id in envelopes:
            one = open_newest(work.hands, heads[row.case_id].listing, row, envelopes[row.id])
            opened.setdefault(row.case_id, []).append(one)
    found = []
    for case in work.session.execute(scope.case_rows(work.permit, within)):
        check(control, Case, case, versions[case.id])
        if case.id in opened:
            found.append(Listed(case, tuple(opened[case.id])))
    return found


def _within(work: Work, *, draft: bool) -> Select[Case]:
    if draft:
        return scope.drafts(work.permit, today=day_of(work.hands.at))
    return scope.cases(work.permit)


def _envelopes(work: Work, within: Select[Case], sections: frozenset[Section], versions: dict[UUID, int]) -> list[Any]:
    rows = list(work.session.execute(scope.envelopes(work.permit, within, sections)))
    mine = [row for row in rows if work.hands.holds(row.agency_id)]
    for row in mine:
        check(work.hands.control, Envelope, row, versions[row.case_id])
    return mine
