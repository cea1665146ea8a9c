"""Turns the checked pages of an intake into the sections of a case."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from casework import clock
from casework.cases import risk_level, sections
from casework.cases.fields import section_from_fields
from casework.cases.ground_rules import CONSENT
from casework.cases.reporting_delay import RECORDED
from casework.codelists import codelist
from casework.intake.actions import IntakeAnswers
from casework.intake.forms import THROUGH_PERSON

Forms = Mapping[int, Any]


def answers_of(forms: Forms, recorded: int, *, only_counselling: bool = False) -> IntakeAnswers:
    """Return the answers of the pages by number; `recorded` is when the draft was begun, in microseconds.

    What was written on paper first was reported when that was written.

    `only_counselling` says so of a draft of an earlier program, which made cases of advice too.
    """
    introduction, readers, *_, sharing, consent = (forms[number] for number in range(1, 8))
    fields = [field for form in forms.values() for field in form]
    incident = section_from_fields(sections.Incident, fields)
    return IntakeAnswers(
        danger=introduction.danger.data,
        only_counselling="yes" if only_counselling else "no",
        contact=_contact(fields, introduction.offers.pronoun),
        identity=section_from_fields(sections.Identity, fields),
        children=section_from_fields(sections.Children, fields),
        incident=replace(incident, recorded_at=introduction.on_paper_at or clock.local(recorded).strftime(RECORDED)),
        reporter=section_from_fields(sections.Reporter, fields),
        shelter=section_from_fields(sections.Shelter, fields),
        injuries=section_from_fields(sections.Injuries, fields),
        story=section_from_fields(sections.Story, fields),
        perpetrator=section_from_fields(sections.Perpetrator, fields),
        safety_plan=safety_plan_begun(readers.somebody, readers.named),
        assessment=_assessment(sharing, fields),
        grounds=(*_consent_entries(sharing, consent), *_immediate_grounds(sharing, consent)),
        detailed=not sharing.detailed.data,
        age_group=introduction.age_group.data or "",
        on_paper_at=introduction.on_paper_at,
    )


def _contact(fields: Iterable[Any], pronoun: str) -> sections.Contact:
    """Return how to reach the person; who a trusted person is only where the way leads through one."""
    contact = section_from_fields(sections.Contact, fields)
    through = contact.through if contact.channel == THROUGH_PERSON else ""
    return replace(contact, pronoun=pronoun, through=through)


def safety_plan_begun(somebody: str, whom: str) -> sections.SafetyPlan:
    """Return the beginning of a safety plan by whether there is anybody who must not know; empty if there is nobody."""
    if somebody == "no":
        return sections.SafetyPlan()
    return sections.SafetyPlan(somebody=somebody or "unknown", who_must_not_know=whom)


def _assessment(sharing: Any, fields: Iterable[Any]) -> sections.Assessment:
    level = sharing.level_or_derived
    next_review = risk_level.review_by(level, clock.today())
    return replace(section_from_fields(sections.Assessment, fields), level=level, next_review=next_review)


def _consent_entries(sharing: Any, consent: Any) -> Iterable[sections.GroundEntry]:
    for field in sharing.consents:
        receiver = field.name.removeprefix("consent_")
        entry = sections.GroundEntry(CONSENT, receiver, consent=field.data or "")
        if field.data == "granted":
            yield replace(entry, sections=consent.sections_for(receiver), **consent.answered_by)
        elif field.data:
            yield replace(entry, **_refusal(sharing)) if field.data == "refused" else entry


def _refusal(sharing: Any) -> dict[str, Any]:
    """Return why it was refused, who said so, and whether somebody made them, as fields of an entry."""
    answered = {"refusal": sharing.refusal, "consent_by": sharing.refused_by, "pressed": sharing.pressed}
    return {name: field.data or "" for name, field in answered.items()}


def _immediate_grounds(sharing: Any, consent: Any) -> Iterable[sections.GroundEntry]:
    for receiver in sharing.told_at_once:
        bundle = codelist("bundle").get(receiver)
        entry = sections.GroundEntry(bundle.text("at_once"), receiver, duty=bundle.text("duty"))
        yield replace(entry, **consent.told_at_once)
