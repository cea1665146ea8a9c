"""What the console says, in one language: a sentence is written "Tiếng Việt. / English." and one half of it is shown.

Vietnamese is usual; English is shown with `--english`, or where the locale of the terminal is English. Sentences that
pages show too have their English in the catalogue.
"""

import gettext
import json
import os
import re
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any

import click

from casework import config

ENGLISH_OPTION = "--english"
JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="Cho chương trình khác đọc (JSON). / As JSON.")
_BETWEEN = " / "
# What click adds to the help of an option, as "  [required]".
_WITH_EXTRA = re.compile(r"(?P<words>.*?)(?P<extra>  \[[^\]]*\])?", re.DOTALL)
_LOCALES = ("LC_ALL", "LC_MESSAGES", "LANG")
_english: ContextVar[bool] = ContextVar("_english", default=False)


def prefers_english(environment: Mapping[str, str]) -> bool:
    """Tell whether the locale of a terminal is English."""
    locale = next((environment[name] for name in _LOCALES if environment.get(name)), "")
    return locale.lower().startswith("en")


def choose(*, english: bool) -> None:
    """Let everything that is said from now on be in one language, what click itself says included.

    Click takes its words from the current domain of gettext, in the language of the variable LANGUAGE.
    """
    _english.set(english)
    os.environ["LANGUAGE"] = "en" if english else "vi"
    gettext.bindtextdomain("click", str(_translations()))
    gettext.textdomain("click")


def spoken(text: str) -> str:
    """Return the half of a sentence in the chosen language; one without a second half is looked up, or stays."""
    vietnamese, between, english = text.partition(_BETWEEN)
    if not between:
        return _catalogue().gettext(text) if text and _english.get() else text
    return english if _english.get() else vietnamese


def spoken_help(text: str) -> str:
    """Return the help of an option in the chosen language, with what click has added to it."""
    found = _WITH_EXTRA.fullmatch(text)
    return spoken(found["words"]) + (found["extra"] or "") if found else text


def say(text: str, *, to_stderr: bool = False) -> None:
    """Print a line in the chosen language."""
    click.echo(spoken(text), err=to_stderr)


def say_json(found: Mapping[str, Any]) -> None:
    """Print one object for another program; its keys are English in either language."""
    click.echo(json.dumps(found, ensure_ascii=False))


def confirm(text: str, *, or_end: bool = False) -> bool:
    """Ask for yes or no at the terminal; `or_end` ends the command with status 1 for a no."""
    agreed = click.confirm(spoken(text), default=False, err=True)
    if or_end and not agreed:
        say("Chưa làm gì. / Nothing was done.", to_stderr=True)
        raise click.exceptions.Exit(1)
    return agreed


@cache
def _catalogue() -> gettext.NullTranslations:
    return gettext.translation("messages", _translations(), ["en"], fallback=True)


def _translations() -> os.PathLike[str]:
    return config.resource("translations")
