"""What the server must read without anybody: opened under its own key and in its own place, and nowhere else."""

import json
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from casework.errors import VaultError
from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields, pad
from casework.vault.keys import duty_sheets, mail_addresses
from casework.vault.keys.kek import Kek, server_keys_of
from tests.people import DONG_HAI, KEK, THANH_SON

OURS, THEIRS = server_keys_of(KEK, THANH_SON), server_keys_of(KEK, DONG_HAI)
NEWER = server_keys_of(Kek(2, bytes(32)), THANH_SON)


def test_a_roster_opens_for_its_agency_under_its_key_and_is_carried_to_the_next():
    agency_id, plain = uuid4(), b'{"weeks": {}}'
    blob = duty_sheets.seal(OURS, agency_id, plain)
    assert duty_sheets.unseal(OURS, agency_id, blob) == plain
    for server_keys, somebody in ((THEIRS, agency_id), (NEWER, agency_id), (OURS, uuid4())):
        with pytest.raises(VaultError):
            duty_sheets.unseal(server_keys, somebody, blob)
    carried = duty_sheets.rewrap(OURS, NEWER, SimpleNamespace(agency_id=agency_id, blob=blob))
    assert duty_sheets.unseal(NEWER, agency_id, carried) == plain


@pytest.mark.parametrize("plain", [b"x", b"[1]", json.dumps({"address": "a@b.vn", "more": 1}).encode()])
def test_what_is_no_address_is_refused_though_our_key_has_sealed_it(plain: bytes):
    row: Any = SimpleNamespace(id=uuid4(), member_id=uuid4())
    context = encode_fields("cw/1/mail", THANH_SON, row.member_id, row.id)
    row.blob = aead.encrypt(OURS.mail, pad(plain), context=context, key_ref=OURS.number)
    with pytest.raises(VaultError):
        mail_addresses.address_of(OURS, row)
