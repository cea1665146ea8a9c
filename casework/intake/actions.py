"""Drafts and the opening of a case; a draft is sealed from its first byte, as the case will be."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from casework import clock
from casework.accounts.staff import Colleague, colleagues
from casework.cases import (
    access_grants,
    age_groups,
    case_codes,
    commune_merger,
    consent_and_grounds,
    duty_numbers,
    facts,
    reading,
    sections,
    writing,
)
from casework.cases.advice import Advice
from casework.cases.duty_numbers import CallOrder
from casework.cases.models import Case
from casework.cases.questions import SectionData
from casework.cases.reading import ListedCase, VerifiedCase
from casework.cases.reporting_delay import RECORDED
from casework.cases.restriction import make_circle, may_join
from casework.cases.states import CaseState
from casework.cases.trusted_addresses import AddressRegister, list_addresses
from casework.codelists import codelist
from casework.errors import BadInput, NotFound, Refused
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Role, Section
from casework.sealed import Sealed
from casework.vault.keys import kept_forms
from casework.vault.models import Agency
from casework.vault.states import AgencyState

Pages = Mapping[int, Mapping[str, Any]]


@dataclass(frozen=True)
class IntakeAnswers(Sealed):
    """Everything that the intake asked, checked and ready to be sealed section by section.

    `practice` tells that it is nobody's true story: it is counted nowhere and sent to nobody.
    `imported` is when a row of an old ledger became these answers, in ISO 8601; `paper_number` its number there.
    `on_paper_at` is when a paper was written that is typed in now, "YYYY-MM-DD HH:MM": then the case was received.
    """

    danger: str
    only_counselling: str
    contact: sections.Contact
    identity: sections.Identity
    incident: sections.Incident
    reporter: sections.Reporter = field(default_factory=sections.Reporter)
    shelter: sections.Shelter = field(default_factory=sections.Shelter)
    children: sections.Children = field(default_factory=sections.Children)
    injuries: sections.Injuries = field(default_factory=sections.Injuries)
    story: sections.Story = field(default_factory=sections.Story)
    perpetrator: sections.Perpetrator = field(default_factory=sections.Perpetrator)
    safety_plan: sections.SafetyPlan = field(default_factory=sections.SafetyPlan)
    assessment: sections.Assessment = field(default_factory=sections.Assessment)
    plan: sections.Plan = field(default_factory=sections.Plan)
    grounds: tuple[sections.GroundEntry, ...] = ()
    detailed: bool = True
    age_group: str = ""
    practice: bool = False
    note: sections.Note = field(default_factory=sections.Note)
    imported: str = ""
    paper_number: str = ""
    on_paper_at: str = ""


@dataclass(frozen=True)
class Draft:
    """A draft as it stands in a list; `started` is microseconds.

    `page` is the number of the page that was saved last, 0 for none; `practice` that it is nobody's true story. No name
    stands here, nor what somebody is called: a first page is seen by whoever walks past.
    """

    id: UUID
    started: int
    mine: bool
    page: int = 0
    practice: bool = False


@dataclass(frozen=True)
class OpenDraft(Sealed):
    """A draft that was opened: its pages as they were typed, and what the commune brings to their questions.

    `saved` are the moments (microseconds) at which its pages were saved; `advice` is what a counsellor wrote before, if
    the draft began so.
    """

    pages: dict[int, Mapping[str, Any]]
    saved: Mapping[int, int]
    setting: "Setting"
    advice: Advice | None = None


AnswerReader = Callable[[OpenDraft], IntakeAnswers]


@dataclass(frozen=True)
class Setting:
    """What a commune brings to the questions: who may be named as a reader besides me, agencies, the register.

    `agency` is the code of where the person works who asks, `sections` what their role may open of a case of its own:
    what they may not read is not asked. `numbers` says whom to call in an emergency, by the code of the agency.
    """

    colleagues: tuple[Colleague, ...]
    receivers: tuple[str, ...]
    register: AddressRegister
    agency: str
    sections: frozenset[Section]
    numbers: Mapping[str, CallOrder] = field(default_factory=dict)

    @property
    def hamlets(self) -> tuple[str, ...]:
        return self.register.hamlets


@action(Act.INTAKE_BEGIN)
def begin_intake(
    context: ActContext, *, in_danger: bool = False, without: Collection[UUID] | None = frozenset()
) -> Setting:
    """Open the first page of an intake and bring what its questions need; nothing of a case is read.

    `in_danger` brings whom to call as well, `without` those who must not know; None names nobody's own telephone.
    """
    commune_merger.require_taking_cases(context)
    others = Agency.id.not_in(context.actor.agencies)
    kinds = select(Agency.kind).where(
        Agency.commune_id == context.commune_id, others, Agency.state == AgencyState.ACTIVE
    )
    receiver_kinds, staff = set(context.session.execute(kinds).scalars()), colleagues(context)
    own = next(member.agency_kind for member in staff if member.id == context.me)
    return Setting(
        colleagues=tuple(member for member in staff if may_join(context, member) and member.id != context.me),
        receivers=tuple(bundle.code for bundle in codelist("bundle") if bundle.code in receiver_kinds),
        register=context.also(list_addresses),
        agency=own,
        sections=context.permit.own,
        numbers=_numbers(context, own, without) if in_danger else {},
    )


def _numbers(context: ActContext, own: str, without: Collection[UUID] | None) -> dict[str, CallOrder]:
    """Return whom to call at each agency in a step of an emergency and at one's own, as far as it has a number."""
    kinds = dict.fromkeys((*filter(None, (step.text("duty") for step in codelist("danger_steps"))), own))
    orders = (duty_numbers.called_of_kind(context, kind, without=without) for kind in kinds)
    return {order.agency: order for order in orders if order.known}


