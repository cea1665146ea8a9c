"""What is said aloud: the first page, sentence by sentence, and the steps when there is danger."""

from flask_babel import gettext as _

from casework.codelists import Code, codelist, said_to
from casework.web.choice_fields import language


def told() -> tuple[Code, ...]:
    """Return what the person is told first (code list `told`), in the order in which it is read aloud."""
    return codelist("told").active()


def said(sentence: str, pronoun: str) -> str:
    """Return a sentence with the pronoun that fits the person; English has only one."""
    return sentence if language() == "en" else said_to(sentence, pronoun)


def aloud(question: str, pronoun: str) -> str:
    """Quote what is asked aloud, in words that fit the person."""
    return _("Hỏi: “%(words)s”", words=said(_(question), pronoun))


def spoken_to() -> list[tuple[str, str]]:
    """Return whom one may be speaking to, as (code, word)."""
    return [(pronoun.code, pronoun.text("word")) for pronoun in codelist("pronoun").active()]


def danger_steps() -> list[tuple[Code, Code | None]]:
    """Return the steps of an emergency, each with the line to call if there is one."""
    lines = codelist("hotline")
    return [(step, lines.get(step.text("call")) if step.text("call") else None) for step in codelist("danger_steps")]
