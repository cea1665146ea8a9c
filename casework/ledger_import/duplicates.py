"""Which rows tell of a case that is there already: by number and year of the ledger, or by name and year of birth."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from casework.cases import reading
from casework.cases.sections import Identity, Label
from casework.gate import ActContext
from casework.ledger_import.rows import Place, ReadRow
from casework.policy.vocabulary import Section
from casework.vietnamese_text import fold

Key = tuple[str, ...]


def keys_of_cases(context: ActContext) -> frozenset[Key]:
    """Return by what the cases in reach are known; of a case out of reach nothing is looked at, and nothing said."""
    batch = reading.load_batch(context, passes_over=True)
    keys: set[Key] = set()
    for case_id, page in batch.each([Section.LABEL, Section.IDENTITY], once=True):
        if page.section == Section.LABEL:
            received = reading.date_of(batch.cases[case_id].opened)
            keys.update(_by_number(Label.from_json(page.data).paper_number, received))
        else:
            identity = Identity.from_json(page.data)
            keys.update(_by_name(identity.name, identity.birth_year))
    return frozenset(keys)


def among(rows: Iterable[ReadRow], known: frozenset[Key]) -> Mapping[Place, Place | None]:
    """Return the rows that tell of a case in reach (None), or of the same one as a row above (its place)."""
    first: dict[Key, Place] = {}
    found: dict[Place, Place | None] = {}
    for row in rows:
        if not row.readable:
            continue
        keys = list(_keys(row))
        if known.intersection(keys):
            found[row.place] = None
        elif above := next((first[key] for key in keys if key in first), None):
            found[row.place] = above
        first.update({key: row.place for key in keys if key not in first})
    return found


def _keys(row: ReadRow) -> Iterator[Key]:
    yield from _by_name(row.name, row.birth_year)
    if row.received is not None:
        yield from _by_number(row.number, row.received)


def _by_number(number: str, received: date) -> Iterator[Key]:
    if number:
        yield ("number", fold(number), str(received.year))


def _by_name(name: str, birth_year: int | None) -> Iterator[Key]:
    if name and birth_year is not None:
        yield ("name", fold(name), str(birth_year))
