"""Rows about people, agencies and sessions, forged or put back: nobody gets in, nothing is encrypted to a stranger."""

import pytest

from casework.accounts.sign_in_actions import WrongPassphrase
from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import NotFound, SignInNeeded, VaultError
from casework.intake import actions as intake
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.web.session_loading import load_session
from tests.house import House, Someone, both_databases
from tests.people import THANH_SON
from tests.stories import dao
from tests.tampering import refused, stolen, swap


def test_nothing_is_sealed_to_a_public_key_that_was_slipped_in(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        assert thief.change("agency_epoch", {"epoch": 1}, public_key=public_key(new_key())) > 2
        documents = len(thief.rows("document"))
    refused(lambda: lan.does(desk.write_section, case_id, Story(words="x"), base=1))
    refused(lambda: lan.does(intake.start_draft, {1: {"who": "anh ta"}}))
    with stolen(house) as thief:
        assert len(thief.rows("document")) == documents


def test_a_ground_names_no_agency_whose_row_was_changed(house: House, lan: Someone):
    draft = lan.does(intake.start_draft, {1: {}})
    with stolen(house) as thief:
        thief.change("agency", {"commune_id": THANH_SON, "kind": "police"}, kind="x")
        thief.change("agency", {"commune_id": THANH_SON, "kind": "health_station"}, kind="police")
    refused(lambda: lan.does(intake.open_case, draft, dao()))


@pytest.mark.parametrize(
    "values", [{"roles": "lead"}, {"agency_id": None}, {"state": "x"}, {"name": "x"}, {"mac": bytes(36)}]
)
def test_whose_row_was_changed_is_signed_in_no_more(house: House, lan: Someone, values):
    cookie = lan.cookie
    with stolen(house) as thief:
        thief.change("member", {"id": lan.id}, **values)
    refused(lambda: load_session(house.gate, house.config, cookie))
    refused(lan.sign_in, VaultError, WrongPassphrase)


def test_the_session_of_another_person_opens_nothing(house: House, lan: Someone, hoa: Someone):
    cookies = [lan.cookie, hoa.cookie]
    swap(house, "session", {"member_id": lan.id}, {"member_id": hoa.id}, ["kind", "created", "blob", "mac"])
    assert [load_session(house.gate, house.config, cookie) for cookie in cookies] == [None, None]


def test_a_session_given_to_another_person_opens_nothing(house: House, lan: Someone, hoa: Someone):
    cookie = lan.cookie
    with stolen(house) as thief:
        thief.change("session", {"member_id": lan.id}, member_id=hoa.id)
    assert load_session(house.gate, house.config, cookie) is None


@pytest.mark.parametrize("column", ["created", "factors", "stepup", "blob"])
def test_a_session_whose_row_was_changed_opens_nothing(house: House, lan: Someone, column):
    cookie = lan.cookie
    with stolen(house) as thief:
        row = thief.rows("session", member_id=lan.id)[0]
        value = b"x" if column == "blob" else row[column] + 1
        thief.change("session", {"member_id": lan.id}, **{column: value})
    assert load_session(house.gate, house.config, cookie) is None


def test_a_wrap_of_another_epoch_makes_nobody_a_member_of_a_circle(house: House, lan: Someone, mai: Someone):
    case_id = mai.opens_a_case(circle=[house["hoa"]])
    circle = mai.person.actor.circles
    with stolen(house) as thief:
        (row,) = thief.rows("wrap", member_id=mai.id, agency_id=next(iter(circle)))
        thief.put("wrap", {**row, "member_id": lan.id, "epoch": 99})
    assert lan.person.actor.circles == frozenset()
    refused(lambda: lan.does(desk.add_note, case_id, "x"), NotFound)


def test_a_wrap_given_to_another_person_is_refused(house: House, lan: Someone, mai: Someone):
    mai.opens_a_case(circle=[house["hoa"]])
    circle = next(iter(mai.person.actor.circles))
    with stolen(house) as thief:
        (row,) = thief.rows("wrap", member_id=mai.id, agency_id=circle)
        thief.put("wrap", {**row, "member_id": lan.id})
    refused(lambda: lan.person)


@both_databases
def test_an_act_of_somebody_who_changed_meanwhile_is_refused(house: House, lan: Someone):
    before = lan.person
    with stolen(house) as thief:
        thief.change("head", {"id": lan.id}, v=2)
    with pytest.raises(SignInNeeded):
        house.gate.perform(before, desk.list_cases)
