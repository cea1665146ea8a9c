"""Words that are no answers: those of case codes and nicknames, and the pronoun by which a person is addressed."""

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

from casework.codelists.parsing import FILES, codelist

_YOU = re.compile(r"\b([Cc])hị\b")


@cache
def case_words() -> tuple[str, ...]:
    """Give the words of case codes such as sen-lúa-42: easy to say, and no two that sound alike."""
    return _read("words")


@cache
def nicknames() -> tuple[str, ...]:
    """Give the neutral nicknames, such as Áo xanh, that confirm the right case without a name."""
    return _read("nicknames")


def leave_out(without: Mapping[str, Collection[str]]) -> None:
    """Use some words no more, by the name of their file."""
    _LeftOut.words = without
    case_words.cache_clear()
    nicknames.cache_clear()


class _LeftOut:
    """The words that the office has left out, by the names of their files."""

    words: Mapping[str, Collection[str]] = MappingProxyType({})


def _read(name: str) -> tuple[str, ...]:
    left_out = _LeftOut.words.get(name, ())
    return tuple(word for word in shipped(name) if word not in left_out)


def shipped(name: str) -> tuple[str, ...]:
    """Return every word of a file of words."""
    groups = tomllib.loads(FILES.joinpath(f"{name}.toml").read_text(encoding="utf-8"))["groups"]
    return tuple(word for group in groups.values() for word in group)


def said_to(text: str, pronoun: str) -> str:
    """Turn a text that addresses a woman (chị) into one for a man, an elder or a child, by a code of `pronoun`."""
    word = codelist("pronoun").get(pronoun).text("word")
    return _YOU.sub(lambda match: word.capitalize() if match[1] == "C" else word, text)
