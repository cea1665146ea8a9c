"""The seed of a phone moves under a newer server's key, and from no other key."""

from uuid import UUID

from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.enrolment import totp
from casework.vault.keys.kek import Kek, server_keys_of
from tests.people import KEK, THANH_SON
from tests.tampering import refused

MEMBER = UUID(int=7)


def test_a_phone_is_kept_through_an_exchange_of_the_server_s_key():
    old, newer = server_keys_of(KEK, THANH_SON), server_keys_of(Kek(2, bytes(32)), THANH_SON)
    seed = totp.new_seed()
    row = totp.row(old, MEMBER, seed, at=0, counter=0)
    blob = totp.rewrap(old, newer, row)
    assert aead.decrypt(newer.totp, blob, context=encode_fields("cw/1/totp", THANH_SON, MEMBER), key_ref=2) == seed
    refused(lambda: totp.rewrap(newer, old, row))
    row.member_id = UUID(int=8)
    refused(lambda: totp.rewrap(old, newer, row))
