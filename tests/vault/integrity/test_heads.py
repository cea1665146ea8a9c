"""Heads: the listing of what is newest, and a version that makes rows of yesterday worthless."""

from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.errors import VaultError
from casework.vault.integrity import heads
from casework.vault.integrity.heads import SINGLE, ListedRevision

ENTRY = st.tuples(st.integers(0, 2**16 - 1), st.uuids(), st.integers(0, 2**32 - 1), st.binary(min_size=32, max_size=32))


def listed(*entries: ListedRevision) -> Any:
    head: Any = SimpleNamespace(listing=b"")
    for entry in entries:
        heads.list_revision(
            head, section=entry.section, series=entry.series, revision=entry.revision, digest=entry.digest
        )
    return head


@given(st.lists(ENTRY, max_size=12))
def test_what_was_recorded_last_is_what_is_found(raw):
    entries = [ListedRevision(*fields) for fields in raw]
    head = listed(*entries)
    expected = {(entry.section, entry.series): entry for entry in entries}
    assert {(entry.section, entry.series): entry for entry in heads.listed_revisions(head.listing)} == expected
    for (section, series), entry in expected.items():
        assert heads.newest_revision(head.listing, section, series) == entry
    assert heads.newest_revision(head.listing, 7, UUID(int=99)) == expected.get((7, UUID(int=99)))
    for entry in entries:
        assert heads.is_listed(head.listing, *entry) == (expected[entry.section, entry.series] == entry)
        for other in (
            entry._replace(revision=entry.revision ^ 1),
            entry._replace(digest=bytes(32)),
            entry._replace(section=0),
        ):
            assert heads.is_listed(head.listing, *other) == (other in expected.values())


@given(st.lists(st.tuples(st.integers(0, 255), st.uuids()), max_size=12))
def test_the_sections_of_a_listing_are_those_of_its_entries(raw):
    head = listed(*(ListedRevision(section, series, 1, bytes(32)) for section, series in raw))
    assert heads.listed_sections(head.listing) == {section for section, _ in raw}


@given(st.lists(ENTRY, min_size=1, max_size=8), st.integers(0, 2**16 - 1), st.uuids())
def test_a_series_is_not_found_across_the_borders_of_entries(raw, section, series):
    """Bytes that look like an entry but stand between two of them are no entry."""
    look = section.to_bytes(2, "big") + series.bytes + bytes(14)
    head = listed(*(ListedRevision(fields[0], fields[1], fields[2], look) for fields in raw))
    expected = {(fields[0], fields[1]): fields[2] for fields in raw}
    found = heads.newest_revision(head.listing, section, series)
    assert (found.revision if found else None) == expected.get((section, series))


def test_a_listing_is_the_same_in_whatever_order_it_grew():
    entries = [ListedRevision(section, uuid4(), 1, bytes(32)) for section in (5, 2, 9)]
    assert listed(*entries).listing == listed(*reversed(entries)).listing


def test_what_is_forgotten_is_gone_and_the_rest_stays():
    one, other = ListedRevision(1, SINGLE, 1, b"a" * 32), ListedRevision(2, SINGLE, 4, b"b" * 32)
    head = listed(one, other)
    heads.unlist(head, section=1, series=SINGLE)
    assert list(heads.listed_revisions(head.listing)) == [other]
    assert heads.newest_revision(head.listing, 1) is None


def test_a_listing_of_another_size_is_refused():
    with pytest.raises(VaultError, match=r"^unopened$"):
        list(heads.listed_revisions(bytes(53)))


def test_the_series_of_some_sections_are_counted():
    head: Any = SimpleNamespace(listing=b"")
    for section, series in ((2, SINGLE), (7, uuid4()), (7, uuid4()), (26, SINGLE)):
        heads.list_revision(head, section=section, series=series, revision=1, digest=bytes(32))
    assert [heads.count_listed(head.listing, found) for found in ([7], [2, 26], [1], [])] == [2, 2, 0, 0]
    assert heads.count_listed(b"", [7]) == 0
