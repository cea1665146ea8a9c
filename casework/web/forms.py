"""The one base of every form, and all kinds of questions under one roof."""

from collections.abc import MutableMapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, TextAreaField

from casework.web import clean, wtforms_messages
from casework.web.choice_fields import Choice, Choices, Codes, OneCode
from casework.web.date_fields import BirthYear, DateParts, YearOrAge
from casework.web.text_fields import (
    Digits,
    LongText,
    PaperCodeField,
    Password,
    PersonName,
    Question,
    ShortCode,
    ShortText,
    TimeOfDay,
    Username,
    VietnamesePhone,
)

__all__ = [
    "BirthYear",
    "Choice",
    "Choices",
    "Codes",
    "DateParts",
    "Digits",
    "Form",
    "LongText",
    "OneCode",
    "PaperCodeField",
    "Password",
    "PersonName",
    "Question",
    "ShortCode",
    "ShortText",
    "TimeOfDay",
    "Username",
    "VietnamesePhone",
    "YearOrAge",
]


class Form(FlaskForm):
    """A form whose messages are ours, whose text is cleaned and whose answers come once."""

    class Meta(FlaskForm.Meta):
        """What every form shares."""

        def get_translations(self, form: Any) -> wtforms_messages.VietnameseMessages:
            """Give our own words for the messages of WTForms."""
            return wtforms_messages.VietnameseMessages()

        def bind_field(self, form: Any, unbound_field: Any, options: MutableMapping[str, Any]) -> Any:
            """Clean what is typed into every text field, but never a password."""
            cleaning = _cleaning(unbound_field.field_class)
            if cleaning:
                options["filters"] = [cleaning, *unbound_field.kwargs.get("filters", ())]
            return super().bind_field(form, unbound_field, options)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every answer, and that none was sent twice."""
        valid = super().validate(extra_validators)
        for field in self:
            if _repeated(field):
                field.errors = [str(wtforms_messages.SENT_TWICE)]
                valid = False
        return bool(valid)

    def problems(self) -> list[tuple[str, str]]:
        """Give (anchor, sentence) of everything to be corrected, in the order of the page."""
        return [(getattr(field, "anchor", field.id), str(message)) for field in self for message in field.errors]


def _cleaning(kind: type) -> Any:
    """Choose how a kind of field is cleaned: lines, or one line, or not at all."""
    if not issubclass(kind, StringField) or issubclass(kind, PasswordField):
        return None
    cleaned = clean.text if issubclass(kind, TextAreaField) else clean.line
    return lambda value: cleaned(value) if isinstance(value, str) else value


def _repeated(field: Any) -> bool:
    """Say whether a question with one answer was answered more than once."""
    if getattr(field, "repeated", False):
        return True
    many = getattr(field, "kind", "") in {"checkboxes", "date"} or field.type.startswith("Multiple")
    return not many and len(field.raw_data or ()) > 1
