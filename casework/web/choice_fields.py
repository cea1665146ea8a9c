"""Form fields for choices: radio buttons, checkboxes and code lists."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from flask import g, has_app_context
from flask_babel import get_locale
from wtforms import RadioField, SelectMultipleField, ValidationError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.codelists import Code, codelist
from casework.web import wtforms_messages
from casework.web.text_fields import QuestionField

YES, NO = "yes", "no"
LONG_LIST = 12

Pairs = Sequence[tuple[str, object]]


class ManyBoxes(QuestionField):
    """A field of which each answer has a box of its own."""

    missing = wtforms_messages.CHOOSE_SOME

    @property
    def anchor(self) -> str:
        return f"{self.id}-0"


class FromPairs(ManyBoxes):
    """A few answers, given as pairs of (value, words)."""

    def __init__(self, label: Any, choices: Pairs, **options: Any) -> None:
        super().__init__(
            label,
            choices=lambda: [SelectChoice(value, str(words)) for value, words in choices],
            invalid_choice_message=wtforms_messages.NOT_LISTED,
            **options,
        )


class FromCodeList(ManyBoxes):
    """The codes of a code list; `only` offers fewer.

    `plain` names the text that stands for a code's label, `law` adds the label as a hint, `note` another text.
    """

    def __init__(
        self,
        label: Any,
        name_of_list: str,
        *,
        plain: str = "",
        law: bool = False,
        note: str = "",
        only: Iterable[str] = (),
        **options: Any,
    ) -> None:
        self.name_of_list = name_of_list
        super().__init__(
            label,
            choices=_from_list(name_of_list, plain, frozenset(only), law=law, note=note),
            invalid_choice_message=wtforms_messages.NOT_LISTED,
            **options,
        )


class Choice(FromPairs, RadioField):
    """One answer out of a few."""

    kind = "radios"
    missing = wtforms_messages.CHOOSE


class ClosedChoice(Choice):
    """A choice out of a closed list, drawn as a select element."""

    kind = "select"

    @property
    def anchor(self) -> str:
        return str(self.id)


class Choices(FromPairs, SelectMultipleField):
    """Any number of answers out of a few."""

    kind = "checkboxes"


class AnyIds(SelectMultipleField):
    """Any number of ids that a page has offered; which of them may be named, the act that takes them decides."""

    kind = "checkboxes"

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, **options)

    @property
    def ids(self) -> list[UUID]:
        """Return the ids that were sent; what is none is left out."""
        found: list[UUID] = []
        for text in self.data or ():
            with contextlib.suppress(ValueError):
                found.append(UUID(text))
        return found


class OneCode(FromCodeList, RadioField):
    """One code of a code list; `select` draws a closed list where there are many."""

    missing = wtforms_messages.CHOOSE

    def __init__(self, label: Any, name_of_list: str, *, select: bool = False, **options: Any) -> None:
        self.kind = "select" if select else "radios"
        super().__init__(label, name_of_list, **options)

    @property
    def anchor(self) -> str:
        """Return the id of the first answer, or of the closed list."""
        return str(self.id) if self.kind == "select" else super().anchor


class Codes(FromCodeList, SelectMultipleField):
    """Any number of codes of a code list, or one that stands alone."""

    kind = "checkboxes"

    def pre_validate(self, form: Any) -> None:
        """Ask which is right where an answer as "none" is chosen beside others; what was chosen stays."""
        super().pre_validate(form)
        if excluding := codelist(self.name_of_list).excluding(self.data or ()):
            raise ValidationError(wtforms_messages.only_alone(excluding[0].label(language())))


def _from_list(name: str, plain: str, only: frozenset[str], *, law: bool, note: str) -> Callable[[Any, Any], list[Any]]:
    """Return the `choices` callable of a field: active codes, and those already chosen, also as they are sent back."""

    def offered(form: Any, field: Any) -> list[Any]:
        lang = language()
        chosen = field.object_data or ()
        chosen_codes = {chosen} if isinstance(chosen, str) else set(chosen)
        chosen_codes.update(field.raw_data or ())
        codes = [code for code in codelist(name) if code.active() or code.code in chosen_codes]
        return [_answer(code, plain, lang, law=law, note=note) for code in codes if not only or code.code in only]

    return offered


def _answer(code: Code, plain: str, lang: str, *, law: bool, note: str) -> Any:
    """Return the choice of one code: in everyday words, with the law's words as a hint if asked, or in its own."""
    everyday = code.text(plain, lang) if plain else ""
    hint = code.label(lang) if everyday and law else code.text(note, lang) if note else ""
    return SelectChoice(code.code, everyday or code.label(lang), {"hint": hint} if hint else {})


def code_words(code: str, name_of_list: str, text: str = "") -> str:
    """Return a code's label, or one of its other texts, in the language of the page: `{{ role|code("role") }}`."""
    entry = codelist(name_of_list).get(code)
    return entry.text(text, language()) if text else entry.label(language())


def language() -> str:
    """Return the language of the page (`vi` or `en`), looked up once for each page."""
    if not has_app_context():
        return "vi"
    cached: str | None = g.get("language")
    if cached is None:
        locale = get_locale()
        cached = g.language = str(locale.language) if locale else "vi"
    return cached
