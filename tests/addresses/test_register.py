"""The register of trusted addresses: read by all, kept by the lead, never saying who stays there."""

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from casework.addresses import actions as addresses
from casework.cases import trusted_addresses
from casework.cases.models import Address
from casework.cases.states import AddressState
from casework.errors import NotFound, Refused
from tests.house import both_databases, only_sqlite
from tests.stories import HALL

CLINIC = replace(HALL, name="Trạm Y tế xã", hamlet="Thôn Bãi Dâu", kind="health_station", contact="0900000101")
FORM = {
    "name": HALL.name,
    "host": HALL.host,
    "hamlet": HALL.hamlet,
    "kind": HALL.kind,
    "published": "yes",
    "contact": "0900 000 106",
    "opening": HALL.opening,
    "capacity": "4",
    "note": "Gõ cửa sau.",
}


@both_databases
def test_the_register_is_sorted_as_the_alphabet_here_goes(hoa, lan):
    hoa.does(addresses.add_address, HALL)
    hoa.does(addresses.add_address, CLINIC)
    register = lan.does(trusted_addresses.list_addresses)
    assert list(register.by_hamlet) == ["Thôn Bãi Dâu", "Thôn Đoài"]
    assert register.hamlets == ("Thôn Đoài", "Thôn Đông", "Thôn Bãi Dâu")


def test_a_retired_address_is_offered_to_nobody_and_stays_for_old_cases(hoa, lan):
    place_id = hoa.does(addresses.add_address, HALL)
    hoa.does(addresses.change_state, place_id, AddressState.RETIRED)
    assert lan.does(trusted_addresses.list_addresses).places == ()
    assert [place.entry for place in hoa.does(trusted_addresses.list_addresses).retired] == [HALL]
    with pytest.raises(NotFound):
        hoa.does(addresses.change_state, place_id, AddressState.RETIRED)
    with pytest.raises(NotFound):
        hoa.does(addresses.add_address, CLINIC, address_id=place_id)


def test_a_change_keeps_the_address_and_its_neighbours(hoa, lan):
    place_id, other = hoa.does(addresses.add_address, HALL), hoa.does(addresses.add_address, CLINIC)
    hoa.does(addresses.add_address, replace(HALL, contact="0900000999"), address_id=place_id)
    entries = {place.id: place.entry for place in lan.does(trusted_addresses.list_addresses).places}
    assert entries == {place_id: replace(HALL, contact="0900000999"), other: CLINIC}


@pytest.mark.parametrize("username", ["lan", "cuong", "chinh", "thu", "rang", "hien", "quang", "son"])
def test_who_does_not_keep_the_register_cannot_change_it(house, username):
    with pytest.raises(Refused):
        house[username].does(addresses.add_address, HALL)
    with pytest.raises(Refused):
        house[username].does(addresses.change_state, uuid4(), AddressState.RETIRED)


def test_the_register_of_another_commune_is_out_of_reach(house, hoa, luu):
    place_id = hoa.does(addresses.add_address, HALL)
    assert luu.does(trusted_addresses.list_addresses).places == ()
    with pytest.raises(NotFound):
        house["lien"].does(addresses.change_state, place_id, AddressState.RETIRED)


class Writing:
    """What lets a statement of this test past the guard of writes."""

    writes = True


def put_back(house, row: dict[str, object]) -> None:
    """Write a row as somebody with write access to the database could."""
    with house.gate.database.transaction(Writing(), None) as session:
        session.execute(update(Address).where(Address.id == row["id"]).values(row))


def as_it_stands(house, place_id) -> dict[str, object]:
    with house.gate.database.read_only() as session:
        row = session.execute(select(*Address.__table__.c).where(Address.id == place_id)).one()
    return dict(row._mapping)


def shown_to(someone) -> tuple[tuple[object, ...], bool]:
    """Return the addresses that the register shows, and whether it says that one is missing."""
    register = someone.does(trusted_addresses.list_addresses)
    return register.places, register.altered


def test_an_old_telephone_number_cannot_be_put_back(house, hoa, lan):
    place_id = hoa.does(addresses.add_address, HALL)
    old = as_it_stands(house, place_id)
    hoa.does(addresses.add_address, replace(HALL, contact="0900000999"), address_id=place_id)
    put_back(house, old)
    assert shown_to(lan) == ((), True)


def test_a_retired_address_cannot_be_put_back(house, hoa, lan):
    place_id = hoa.does(addresses.add_address, HALL)
    old = as_it_stands(house, place_id)
    hoa.does(addresses.change_state, place_id, AddressState.RETIRED)
    put_back(house, old)
    assert shown_to(lan) == ((), True)


def test_a_changed_telephone_number_is_refused(house, hoa, lan):
    place_id = hoa.does(addresses.add_address, HALL)
    put_back(house, as_it_stands(house, place_id) | {"contact": "0900000666"})
    assert shown_to(lan) == ((), True)


@only_sqlite
class TestPages:
    """The pages of the register."""

    def test_the_lead_adds_changes_and_retires(self, browser, lan):
        client = browser("hoa")
        assert client.post("/dia-chi/moi", data=FORM).status_code == 303
        (place,) = lan.does(trusted_addresses.list_addresses).places
        assert place.entry == replace(HALL, note="Gõ cửa sau.")
        assert 'value="0900 000 106"' in client.get(f"/dia-chi/{place.id}/sua").text
        assert client.post(f"/dia-chi/{place.id}/sua", data=FORM | {"capacity": "0"}).status_code == 303
        assert "Chỉ tiếp, không ở lại được" in client.get("/dia-chi").text
        assert HALL.name in client.get(f"/dia-chi/{place.id}/thoi-dung").text
        assert client.post(f"/dia-chi/{place.id}/thoi-dung").status_code == 303
        assert "Đã thôi dùng</h2>" in client.get("/dia-chi").text
        assert client.get(f"/dia-chi/{place.id}/sua").status_code == 404

    @pytest.mark.parametrize(
        "wrong", [{"capacity": "-1"}, {"capacity": "100"}, {"capacity": "nhiều"}, {"contact": "12"}, {"hamlet": "Khác"}]
    )
    def test_a_wrong_answer_is_said_and_what_was_typed_stays(self, browser, wrong):
        answer = browser("hoa").post("/dia-chi/moi", data=FORM | wrong)
        assert answer.status_code == 422
        assert HALL.host in answer.text

    def test_an_empty_form_asks_in_vietnamese(self, browser):
        answer = browser("hoa").post("/dia-chi/moi", data={})
        assert answer.status_code == 422
        assert "Hãy ghi một con số." in answer.text

    def test_a_counsellor_reads_and_is_offered_no_change(self, browser, hoa):
        hoa.does(addresses.add_address, HALL)
        page = browser("lan").get("/dia-chi").text
        assert 'href="tel:0900000106"' in page
        assert "/sua" not in page
        assert "/dia-chi/moi" not in page

    def test_an_empty_register_says_what_to_do(self, browser):
        assert "Xã chưa ghi địa chỉ tin cậy nào" in browser("rang").get("/dia-chi").text

    def test_a_visitor_where_there_are_two_communes_is_asked_to_sign_in(self, browser, hoa):
        hoa.does(addresses.add_address, HALL)
        answer = browser("").get("/dia-chi")
        assert answer.status_code == 401
        assert HALL.name not in answer.text
