"""Who reported and the trusted address once stood in the incident: an older one opens, and only its owner sees them."""

from dataclasses import dataclass

import pytest

from casework.addresses import actions as addresses
from casework.cases.questions import ask
from casework.cases.sections import Incident, Reporter, Shelter
from casework.codelists import codelist
from casework.desk import actions as desk
from casework.errors import NotFound
from casework.policy.vocabulary import Section
from tests.house import House, only_sqlite
from tests.referrals.scenes import envelopes, referred, sections
from tests.stories import HALL, dao

pytestmark = only_sqlite
MOVED = {"address_id", "channel", "reporter_type"}


@dataclass(frozen=True)
class OlderIncident(Incident):
    """The incident as a book of version 0001 holds it."""

    address_id: str = ask("place", "Qua địa chỉ tin cậy nào")
    channel: str = ask("code", "Tin đến bằng cách nào", codelist="report_channel")
    reporter_type: str = ask("code", "Ai báo tin", codelist="reporter_type")


@pytest.fixture
def older(house: House) -> OlderIncident:
    place_id = house["hoa"].does(addresses.add_address, HALL)
    return OlderIncident(
        acts=("A",), place="home", address_id=str(place_id), channel="DON_THU", reporter_type="TONG_DAI"
    )


def test_the_owner_reads_them_where_they_belong_before_anybody_has_written(lan, browser, older):
    case_id = lan.opens_a_case(dao(grounds=(), incident=older))
    (incident,) = lan.does(desk.read_section, case_id, Section.INCIDENT)
    assert MOVED.isdisjoint(incident.data.to_json())
    (reporter,) = lan.does(desk.read_section, case_id, Section.REPORTER)
    assert reporter.data == Reporter(reporter_type="TONG_DAI", channel="DON_THU")
    assert HALL.name in browser("lan").get(f"/vu-viec/{case_id}/shelter").text
    assert 'value="TONG_DAI" selected' in browser("lan").get(f"/vu-viec/{case_id}/reporter/sua").text


def test_they_are_taken_out_when_the_incident_is_written_and_an_edit_is_not_lost(lan, older):
    case_id = lan.opens_a_case(dao(grounds=(), incident=older))
    lan.does(desk.write_section, case_id, Reporter(reporter_type="BAN_THAN"), base=0)
    lan.does(desk.write_section, case_id, Incident(acts=("A",), place="public"), base=1)
    (reporter,) = lan.does(desk.read_section, case_id, Section.REPORTER)
    (shelter,) = lan.does(desk.read_section, case_id, Section.SHELTER)
    assert (reporter.data, reporter.revision) == (Reporter(reporter_type="BAN_THAN"), 1)
    assert (shelter.data, shelter.revision) == (Shelter(address_id=older.address_id), 1)


def test_a_referral_gives_an_incident_without_them(house, lan, older):
    case_id = lan.opens_a_case(dao(grounds=(), incident=older))
    referral = referred(house, case_id=case_id).goes("open")
    assert {revision for section, revision in envelopes(house, case_id, "police") if section is Section.INCIDENT} == {2}
    (incident,) = referral.to.does(desk.read_section, case_id, Section.INCIDENT)
    assert incident.data == Incident(acts=("A",), place="home")
    assert {Section.REPORTER, Section.SHELTER} <= sections(house, case_id, "womens_union")


def test_a_receiver_who_holds_an_older_incident_is_shown_nothing_of_them(house, lan, browser, older):
    case_id = lan.opens_a_case(dao(grounds=()))
    referral = referred(house, case_id=case_id).goes("open", "accept")
    lan.does(desk.write_section, case_id, older, base=1)
    assert (Section.INCIDENT, 2) in envelopes(house, case_id, "police")
    page = browser("cuong").get(f"/vu-viec/{case_id}/incident").text
    assert codelist("dv_act").get("A").text("plain") in page
    assert all(word not in page for word in ("Tổng đài điện thoại", "Ai báo tin", HALL.name))
    for section in (Section.REPORTER, Section.SHELTER):
        with pytest.raises(NotFound):
            referral.to.does(desk.read_section, case_id, section)
        assert browser("cuong").get(f"/vu-viec/{case_id}/{section.code}").status_code == 404
