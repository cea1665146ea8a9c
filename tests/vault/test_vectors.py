"""Known answers: what was encrypted once, by us or by another library, decrypts for ever."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from casework.vault.crypto import aead, hpke, passwords
from casework.vault.crypto.aead import derive
from casework.vault.crypto.encoding import encode_fields, pad, unpad
from casework.vault.crypto.hpke import public_key
from casework.vault.integrity.signed_rows import row_mac
from casework.vault.keys import kek
from casework.vault.models import Agency
from tests.people import KEK, STAFF, keys

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
READ: dict[str, Callable[[Any], Any]] = {
    "none": lambda _: None,
    "int": int,
    "str": str,
    "uuid": UUID,
    "bytes": bytes.fromhex,
}


@pytest.mark.parametrize("vector", VECTORS["lp"], ids=lambda vector: repr(vector["fields"]))
def test_a_list_of_fields_has_its_bytes(vector):
    assert encode_fields(*[READ[kind](value) for kind, value in vector["fields"]]).hex() == vector["bytes"]


@pytest.mark.parametrize("vector", VECTORS["derive"], ids=lambda vector: vector["word"])
def test_a_key_derived_for_a_purpose_is_always_the_same(vector):
    salt = bytes.fromhex(vector["salt"]) if vector["salt"] else None
    assert derive(bytes.fromhex(vector["secret"]), vector["word"], salt=salt).hex() == vector["key"]


def test_what_was_kept_opens():
    vector = VECTORS["e1"]
    key, blob, context = (bytes.fromhex(vector[name]) for name in ("key", "blob", "context"))
    assert aead.decrypt(key, blob, context=context, key_ref=vector["key_ref"]).decode() == vector["plain"]


def test_the_published_key_pair_of_x_wing_is_ours():
    vector = VECTORS["xwing"]
    assert public_key(bytes.fromhex(vector["seed"])).hex() == vector["public_key"]


@pytest.mark.parametrize("vector", VECTORS["e2"], ids=lambda vector: vector["by"])
def test_what_was_sent_opens_whoever_sealed_it(vector):
    seed, blob, context = (bytes.fromhex(vector[name]) for name in ("seed", "blob", "context"))
    assert hpke.open_sealed(seed, blob, context=context).decode() == vector["plain"]


def test_a_row_has_its_mac():
    vector = VECTORS["mac"]
    row = dict(vector["row"], commune_id=UUID(vector["row"]["commune_id"]), id=UUID(vector["row"]["id"]))
    server_keys = kek.server_keys_of(kek.Kek(vector["kek_id"], bytes.fromhex(vector["kek"])), row["commune_id"])
    assert row_mac(server_keys, Agency, Agency(**row), vector["v"]).hex() == vector["mac"]


@pytest.mark.parametrize("vector", VECTORS["pad"], ids=lambda vector: str(len(vector["plain"]) // 2))
def test_padding_has_its_length_and_its_end(vector):
    plain = bytes.fromhex(vector["plain"])
    padded = pad(plain)
    assert (len(padded), padded[len(plain) : len(plain) + 2].hex()) == (vector["length"], vector["end"])
    assert unpad(padded) == plain


def test_a_passphrase_opens_what_it_sealed_long_ago():
    member, kept = STAFF["lan"], keys()["lan"]
    server_keys = kek.server_keys_of(KEK, member.commune_id)
    assert passwords.unwrap_with_passphrase(server_keys, kept.enrolment.slot, member.passphrase) == kept.seed
    assert public_key(kept.seed) == kept.enrolment.public_key
