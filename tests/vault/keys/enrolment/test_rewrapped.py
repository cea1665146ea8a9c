"""The seed of a phone and a passkey move under a newer server's key, and from no other key."""

from uuid import UUID

from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields, pad
from casework.vault.keys.enrolment import passkeys, totp
from casework.vault.keys.enrolment.models import Passkey
from casework.vault.keys.enrolment.passkeys import Credential
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


def test_a_passkey_is_kept_through_an_exchange_of_the_server_s_key():
    old, newer = server_keys_of(KEK, THANH_SON), server_keys_of(Kek(2, bytes(32)), THANH_SON)
    row = Passkey(commune_id=THANH_SON, id=UUID(int=9), member_id=MEMBER, created=0, blob=b"")
    plain = pad('["máy ở trụ sở","AQ==","Ag==",3]'.encode())
    context = encode_fields("cw/1/passkey", THANH_SON, MEMBER, row.id)
    row.blob = aead.encrypt(old.totp, plain, context=context, key_ref=old.number)
    blob = passkeys.rewrap(old, newer, row)
    refused(lambda: passkeys.rewrap(newer, old, row))
    row.blob = blob
    assert passkeys.credential_of(newer, row) == Credential("máy ở trụ sở", b"\x01", b"\x02", 3)
    row.member_id = UUID(int=8)
    refused(lambda: passkeys.credential_of(newer, row))
