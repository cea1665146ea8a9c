"""What the server must read without anybody: opened under its own key and in its own place, and nowhere else."""

import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from casework.errors import VaultError
from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields, pad
from casework.vault.keys import mail_addresses
from casework.vault.keys.kek import Kek, server_keys_of
from casework.vault.keys.server_encryption import ADDRESS, DUTY_ROSTER, ServerEncryption
from tests.people import DONG_HAI, KEK, THANH_SON

OURS, THEIRS = server_keys_of(KEK, THANH_SON), server_keys_of(KEK, DONG_HAI)
NEWER = server_keys_of(Kek(2, bytes(32)), THANH_SON)


@pytest.mark.parametrize(("kind", "other"), [(DUTY_ROSTER, ADDRESS), (ADDRESS, DUTY_ROSTER)])
def test_a_text_opens_in_its_own_row_under_its_key_and_is_carried_to_the_next(
    kind: ServerEncryption, other: ServerEncryption
):
    owner_id, plain = uuid4(), b'{"weeks": {}}'
    blob = kind.encrypt(OURS, owner_id, plain)
    assert kind.decrypt(OURS, owner_id, blob) == plain
    wrong = ((kind, THEIRS, owner_id), (kind, NEWER, owner_id), (kind, OURS, uuid4()), (other, OURS, owner_id))
    for opener, server_keys, somebody in wrong:
        with pytest.raises(VaultError):
            opener.decrypt(server_keys, somebody, blob)
    carried = kind.rewrap(OURS, NEWER, SimpleNamespace(**{kind.bound_to: owner_id, "blob": blob}))
    assert kind.decrypt(NEWER, owner_id, carried) == plain
    assert kind.rewrap(OURS, NEWER, SimpleNamespace(**{kind.bound_to: owner_id, "blob": b""})) == b""


@pytest.mark.parametrize("plain", [b"x", b"[1]", json.dumps({"address": "a@b.vn", "more": 1}).encode()])
def test_what_is_no_address_is_refused_though_our_key_has_sealed_it(plain: bytes):
    row: Any = SimpleNamespace(id=uuid4(), member_id=uuid4())
    context = encode_fields("cw/1/mail", THANH_SON, row.member_id, row.id)
    row.blob = aead.encrypt(OURS.mail, pad(plain), context=context, key_ref=OURS.number)
    with pytest.raises(VaultError):
        mail_addresses.address_of(OURS, row)
