"""The field of a form that asks a question: one kind of field for each kind of question, at the intake as later."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from flask_babel import gettext, lazy_gettext
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework import partial_date
from casework.cases.questions import Question, SectionData
from casework.cases.trusted_addresses import TrustedAddress
from casework.codelists import codelist
from casework.web.choice_fields import Choice
from casework.web.forms import (
    Codes,
    DateParts,
    LongText,
    OneCode,
    PersonName,
    ShortText,
    TimeOfDay,
    VietnamesePhone,
    YearOrAge,
)
from casework.web.number_fields import WholeNumber

# A code list with more answers is drawn closed; an intake has less room.
_FEW, _FEW_AT_INTAKE = 6, 3
S = TypeVar("S", bound=SectionData)


class Source(NamedTuple):
    section: type[SectionData]
    name: str

    @property
    def question(self) -> Question:
        return self.section.questions()[self.name]


class AddressChoice(Choice):
    """One address of the register, by its id; the form that asks says which are offered."""

    kind = "select"

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, (), **options)

    @property
    def anchor(self) -> str:
        return str(self.id)

    def offer(self, addresses: Iterable[TrustedAddress]) -> None:
        self.choices = [SelectChoice(str(address.id), _place(address)) for address in addresses]


def _place(address: TrustedAddress) -> str:
    words = f"{address.entry.name} ({address.entry.hamlet})"
    return gettext("%(place)s, đêm thường có người", place=words) if address.entry.is_staffed_at_night else words


def at_intake(section: type[SectionData], name: str, **drawn: Any) -> Any:
    """Make the field of a question for the intake: required as declared, a long text in one line unless told not to."""
    source = Source(section, name)
    drawn = {"required": source.question.required, **drawn}
    if source.question.kind == "long":
        drawn.setdefault("one_line", True)
    return _field(source, most_open=_FEW_AT_INTAKE, drawn=drawn)


def field_of(section: type[SectionData], name: str, **drawn: Any) -> Any:
    """Make the field of a question for any other form, where nothing is required unless `drawn` says so."""
    return _field(Source(section, name), most_open=_FEW, drawn={"required": False, **drawn})


def section_from_fields(section: type[S], asked: Iterable[Any]) -> S:
    """Return a section with the answers of the fields that ask its questions; what was not asked is empty."""
    sourced = [(field.source, field.data) for field in asked if getattr(field, "source", None)]
    answers = [(source, data) for source, data in sourced if source.section is section]
    return section(**{source.name: _stored_value(source.question, data) for source, data in answers})


def form_values(data: SectionData) -> dict[str, Any]:
    """Return the answers of a section as its fields hold them, by name."""
    return {name: _form_value(question, getattr(data, name)) for name, question in data.questions().items()}


def _field(source: Source, *, most_open: int, drawn: Mapping[str, Any]) -> Any:
    question = source.question
    options = {"hint": lazy_gettext(question.hint) if question.hint else "", "source": source, **drawn}
    if question.kind == "code":
        options.setdefault("select", len(codelist(question.codelist or "")) > most_open)
    return _FIELD_KINDS[question.kind](lazy_gettext(question.label), question, options)


def _codes_field(label: Any, question: Question, options: Mapping[str, Any]) -> Any:
    name = question.codelist or ""
    return Codes(label, name, plain="plain" if "plain" in codelist(name).kinds else "", **options)


_FIELD_KINDS: Mapping[str, Callable[[Any, Question, Mapping[str, Any]], Any]] = {
    "text": lambda label, question, options: ShortText(label, limit=question.limit, **options),
    "name": lambda label, question, options: PersonName(label, limit=question.limit, **options),
    "long": lambda label, question, options: LongText(label, limit=question.limit, **options),
    "code": lambda label, question, options: OneCode(label, question.codelist or "", **options),
    "codes": _codes_field,
    "date": lambda label, question, options: DateParts(
        label, future=question.future, partial=question.partial, **options
    ),
    "year": lambda label, _question, options: YearOrAge(label, **options),
    "phone": lambda label, _question, options: VietnamesePhone(label, **options),
    "number": lambda label, question, options: WholeNumber(label, most=question.limit, **options),
    "place": lambda label, _question, options: AddressChoice(label, **options),
    "hour": lambda label, _question, options: TimeOfDay(label, **options),
}


def _form_value(question: Question, value: Any) -> Any:
    if question.kind == "date":
        return partial_date.parse(value) if value else None
    return list(value) if isinstance(value, tuple) else value


def _stored_value(question: Question, value: Any) -> Any:
    if question.kind == "codes":
        return tuple(value or ())
    if question.kind in ("year", "number"):
        return value
    if question.kind == "date":
        return value.isoformat() if value else ""
    if question.kind == "hour":
        return value.isoformat(timespec="minutes") if value else ""
    return value or ""