@action(Act.SPEECH_READ)
def read_speech(context: ActContext) -> Role:
    """Return the role for which it is written down what to say; the words are secret to nobody."""
    return context.permit.role


@action(Act.DRAFT_START)
def start_draft(
    context: ActContext,
    pages: Pages,
    *,
    circle: Sequence[UUID] = (),
    instead_of: UUID | None = None,
    advice: Advice | None = None,
    draft_id: UUID | None = None,
    begun: int | None = None,
) -> UUID:
    """Start a draft with the pages answered so far, sealed to the agency or, if members are named, to a new circle.

    `instead_of` names a draft of the author that is discarded in the same commit, as when its readers must change;
    the advice from which it began goes along, or is the `advice` that nobody has kept yet. `draft_id` is its id, if
    that follows from the form that was sent or the row of an old ledger, of which `begun` is the day (since 1970).
    """
    given: Mapping[str, Any] | None = advice.to_json() if advice else None
    begun = reading.day_of(context.crypto.at) if begun is None else begun
    if instead_of is not None:
        begun = reading.find_draft(context, instead_of).row.opened
        given = context.also(discard_draft, instead_of, replaced=True)
    owner_id = context.also(make_circle, circle) if circle else context.actor.agency_id
    if owner_id is None:
        raise NotFound("agency")
    row = Case(
        commune_id=context.commune_id,
        id=draft_id or uuid4(),
        owner_id=owner_id,
        holder_id=context.me,
        state=CaseState.DRAFT,
        opened=begun,
    )
    case = writing.add_case(context, row, replaces=instead_of is not None)
    for number, data in pages.items():
        _save_page(context, case, number, data)
    if given is not None:
        writing.save_json(context, case, Section.ADVICE, dict(given))
    return row.id


@action(Act.DRAFT_SAVE)
def save_draft(context: ActContext, draft_id: UUID, number: int, data: Mapping[str, Any]) -> None:
    """Save one page of a draft as it was typed, checked or not; works on a locked screen too."""
    _save_page(context, reading.find_draft(context, draft_id), number, data)


def id_of_form(context: ActContext, once: UUID) -> UUID:
    """Return the id of what a form makes from that of the form: nobody can name the id of what somebody else wrote."""
    return UUID(bytes=sha256(context.me.bytes + once.bytes).digest()[:16])


def _save_page(context: ActContext, case: VerifiedCase, number: int, data: Mapping[str, Any]) -> None:
    writing.save_json(context, case, Section.DRAFT, dict(data), series=UUID(int=number))


@action(Act.DRAFT_OPEN)
def open_draft(context: ActContext, draft_id: UUID) -> OpenDraft:
    """Open the saved pages of a draft by their numbers, with the setting of an intake, in one commit."""
    case = reading.find_draft(context, draft_id)
    sections_of_draft, within = [Section.DRAFT, Section.ADVICE], reading.scope_of_drafts(context)
    opened = reading.open_newest_of(context, case, sections_of_draft, within=within)
    pages = {page.series.int: page.data for page in opened if page.section == Section.DRAFT}
    saved = {page.series.int: page.at for page in opened if page.section == Section.DRAFT}
    advice = next((Advice.from_json(page.data) for page in opened if page.section == Section.ADVICE), None)
    return OpenDraft(pages, saved, context.also(begin_intake), advice)


def last_saved(saved: Mapping[int, int]) -> int:
    """Return the number of the page that was saved last, by the moments of all; 0 for none.

    Of pages that were saved in one commit it is the last of those that follow each other.
    """
    asked = {number: at for number, at in saved.items() if number}
    newest = sorted(number for number, at in asked.items() if at == max(asked.values()))
    return next((number for number in newest if number + 1 not in newest), 0)


def list_drafts(context: ActContext) -> list[Draft]:
    """List the drafts in reach, oldest first; called by the home page within its own act."""
    batch = reading.load_batch(context, reading.scope_of_drafts(context), passes_over=True)
    drafts = [_draft_line(context, case) for case in batch.listed([Section.DRAFT])]
    return sorted(drafts, key=lambda draft: draft.started)


