"""A new key of a member says nothing when it is printed, and nothing is done with keys of another epoch."""

import pytest

from casework.errors import VaultError
from casework.vault.keys import epochs
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import admission, credentials, totp
from casework.vault.keys.enrolment.models import Admission
from casework.vault.models import Agency, Head, Member
from tests.house import House, Someone, only_sqlite
from tests.people import THANH_SON

pytestmark = only_sqlite


@pytest.fixture
def agency_id(hoa: Someone):
    """The agency of the lead."""
    assert hoa.person.actor.agency_id
    return hoa.person.actor.agency_id


@pytest.fixture
def crypto(house: House, hoa: Someone) -> CryptoContext:
    """What the lead holds; no transaction is reached."""
    with house.looking() as session:
        return CryptoContext(session, house.gate.server_keys(THANH_SON), hoa.person.keyring, 0)


def test_a_new_key_its_paper_and_a_phone_print_nothing(house: House, hoa: Someone):
    new = credentials.new_credentials(house.gate.server_keys(THANH_SON), "nam tu ngan ghep lai", hoa.id)
    phone = totp.PairedPhone(b"twenty bytes of seed", 7)
    for one, secret in ((new, new.seed.hex()), (new.paper, new.paper.code), (phone, "twenty bytes")):
        assert secret not in repr(one)
        assert repr(one).startswith("<sealed")


@pytest.mark.parametrize("without", ["sealed", "tag", "agency_id", "state"])
def test_an_admission_that_lacks_something_is_confirmed_by_nobody(crypto: CryptoContext, agency_id, without):
    whole = {"agency_id": agency_id, "sealed": b"x", "tag": b"x", "state": admission.WAITS, "epoch": 1}
    with pytest.raises(VaultError):
        admission.confirm(crypto, Member(), Admission(**{**whole, without: None}))


def test_an_admission_under_another_epoch_than_the_one_in_hand_is_refused(crypto: CryptoContext, agency_id):
    epoch = crypto.keys(agency_id).epoch
    row = Admission(agency_id=agency_id, sealed=b"x", tag=b"x", state=admission.WAITS, epoch=epoch + 1)
    with pytest.raises(VaultError):
        admission.confirm(crypto, Member(), row)


def test_a_key_of_another_epoch_than_the_agency_has_begins_no_new_one(crypto: CryptoContext, agency_id):
    agency = Agency(id=agency_id, epoch=crypto.keys(agency_id).epoch + 1)
    with pytest.raises(VaultError):
        epochs.rotate(crypto, agency, Head(), members=[], envelopes=[])
