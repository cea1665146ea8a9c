"""Lists, search and the case page: what a person may open, section by section."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from casework.accounts import key_holders, staff
from casework.audit import freshness, read
from casework.cases import (
    access_endings,
    access_grants,
    case_labels,
    case_search,
    consent_and_grounds,
    legal_clocks,
    merged_cases,
    moved_answers,
    opening_rate_limit,
    paper_record,
    reading,
    reporting_delay,
    restriction,
    section_rules,
    writing,
)
from casework.cases.case_labels import label_of
from casework.cases.deaths import DIED
from casework.cases.questions import SectionData
from casework.cases.reading import ListedCase, VerifiedCase
from casework.cases.reporting_delay import FirstHours
from casework.cases.sections import RECORDS, SECTIONS, Identity, Label, Note, Plan
from casework.cases.states import CaseState
from casework.cases.task_entry import Task
from casework.desk import due_actions, timeline
from casework.desk.death_actions import note_in_label, require_children, require_word_of_lead
from casework.desk.first_page import contacts_to_renew, welcome, with_other_lists
from casework.desk.progress import progress_in, progress_of, standing_of
from casework.desk.view_models import IN_DANGER, STANDINGS, CaseLine, CasePage, Home, Opening, Welcome, WrittenSection
from casework.errors import BadInput, Conflict, NotFound, Refused, Superseded, gettext_noop
from casework.gate import ActContext, action
from casework.intake.actions import list_drafts
from casework.notices import presenters as notice_presenters
from casework.oversight import home_panel
from casework.oversight.altered_lines import ring_for_altered
from casework.policy.vocabulary import Act, Section
from casework.referrals import missing_grounds, readers_though_named
from casework.referrals import presenters as referral_presenters
from casework.referrals.unsent_actions import unsent_grounds
from casework.referrals.unsent_view_models import UnsentGrounds
from casework.retention.voiding import DUPLICATE
from casework.statistics.actions import period_to_close
from casework.vault.integrity import heads
from casework.vault.keys.envelopes import OpenedDocument

YES, NO = "yes", "no"
DANGER_IS_ON = gettext_noop(
    "Vụ việc đang ghi là có nguy hiểm. Còn nguy hiểm thì chưa đóng. Đã hết thì hãy ghi vì sao biết là đã hết."
)
_SHORTEST_QUERY = 2
_OF_CLOCKS = (Section.LABEL, Section.INCIDENT, Section.TASK)
# What a line of the log about a case says when somebody has read something of it.
_OPENING = (Act.CASE_READ, Act.SECTION_READ, Act.SECTION_READ_SHARED, Act.SECTION_HISTORY, Act.NAME_SHOW)
# What a case was given once, or is written by its closing alone, and stays whatever a form says.
_FIXED = {
    Section.LABEL: ("code", "former", "received_at", "died", "imported", "paper_number", "entered_at"),
    Section.INCIDENT: ("recorded_at",),
    Section.PLAN: ("outcome", "closing_words", "danger_over", "children_after"),
}


@action(Act.HOME_READ)
def read_home(context: ActContext) -> Welcome:
    """Return what stands on the home page of a role that works on no case."""
    return welcome(context)


@action(Act.CASE_LIST)
def list_cases(context: ActContext, *, whole_page: bool = False, with_progress: bool = False) -> Home:
    """List the cases and drafts in reach: danger first, the newest first.

    With `whole_page` the other lists of a first page come too, and where the cases stand that it shows; `with_progress`
    says where all open ones stand.
    """
    batch = reading.load_batch(context, passes_over=True)
    cases = batch.listed([Section.LABEL])
    context.reason = f"{len(cases)} cases"
    panel, arrivals = home_panel.panel_for(context, cases), key_holders.count_unconfirmed(context)
    drafts, contacts = tuple(list_drafts(context)), contacts_to_renew(context, cases)
    home = Home(
        cases=_lines(context, cases),
        drafts=drafts,
        waiting=period_to_close(context),
        contacts_to_renew=contacts,
        watch=panel,
        arrivals=arrivals,
        at_risk=restriction.sealed_cases_at_risk(context, cases),
    )
    shown = home.open_cases if with_progress else home.shown if whole_page else []
    home = replace(home, progress=progress_in(batch, [line.id for line in shown]))
    return with_other_lists(context, home) if whole_page else home


def _sort_key(line: CaseLine) -> tuple[int, int, str]:
    return (STANDINGS.index(line.standing), -line.opened.toordinal(), line.code)


def _lines(context: ActContext, cases: Iterable[ListedCase]) -> tuple[CaseLine, ...]:
    make_line = _line_maker(context, staff.names(context))
    return tuple(sorted((make_line(case.row, label_of(case.pages) or Label()) for case in cases), key=_sort_key))


def _line_maker(context: ActContext, names: Mapping[UUID, str]) -> Callable[[Any, Label], CaseLine]:
    """Return the function that makes a line of a case; the actor is looked up once, not for each line."""
    me, agencies = context.me, context.actor.agencies

    def make_line(row: Any, label: Label) -> CaseLine:
        standing = IN_DANGER if row.state == CaseState.OPEN and label.danger == YES else row.state
        opened, holder = reading.date_of(row.opened), names.get(row.holder_id, "")
        mine, ours = row.holder_id == me, row.owner_id in agencies
        return CaseLine(
            row.id,
            label.code,
            label.nickname,
            standing,
            opened,
            holder,
            mine,
            ours,
            label.age_group,
            row.holder_id,
            label.died,
        )

    return make_line


@action(Act.CASE_SEARCH)
def search(context: ActContext, query: str) -> tuple[CaseLine, ...]:
    """Find cases by names, hamlet, telephone number or code; the best answers first, nothing is indexed at rest.

    Raises BadInput for a query shorter than two letters and Throttled after 30 searches in a minute.
    """
    parsed = case_search.parse_query(query)
    if parsed.length < _SHORTEST_QUERY:
        raise BadInput(gettext_noop("Hãy gõ ít nhất hai chữ của tên, mã vụ việc hoặc số điện thoại."))
    opening_rate_limit.enforce_searches(context)
    batch = reading.load_batch(context, passes_over=True)
    matches = merged_cases.find_matches(context, batch, parsed)
    cases = batch.listed([Section.LABEL], of=matches)
    context.reason = f"{len(cases)} hits"
    return tuple(sorted(_lines(context, cases), key=lambda line: matches[line.id]))


@action(Act.CASE_READ)
def read_case(context: ActContext, case_id: UUID) -> CasePage:
    """Open the page of a case: its safe contact, where it stands, what happened; no word of the other sections."""
    case = reading.find_case(context, case_id)
    opened = reading.open_newest_of(context, case, [section for section in Section if section not in timeline.UNOPENED])
    label = label_of(opened) or case_labels.label(context, case)
    if label is None:
        raise NotFound("label", about=case_id)
    names, present = staff.names(context), reading.sections_present(context, case)
    line = _line_maker(context, names)(case.row, label)
    restricted, lives = case.row.owner_id in context.actor.circles, line.is_open and not label.died
    clocks = legal_clocks.clocks_of_case(case, label, _of(opened, _OF_CLOCKS), at=context.crypto.at)
    referral = None if line.ours else access_grants.newest_referral(context, case)
    return CasePage(
        line=line,
        label=label,
        sections=tuple(sorted(present)),
        opened_by=_openings(context, case_id, names) if line.mine else (),
        holder=names.get(case.row.holder_id, ""),
        restricted=restricted,
        writable=writing.writable(context) if line.ours else frozenset(),
        counts=_counts(case),
        outdated=frozenset() if line.ours else present - reading.current_sections(context, case),
        referral_id=referral.id if referral else None,
        readers=staff.key_holder_names(context, case.row.owner_id) if restricted else (),
        hours=_first_hours(context, case, opened) if lives else None,
        notice=notice_presenters.standing(context, case),
        must_tell=missing_grounds.for_child_protection(context, case, label),
        unprotected=missing_grounds.for_police(context, case, label),
        named=_undecided_readers(context, case) if line.ours else (),
        unread=referral_presenters.unread_lines(context, case) if line.ours else (),
        unsent=unsent_grounds(context, case) if line.ours else UnsentGrounds(),
        told=referral_presenters.told_agencies(context, case) if line.ours else frozenset(),
        clocks=clocks,
        paper=paper_record.paper_record(label, opened) if line.ours else None,
        names=names,
        merged=merged_cases.merged_into(context, case, label) if line.ours else (),
        progress=progress_of(opened if line.ours else _of(opened, RECORDS), is_open=lives, clocks=clocks),
        timeline=timeline.events_of(context, case, opened, names),
        **standing_of(opened, asks=lives, at=context.crypto.at),
    )


def _of(pages: Iterable[OpenedDocument], sections: Collection[Section]) -> list[OpenedDocument]:
    return [page for page in pages if page.section in sections]


def _first_hours(context: ActContext, case: VerifiedCase, opened: Iterable[OpenedDocument]) -> FirstHours | None:
    dated = reporting_delay.sections_with_date(context, case)
    return reporting_delay.first_hours_of_case(context, case, _of(opened, dated))


def _undecided_readers(context: ActContext, case: VerifiedCase) -> tuple[str, ...]:
    """Return the names of those who must not know and read this case, without whom somebody left in with a reason."""
    return tuple(reader.name for reader in readers_though_named.of_case(context, case) if reader.kept is None)


def _counts(case: VerifiedCase) -> Counter[Section]:
    """Count the entries of each section that exists."""
    return Counter(Section(entry.section) for entry in heads.listed_revisions(case.head.listing))


def _openings(context: ActContext, case_id: UUID, names: dict[UUID, str]) -> tuple[Opening, ...]:
    lines = read.lines_about(context.crypto, case_id, acts=_OPENING)
    ring_for_altered(context, lines)
    altered = [Opening("", "", 0, altered=True) for line in lines if line.altered]
    others = [line for line in lines if line.who in names and line.who != context.me]
    return (*altered, *(Opening(names[line.who], line.act, line.at) for line in others if line.who))


@action(Act.SECTION_READ)
def read_section(
    context: ActContext, case_id: UUID, section: Section, *, may_be_missing: bool = False
) -> tuple[WrittenSection, ...]:
    """Open one section: its newest revision, or every entry of a ledger, oldest first.

    Raises Refused for a section that is not for this role, before anything is looked up, and NotFound for one
    that nobody has written or that no key of the actor opens; for who may write it (`may_be_missing`) that is an empty
    revision 0. Raises Superseded for one that was rewritten after what was shared.
    """
    _require_section(context, case_id, section)
    find = reading.find_own_case if may_be_missing else reading.find_case
    case = find(context, case_id)
    opened = reading.open_newest_of(context, case, [section]) or moved_answers.pages(context, case, section)
    if not opened and section in reading.sections_present(context, case):
        raise Superseded("rewritten since it was shared", about=case_id)
    if not may_be_missing:
        return written_sections(context, case, opened)
    empty = (WrittenSection(SECTIONS[section](), 0, "", 0, case_labels.code(context, case)),)
    written, readers = written_sections(context, case, opened) if opened else empty, _readers(context, case, section)
    return tuple(replace(one, readers=readers) for one in written)


def _readers(context: ActContext, case: VerifiedCase, section: Section) -> tuple[str, ...]:
    receiver_ids = access_grants.receivers_of_next_revision(context, case, section)
    agencies = (freshness.agency(context.session, context.commune_id, receiver_id) for receiver_id in receiver_ids)
    return tuple(sorted(agency.name for agency in agencies))


@action(Act.SECTION_HISTORY)
def read_history(context: ActContext, case_id: UUID, section: Section) -> tuple[WrittenSection, ...]:
    """Open every kept revision of a section, newest first; refuses and finds nothing as `read_section` does."""
    _require_section(context, case_id, section)
    case = reading.find_case(context, case_id)
    return written_sections(context, case, reading.history(context, case, section))


def _require_section(context: ActContext, case_id: UUID, section: Section) -> None:
    if section not in context.permit.own:
        raise Refused(f"{section.code} is not for this role", about=case_id)


def written_sections(
    context: ActContext, case: VerifiedCase, pages: Iterable[OpenedDocument]
) -> tuple[WrittenSection, ...]:
    """Return opened revisions as they are read on a page; raises NotFound where there is none."""
    names, code = staff.names(context), case_labels.code(context, case)
    ours, written, pages = case.row.owner_id in context.actor.agencies, [], list(pages)
    letters = any(page.section == Section.LETTER for page in pages)
    agencies = case_labels.receivers_of_referrals(context, case) if letters else {}
    receivers = {str(referral_id): agency.name for referral_id, agency in agencies.items()}
    for page in pages:
        data = SECTIONS[Section(page.section)].from_json(page.data)
        words, by = case_labels.words_of_ids(context, data, receivers), names.get(page.by, "")
        written.append(WrittenSection(data, page.revision, by, page.at, code, words, ours))
    if not written:
        raise NotFound("section", about=case.id)
    return tuple(written)


@action(Act.SECTION_WRITE)
def write_section(context: ActContext, case_id: UUID, data: SectionData, *, base: int) -> str:
    """Write a new revision; return the level of danger if new signs raised it, else an empty text.

    Raises Conflict if somebody wrote after revision `base` was read, and Contradiction if another section says
    otherwise. The facts for counting follow a correction; nobody writes them directly (Refused).
    """
    _require_section(context, case_id, data.section)
    if data.section is Section.FACTS:
        raise Refused("facts are derived", about=case_id)
    case = reading.find_own_case(context, case_id)
    if data.section is Section.INCIDENT:
        moved_answers.move_out(context, case, rewrite=False)
    return section_rules.write(context, case, _with_fixed_fields(context, case, data), base=base)


def _with_fixed_fields(context: ActContext, case: VerifiedCase, data: SectionData) -> SectionData:
    """Return the section with what it was given once, as its code, taken from the newest revision."""
    fixed = _FIXED.get(data.section, ())
    page = reading.newest_page(context, case, data.section) if fixed else None
    before = page.data if page else {}
    return replace(data, **{name: before.get(name, "") for name in fixed})


@action(Act.NAME_SHOW)
def show_name(context: ActContext, case_id: UUID) -> str:
    """Show the name; every showing is a line in the log. An unknown name is an empty text."""
    page = reading.newest_page(context, reading.find_case(context, case_id), Section.IDENTITY)
    if page is None:
        raise NotFound("identity", about=case_id)
    return Identity.from_json(page.data).name


@action(Act.NOTE_ADD)
def add_note(
    context: ActContext,
    case_id: UUID,
    words: str,
    *,
    once: UUID | None = None,
    contact: Task | None = None,
    kept: Collection[UUID] = (),
) -> None:
    """Add a follow-up note, sealed on its own; the same words sent again under `once` are kept once.

    `contact` is the next one, planned where it has a day; `kept` are those that the note is about.
    """
    if not words.strip():
        raise BadInput("Hãy ghi vài chữ trước khi lưu.")
    case, record = reading.find_case(context, case_id), context.permit.record
    if record is None:
        raise Refused("this role keeps no record", about=case_id)
    notes = {page.series: page for page in reading.open_newest_of(context, case, [record])} if once else {}
    if once in notes and notes[once].data == Note(words=words).to_json():
        return
    owner_id = access_grants.keeper_of_own_record(context, case)
    series = None if once in notes else once
    writing.save_json(
        context, case, record, Note(words=words).to_json(), series=series, owner_id=owner_id, readers=[owner_id]
    )
    due_actions.after_note(context, case, contact or Task(), kept=kept, once=once)


@action(Act.CASE_CLOSE)
def close_case(
    context: ActContext,
    case_id: UUID,
    *,
    outcome: str,
    words: str,
    again: bool = False,
    danger_over: str = "",
    children_after: str = "",
) -> None:
    """Close an open case with its outcome, or (`again`) open a closed one with a reason.

    What was shared ends, but for what an article keeps for its days; a ground that only the closing ended lasts again
    once the case is open again. Raises BadInput for a duplicate, which is merged, and where an answer is missing that
    this outcome needs; Refused where it needs the word of a lead; Conflict if it was closed or opened meanwhile.
    """
    if outcome == DUPLICATE:
        raise BadInput("Vụ việc ghi hai lần thì gộp vào vụ việc kia, không đóng riêng.", about=case_id)
    case = reading.find_case(context, case_id)
    if case.row.state != (CaseState.CLOSED if again else CaseState.OPEN):
        raise Conflict("Vụ việc này vừa được đóng hoặc mở lại. Hãy xem lại trang.", about=case_id)
    page = reading.newest_page(context, case, Section.PLAN)
    plan = Plan(actions=Plan.from_json(page.data).actions if page else "", closing_words=words)
    require_word_of_lead(context, case, outcome)
    if again:
        note_in_label(context, case, died="")
    elif outcome == DIED:
        require_children(case_id, children_after)
        note_in_label(context, case, died=YES, danger=NO)
        plan = replace(plan, outcome=outcome, children_after=children_after)
    else:
        plan = replace(plan, outcome=outcome, danger_over=_end_danger(context, case, danger_over))
    writing.save(context, case, plan)
    case.row.state = CaseState.OPEN if again else CaseState.CLOSED
    case.row.closed = None if again else reading.day_of(context.crypto.at)
    if again:
        consent_and_grounds.resume(context, case)
    else:
        access_endings.end_at_closing(context, case)
    writing.revoke(context, case)


def _end_danger(context: ActContext, case: VerifiedCase, reason: str) -> str:
    """Note that danger is over and that nobody has died after all, and return why it is; empty where there was none."""
    label = label_of(reading.open_newest_of(context, case, [Section.LABEL])) or Label()
    if label.danger == YES and not reason.strip():
        raise BadInput(DANGER_IS_ON, about=case.id)
    note_in_label(context, case, died="", danger=NO if label.danger == YES else label.danger)
    return reason if label.danger == YES else ""
