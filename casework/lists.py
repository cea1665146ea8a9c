"""Holds the lists of the program against each other: roles, sections, reaches and acts, and what is said of them.

Whatever is missing is told in one sentence that begins with the file to open.
"""

from collections.abc import Collection, Iterator

from casework.codelists import agencies, codelist
from casework.codelists.parsing import file_of
from casework.config import ConfigurationError
from casework.policy.table import FILE as POLICY
from casework.policy.table import WORDS, policy
from casework.policy.words import Act, Reach, Role, Section

# What these name must be there before anything is asked of anybody; the other lists are read when they are first used.
_READ = ("agency", "bundle", "need", "reach", "role", "section")


def must_be_complete(done: Collection[Act]) -> None:
    """Raise ConfigurationError with the first gap; `done` are the acts that have a function."""
    for gap in gaps(done):
        raise ConfigurationError(gap)


def gaps(done: Collection[Act]) -> Iterator[str]:
    """Yield what is missing between the lists; a list that cannot be read raises its own sentence."""
    for name in _READ:
        codelist(name)
    agencies.coordinating()
    for one in codelist("agency"):
        agencies.first_role(one.code)
    yield from _acts(done)
    yield from _roles()
    yield from _sections()
    yield from _unlike("reach", {reach.name.lower() for reach in Reach})


def _acts(done: Collection[Act]) -> Iterator[str]:
    for act in policy().rows:
        if act not in done:
            yield f"{WORDS}: the act '{act}' has no function that is declared with @action"


def _roles() -> Iterator[str]:
    yield from _unlike("role", set(Role))
    for one in codelist("role"):
        if not one.flag("person"):
            continue
        if not one.text("home"):
            yield f"{file_of('role')}: the role '{one.code}' signs in and has no words for 'home'"
        if one.code not in policy().staff:
            yield f"{POLICY}: the role '{one.code}' signs in and stands in no group of 'staff'"


def _sections() -> Iterator[str]:
    labels = codelist("section")
    for section in Section:
        if section.code not in labels:
            yield f"{file_of('section')}: the section '{section.code}' ({WORDS}) has no row"
        elif labels.get(section.code).number("number") != section:
            yield f"{file_of('section')}: the section '{section.code}' has another number in {WORDS}: {section.value}"


def _unlike(name: str, words: set[str]) -> Iterator[str]:
    """Yield what stands in the code list alone or among the words of the policy alone."""
    rows = set(codelist(name).codes)
    for code in sorted(words - rows):
        yield f"{file_of(name)}: the {name} '{code}' ({WORDS}) has no row"
    for code in sorted(rows - words):
        yield f"{WORDS}: the {name} '{code}' ({file_of(name)}) is missing among the words"
