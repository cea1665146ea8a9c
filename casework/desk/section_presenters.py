"""Says what stands in a section: each question with its answer in words, in the language of the page."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask_babel import gettext

from casework import partial_date
from casework.cases import incident_classification, reporting_delay
from casework.cases.questions import Question, SectionData
from casework.cases.sections import GroundEntry, Incident
from casework.codelists import codelist
from casework.web.choice_fields import language
from casework.web.phones import grouped
from casework.web.translation import day, moment

Answer = str | list[str]


def rows(data: SectionData, named: Mapping[str, str]) -> list[tuple[str, Answer]]:
    """Return (question, answer) in the order of the section; `named` holds the words of what is kept as an id.

    What was asked for consent and not granted rests on no consent, and nobody reads anything on it: neither is said.
    """
    without = {"kind", "sections"} if isinstance(data, GroundEntry) and data.consent not in ("", "granted") else set()
    asked = [
        (gettext(question.label), named[name] if name in named else answer(question, getattr(data, name)))
        for name, question in data.questions().items()
        if question.printed and name not in without
    ]
    if not isinstance(data, Incident):
        return asked
    return [*asked, _letters_of_law(data), _time_to_report(data), _gbvims_type(data)]


def _letters_of_law(incident: Incident) -> tuple[str, Answer]:
    """Return the letters of the law's list under which the acts stand, as a decision or a complaint cites them."""
    letters = dict.fromkeys(codelist("dv_act").get(act).text("letter") for act in incident.acts)
    return gettext("Luật 13/2022/QH15, Điều 3 khoản 1, điểm"), ", ".join(letters)


def _time_to_report(incident: Incident) -> tuple[str, Answer]:
    """Return the time from incident to report; two answers where the day alone does not decide."""
    codes = codelist("report_delay")
    words = [codes.label(code, language()) for code in reporting_delay.delay_codes(incident)]
    return gettext("Từ lúc xảy ra đến lúc báo"), gettext(" hoặc ").join(words)


def _gbvims_type(incident: Incident) -> tuple[str, Answer]:
    types, code = codelist("gbvims_type"), incident_classification.gbvims_type(incident)
    return types.vi if language() == "vi" else types.en, types.label(code, language()) if code else ""


def raised_level(level: str) -> str:
    """Say that the level of danger was raised by what was written, to be looked at by whoever wrote it."""
    words = codelist("risk_level").label(level, language()).lower()
    return gettext(
        "Theo điều vừa ghi, mức nguy hiểm đã nâng lên mức %(level)s. Hãy xem lại phần đánh giá.", level=words
    )


def differences(theirs: SectionData, mine: SectionData) -> list[tuple[str, Answer, Answer]]:
    """Return (question, their answer, my answer) wherever the two differ in what a form asks."""
    return [
        (gettext(question.label), answer(question, getattr(theirs, name)), answer(question, getattr(mine, name)))
        for name, question in mine.questions().items()
        if getattr(theirs, name) != getattr(mine, name) and question.asked
    ]


def merged(before: SectionData, theirs: SectionData, mine: SectionData) -> SectionData:
    """Lay my changes over their newest text: what I left as it was before is taken from them."""
    asked = [name for name, question in mine.questions().items() if question.asked]
    return replace(
        theirs, **{name: getattr(mine, name) for name in asked if getattr(mine, name) != getattr(before, name)}
    )


def answer(question: Question, value: Any) -> Answer:
    """Return one answer in words; empty where nothing was written down."""
    if value in (None, "", ()):
        return ""
    return _IN_WORDS.get(question.kind, _as_typed)(question, value)


def _as_typed(question: Question, value: Any) -> Answer:
    return moment(str(value)) if question.moment else str(value)


def _code(question: Question, value: Any) -> Answer:
    code = codelist(question.codelist or "").get(value)
    # An answer is read as a statement, also where it was asked as a question.
    return code.text("plain", language()) or code.text("reason", language()) or code.label(language())


def _codes(question: Question, value: Any) -> Answer:
    return [str(_code(question, code)) for code in value]


_IN_WORDS: Mapping[str, Callable[[Question, Any], Answer]] = {
    "code": _code,
    "codes": _codes,
    "date": lambda _question, value: day(partial_date.parse(value)),
    "phone": lambda _question, value: grouped(value),
}
