"""What the writing of a section asks of the others: none may contradict it, what derives from it is derived again."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from casework import clock
from casework.cases import access_grants, age_groups, case_codes, contradictions, facts, reading, risk_level, writing
from casework.cases.contradictions import Contradiction, NicknameTaken
from casework.cases.questions import SectionData
from casework.cases.reading import VerifiedCase
from casework.cases.sections import (
    SECTIONS,
    Assessment,
    Children,
    Identity,
    Incident,
    Injuries,
    Label,
    Perpetrator,
)
from casework.gate import ActContext
from casework.policy.vocabulary import Section

# The sections that speak of each other: who, what happened, how dangerous it is.
_RELATED = (Label, Identity, Children, Incident, Injuries, Perpetrator, Assessment)


def related_sections(context: ActContext, case: VerifiedCase) -> tuple[SectionData, ...]:
    """Open the newest of the sections that speak of each other, as far as permit and keys allow."""
    pages = reading.open_newest_of(context, case, [section.section for section in _RELATED])
    return tuple(SECTIONS[Section(page.section)].from_json(page.data) for page in pages)


def write(context: ActContext, case: VerifiedCase, data: SectionData, *, base: int) -> str:
    """Write a new revision and what derives from it; return the level of danger if that was raised, or "".

    Raises Contradiction if the section cannot be true beside the others.
    """
    before = related_sections(context, case) if isinstance(data, _RELATED) else ()
    others = tuple(section for section in before if type(section) is not type(data))
    require_consistent(data, others, on=reading.date_of(case.row.opened))
    if isinstance(data, Label) and data.nickname != contradictions.one(before, Label).nickname:
        _require_own_nickname(context, case, data)
    if isinstance(data, Assessment):
        data = with_level(data, others, clock.local(context.crypto.at).date())
    writing.save(context, case, data, base=base, readers=access_grants.reading_agencies(context, case, data.section))
    return refresh(context, case, data, before) if before else ""


def require_consistent(written: SectionData, others: Iterable[SectionData], *, on: date) -> None:
    """Raise Contradiction if a section cannot be true beside the others on a day."""
    if found := contradictions.find(written, others, on):
        raise Contradiction(*found)


def _require_own_nickname(context: ActContext, case: VerifiedCase, label: Label) -> None:
    if code := case_codes.bearer_of_nickname(context, label.nickname, but=case.id):
        raise Contradiction(NicknameTaken(code), "nickname")


def with_level(assessment: Assessment, others: Iterable[SectionData], on: date) -> Assessment:
    """Return an assessment with the level that follows where none was chosen, and a day to look at it again."""
    if assessment.level:
        return assessment
    level = risk_level.least_level((assessment, *others))
    return replace(assessment, level=level, next_review=assessment.next_review or risk_level.review_by(level, on))


def refresh(context: ActContext, case: VerifiedCase, written: SectionData, before: tuple[SectionData, ...]) -> str:
    """Derive again what follows from a section that was written; return the level of danger if it was raised, or "".

    `before` are the sections as they stood until then.
    """
    facts.refresh(context, case, written)
    if isinstance(written, Identity):
        _refresh_age_group(context, case, written, contradictions.one(before, Label))
    if isinstance(written, Assessment) or Section.ASSESSMENT not in context.permit.own:
        return ""
    after = (written, *(data for data in before if type(data) is not type(written)))
    return _raise_level(context, case, before, after)


def _refresh_age_group(context: ActContext, case: VerifiedCase, identity: Identity, label: Label) -> None:
    received = reading.date_of(case.row.opened)
    group = age_groups.settled(label.age_group, identity.birth_year, received, vulnerable=identity.vulnerable)
    if label.code and group != label.age_group:
        _save(context, case, replace(label, age_group=group))


def _raise_level(
    context: ActContext, case: VerifiedCase, before: tuple[SectionData, ...], after: tuple[SectionData, ...]
) -> str:
    """Raise the level where new signs ask for it; what was lowered with a reason stays while nothing is new."""
    assessment, least = contradictions.one(after, Assessment), risk_level.least_level(after)
    is_new = bool(least) and risk_level.is_lower(risk_level.least_level(before), least)
    if not (is_new and risk_level.is_lower(assessment.level, least)):
        return ""
    review = risk_level.review_by(least, clock.local(context.crypto.at).date())
    _save(
        context, case, replace(assessment, level=least, next_review=min(filter(None, (assessment.next_review, review))))
    )
    return least


def _save(context: ActContext, case: VerifiedCase, data: SectionData) -> None:
    writing.save(context, case, data, readers=access_grants.reading_agencies(context, case, data.section))
