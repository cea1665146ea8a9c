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
    head = SimpleNamespace(listing=b"")
    for one in entries:
        heads.list_revision(head, section=one.section, series=one.series, revision=one.revision, digest=one.digest)  # type: ignore[arg-type]
    return head


@given(st.lists(ENTRY, max_size=12))
def test_what_was_recorded_last_is_what_is_found(raw):
    entries = [ListedRevision(*one) for one in raw]
    head = listed(*entries)
    expected = {(one.section, one.series): one for one in entries}
    assert {(one.section, one.series): one for one in heads.entries(head.listing)} == expected
    for (section, series), one in expected.items():
        assert heads.newest(head.listing, section, series) == one
    assert heads.newest(head.listing, 7, UUID(int=99)) == expected.get((7, UUID(int=99)))
    for one in entries:
        assert heads.is_listed(head.listing, *one) == (expected[one.section, one.series] == one)
        for other in (one._replace(revision=one.revision ^ 1), one._replace(digest=bytes(32)), one._replace(section=0)):
            assert heads.is_listed(head.listing, *other) == (other in expected.values())


@given(st.lists(ENTRY, min_size=1, max_size=8), st.integers(0, 2**16 - 1), st.uuids())
def test_a_series_is_not_found_across_the_borders_of_entries(raw, section, series):
    """Bytes that look like an entry but stand between two of them are no entry."""
    look = section.to_bytes(2, "big") + series.bytes + bytes(14)
    head = listed(*(ListedRevision(one[0], one[1], one[2], look) for one in raw))
    expected = {(one[0], one[1]): one[2] for one in raw}
    found = heads.newest(head.listing, section, series)
    assert (found.revision if found else None) == expected.get((section, series))


def test_a_listing_is_the_same_in_whatever_order_it_grew():
    entries = [ListedRevision(section, uuid4(), 1, bytes(32)) for section in (5, 2, 9)]
    assert listed(*entries).listing == listed(*reversed(entries)).listing


def test_what_is_forgotten_is_gone_and_the_rest_stays():
    one, other = ListedRevision(1, SINGLE, 1, b"a" * 32), ListedRevision(2, SINGLE, 4, b"b" * 32)
    head = listed(one, other)
    heads.unlist(head, section=1, series=SINGLE)
    assert list(heads.entries(head.listing)) == [other]
    assert heads.newest(head.listing, 1) is None


def test_a_listing_of_another_size_is_refused():
    with pytest.raises(VaultError, match=r"^unopened$"):
        list(heads.entries(bytes(53)))
