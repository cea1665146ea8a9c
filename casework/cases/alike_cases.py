"""Cases that may be of one and the same person: by a telephone number, by name and year of birth, by address."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from itertools import combinations
from uuid import UUID

from casework.cases.case_search import dialled
from casework.cases.reading import CaseBatch
from casework.cases.sections import Contact, Identity
from casework.policy.vocabulary import Section
from casework.vietnamese_text import fold

PHONE, NAME, ADDRESS = "phone", "name", "address"
# A year of birth that was guessed from an age may be wrong by so many years.
_YEARS = 1
_SHORTEST_PHONE = 8
_SHORTEST_ADDRESS = 6
# What more cases than these share is the number of an office or the name of a hamlet, and tells of no person; every
# two of some hundred such cases would be a page that nobody can read and that takes seconds.
_MOST_OF_ONE = 5
Key = tuple[str, str]


def keys_of(identity: Identity, contact: Contact) -> frozenset[Key]:
    """Return by what a person can be recognised: numbers as they are dialled, name and year, address with its hamlet.

    A name alone is no key: in a hamlet many have the same.
    """
    numbers = map(dialled, (identity.phone, contact.phone))
    keys = {(PHONE, number) for number in numbers if len(number) >= _SHORTEST_PHONE}
    if identity.name and identity.birth_year is not None:
        keys |= {(NAME, f"{fold(identity.name)} {identity.birth_year}")}
    if len(identity.address) >= _SHORTEST_ADDRESS:
        keys |= {(ADDRESS, f"{fold(identity.address)}, {fold(identity.hamlet)}")}
    return frozenset(keys)


def alike(batch: CaseBatch, identity: Identity, contact: Contact) -> dict[UUID, frozenset[str]]:
    """Return the cases of a batch that may be of this person, each with what is the same."""
    wanted = {near for key in keys_of(identity, contact) for near in _near(key)}
    return _same(keys_by_case(batch), wanted) if wanted else {}


def pairs(batch: CaseBatch) -> list[tuple[UUID, UUID, frozenset[str]]]:
    """Return every two cases of a batch that may be of one person, each with what is the same."""
    by_key = defaultdict[Key, list[UUID]](list)
    for case_id, keys in sorted(keys_by_case(batch).items()):
        for key in keys:
            by_key[key].append(case_id)
    found = defaultdict[tuple[UUID, UUID], set[str]](set)
    for (kind, _), case_ids in by_key.items():
        for pair in combinations(case_ids, 2):
            found[pair].add(kind)
    return [(one, other, frozenset(kinds)) for (one, other), kinds in found.items()]


def keys_by_case(batch: CaseBatch) -> Mapping[UUID, frozenset[Key]]:
    """Return by what each person of a batch can be recognised, as far as few others share it."""
    identities, contacts = defaultdict[UUID, Identity](Identity), defaultdict[UUID, Contact](Contact)
    for case_id, page in batch.each([Section.IDENTITY, Section.CONTACT], once=True):
        if page.section == Section.IDENTITY:
            identities[case_id] = Identity.from_json(page.data)
        else:
            contacts[case_id] = Contact.from_json(page.data)
    keys = {case_id: keys_of(identities[case_id], contacts[case_id]) for case_id in {*identities, *contacts}}
    cases_of = Counter(key for of_case in keys.values() for key in of_case)
    telling = {key for key, cases in cases_of.items() if cases <= _MOST_OF_ONE}
    return {case_id: of_case & telling for case_id, of_case in keys.items()}


def _same(known: Mapping[UUID, frozenset[Key]], wanted: Collection[Key]) -> dict[UUID, frozenset[str]]:
    found = {case_id: frozenset(kind for kind, _ in keys.intersection(wanted)) for case_id, keys in known.items()}
    return {case_id: kinds for case_id, kinds in found.items() if kinds}


def _near(key: Key) -> set[Key]:
    """Return a key and, of a name with a year, the same name a year before and after."""
    kind, text = key
    if kind != NAME:
        return {key}
    name, _, year = text.rpartition(" ")
    return {(NAME, f"{name} {int(year) + more}") for more in range(-_YEARS, _YEARS + 1)}
