"""Turns the checked pages of an intake into the sections of a case."""

from collections.abc import Iterable, Mapping
from typing import Any

from casework import clock
from casework.cases.sections import (
    Assessment,
    Children,
    Contact,
    GroundEntry,
    Identity,
    Incident,
    Injuries,
    Perpetrator,
    SafetyPlan,
    Story,
)
from casework.codelists import codelist
from casework.intake import risk
from casework.intake.actions import Answers

Forms = Mapping[int, Any]


def answers_of(forms: Forms, recorded: int) -> Answers:
    """Return the answers of the pages by number; `recorded` is when the draft was begun, in microseconds."""
    told, readers, reach, person, event, sharing = (forms[number] for number in range(1, 7))
    return Answers(
        danger=told.danger.data,
        only_counselling="yes" if told.mode.data == "advice" else "no",
        contact=Contact(
            **_texts(reach, "call_her", "channel", "phone", "hours", "may_answer", "say_you_are", "never_say")
        ),
        identity=Identity(
            **_texts(person, "name", "sex", "hamlet", "address", "phone"),
            birth_year=person.birth_year.data,
            vulnerable=_codes(person.vulnerable),
        ),
        children=Children(
            **_texts(person, "who", "medicine", "school", "may_pick_up"),
            count=person.count.data,
            involvement=_codes(person.involvement),
        ),
        incident=_incident(reach, event, recorded),
        injuries=Injuries(**_texts(event, "seen", "urgent"), what=_codes(event.injuries)),
        story=Story(**_texts(event, "words")) if event.words else Story(),
        perpetrator=_other_person(sharing),
        safety_plan=_must_not_know(readers),
        assessment=_assessment(sharing),
        grounds=(*_consents(sharing), *_at_once(sharing, danger=told.danger.data)),
        detailed=not sharing.detailed.data,
    )


def _texts(form: Any, *names: str) -> dict[str, Any]:
    return {name: form[name].data or "" for name in names}


def _codes(field: Any) -> tuple[str, ...]:
    return tuple(field.data or ())


def _incident(reach: Any, event: Any, recorded: int) -> Incident:
    return Incident(
        **_texts(event, "time_of_day", "place", "children_present", "again"),
        **_texts(reach, "address_id", "reporter_type"),
        acts=_codes(event.acts),
        other=_codes(event.other),
        weapon=_codes(event.weapon),
        channel=reach.report_channel.data or "",
        happened_on=reach.happened_on.data.isoformat() if reach.happened_on.data else "",
        recorded_at=clock.local(recorded).strftime("%Y-%m-%d %H:%M"),
    )


def _other_person(sharing: Any) -> Perpetrator:
    return Perpetrator(
        **_texts(sharing, "relation", "age", "where"),
        name=sharing.other_name.data or "",
        past=_codes(sharing.past),
        next=_codes(sharing.next),
    )


def _must_not_know(readers: Any) -> SafetyPlan:
    """Return the beginning of a safety plan; an empty one where there is nobody who must not know."""
    if readers.secret.data == "somebody":
        return SafetyPlan(somebody="yes", who_must_not_know=readers.whom.data)
    return SafetyPlan(somebody="unknown") if readers.secret.data == "unknown" else SafetyPlan()


def _assessment(sharing: Any) -> Assessment:
    level = sharing.level_or_derived
    return Assessment(
        **_texts(sharing, "reasons", "wishes"),
        answers=_codes(sharing.risks),
        level=level,
        needs=_codes(sharing.needs),
        next_review=risk.review_by(level, clock.today()),
    )


def _consents(sharing: Any) -> Iterable[GroundEntry]:
    for field in sharing.consents:
        if field.data:
            yield GroundEntry(
                kind="consent",
                receiver=field.name.removeprefix("consent_"),
                consent=field.data,
                form="" if field.data == "not_asked" else sharing.consent_form.data or "",
            )


def _at_once(sharing: Any, *, danger: str) -> Iterable[GroundEntry]:
    for receiver in sharing.at_once.data or () if danger == "yes" else ():
        bundle = codelist("bundle").get(receiver)
        law = bundle.text("law")
        yield GroundEntry(
            kind=bundle.text("at_once"),
            receiver=receiver,
            article=codelist("told").get(law).source if law else "",
            words=sharing.at_once_words.data or "",
        )
