"""Recovery sheets of a circle: its readers make them, nobody excluded keeps one, and two let somebody in again."""

from uuid import UUID

import pytest
from lxml import html

from casework import clock
from casework.accounts import admission_actions
from casework.administration import agency_recovery, installation
from casework.administration.installation import Installation
from casework.cases import restriction
from casework.cases.circle_recovery import CircleSheets
from casework.desk import actions as desk
from casework.errors import BadInput, CaseworkError, Conflict, Refused
from casework.policy.vocabulary import Role, Section
from tests.cases.keys import settle, wraps_of
from tests.cases.test_restriction import holds, owner_of
from tests.circle_sheets import made_sheets
from tests.house import House, Someone, only_sqlite
from tests.people import THANH_SON
from tests.staffing.model import admit, sign_in_with
from tests.tampering import stolen

pytestmark = only_sqlite
KEEPERS = ("Cụ Nguyễn Văn Thọ", "Bà Lò Thị Pha", "Ông Sùng A Páo")


@pytest.fixture
def hidden(lan: Someone, mai: Someone) -> UUID:
    return lan.opens_a_case(circle=[mai])


def at_the_console(house: House, act, sheets: CircleSheets, *arguments):
    commune_id, circle_id, _ = installation.find_circle(Installation(house.config, house.gate), sheets.circle)
    return house.gate.perform(house.stranger(Role.CONSOLE, commune_id), act, circle_id, *arguments)


def recovers(house: House, sheets: CircleSheets, pair: tuple[int, int], username: str):
    first, second = ((sheets.sheets[at].seat, sheets.sheets[at].secret) for at in pair)
    planned = at_the_console(house, agency_recovery.plan_recovery, sheets, first, second, username)
    at_the_console(house, agency_recovery.recover, sheets, first, second, planned)
    return planned


def readmits(house: House, name: str) -> bytes:
    """Have hoa admit again somebody who forgot their passphrase, and with it lost the circle's key."""
    house["son"].does(admission_actions.restart, house[name].id)
    return admit(house, name, house["hoa"])


def reads(somebody: Someone, case_id: UUID) -> bool:
    try:
        return bool(somebody.does(desk.read_section, case_id, Section.STORY))
    except CaseworkError:
        return False


def test_when_every_reader_lost_the_key_two_sheets_open_the_case_for_one_of_them(house: House, lan, mai, hoa, hidden):
    sheets, circle = made_sheets(lan, hidden, KEEPERS, whom="chị Hòa"), owner_of(house, hidden)
    seed = readmits(house, "lan")
    lan, mai = sign_in_with(house, "lan", seed), sign_in_with(house, "mai", readmits(house, "mai"))
    assert not reads(lan, hidden)
    assert wraps_of(house, circle) == set()
    done = recovers(house, sheets, (0, 2), "lan")
    assert done.code == ""
    lan = sign_in_with(house, "lan", seed)
    settle(house, lan)
    lan = sign_in_with(house, "lan", seed)
    assert reads(lan, hidden)
    assert wraps_of(house, circle) == {(lan.id, 2)}
    assert not reads(hoa, hidden)
    assert not reads(mai, hidden)
    lan.does(restriction.change, hidden, [mai.id])
    with pytest.raises(Refused, match="Hai tờ này không mở được"):
        recovers(house, sheets, (0, 1), "lan")
    recovers(house, CircleSheets(sheets.circle, done.dealt), (0, 1), "lan")
    assert holds(house)


def test_who_must_not_know_keeps_no_sheet_and_two_different_people_do(house: House, lan, mai, hidden):
    for officers, whom in (
        (KEEPERS, "bà Pha"),
        (KEEPERS[:1], ""),
        ((KEEPERS[0], KEEPERS[0].upper()), ""),
        ((*KEEPERS, "Bà Tư"), ""),
    ):
        with pytest.raises(BadInput):
            made_sheets(lan, hidden, officers, whom=whom)
    assert lan.does(restriction.read_readers, hidden).keepers == ()
    made_sheets(lan, hidden, KEEPERS[:2])
    assert mai.does(restriction.read_readers, hidden).keepers == KEEPERS[:2]
    with pytest.raises(BadInput, match="tờ khôi phục"):
        lan.does(restriction.change, hidden, [mai.id], whom="chồng chị Pha là anh Páo, và bà Pha")
    with pytest.raises(Conflict):
        made_sheets(lan, lan.opens_a_case(), KEEPERS)


