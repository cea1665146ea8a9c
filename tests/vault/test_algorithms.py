"""Algorithms by their bytes: a new one seals from now on, an old one opens while it is known, no key serves two."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

from casework.errors import VaultError
from casework.vault.algorithms import E1, E2
from casework.vault.bytes import Cipher, fresh_key, public_key, receive, seal, send, unseal
from tests.algorithms import know_a_second

KEY, SEED, CONTEXT = fresh_key(), fresh_key(), b"x"


def opened(kept: bytes, sent: bytes) -> tuple[bytes, bytes]:
    return unseal(KEY, kept, context=CONTEXT, key_ref=1), receive(SEED, sent, context=CONTEXT)


def sealed() -> tuple[bytes, bytes]:
    return seal(KEY, b"kept", context=CONTEXT, key_ref=1), send(public_key(SEED), b"sent", context=CONTEXT)


def test_the_newest_algorithm_seals_and_both_open(monkeypatch):
    before = sealed()
    assert [blob[:2] for blob in before] == [b"\x01\x01", b"\x01\x02"]
    know_a_second(monkeypatch)
    after = sealed()
    assert [blob[:2] for blob in after] == [b"\x01\x02", b"\x01\x03"]
    assert opened(*before) == opened(*after) == (b"kept", b"sent")
    assert [E1.outdated(before[0]), E1.outdated(after[0]), E1.outdated(None)] == [True, False, False]
    assert [E2.outdated(before[1]), E2.outdated(after[1])] == [True, False]


def test_what_an_unknown_algorithm_sealed_is_refused(monkeypatch):
    with monkeypatch.context() as patch:
        know_a_second(patch)
        kept, sent = sealed()
    with pytest.raises(VaultError, match=r"^unopened$"):
        unseal(KEY, kept, context=CONTEXT, key_ref=1)
    with pytest.raises(VaultError, match=r"^unopened$"):
        receive(SEED, sent, context=CONTEXT)


def test_the_byte_of_the_algorithm_cannot_be_exchanged(monkeypatch):
    know_a_second(monkeypatch)
    kept, sent = sealed()
    for old, new in ((kept, b"\x01\x01"), (sent, b"\x01\x02")):
        with pytest.raises(VaultError, match=r"^unopened$"):
            opened(new + kept[2:] if old is kept else kept, new + sent[2:] if old is sent else sent)


def test_no_two_algorithms_share_a_key(monkeypatch):
    first = seal(KEY, b"x", context=CONTEXT, key_ref=1)
    assert AESGCM(KEY).decrypt(first[6:18], first[18:], first[:6] + CONTEXT) == b"x"
    know_a_second(monkeypatch)
    blob = seal(KEY, b"x", context=CONTEXT, key_ref=1)
    with pytest.raises(InvalidTag):
        ChaCha20Poly1305(KEY).decrypt(blob[6:18], blob[18:], blob[:6] + CONTEXT)


def test_a_prepared_key_has_its_length_and_never_prints():
    for wrong in (b"", KEY[:16], KEY + b"x"):
        with pytest.raises(VaultError):
            Cipher(wrong)
    assert repr(Cipher(KEY)) == "<sealed cipher>"
