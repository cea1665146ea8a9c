"""Names, duty telephones and hamlets are changed by two people, and nobody puts the old ones back unnoticed."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casework.addresses import actions as addresses
from casework.audit.models import AuditLine
from casework.cases import trusted_addresses
from casework.cases.states import AddressState
from casework.desk import actions as desk
from casework.errors import AlteredRows, BadInput, NotFound, Refused
from casework.maintenance import row_comparison, verify_database
from casework.maintenance.alarms import Alarms
from casework.policy.vocabulary import Act
from casework.staffing import actions as staffing
from casework.staffing import detail_actions, directory
from casework.vault.states import Detail
from tests.browsing import browser_of
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.stories import HALL
from tests.tampering import stolen

NEW_NUMBER = "0203555099"


def police(house: House) -> UUID:
    agency_id = house["cuong"].person.actor.agency_id
    assert agency_id is not None
    return agency_id


def phone_of_police(house: House) -> str:
    return house["chinh"].does(detail_actions.list_details).value_of(Detail.DUTY_PHONE, police(house))[1]


def proposed(house: House, number: str = NEW_NUMBER) -> UUID:
    return house["son"].does(detail_actions.propose, Detail.DUTY_PHONE, number, agency_id=police(house))


@both_databases
def test_a_duty_telephone_changes_once_somebody_of_that_agency_has_confirmed_it(house: House, cuong: Someone):
    before = phone_of_police(house)
    change_id = proposed(house)
    assert phone_of_police(house) == before
    [waiting] = cuong.does(detail_actions.list_details).changes
    assert (waiting.old, waiting.new, waiting.by, waiting.asks_me) == (before, NEW_NUMBER, "Mai Xuân Sơn", True)
    assert cuong.does(desk.list_cases, whole_page=True).changes == 1
    cuong.does(detail_actions.confirm, change_id)
    assert phone_of_police(house) == NEW_NUMBER
    assert cuong.does(detail_actions.list_details).changes == ()
    assert cuong.does(desk.list_cases, whole_page=True).changes == 0
    assert verify_database.find_all_faults(house.config, house.gate) == []


@only_sqlite
@pytest.mark.parametrize("username", ["son", "lan", "hoa", "tam", "chinh"])
def test_nobody_else_confirms_it_and_least_of_all_who_proposed_it(house: House, username: str):
    change_id = proposed(house)
    with pytest.raises(Refused):
        house[username].does(detail_actions.confirm, change_id)
    assert phone_of_police(house) != NEW_NUMBER


@only_sqlite
def test_only_an_administrator_proposes(house: House, hoa: Someone, cuong: Someone):
    for somebody in (hoa, cuong):
        with pytest.raises(Refused):
            somebody.does(detail_actions.propose, Detail.DUTY_PHONE, NEW_NUMBER, agency_id=police(house))


@only_sqlite
def test_where_an_agency_has_a_lead_the_lead_confirms(house: House, lan: Someone, hoa: Someone):
    union = lan.person.actor.agency_id
    change_id = house["son"].does(detail_actions.propose, Detail.AGENCY_NAME, "Hội LHPN xã", agency_id=union)
    with pytest.raises(Refused):
        lan.does(detail_actions.confirm, change_id)
    hoa.does(detail_actions.confirm, change_id)
    assert "Hội LHPN xã" in {agency.name for agency in hoa.does(directory.list_people)}


@only_sqlite
def test_where_nobody_works_any_more_a_lead_of_the_union_confirms(house: House, cuong: Someone, hoa: Someone):
    house.hires("kien")
    change_id, agency_id = proposed(house), police(house)
    for username in ("kien", "cuong"):
        house["son"].does(staffing.lock, house[username].id)
    hoa.does(detail_actions.confirm, change_id)
    assert hoa.does(detail_actions.list_details).value_of(Detail.DUTY_PHONE, agency_id)[1] == NEW_NUMBER


@both_databases
def test_the_name_and_the_hamlets_of_the_commune_are_a_matter_of_the_union(house: House, lan: Someone, hoa: Someone):
    son = house["son"]
    place = hoa.does(addresses.add_address, HALL)
    renamed = son.does(detail_actions.propose, Detail.COMMUNE_NAME, "xã Thanh Sơn Mới")
    hamlets = son.does(detail_actions.propose, Detail.HAMLETS, "Thôn Đoài\nThôn Đông\nThôn Mới")
    for change_id in (renamed, hamlets):
        with pytest.raises(Refused):
            lan.does(detail_actions.confirm, change_id)
        hoa.does(detail_actions.confirm, change_id)
    details = lan.does(detail_actions.list_details)
    assert (details.commune_name, details.hamlets) == ("xã Thanh Sơn Mới", "Thôn Đoài\nThôn Đông\nThôn Mới")
    register = hoa.does(trusted_addresses.list_addresses)
    assert (register.hamlets[-1], register.altered) == ("Thôn Mới", False)
    hoa.does(addresses.change_state, place, AddressState.RETIRED)
    assert lan.opens_a_case()
    assert verify_database.find_all_faults(house.config, house.gate) == []


@only_sqlite
def test_a_new_proposal_takes_the_place_of_the_earlier_one(house: House, cuong: Someone):
    earlier, later = proposed(house, "0203555011"), proposed(house)
    assert [change.id for change in cuong.does(detail_actions.list_details).changes] == [later]
    with pytest.raises(NotFound):
        cuong.does(detail_actions.confirm, earlier)


@only_sqlite
@pytest.mark.parametrize("username", ["son", "cuong"])
def test_who_proposed_takes_it_back_and_who_was_asked_refuses(house: House, username: str):
    change_id, before = proposed(house), phone_of_police(house)
    house[username].does(detail_actions.drop, change_id)
    assert (phone_of_police(house), house["cuong"].does(detail_actions.list_details).changes) == (before, ())
    with pytest.raises(NotFound):
        house["cuong"].does(detail_actions.confirm, change_id)


@only_sqlite
def test_somebody_of_another_agency_drops_nothing(house: House, lan: Someone):
    change_id = proposed(house)
    with pytest.raises(Refused):
        lan.does(detail_actions.drop, change_id)
    with pytest.raises(NotFound):
        lan.does(detail_actions.drop, uuid4())


@only_sqlite
def test_what_is_no_detail_of_that_place_or_stands_there_already_is_refused(house: House, luu: Someone):
    son, agency_id, elsewhere = house["son"], police(house), luu.person.actor.agency_id
    for detail, of in (
        (Detail.DUTY_PHONE, None),
        (Detail.HAMLETS, agency_id),
        (Detail.AGENCY_NAME, elsewhere),
        (Detail.AGENCY_NAME, uuid4()),
    ):
        with pytest.raises(NotFound):
            son.does(detail_actions.propose, detail, "Tên khác", agency_id=of)
    with pytest.raises(BadInput):
        son.does(detail_actions.propose, Detail.DUTY_PHONE, phone_of_police(house), agency_id=agency_id)
    details = son.does(detail_actions.list_details)
    for detail, of in ((Detail.DUTY_PHONE, None), (Detail.HAMLETS, agency_id)):
        with pytest.raises(NotFound):
            details.value_of(detail, of)


@only_sqlite
def test_a_proposal_that_was_planted_changed_put_back_or_taken_away_is_refused_and_rings(house: House, cuong: Someone):
    change_id = proposed(house)
    with stolen(house) as thief:
        [row] = thief.rows("proposed_change")
        thief.change("proposed_change", {"id": change_id}, value="0900000666")
    refuses_and_rings(house, cuong, change_id)
    with stolen(house) as thief:
        thief.delete("proposed_change", id=change_id)
    refuses_and_rings(house, cuong, change_id)
    with stolen(house) as thief:
        thief.put("proposed_change", row)
    cuong.does(detail_actions.drop, change_id)
    with stolen(house) as thief:
        thief.put("proposed_change", row)
    refuses_and_rings(house, cuong, change_id)


def refuses_and_rings(house: House, cuong: Someone, change_id: UUID) -> None:
    with pytest.raises(AlteredRows):
        cuong.does(detail_actions.confirm, change_id)
    assert cuong.does(desk.list_cases, whole_page=True).changes == 0
    with pytest.raises(AlteredRows):
        row_comparison.compare_quickly(house.config, house.gate)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)


@only_sqlite
def test_the_commune_s_row_of_before_is_no_longer_the_commune_s(house: House, hoa: Someone):
    with stolen(house) as thief:
        before = next(row for row in thief.rows("commune") if row["id"] == THANH_SON)
    change_id = house["son"].does(detail_actions.propose, Detail.HAMLETS, "Thôn Đoài")
    hoa.does(detail_actions.confirm, change_id)
    hoa.does(addresses.add_address, HALL)
    with stolen(house) as thief:
        thief.change("commune", {"id": THANH_SON}, hamlets=before["hamlets"], mac=before["mac"])
    register = hoa.does(trusted_addresses.list_addresses)
    assert ([place.entry.name for place in register.places], register.hamlets) == ([HALL.name], ())
    with pytest.raises(AlteredRows):
        hoa.does(detail_actions.list_details)
    assert "rows" in Alarms(house.config, house.gate).current(THANH_SON)


@only_sqlite
def test_of_everything_proposed_a_line_of_the_log_says_which_detail(house: House, cuong: Someone):
    change_id = proposed(house)
    cuong.does(detail_actions.confirm, change_id)
    with house.crypto() as crypto:
        done = select(AuditLine.act, AuditLine.about).where(AuditLine.act.like("detail.%"), AuditLine.outcome == "ok")
        lines = [tuple(line) for line in crypto.session.execute(done.order_by(AuditLine.n))]
    # A line more says that the head of the agency changed beside that of the commune.
    of_police = list(dict.fromkeys(lines))
    assert of_police == [(Act.DETAIL_PROPOSE, police(house)), (Act.DETAIL_CONFIRM, police(house))]


@only_sqlite
def test_a_number_is_shown_in_groups_and_is_the_same_however_it_was_written(app, house: House, cuong: Someone):
    before = phone_of_police(house)
    with pytest.raises(BadInput):
        proposed(house, before.replace(" ", ""))
    cuong.does(detail_actions.confirm, proposed(house))
    for page in (browser_of(app, house["son"]).get("/xa"), browser_of(app, cuong).get("/truc")):
        assert page.status_code == 200
        assert ">0203 555 099<" in page.text


@only_sqlite
def test_on_the_pages_what_is_wrong_comes_back_with_what_to_do(app, house: House, cuong: Someone):
    son = browser_of(app, house["son"])
    phone_page = f"/xa/sua/duty_phone/{police(house)}"
    answer = son.post(phone_page, data={"value": "12345"})
    assert (answer.status_code, 'value="12345"' in answer.text) == (422, True)
    answer = son.post(phone_page, data={"value": "0203 555 099"})
    assert (answer.status_code, answer.location) == (303, "/xa")
    answer = son.post("/xa/sua/hamlets", data={"value": "Thôn Đoài\n thôn  đoài \n"})
    assert (answer.status_code, "đứng hai lần" in answer.text) == (422, True)
    answer = son.post("/xa/sua/hamlets", data={"value": "T" * 101})
    assert (answer.status_code, "Tên này dài quá" in answer.text) == (422, True)
    answer = son.post("/xa/sua/hamlets", data={"value": "Thôn Đoài\r\n\r\nThôn Đông\r\n"})
    assert answer.status_code == 303
    answer = son.post("/xa/sua/commune_name", data={"value": "Thanh Sơn"})
    assert answer.status_code in (303, 422)
    assert son.get("/xa/sua/danger").status_code == 404
    officer = browser_of(app, cuong)
    [change] = [one for one in cuong.does(detail_actions.list_details).changes if one.asks_me]
    assert "0203 555 099" in officer.get(f"/xa/doi/{change.id}").text
    assert officer.post(f"/xa/doi/{change.id}").location == "/xa"
    assert phone_of_police(house) == NEW_NUMBER
    hamlets = next(one for one in cuong.does(detail_actions.list_details).changes if one.detail == Detail.HAMLETS)
    assert hamlets.new == "Thôn Đoài\nThôn Đông"
    assert son.post(f"/xa/doi/{hamlets.id}/bo").status_code == 303
