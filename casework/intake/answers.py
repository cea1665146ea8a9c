"""Turns the checked pages of an intake into the sections of a case."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from casework import clock
from casework.cases import risk_level, sections
from casework.cases.fields import section_from_fields
from casework.cases.reporting_delay import RECORDED
from casework.codelists import codelist
from casework.intake.actions import IntakeAnswers

Forms = Mapping[int, Any]


def answers_of(forms: Forms, recorded: int) -> IntakeAnswers:
    """Return the answers of the pages by number; `recorded` is when the draft was begun, in microseconds."""
    introduction, readers, *_, sharing = (forms[number] for number in range(1, 7))
    fields = [field for form in forms.values() for field in form]
    incident = section_from_fields(sections.Incident, fields)
    return IntakeAnswers(
        danger=introduction.danger.data,
        only_counselling="yes" if introduction.mode.data == "advice" else "no",
        contact=section_from_fields(sections.Contact, fields),
        identity=section_from_fields(sections.Identity, fields),
        children=section_from_fields(sections.Children, fields),
        incident=replace(incident, recorded_at=clock.local(recorded).strftime(RECORDED)),
        reporter=section_from_fields(sections.Reporter, fields),
        shelter=section_from_fields(sections.Shelter, fields),
        injuries=section_from_fields(sections.Injuries, fields),
        story=section_from_fields(sections.Story, fields),
        perpetrator=section_from_fields(sections.Perpetrator, fields),
        safety_plan=_safety_plan(readers),
        assessment=_assessment(sharing),
        grounds=(*_consent_entries(sharing), *_immediate_grounds(sharing)),
        detailed=not sharing.detailed.data,
        age_group=introduction.age_group.data or "",
    )


def _safety_plan(readers: Any) -> sections.SafetyPlan:
    """Return the beginning of a safety plan; an empty one where there is nobody who must not know."""
    if readers.secret.data == "somebody":
        return sections.SafetyPlan(somebody="yes", who_must_not_know=readers.whom.data)
    return sections.SafetyPlan(somebody="unknown") if readers.secret.data == "unknown" else sections.SafetyPlan()


def _assessment(sharing: Any) -> sections.Assessment:
    level = sharing.level_or_derived
    next_review = risk_level.review_by(level, clock.today())
    return replace(section_from_fields(sections.Assessment, sharing), level=level, next_review=next_review)


def _consent_entries(sharing: Any) -> Iterable[sections.GroundEntry]:
    for field in sharing.consents:
        if field.data:
            yield sections.GroundEntry(
                kind="consent",
                receiver=field.name.removeprefix("consent_"),
                consent=field.data,
                form="" if field.data == "not_asked" else sharing.consent_form.data or "",
            )


def _immediate_grounds(sharing: Any) -> Iterable[sections.GroundEntry]:
    for receiver in sharing.at_once.data or () if sharing.asks_at_once else ():
        bundle = codelist("bundle").get(receiver)
        law = bundle.text("law")
        yield sections.GroundEntry(
            kind=bundle.text("at_once"),
            receiver=receiver,
            article=codelist("told").get(law).source if law else "",
            told=sharing.at_once_told.data or "",
            words=sharing.at_once_words.data or "",
        )
