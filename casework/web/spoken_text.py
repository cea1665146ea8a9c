"""What is said aloud: scripts part by part, in words that fit the person, and the steps when there is danger."""

from flask import Flask, request
from flask_babel import gettext as _

from casework.codelists import Code, codelist, said_to
from casework.web.choice_fields import language

USUAL_PRONOUN = "chi"
# The lists that are read aloud, each at its moment.
SCRIPTS = ("told", "told_at_consent", "told_in_danger", "told_at_closing", "told_by_others")


def install(app: Flask) -> None:
    """Give every template what is said aloud, from the code lists."""
    functions = (script, spoken, said, spoken_to, asked_pronoun, danger_steps, hotlines)
    app.jinja_env.globals.update({function.__name__: function for function in functions})


def script(name: str, agency: str = "", role: str = "") -> tuple[Code, ...]:
    """Return the parts of a script in the order in which they are read, without those that are not for this reader."""
    parts = codelist(name).active()
    return tuple(
        part
        for part in parts
        if agency not in part.texts("not_by") and (not part.texts("roles") or role in part.texts("roles"))
    )


def spoken(part: Code, pronoun: str, agency: str = "", *, child: bool = False, danger: bool = False) -> str:
    """Return what is read of a part of a script: an agency's own words, or what is true in danger or for a child.

    Who is spoken to as a child is one.
    """
    is_child = child or codelist("pronoun").get(pronoun).flag("child")
    names = (f"by_{agency}", "in_danger" if danger else "", "to_child" if is_child else "")
    wordings = (part.text(name, language()) for name in names if name)
    return said(next(filter(None, wordings), part.label(language())), pronoun)


def said(sentence: str, pronoun: str) -> str:
    """Return a sentence with the pronoun that fits the person; English has only one."""
    return sentence if language() == "en" else said_to(sentence, pronoun)


def aloud(question: str, pronoun: str) -> str:
    """Quote what is asked aloud, in words that fit the person."""
    return _("Hỏi: “%(words)s”", words=said(_(question), pronoun))


def spoken_to() -> list[tuple[str, str]]:
    """Return whom one may be speaking to, as (code, word)."""
    return [(pronoun.code, pronoun.text("word")) for pronoun in codelist("pronoun").active()]


def asked_pronoun(kept: str = USUAL_PRONOUN) -> str:
    """Return the pronoun that the address of this page asks for (`goi`), or the one that was kept for the person."""
    asked = request.args.get("goi", "")
    return asked if asked in codelist("pronoun") else kept


def hotlines() -> list[Code]:
    """Return the lines that anybody can call, those to be called in danger first."""
    return sorted(codelist("hotline").active(), key=lambda line: not line.flag("danger"))


def danger_steps() -> list[tuple[Code, Code | None]]:
    """Return the steps of an emergency, each with the line to call if there is one."""
    lines = codelist("hotline")
    return [(step, lines.get(step.text("call")) if step.text("call") else None) for step in codelist("danger_steps")]