def test_a_case_that_one_person_alone_can_open_says_so_until_two_sheets_were_tried(house: House, lan, mai, hoa, hidden):
    assert not lan.does(restriction.read_readers, hidden).lonely
    house["son"].does(admission_actions.restart, mai.id)
    assert lan.does(restriction.read_readers, hidden).lonely
    sheets = made_sheets(lan, hidden, KEEPERS[:2])
    for sheet in sheets.sheets:
        assert lan.does(restriction.read_readers, hidden).lonely
        at_the_console(house, agency_recovery.drill_sheet, sheets, sheet.seat, sheet.secret)
    assert not lan.does(restriction.read_readers, hidden).lonely
    at = clock.micros()
    lan.leaves()
    with clock.use_clock(lambda: at + 181 * 86_400 * clock.MICROSECOND):
        assert lan.does(restriction.read_readers, hidden).lonely


def test_with_the_circle_its_sheets_end_and_nobody_without_cases_comes_in(house: House, lan, mai, hidden):
    sheets, circle = made_sheets(lan, hidden, KEEPERS[:2]), owner_of(house, hidden)
    for stranger in ("son", "ai.do"):
        with pytest.raises(Refused):
            recovers(house, sheets, (0, 1), stranger)
    with pytest.raises(BadInput, match="nhóm kín"):
        installation.find_circle(Installation(house.config, house.gate), "00000000")
    lan.does(restriction.lift, hidden)
    with pytest.raises(BadInput, match="nhóm kín"):
        recovers(house, sheets, (0, 1), "lan")
    with stolen(house) as thief:
        for name in ("wrap", "recovery", "recovery_officer", "recovery_pair"):
            assert thief.rows(name, commune_id=THANH_SON, agency_id=circle) == []
    assert reads(lan, hidden)


def test_the_page_shows_the_sheets_once(house: House, lan, hidden, browser):
    client = browser("lan")
    url = f"/vu-viec/{hidden}/nguoi-doc"
    assert f"{url}/to-khoi-phuc" in client.get(url).text
    asked = client.get(f"{url}/to-khoi-phuc")
    assert asked.status_code == 200
    answers = {"whom": "bà Pha", "first": KEEPERS[0], "second": KEEPERS[1]}
    wrong = client.post(f"{url}/to-khoi-phuc", data=answers)
    assert wrong.status_code == 422
    assert KEEPERS[1] in wrong.text
    assert client.post(f"{url}/to-khoi-phuc", data={"first": KEEPERS[0]}).status_code == 422
    shown = client.post(f"{url}/to-khoi-phuc", data=answers | {"whom": ""})
    assert shown.status_code == 200
    assert shown.text.count("paper-code") == 2
    assert "no-store" in shown.headers["Cache-Control"]
    assert "tờ cũ" not in shown.text, "there are none yet"
    # Nothing is good, and nobody keeps anything, until the signs were typed from the paper.
    assert KEEPERS[0] not in client.get(f"{url}/to-khoi-phuc").text
    page = html.fromstring(shown.text)
    carried = {box.get("name"): box.get("value", "") for box in page.xpath("//form[@id='f']//input[@type='hidden']")}
    codes = [code.text for code in page.find_class("paper-code")]
    first, second = (str(code)[-4:] for code in codes)
    for typed in ({"seat_1": first, "seat_2": "0000"}, {"seat_1": second, "seat_2": first}, {}):
        again = client.post(f"{url}/to-khoi-phuc/xac-nhan", data=carried | typed)
        assert (again.status_code, again.text.count("paper-code")) == (422, 2)
        assert codes[0] in again.text
    for broken in ("", "x", "1 2 3", carried["sheets"] + " " + codes[0], carried["sheets"][:-1]):
        typed = {"seat_1": first, "seat_2": second, "sheets": broken}
        assert client.post(f"{url}/to-khoi-phuc/xac-nhan", data=carried | typed).status_code == 422
    assert KEEPERS[0] not in client.get(f"{url}/to-khoi-phuc").text
    digits, rest = carried["sheets"].split(" ", 1)
    other = carried | {"seat_1": first, "seat_2": second, "sheets": f"{digits[::-1]} {rest}"}
    assert client.post(f"{url}/to-khoi-phuc/xac-nhan", data=other).status_code == 422, "the digits of another circle"
    assert KEEPERS[0] not in client.get(f"{url}/to-khoi-phuc").text
    good = carried | {"seat_1": first.lower(), "seat_2": f" {second} "}
    assert client.post(f"{url}/to-khoi-phuc/xac-nhan", data=good).status_code == 303
    assert KEEPERS[0] in client.get(f"{url}/to-khoi-phuc").text
    assert "Thôi, giữ tờ cũ" in client.post(f"{url}/to-khoi-phuc", data=answers | {"whom": ""}).text
    # The same paper is not made good twice: its number is over.
    assert client.post(f"{url}/to-khoi-phuc/xac-nhan", data=good).status_code == 409
