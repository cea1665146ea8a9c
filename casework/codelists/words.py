"""The plain words that case codes and neutral nicknames are made of."""

import tomllib
from functools import cache

from casework.codelists.parsing import FILES


@cache
def case_words() -> tuple[str, ...]:
    """Give the words of case codes such as sen-lúa-42: easy to say, and no two that sound alike."""
    return _read("words")


@cache
def nicknames() -> tuple[str, ...]:
    """Give the neutral nicknames, such as Áo xanh, that confirm the right case without a name."""
    return _read("nicknames")


def _read(name: str) -> tuple[str, ...]:
    groups = tomllib.loads(FILES.joinpath(f"{name}.toml").read_text(encoding="utf-8"))["groups"]
    return tuple(word for group in groups.values() for word in group)
