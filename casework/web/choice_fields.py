"""Questions that are answered by choosing: from a few words or from a code list."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import g, has_app_context
from flask_babel import get_locale
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.codelists import Code, codelist
from casework.web import wtforms_messages
from casework.web.text_fields import Question

YES, NO = "yes", "no"
LONG_LIST = 12

Pairs = Sequence[tuple[str, object]]


class Choice(Question, RadioField):
    """One answer out of a few."""

    kind = "radios"
    missing = wtforms_messages.CHOOSE

    def __init__(self, label: Any, choices: Pairs, **options: Any) -> None:
        """Take the question and the pairs of (value, words)."""
        super().__init__(
            label,
            choices=lambda: [SelectChoice(value, str(words)) for value, words in choices],
            invalid_choice_message=wtforms_messages.NOT_LISTED,
            **options,
        )

    @property
    def anchor(self) -> str:
        """Give the id of the first answer."""
        return f"{self.id}-0"


class Choices(Question, SelectMultipleField):
    """Any number of answers out of a few."""

    kind = "checkboxes"
    missing = wtforms_messages.CHOOSE_SOME

    def __init__(self, label: Any, choices: Pairs, **options: Any) -> None:
        """Take the question and the pairs of (value, words)."""
        super().__init__(
            label,
            choices=lambda: [SelectChoice(value, str(words)) for value, words in choices],
            invalid_choice_message=wtforms_messages.NOT_LISTED,
            **options,
        )

    @property
    def anchor(self) -> str:
        """Give the id of the first answer."""
        return f"{self.id}-0"


class OneCode(Question, RadioField):
    """One code of a code list; `select` draws a closed list where there are many."""

    missing = wtforms_messages.CHOOSE

    def __init__(
        self,
        label: Any,
        name_of_list: str,
        *,
        plain: str = "",
        law: bool = False,
        only: Iterable[str] = (),
        select: bool = False,
        **options: Any,
    ) -> None:
        """Take the question, the list, the text to show instead (`law` adds the law's), and a smaller choice."""
        self.kind = "select" if select else "radios"
        super().__init__(
            label,
            choices=_from_list(name_of_list, plain, frozenset(only), law=law),
            invalid_choice_message=wtforms_messages.NOT_LISTED,
            **options,
        )

    @property
    def anchor(self) -> str:
        """Give the id of the first answer, or of the closed list."""
        return str(self.id) if self.kind == "select" else f"{self.id}-0"


class Codes(Question, SelectMultipleField):
    """Any number of codes of a code list."""

    kind = "checkboxes"
    missing = wtforms_messages.CHOOSE_SOME

    def __init__(
        self,
        label: Any,
        name_of_list: str,
        *,
        plain: str = "",
        law: bool = False,
        only: Iterable[str] = (),
        **options: Any,
    ) -> None:
        """Take the question, the list, the text to show instead (`law` adds the law's), and a smaller choice."""
        super().__init__(
            label,
            choices=_from_list(name_of_list, plain, frozenset(only), law=law),
            invalid_choice_message=wtforms_messages.NOT_LISTED,
            **options,
        )

    @property
    def anchor(self) -> str:
        """Give the id of the first answer."""
        return f"{self.id}-0"


def _from_list(name: str, plain: str, only: frozenset[str], *, law: bool) -> Callable[[Any, Any], list[Any]]:
    """Make what WTForms asks for the answers on offer: active codes, and those already chosen."""

    def offered(form: Any, field: Any) -> list[Any]:
        lang = language()
        chosen = field.object_data or ()
        chosen_codes = {chosen} if isinstance(chosen, str) else set(chosen)
        codes = [code for code in codelist(name) if code.active() or code.code in chosen_codes]
        return [_answer(code, plain, lang, law=law) for code in codes if not only or code.code in only]

    return offered


def _answer(code: Code, plain: str, lang: str, *, law: bool) -> Any:
    """Draw one code: in everyday words, with the words of the law below if asked, or in its own."""
    everyday = code.text(plain, lang) if plain else ""
    hint = {"hint": code.label(lang)} if everyday and law else {}
    return SelectChoice(code.code, everyday or code.label(lang), hint)


def code_words(code: str, name_of_list: str, text: str = "") -> str:
    """Give the words of a code, or of a text that it adds, in the language of the page: `{{ role|code("role") }}`."""
    entry = codelist(name_of_list).get(code)
    return entry.text(text, language()) if text else entry.label(language())


def language() -> str:
    """Give the language of the page as code lists know it; it is looked up once for each page."""
    if not has_app_context():
        return "vi"
    cached: str | None = g.get("language")
    if cached is None:
        locale = get_locale()
        cached = g.language = str(locale.language) if locale else "vi"
    return cached
