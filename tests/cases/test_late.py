"""What arrives for an epoch that has ended: it opens for ninety days, and is sealed again."""

from functools import partial
from uuid import UUID

import pytest

from casework import clock
from casework.audit import freshness
from casework.policy.permit import issue
from casework.policy.vocabulary import Act
from casework.referrals import receiving_actions
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import epoch_links
from casework.vault.keys.context import CryptoContext
from tests.cases.keys import agency_id, epochs_of, make_due, settle
from tests.house import House, Someone, both_databases
from tests.people import THANH_SON
from tests.referrals.scenes import referred
from tests.tampering import refused, stolen

DAY = 86_400 * clock.MICROSECOND


@pytest.fixture
def police(house: House) -> UUID:
    return agency_id(house, "police")


def test_what_arrives_late_opens_for_ninety_days(house: House, cuong: Someone, police):
    referral = referred(house)
    with stolen(house) as thief:
        sent = thief.rows("envelope", agency_id=police)
    for _ in range(2):
        make_due(house, police, cuong)
        settle(house, cuong)
    with stolen(house) as thief:
        thief.put_back("envelope", ("document_id", "agency_id"), *sent)
    assert cuong.does(receiving_actions.read_referral, *referral.at)
    now = clock.micros()
    with clock.use_clock(lambda: now + 91 * DAY):
        cuong.leaves()
        refused(lambda: cuong.does(receiving_actions.read_referral, *referral.at))
    cuong.leaves()
    referral.goes("open")
    assert set(epochs_of(house, police)) == {(3, "kept")}


@both_databases
def test_what_arrives_late_is_sealed_again_by_the_next_key(house: House, cuong: Someone, police):
    referred(house)
    with stolen(house) as thief:
        sent = thief.rows("envelope", agency_id=police)
    for again in (True, False):
        make_due(house, police, cuong)
        settle(house, cuong)
        with stolen(house) as thief:
            thief.put_back("envelope", ("document_id", "agency_id"), *(sent if again else ()))
    assert set(epochs_of(house, police)) == {(3, "kept")}


def test_an_epoch_that_never_was_opens_nothing(house: House, cuong: Someone, police):
    referral = referred(house)
    with house.gate.database.transaction(issue(cuong.person.actor, Act.REFERRAL_OPEN), THANH_SON) as session:
        attach_keys(session, house.gate.server_keys(THANH_SON))
        freshness.agency(session, THANH_SON, police)
        crypto = CryptoContext(session, house.gate.server_keys(THANH_SON), cuong.person.keyring, clock.micros())
        for epoch in (0, 2):
            refused(partial(epoch_links.earlier_epoch, crypto, crypto.keys(police), epoch))
    referral.goes("open")


def test_links_that_are_worn_are_dropped(house: House, cuong: Someone, police):
    make_due(house, police, cuong)
    settle(house, cuong)
    now = clock.micros()
    with clock.use_clock(lambda: now + 91 * DAY):
        cuong.leaves()
        make_due(house, police, cuong)
        settle(house, cuong)
    with stolen(house) as thief:
        assert [row["epoch"] for row in thief.rows("epoch_link", agency_id=police)] == [2]
