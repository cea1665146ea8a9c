"""Whose key a row names, and the commune that is founded with its first keys."""

from uuid import uuid4

import pytest

from casework.accounts import provisioning_actions as accounts
from casework.audit import freshness
from casework.codelists import agencies
from casework.errors import NotFound
from casework.gate import ActContext, Action
from casework.policy.vocabulary import Act, Role
from casework.vault.keys.count_ledger import Series, ledger_id, places
from casework.vault.keys.whose_key import agencies_changed
from tests.cases.keys import agency_id
from tests.house import House, only_sqlite
from tests.people import THANH_SON

pytestmark = only_sqlite


def test_an_agency_that_this_act_changes_is_not_taken_for_one_that_was_changed_from_outside(house: House):
    police = agency_id(house, "police")

    def due(context: ActContext) -> None:
        context.about = police
        freshness.agency(context.session, THANH_SON, police).rotation_due = True
        context.session.flush()
        assert agencies_changed(context.session, THANH_SON) == []

    house.gate.perform(house["cuong"].person, Action(Act.AGENCY_ROTATE, due))
    with house.looking() as session:
        assert agencies_changed(session, THANH_SON) == []


def test_a_commune_is_founded_with_keys_and_a_log_of_its_own(house: House):
    new = uuid4()
    house.gate.perform(house.stranger(Role.CONSOLE, new), accounts.found_commune, "xã Mới", ("Thôn Một",))
    with house.crypto(new) as crypto:
        assert freshness.members(crypto) == []


def test_the_agency_that_counts_begins_the_ledger_of_counts_with_the_key_of_a_year(house: House):
    new = uuid4()
    console = house.stranger(Role.CONSOLE, new)
    house.gate.perform(console, accounts.found_commune, "xã Mới", ("Thôn Một",))
    with house.crypto(new) as crypto, pytest.raises(NotFound):
        freshness.head(crypto.session, new, ledger_id(new))
    house.gate.perform(console, accounts.add_agency, agencies.coordinating(), "Hội Phụ nữ xã Mới")
    with house.crypto(new) as crypto:
        [(series, _)] = places(freshness.head(crypto.session, new, ledger_id(new)).listing)
    assert series == Series.KEY
