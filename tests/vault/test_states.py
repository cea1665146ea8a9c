"""States and kinds stand in signed rows: their values never move, and they are signed as the texts that they are."""

import pytest

from casework.cases.states import AddressState, CaseState, GroundState, NoticeState, ReferralState
from casework.errors import VaultError
from casework.policy.vocabulary import Section
from casework.vault.crypto.encoding import encode_field, encode_fields
from casework.vault.states import AgencyState, Detail, EnvelopeKind, MemberState

STORED = {
    MemberState: "invited waiting active locked away left",
    AgencyState: "new active closed",
    Detail: "commune_name hamlets agency_name duty_phone calendar merged",
    EnvelopeKind: "kept sent",
    CaseState: "advice draft open closed void practice",
    GroundState: "live review set_aside withdrawn",
    ReferralState: "sent opened accepted asked done declined withdrawn expired over",
    NoticeState: "sent opened assigned answered spoken kin city set_aside withdrawn",
    AddressState: "active paused retired",
}


@pytest.mark.parametrize("kind", STORED, ids=lambda kind: kind.__name__)
def test_what_is_stored_never_moves_and_is_signed_as_its_text(kind):
    assert [state.value for state in kind] == STORED[kind].split()
    for state in kind:
        assert encode_field(state) == encode_field(state.value)
        assert encode_fields("state", state) == encode_fields("state", state.value)


def test_a_number_with_a_name_is_signed_as_the_number():
    assert encode_field(Section.CONTACT) == encode_field(1)


def test_what_only_looks_like_a_text_is_not_signed():
    class Text(str):
        pass

    for value in (Text("active"), True):
        with pytest.raises(VaultError):
            encode_field(value)
