"""Keys of agencies: wrapped for one member of one agency in one epoch, and for nobody else."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.errors import VaultError
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import server_keys_of
from casework.vault.keys.keyring import Keyring, new_agency_keys, unwrap, wrap
from tests.people import KEK, THANH_SON

AGENCY, MEMBER = uuid4(), uuid4()
SEED = new_key()
KEYS = new_agency_keys(AGENCY, epoch=3)
PLACE: dict[str, Any] = {"commune_id": THANH_SON, "agency_id": AGENCY, "epoch": 3, "member_id": MEMBER}
BLOB = wrap(KEYS, public_key(SEED), commune_id=THANH_SON, member_id=MEMBER)


def test_a_wrap_opens_for_its_member():
    assert unwrap(SEED, BLOB, **PLACE) == KEYS


@pytest.mark.parametrize(
    "elsewhere", [{"commune_id": UUID(int=1)}, {"agency_id": UUID(int=1)}, {"epoch": 4}, {"member_id": UUID(int=1)}]
)
def test_a_wrap_put_in_another_place_opens_nothing(elsewhere):
    with pytest.raises(VaultError, match=r"^unopened$"):
        unwrap(SEED, BLOB, **(PLACE | elsewhere))


def test_a_wrap_opens_for_nobody_else():
    with pytest.raises(VaultError, match=r"^unopened$"):
        unwrap(new_key(), BLOB, **PLACE)


def test_the_keys_of_an_agency_are_three_different_ones():
    assert len({KEYS.secret, KEYS.seed, KEYS.safe}) == 3
    assert KEYS.public_key == public_key(KEYS.seed)


def test_a_keyring_holds_what_it_was_given_and_nothing_else():
    ring = Keyring(MEMBER, {AGENCY: KEYS})
    assert ring.keys_of(AGENCY) is KEYS
    with pytest.raises(VaultError, match=r"^unopened$"):
        ring.keys_of(uuid4())


def test_hands_without_a_keyring_open_nothing():
    empty = CryptoContext(None, server_keys_of(KEK, THANH_SON), None, 0)  # type: ignore[arg-type]
    assert not empty.holds(AGENCY)
    with pytest.raises(VaultError, match=r"^unopened$"):
        empty.keys(AGENCY)


def test_keys_never_print_themselves():
    assert KEYS.secret.hex() not in repr(KEYS)
    assert {repr(KEYS), repr(Keyring(MEMBER, {AGENCY: KEYS}))} == {"<sealed AgencyKeys>", "<sealed Keyring>"}
