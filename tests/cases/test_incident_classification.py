"""One GBVIMS type for an incident, by what was done; trafficking is where it was done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casework.cases.incident_classification import gbvims_type, in_trafficking
from casework.cases.sections import Incident
from casework.codelists import codelist

ACTS = st.lists(st.sampled_from(sorted(codelist("dv_act").codes)), unique=True).map(tuple)
OTHER = st.lists(st.sampled_from(sorted(codelist("gbv_other").codes)), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("acts", "other", "type_of_gbvims"),
    [
        (("A_DE_DOA",), (), "psychological_abuse"),
        (("A",), (), "physical_assault"),
        (("A", "A_DE_DOA"), (), "physical_assault"),
        (("I", "A"), (), "rape"),
        (("L",), (), "forced_marriage"),
        (("L_CAN_TRO",), (), "psychological_abuse"),
        ((), ("MUA_BAN_NGUOI",), ""),
        ((), ("MUA_BAN_NGUOI", "DANH_DAP"), "physical_assault"),
        (("A_DE_DOA",), ("XAM_HAI_TINH_DUC",), "sexual_assault"),
        ((), (), ""),
    ],
)
def test_the_type_follows_what_was_done_and_not_the_letter_of_the_law(acts, other, type_of_gbvims):
    assert gbvims_type(Incident(acts=acts, other=other)) == type_of_gbvims


@given(acts=ACTS, other=OTHER)
def test_one_more_act_never_makes_the_type_a_lesser_one_and_trafficking_never_changes_it(acts, other):
    order = [*codelist("gbvims_type").codes, ""]
    for act in acts:
        fewer = tuple(one for one in acts if one != act)
        before, after = (gbvims_type(Incident(acts=told, other=other)) for told in (fewer, acts))
        assert order.index(after) <= order.index(before)
    without = tuple(one for one in other if one != "MUA_BAN_NGUOI")
    assert gbvims_type(Incident(acts=acts, other=other)) == gbvims_type(Incident(acts=acts, other=without))
    assert in_trafficking(Incident(acts=acts, other=other)) == ("MUA_BAN_NGUOI" in other)
