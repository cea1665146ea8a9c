"""Makes the form of a section from its questions, and turns its answers back into the section."""

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any

from flask_babel import lazy_gettext
from wtforms import IntegerField
from wtforms.widgets import HiddenInput

from casework.cases import places
from casework.cases.questions import Question, SectionData
from casework.cases.sections import SECTIONS
from casework.codelists import codelist
from casework.policy.words import Section
from casework.web.choices import Choice
from casework.web.forms import BirthYear, Codes, DateParts, Form, LongText, OneCode, ShortText, VietnamesePhone
from casework.web.numbers import WholeNumber
from casework.web.presence import perform

# Written down once when the case was opened; no form asks for them again.
NOT_ASKED = frozenset({"code", "former", "recorded_at"})
_TO_COME = frozenset({"next_review"})
_FEW = 6


class SectionForm(Form):
    """What the form of every section carries: the revision that the writer has before her eyes."""

    base = IntegerField(widget=HiddenInput(), default=0)

    def __init__(self, **options: Any) -> None:
        """Say once on the page that nothing must be answered, not beside each question."""
        super().__init__(**options)  # type: ignore[no-untyped-call]
        for field in self:
            field.flags.told = True


class Place(Choice):
    """One of the trusted addresses, or one that is named already and has been retired since."""

    kind = "select"

    def __init__(self, label: Any, **options: Any) -> None:
        """Take the question; the register is read when the form is drawn."""
        super().__init__(label, (), **options)
        self.choices = [(str(one.id), one.entry.name) for one in perform(places.list_addresses).places]


def sent_form(section: Section) -> Any:
    """Read the form of a section as it was sent."""
    return _form_class(section)()


def form_with(data: SectionData, *, base: int) -> Any:
    """Make the form of a section with what was written, over a revision."""
    values = {name: _shown(question, getattr(data, name)) for name, question in data.questions().items()}
    return _form_class(data.section)(formdata=None, base=base, **values)


def section_of(form: Any, section: Section) -> SectionData:
    """Turn the answers of a form into the section; what was not asked is empty."""
    kind = SECTIONS[section]
    questions = kind.questions()
    return kind(**{name: _kept(questions[name], form[name].data) for name in questions if name in form})


@cache
def _form_class(section: Section) -> type[SectionForm]:
    asked = {name: question for name, question in SECTIONS[section].questions().items() if name not in NOT_ASKED}
    return type(f"{section.name}Form", (SectionForm,), {name: _field(name, one) for name, one in asked.items()})


def _field(name: str, question: Question) -> Any:
    said: dict[str, Any] = {"required": False, "hint": lazy_gettext(question.hint) if question.hint else ""}
    label = lazy_gettext(question.label)
    if name == "address_id":
        return Place(label, **said)
    if question.kind == "date":
        return DateParts(label, future=name in _TO_COME, **said)
    return _KINDS[question.kind](label, question.codelist or "", said)


def _one_code(label: Any, name: str, said: Mapping[str, Any]) -> Any:
    return OneCode(label, name, select=len(codelist(name)) > _FEW, **said)


def _codes(label: Any, name: str, said: Mapping[str, Any]) -> Any:
    plain = "plain" if "plain" in codelist(name).kinds else ""
    return Codes(label, name, plain=plain, **said)


_KINDS: Mapping[str, Callable[[Any, str, Mapping[str, Any]], Any]] = {
    "text": lambda label, _name, said: ShortText(label, **said),
    "long": lambda label, _name, said: LongText(label, **said),
    "code": _one_code,
    "codes": _codes,
    "year": lambda label, _name, said: BirthYear(label, **said),
    "phone": lambda label, _name, said: VietnamesePhone(label, **said),
    "number": lambda label, _name, said: WholeNumber(label, **said),
}


def _shown(question: Question, value: Any) -> Any:
    if question.kind == "date":
        return date.fromisoformat(value) if value else None
    return list(value) if isinstance(value, tuple) else value


def _kept(question: Question, value: Any) -> Any:
    if question.kind == "codes":
        return tuple(value or ())
    if question.kind in ("year", "number"):
        return value
    if question.kind == "date":
        return value.isoformat() if value else ""
    return value or ""