def _draft_line(context: ActContext, case: ListedCase) -> Draft:
    typed = {page.series.int: page.data for page in case.pages}
    begun = typed.get(0, {}).get("at")
    return Draft(
        id=case.row.id,
        started=int(begun[0]) if begun else clock.midnight(reading.date_of(case.row.opened)),
        mine=case.row.holder_id == context.me,
        page=last_saved({page.series.int: page.at for page in case.pages}),
        practice=bool(typed.get(0, {}).get("practice")),
    )


@action(Act.DRAFT_DISCARD)
def discard_draft(context: ActContext, draft_id: UUID, *, replaced: bool = False) -> Mapping[str, Any] | None:
    """Delete what a draft holds; its row stays, void, as a case that was never opened.

    A draft that began as advice is advice again; if it is `replaced`, that is returned to be taken along and is
    deleted here.
    """
    case = reading.find_draft(context, draft_id)
    pages = reading.open_newest_of(context, case, [Section.ADVICE], within=reading.scope_of_drafts(context))
    writing.erase_section(context, case, Section.DRAFT)
    kept_forms.delete_of_case(context.session, context.commune_id, draft_id)
    if pages and not replaced:
        case.row.state = CaseState.ADVICE
        return None
    writing.erase_section(context, case, Section.ADVICE)
    case.row.state = CaseState.VOID
    return pages[0].data if pages else None


@action(Act.CASE_OPEN)
def open_case(context: ActContext, draft_id: UUID, source: IntakeAnswers | AnswerReader) -> UUID:
    """Turn a draft into a case; a second submission finds the case of the first one.

    It was received on the day on which the draft was begun, whenever it is sent, or on which its paper was written.
    `source` are the answers, or a function that reads them from the draft, opened in the same commit. Raises Refused
    for a section that the role may not open even in a case of its own, BadInput for a paper that is still to come.
    """
    try:
        case = reading.find_draft(context, draft_id)
        answers = source if isinstance(source, IntakeAnswers) else source(context.also(open_draft, draft_id))
    except NotFound:
        return reading.find_case(context, draft_id).id
    nickname = case_codes.unused_nickname(context)
    writing.erase_section(context, case, Section.DRAFT)
    case.row.state = CaseState.PRACTICE if answers.practice else CaseState.OPEN
    case.row.opened = _day_of_paper(context, answers) if answers.on_paper_at else case.row.opened
    label = _new_label(context, case, answers, nickname)
    counted = facts.derive(
        answers.identity,
        answers.incident,
        received=reading.date_of(case.row.opened),
        relation=answers.perpetrator.relation,
        detailed=answers.detailed,
        # As a row of an old ledger, it is counted in the period of its own day or not at all.
        imported=bool(answers.imported or answers.on_paper_at),
    )
    for section in (label, *_sections(answers)):
        if section == type(section)():
            continue
        if section.section not in context.permit.own:
            raise Refused(f"{section.section.code} is not for this role", about=draft_id)
        writing.save(context, case, section)
    if not answers.practice:
        writing.save(context, case, counted, readers=access_grants.counting_agencies(context, case))
    for entry in answers.grounds:
        consent_and_grounds.record(context, case, entry)
    return case.id


def _day_of_paper(context: ActContext, answers: IntakeAnswers) -> int:
    at = datetime.strptime(answers.on_paper_at, RECORDED).replace(tzinfo=clock.LOCAL)
    if at > clock.local(context.crypto.at):
        raise BadInput("Tờ giấy không thể viết sau lúc này. Hãy xem lại ngày và giờ.")
    return reading.day_of(clock.midnight(at.date()))


def _new_label(context: ActContext, case: VerifiedCase, answers: IntakeAnswers, nickname: str) -> sections.Label:
    code, case.row.code_tag = case_codes.unused_code(context)
    identity, received = answers.identity, reading.date_of(case.row.opened)
    return sections.Label(
        code=code,
        nickname=nickname,
        danger=answers.danger,
        age_group=age_groups.settled(answers.age_group, identity.birth_year, received, vulnerable=identity.vulnerable),
        only_counselling=answers.only_counselling,
        received_at=answers.on_paper_at or answers.incident.recorded_at or _received_now(context, answers),
        imported=answers.imported,
        paper_number=answers.paper_number,
        entered_at=clock.local(context.crypto.at).isoformat(timespec="minutes") if answers.on_paper_at else "",
    )


def _received_now(context: ActContext, answers: IntakeAnswers) -> str:
    """Return this moment; nothing for a row of an old ledger, of which only the day is known."""
    return "" if answers.imported else clock.local(context.crypto.at).strftime(RECORDED)


def _sections(answers: IntakeAnswers) -> tuple[SectionData, ...]:
    return (
        answers.contact,
        answers.identity,
        answers.children,
        answers.incident,
        answers.reporter,
        answers.shelter,
        answers.injuries,
        answers.story,
        answers.perpetrator,
        answers.safety_plan,
        answers.assessment,
        answers.plan,
        answers.note,
    )
