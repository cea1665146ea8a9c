"""The base class of every form, and all form fields in one place."""

from collections.abc import MutableMapping
from typing import Any
from uuid import UUID, uuid4

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField, TextAreaField

from casework.web import clean, form_tokens, wtforms_messages
from casework.web.choice_fields import Choice, Choices, ClosedChoice, Codes, OneCode
from casework.web.date_fields import DateParts, YearOrAge
from casework.web.text_fields import (
    Digits,
    DoorCode,
    LongText,
    MailBox,
    MailedCode,
    PaperCodeField,
    Password,
    PersonName,
    QuestionField,
    ShortCode,
    ShortText,
    TimeOfDay,
    Username,
    VietnamesePhone,
)

__all__ = [
    "Choice",
    "Choices",
    "ClosedChoice",
    "Codes",
    "DateParts",
    "Digits",
    "DoorCode",
    "Form",
    "LongText",
    "MailBox",
    "MailedCode",
    "OneCode",
    "PaperCodeField",
    "Password",
    "PersonName",
    "QuestionField",
    "SentOnceForm",
    "ShortCode",
    "ShortText",
    "TimeOfDay",
    "Username",
    "VietnamesePhone",
    "YearOrAge",
    "parse_uuid",
]


class Form(FlaskForm):
    """A form with our messages, sanitised text, and each answer sent once."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> wtforms_messages.VietnameseMessages:
            """Return our own words for the messages of WTForms."""
            return wtforms_messages.VietnameseMessages()

        def bind_field(self, form: Any, unbound_field: Any, options: MutableMapping[str, Any]) -> Any:
            """Sanitise what is typed into every text field, but never a password."""
            text_filter = _text_filter(unbound_field.field_class)
            if text_filter:
                options["filters"] = [text_filter, *unbound_field.kwargs.get("filters", ())]
            return super().bind_field(form, unbound_field, options)

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Return what was sent; on a page that shows a form again, what was typed into it before."""
            given = super().wrap_formdata(form, formdata)  # type: ignore[no-untyped-call]
            return form_tokens.typed_before(form) if given is None else given

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for field in self:
            if _sent_twice(field):
                field.errors = [str(wtforms_messages.SENT_TWICE)]
                valid = False
        return bool(valid)

    def optional(self, *fields: Any) -> list[Any]:
        """Return those of some fields that are asked; that they may stay empty is said once, above them all."""
        asked = [field for field in fields if field]
        for field in asked:
            field.flags.told = True
        return asked

    def problems(self) -> list[tuple[str, str]]:
        """Return (anchor, message) of every error, in the order of the page."""
        return [(getattr(field, "anchor", field.id), str(message)) for field in self for message in field.errors]


class SentOnceForm(Form):
    """A form with a hidden id, which tells a double submission from two of the same words."""

    once = HiddenField(default=lambda: uuid4().hex)

    def idempotency_key(self) -> UUID | None:
        """Return the id, or None if it came back malformed."""
        return parse_uuid(self.once.data or "")


def parse_uuid(text: str) -> UUID | None:
    """Parse an id that a browser sent; None for anything else."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _text_filter(kind: type) -> Any:
    """Return the filter of a field class: many lines, one line, or None."""
    if not issubclass(kind, StringField) or issubclass(kind, PasswordField):
        return None
    cleaned = clean.text if issubclass(kind, TextAreaField) else clean.line
    return lambda value: cleaned(value) if isinstance(value, str) else value


def _sent_twice(field: Any) -> bool:
    """Tell whether a field with one answer was sent more than once."""
    if getattr(field, "repeated", False):
        return True
    many = getattr(field, "kind", "") in {"checkboxes", "date"} or field.type.startswith("Multiple")
    return not many and len(field.raw_data or ()) > 1
