"""The work of a member who left, and their rows put back in vain."""

from uuid import UUID

import pytest

from casework.audit import freshness
from casework.cases import key_rotation
from casework.cases.sections import Contact
from casework.desk import actions as desk
from casework.errors import CaseworkError
from casework.gate import ActContext, Action
from casework.policy.vocabulary import Act, Section
from casework.staffing import actions as staffing
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.recovery.models import Recovery
from tests.cases.keys import agency_id, make_due, wraps_of
from tests.house import House, Someone
from tests.people import THANH_SON
from tests.referrals.scenes import POLICE, Referred, referred
from tests.tampering import refused, stolen


def test_the_lead_is_reminded_until_there_is_another_way_to_reach_the_person(house: House, lan: Someone, hoa: Someone):
    case_id, own = lan.opens_a_case(), hoa.opens_a_case()
    assert hoa.does(desk.list_cases).inherited == []
    hoa.does(staffing.leave, lan.id)
    assert [referral.id for referral in hoa.does(desk.list_cases).inherited] == [case_id]
    hoa.does(desk.write_section, case_id, Contact(call_her="Chị Ba", channel="call", phone="0911222333"), base=1)
    assert hoa.does(desk.list_cases).inherited == []
    assert hoa.does(desk.read_case, own)


def test_of_sixty_envelopes_put_back_none_opens_anything(house: House, lan: Someone, cuong: Someone):
    police = agency_id(house, "police")
    sent: list[Referred] = [referred(house).goes("open", "accept") for _ in range(8)]
    with stolen(house) as thief:
        old = thief.rows("envelope", agency_id=police)
    assert len(old) >= 60
    for referral in sent:
        referral.goes("withdraw")
    with stolen(house) as thief:
        thief.put_back("envelope", ("document_id", "agency_id"), *old)
    read_sections = 0
    for sent_referral in sent:
        for section in POLICE:
            with pytest.raises(CaseworkError):
                read_sections += bool(cuong.does(desk.read_section, sent_referral.case_id, section))
    make_due(house, police, cuong)
    refused(lambda: cuong.does(key_rotation.rotate, police))
    assert read_sections == 0
    with stolen(house) as thief:
        macs = {row["mac"] for row in thief.rows("envelope", agency_id=police)}
    assert {row["mac"] for row in old} <= macs


def test_a_withdrawal_that_is_taken_back_opens_nothing(house: House, cuong: Someone):
    referral = referred(house).goes("open")
    kinds = ("referral", "ground", "envelope")
    with stolen(house) as thief:
        old = {name: thief.rows(name, case_id=referral.case_id) for name in kinds}
    referral.goes("withdraw")
    with stolen(house) as thief:
        for name in kinds[:2]:
            thief.put_back(name, ("id",), *old[name])
        thief.put_back("envelope", ("document_id", "agency_id"), *old["envelope"])
    refused(lambda: cuong.does(desk.read_section, referral.case_id, Section.INCIDENT))


def test_a_recovery_key_that_was_swapped_is_given_nothing(house: House, cuong: Someone):
    police = agency_id(house, "police")

    def deal(context: ActContext) -> None:
        context.about = police
        freshness.agency(context.session, THANH_SON, police)
        own: dict[str, object] = {"commune_id": THANH_SON, "agency_id": police, "number": 1, "epoch": 1, "blob": b"x"}
        context.session.add(Recovery(**own, public_key=public_key(new_key())))

    house.gate.perform(cuong.person, Action(Act.AGENCY_ROTATE, deal))
    make_due(house, police, cuong)
    person = cuong.person
    with stolen(house) as thief:
        assert thief.change("recovery", {"agency_id": police}, public_key=public_key(new_key())) == 1
    refused(lambda: house.gate.perform(person, key_rotation.rotate, police))
    assert wraps_of(house, police) == {(cuong.id, 1)}
    assert isinstance(police, UUID)
