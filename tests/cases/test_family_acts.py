"""What counts as violence in the family depends on who did it; what does not is counted as the same deed outside."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases import facts
from casework.cases.contradictions import outside_family
from casework.cases.family_acts import acts_outside_family, same_deed_outside
from casework.cases.sections import Identity, Incident, Perpetrator
from casework.codelists import codelist

ACTS = st.lists(st.sampled_from(sorted(codelist("dv_act").codes)), unique=True).map(tuple)
RELATIONS = sorted(codelist("relation").codes)


@pytest.mark.parametrize(
    ("relation", "acts", "outside"),
    [
        ("NGUOI_YEU", ("A", "B"), ("A", "B")),
        ("SONG_NHU_VC", ("A", "B"), ()),
        ("SONG_NHU_VC", ("A", "N"), ("N",)),
        ("VO_CHONG_CU", ("A", "N", "D"), ("N", "D")),
        ("VO_CHONG", ("A", "N", "D"), ()),
        ("HANG_XOM", ("A_DE_DOA",), ("A_DE_DOA",)),
        ("NGUOI_THAN_VC_CU", ("N",), ()),
        ("KHONG_BIET", ("A",), ()),
        ("", ("A",), ()),
    ],
)
def test_an_act_is_of_the_family_when_the_law_says_so_of_this_relation(relation, acts, outside):
    assert acts_outside_family(acts, relation) == outside
    found = outside_family([Incident(acts=acts), Perpetrator(relation=relation)])
    assert (found.acts if found else ()) == outside


def counted(acts: tuple[str, ...], relation: str, other: tuple[str, ...] = ()) -> tuple[set[str], set[str]]:
    """Return the forms of violence in the family and the deeds outside it as they are counted."""
    told = facts.derive(Identity(), Incident(acts=acts, other=other), received=date(2026, 11, 29), relation=relation)
    return set(told.types), set(told.other)


def test_a_boyfriend_who_never_lived_with_her_is_counted_outside_the_family():
    assert counted(("A", "A_DE_DOA"), "NGUOI_YEU") == (set(), {"DANH_DAP", "DE_DOA_BAM_THEO"})
    assert counted(("A", "A_DE_DOA"), "SONG_NHU_VC") == ({"THAN_THE", "TINH_THAN"}, set())
    assert counted(("A", "N"), "VO_CHONG_CU") == ({"THAN_THE"}, {"KHAC"})


def test_a_threat_alone_is_counted_as_no_beating():
    assert counted(("A_DE_DOA",), "VO_CHONG") == ({"TINH_THAN"}, set())


@given(acts=ACTS, relation=st.sampled_from(RELATIONS))
def test_no_act_is_lost_from_the_counts_and_none_is_counted_on_both_sides(acts, relation):
    outside = acts_outside_family(acts, relation)
    types, other = counted(acts, relation)
    inside = [act for act in acts if act not in outside]
    assert types == {codelist("dv_act").get(act).text("type") for act in inside}
    assert other == set(same_deed_outside(outside))
    assert bool(types or other) == bool(acts)
