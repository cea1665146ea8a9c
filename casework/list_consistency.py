"""Compares the lists of the program with each other: roles, sections, reaches and acts, and their words.

Whatever is missing is named in one sentence that begins with the file to open.
"""

from collections.abc import Collection, Iterator

from casework.codelists import agencies, codelist
from casework.codelists.parsing import file_of
from casework.config import ConfigurationError
from casework.policy.table import FILE as POLICY
from casework.policy.table import WORDS, policy
from casework.policy.vocabulary import Act, Reach, Role, Section

# What these name must be there before anything is asked of anybody; the other lists are read when they are first used.
_READ = ("agency", "bundle", "need", "reach", "role", "section")


def require_complete(implemented: Collection[Act]) -> None:
    """Raise ConfigurationError with the first gap; `implemented` are the acts that have a function."""
    for gap in gaps(implemented):
        raise ConfigurationError(gap)


def gaps(implemented: Collection[Act]) -> Iterator[str]:
    """Yield what is missing between the lists; a list that cannot be read raises its own sentence."""
    for name in _READ:
        codelist(name)
    agencies.coordinating()
    agencies.readmitting()
    for agency in codelist("agency"):
        agencies.first_role(agency.code)
    yield from _acts(implemented)
    yield from _roles()
    yield from _sections()
    yield from _mismatches("reach", {reach.name.lower() for reach in Reach})


def _acts(implemented: Collection[Act]) -> Iterator[str]:
    for act in policy().rows:
        if act not in implemented:
            yield f"{WORDS}: the act '{act}' has no function that is declared with @action"


def _roles() -> Iterator[str]:
    yield from _mismatches("role", set(Role))
    for role in codelist("role"):
        if not role.flag("person"):
            continue
        if not role.text("home"):
            yield f"{file_of('role')}: the role '{role.code}' signs in and has no words for 'home'"
        if role.code not in policy().staff:
            yield f"{POLICY}: the role '{role.code}' signs in and stands in no group of 'staff'"


def _sections() -> Iterator[str]:
    labels = codelist("section")
    for section in Section:
        if section.code not in labels:
            yield f"{file_of('section')}: the section '{section.code}' ({WORDS}) has no row"
        elif labels.get(section.code).number("number") != section:
            yield f"{file_of('section')}: the section '{section.code}' has another number in {WORDS}: {section.value}"


def _mismatches(name: str, words: set[str]) -> Iterator[str]:
    """Yield what stands in the code list alone or among the words of the policy alone."""
    rows = set(codelist(name).codes)
    for code in sorted(words - rows):
        yield f"{file_of(name)}: the {name} '{code}' ({WORDS}) has no row"
    for code in sorted(rows - words):
        yield f"{WORDS}: the {name} '{code}' ({file_of(name)}) is missing among the words"
