"""What the Women's Union alone reads of an address; a place that is not published stands nowhere in the clear."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from casework import clock
from casework.addresses import actions as addresses
from casework.cases import trusted_addresses
from casework.cases.states import AddressState
from casework.errors import BadInput, Conflict, NotFound, Refused
from casework.gate import Action
from casework.policy.vocabulary import Act
from casework.vault.keys.server_encryption import ADDRESS
from tests.house import both_databases, only_sqlite
from tests.stories import HALL
from tests.tampering import stolen

SHELTER = replace(
    HALL,
    name="Nhà mái ngói đỏ",
    host="Vi Thị Nhàn",
    kind="shelter_house",
    contact="0900000777",
    note="gõ ba tiếng",
    published=False,
    directions="số nhà 7, sau đình làng",
    decision="42/QĐ-UBND",
    recognised="2026-03-12",
)
UNION, OTHERS = ("lan", "hoa", "binh"), ("cuong", "chinh", "thu", "rang", "hien", "quang", "son")
HIDDEN = ("Nhà mái ngói đỏ", "Vi Thị Nhàn", "0900000777", "0900 000 777", "gõ ba tiếng", "sau đình làng", "42/QĐ-UBND")
TODAY = date(2026, 11, 20)


@both_databases
def test_a_place_that_is_not_published_is_in_no_column_and_the_union_alone_reads_it(house, hoa):
    hoa.does(addresses.add_address, HALL)
    place_id = hoa.does(addresses.add_address, SHELTER)
    with stolen(house) as thief:
        written = " ".join(str(value) for row in thief.rows("address") for value in row.values())
        assert "Nhà văn hóa thôn Đoài" in written
        assert not [word for word in HIDDEN if word in written]
    for username in UNION:
        register = house[username].does(trusted_addresses.list_addresses)
        assert register.find(place_id).entry == SHELTER
    for username in OTHERS:
        assert [place.entry.name for place in house[username].does(trusted_addresses.list_addresses).places] == [
            HALL.name
        ]
    assert [place.entry.name for place in visitors_register(house).places] == [HALL.name]


def visitors_register(house):
    return house.gate.perform(house.stranger(), trusted_addresses.list_addresses)


def test_a_visitor_reads_of_a_published_place_nothing_but_what_is_published(house, hoa):
    hoa.does(addresses.add_address, replace(SHELTER, kind="culture_house", published=True))
    [place] = visitors_register(house).places
    assert place.entry == replace(
        SHELTER, kind="culture_house", published=True, directions="", decision="", recognised=""
    )
    assert place.history.states == ()


def test_a_shelter_is_never_published(hoa):
    with pytest.raises(BadInput):
        hoa.does(addresses.add_address, replace(SHELTER, published=True))
    place_id = hoa.does(addresses.add_address, SHELTER)
    with pytest.raises(BadInput):
        hoa.does(addresses.add_address, replace(SHELTER, published=True), address_id=place_id)


def test_what_is_published_no_longer_leaves_its_columns(house, hoa):
    place_id = hoa.does(addresses.add_address, HALL)
    hoa.does(addresses.add_address, replace(HALL, published=False), address_id=place_id)
    with stolen(house) as thief:
        [row] = thief.rows("address")
        assert (row["name"], row["hamlet"], row["capacity"]) == ("", "", 0)
    assert hoa.does(trusted_addresses.list_addresses).find(place_id).entry == replace(HALL, published=False)


@pytest.mark.parametrize("username", OTHERS)
def test_nobody_else_reads_records_notes_a_training_or_takes_the_table(house, hoa, username):
    place_id = hoa.does(addresses.add_address, SHELTER)
    acts = (
        (addresses.read_records,),
        (addresses.note_training, place_id, TODAY, "đón người ban đêm"),
        (addresses.export_addresses,),
        (addresses.import_addresses, [(None, HALL)]),
        (addresses.change_state, place_id, AddressState.PAUSED),
    )
    for act, *given in acts:
        with pytest.raises(Refused):
            house[username].does(act, *given)


def test_pausing_training_and_retiring_are_a_history_of_days(hoa, lan):
    place_id, today = hoa.does(addresses.add_address, SHELTER), clock.today()
    hoa.does(addresses.note_training, place_id, today - timedelta(days=9), "đón người ban đêm")
    hoa.does(addresses.note_training, place_id, today - timedelta(days=30), "sơ cứu")
    hoa.does(addresses.note_training, place_id, today - timedelta(days=30), "sơ cứu")
    hoa.does(addresses.change_state, place_id, AddressState.PAUSED)
    register = lan.does(trusted_addresses.list_addresses)
    assert register.active == ()
    place = register.find(place_id)
    assert place.history.states == ((today.isoformat(), "active"), (today.isoformat(), "paused"))
    assert [what for _day, what in place.history.trainings] == ["sơ cứu", "đón người ban đêm"]
    with pytest.raises(Conflict):
        hoa.does(addresses.change_state, place_id, AddressState.PAUSED)
    hoa.does(addresses.change_state, place_id, AddressState.ACTIVE)
    assert [place.id for place in lan.does(trusted_addresses.list_addresses).active] == [place_id]
    hoa.does(addresses.change_state, place_id, AddressState.RETIRED)
    for act in (
        lambda: hoa.does(addresses.change_state, place_id, AddressState.ACTIVE),
        lambda: hoa.does(addresses.note_training, place_id, today, "sơ cứu"),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_training_of_tomorrow_is_refused(hoa):
    place_id = hoa.does(addresses.add_address, HALL)
    with pytest.raises(BadInput):
        hoa.does(addresses.note_training, place_id, clock.today() + timedelta(days=1), "sơ cứu")


@both_databases
def test_a_record_of_another_place_does_not_open_here_and_the_others_are_shown(house, hoa, lan):
    """Whoever moves what is encrypted from one row to another is noticed by the MAC, and by the row it is bound to."""
    here, there = hoa.does(addresses.add_address, SHELTER), hoa.does(addresses.add_address, HALL)
    with stolen(house) as thief:
        [row] = thief.rows("address", id=there)
        thief.change("address", {"id": here}, blob=row["blob"])
    register = lan.does(trusted_addresses.list_addresses)
    assert register.altered
    assert [place.id for place in register.places] == [there]


def test_a_row_that_was_written_before_there_were_records_is_read_and_changed(house, hoa, lan):
    """As `casework upgrade` leaves it: the record is empty until somebody changes the address."""
    place_id = hoa.does(addresses.add_address, replace(HALL, directions="cạnh giếng"))
    place = hoa.does(trusted_addresses.list_addresses).find(place_id)

    def emptied(context):
        row = next(row for row in trusted_addresses.address_rows(context) if row.id == place_id)
        assert ADDRESS.decrypt(context.crypto.server_keys, place_id, row.blob)
        row.blob = b""

    hoa.does(Action(Act.ADDRESS_ADD, emptied))
    read = lan.does(trusted_addresses.list_addresses)
    assert (read.altered, read.find(place_id).entry) == (False, replace(place.entry, directions=""))
    hoa.does(addresses.add_address, place.entry, address_id=place_id)
    assert lan.does(trusted_addresses.list_addresses).find(place_id).entry == place.entry


@only_sqlite
class TestPages:
    """What the pages show of it, and to whom."""

    def test_a_shelter_is_on_no_page_of_anybody_else(self, browser, hoa):
        place_id = hoa.does(addresses.add_address, SHELTER)
        hoa.does(addresses.add_address, HALL)
        for username in OTHERS:
            for path in ("/dia-chi", "/dia-chi/in"):
                page = browser(username).get(path).text
                assert HALL.name in page
                assert not [word for word in HIDDEN if word in page], (username, path)
            assert browser(username).get(f"/dia-chi/{place_id}").status_code == 403
            assert browser(username).get("/dia-chi/theo-thon").status_code == 403
            assert browser(username).get("/dia-chi/bang.xlsx").status_code == 403
        assert HIDDEN[0] in browser("lan").get("/dia-chi").text
        assert HIDDEN[5] in browser("lan").get(f"/dia-chi/{place_id}").text

    def test_the_sheet_for_walls_has_no_shelter_whoever_prints_it_and_two_numbers(self, browser, hoa):
        hoa.does(addresses.add_address, SHELTER)
        paused = hoa.does(addresses.add_address, replace(HALL, name="Trường Tiểu học"))
        hoa.does(addresses.change_state, paused, AddressState.PAUSED)
        hoa.does(addresses.add_address, replace(HALL, directions="ngõ 3"))
        page = browser("hoa").get("/dia-chi/in").text
        assert not [word for word in (*HIDDEN, "ngõ 3", "Trường Tiểu học") if word in page]
        assert 'href="tel:113"' in page
        assert page.count('href="tel:1900969680"') == 2  # the foot of every page has it too
        assert HALL.name in page

    def test_the_lead_is_told_that_a_shelter_is_never_published_and_keeps_what_was_typed(self, browser):
        answer = browser("hoa").post("/dia-chi/moi", data=form_of(SHELTER) | {"published": "yes"})
        assert answer.status_code == 422
        assert "không bao giờ công bố" in answer.text
        assert "sau đình làng" in answer.text

    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("note", "vào ngõ 3, cửa xanh"),
            ("name", "Nhà bà Tư, số nhà 12"),
            ("opening", "số 15 đường Lê Lợi"),
            ("note", "12/4 xóm Trại"),
        ],
    )
    def test_a_number_of_a_house_is_not_published(self, browser, name, words):
        given = form_of(replace(HALL, directions="")) | {name: words}
        answer = browser("hoa").post("/dia-chi/moi", data=given)
        assert answer.status_code == 422
        assert "không ghi số nhà" in answer.text
        assert browser("hoa").post("/dia-chi/moi", data=given | {"published": "no"}).status_code == 303

    def test_hours_and_rooms_are_no_number_of_a_house(self, browser):
        given = form_of(HALL) | {"opening": "7 giờ đến 17 giờ, thứ 2 đến thứ 6", "note": "phòng số 3 tầng 2"}
        assert browser("hoa").post("/dia-chi/moi", data=given).status_code == 303

    def test_a_training_is_noted_and_a_wrong_day_keeps_what_was_typed(self, browser, hoa):
        place_id = hoa.does(addresses.add_address, HALL)
        client, day = browser("hoa"), {"day-day": "12", "day-month": "3", "day-year": "2026"}
        wrong = client.post(f"/dia-chi/{place_id}", data=day | {"day-month": "13", "what": "đón người ban đêm"})
        assert wrong.status_code == 422
        assert "đón người ban đêm" in wrong.text
        assert client.post(f"/dia-chi/{place_id}", data=day | {"what": "đón người ban đêm"}).status_code == 303
        assert "12/3/2026" in client.get(f"/dia-chi/{place_id}").text.replace("12/03/2026", "12/3/2026")

    def test_a_paused_place_is_said_to_be_paused_and_offered_to_no_case(self, browser, hoa):
        place_id = hoa.does(addresses.add_address, HALL)
        client = browser("hoa")
        paused = client.post(f"/dia-chi/{place_id}/tam-ngung")
        assert (paused.status_code, paused.location) == (303, f"/dia-chi/{place_id}")
        assert "Tạm ngừng nhận" in browser("cuong").get("/dia-chi").text
        assert client.post(f"/dia-chi/{place_id}/dung-lai").location == f"/dia-chi/{place_id}"
        assert "Tạm ngừng nhận" not in browser("cuong").get("/dia-chi").text

    def test_whoever_gives_a_place_up_is_told_that_it_is_for_good_and_where_to_pause_it(self, browser, hoa):
        place_id = hoa.does(addresses.add_address, HALL)
        page = browser("hoa").get(f"/dia-chi/{place_id}/thoi-dung").text
        assert "không mở lại được" in page
        assert f'href="/dia-chi/{place_id}"' in page
        assert "Cho nơi này tạm ngừng" in browser("hoa").get(f"/dia-chi/{place_id}").text


def form_of(entry):
    given = {name: str(value) for name, value in vars(entry).items() if name not in {"published", "recognised"}}
    return given | {"published": "yes" if entry.published else "no"}
