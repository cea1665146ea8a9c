"""The level of danger that follows from what was told; a counsellor may raise it, and lower it only with a reason.

A sign of danger is a code of the list `risk_question`: answered with yes, or said elsewhere by a code that names it as
its `sign` (a knife among the weapons, an injured neck). A sign alone raises a level, some together a more urgent one:
the list `risk_rule` says which.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from casework.cases.incident_classification import gbvims_type
from casework.cases.questions import SectionData
from casework.cases.sections import Assessment, Incident, Label, Perpetrator
from casework.codelists import Code, codelist

# No level at all is less urgent than every level.
_NONE = 99
_URGENT = "urgent"


def signs_of(told: Iterable[SectionData]) -> frozenset[str]:
    """Return the signs of danger in what these sections say; codes that no list holds, as in a draft, say nothing."""
    return frozenset(sign for section in told for sign in _signs(section))


def _signs(section: SectionData) -> list[str]:
    chosen = [
        (codelist(question.codelist), code)
        for name, question in section.questions().items()
        if question.codelist
        for code in _as_codes(getattr(section, name))
    ]
    named = [
        sign for codes, code in chosen if "sign" in codes.kinds and code in codes for sign in _sign(codes.get(code))
    ]
    asked = section.answers if isinstance(section, Assessment) else ()
    return [*named, *(answer for answer in asked if answer in codelist("risk_question"))]


def _as_codes(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _sign(code: Code) -> tuple[str, ...]:
    return code.texts("sign") if code.text("sign") else ()


def least_level(told: Iterable[SectionData]) -> str:
    """Return the least urgent level that these sections allow; no sign of danger, no level.

    Danger now, from somebody who can be there at once, is urgent without any other sign.
    """
    told = tuple(told)
    if any(isinstance(section, Label) and section.danger == "yes" for section in told) and is_near(told):
        return _URGENT
    incident = next((section for section in told if isinstance(section, Incident)), Incident())
    return level_of(signs_of(told), gbvims_type(incident))


def is_near(told: Iterable[SectionData]) -> bool:
    """Tell whether the other person can be there at once: lives or works close by, or is out looking."""
    places = codelist("perpetrator_where")
    where = [section.where for section in told if isinstance(section, Perpetrator)]
    return any(places.get(place).flag("near") for place in where if place in places)


def level_of(signs: Iterable[str], gbvims: str = "") -> str:
    """Return the most urgent level that a sign raises alone or some raise together, beside an incident of this type."""
    signs, questions = frozenset(signs), codelist("risk_question")
    raised = {questions.get(sign).text("raises") for sign in signs}
    raised |= {rule.text("level") for rule in codelist("risk_rule") if _applies(rule, signs, gbvims)}
    return min(raised, key=_order, default="")


def _applies(rule: Code, signs: frozenset[str], gbvims: str) -> bool:
    types = rule.texts("gbvims") if "gbvims" in rule.extra else ()
    return signs.issuperset(rule.texts("signs")) and (not types or gbvims in types)


def is_lower(level: str, than: str) -> bool:
    """Tell whether a level is less urgent than another; no level is lower than any."""
    return _order(level) > _order(than)


def review_by(level: str, today: date) -> str:
    """Return the day, as "YYYY-MM-DD", on which this level is to be looked at again; no level, no day."""
    days = codelist("risk_level").get(level).number("review_days") if level else None
    return (today + timedelta(days=days)).isoformat() if days is not None else ""


def _order(level: str) -> int:
    return codelist("risk_level").get(level).number("order") or 0 if level else _NONE
