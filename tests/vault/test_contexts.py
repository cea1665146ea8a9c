"""Contexts are written by hand for speed: each has the very bytes of the list that vault.md names."""

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from casework.vault.bytes import lp
from casework.vault.contexts import Contexts

IDS = st.uuids()
PLACES = st.builds(
    SimpleNamespace,
    id=IDS,
    case_id=IDS,
    section=st.integers(0, 2**15),
    series=IDS,
    revision=st.integers(1, 2**31),
    author_agency_id=IDS,
)


@given(IDS, IDS, IDS, st.integers(1, 2**31))
def test_what_is_sealed_for_an_agency_is_bound_to_commune_document_and_agency(commune, document, agency, epoch):
    contexts = Contexts(commune)
    assert contexts.kept(document, agency) == lp("cw/1/kept", commune, document, agency)
    assert contexts.sent(document, agency, epoch) == lp("cw/1/sent", commune, document, agency, epoch)
    assert contexts.commitment(document) == lp("cw/1/commit", commune, document)


@given(IDS, PLACES)
def test_a_body_is_bound_to_its_place(commune, row):
    place = (row.id, row.case_id, row.section, row.series, row.revision, row.author_agency_id)
    assert Contexts(commune).body(row) == lp("cw/1/body", commune, *place)
