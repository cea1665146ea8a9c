"""Whoever can do something about it sees at home which agencies one person alone can open, and nobody else does."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from casework.administration import agency_recovery
from casework.policy.vocabulary import Role
from tests.house import House, only_sqlite

pytestmark = only_sqlite
TOLD = "có thể mất vì chỉ còn một người"
Browser = Callable[[str], FlaskClient]


@pytest.mark.parametrize("username", ["hoa", "binh", "son"])
def test_lead_and_administrator_are_told_of_agencies_with_one_key_holder(browser: Browser, username: str):
    page = browser(username).get("/").text
    assert TOLD in page
    assert 'class="banner danger"' in page
    assert "Công an xã: số người giữ khóa: 1" in page
    assert "Hội Liên hiệp Phụ nữ xã: số" not in page


@pytest.mark.parametrize("username", ["lan", "mai", "cuong", "thu", "quang"])
def test_others_have_nothing_to_do_about_it(browser: Browser, username: str):
    assert TOLD not in browser(username).get("/").text


def test_the_banner_goes_when_both_sheets_of_a_pair_were_tried(house: House, browser: Browser):
    console = house.stranger(Role.CONSOLE)
    for username in ("cuong", "tam"):
        person = house[username].person
        assert person.keyring
        assert person.actor.agency_id
        keys = person.keyring.keys_of(person.actor.agency_id)
        sheets = house.gate.perform(console, agency_recovery.renew_sheets, keys, ("Một", "Hai"), [(1, 2)])
        house[username].leaves()
        for sheet in sheets:
            assert TOLD in browser("hoa").get("/").text
            house.gate.perform(console, agency_recovery.drill_sheet, keys.agency_id, sheet.seat, sheet.secret)
    assert TOLD not in browser("hoa").get("/").text
