"""Chance: no nonce comes twice, and a machine whose chance repeats itself seals nothing."""

import os

import pytest

from casework.errors import VaultError
from casework.vault import chance
from casework.vault.algorithms import NONCE_BYTES
from casework.vault.bytes import Cipher, fresh_key, seal

_NONCE = slice(6, 6 + NONCE_BYTES)


def nonces(times: int) -> set[bytes]:
    key = Cipher(fresh_key())
    return {seal(key, b"", context=b"", key_ref=0)[_NONCE] for _ in range(times)}


def test_no_nonce_comes_twice_under_one_key():
    assert len(nonces(2_000)) == 2_000


@pytest.mark.prove
def test_none_of_a_million_nonces_comes_twice():
    assert len(nonces(1_000_000)) == 1_000_000


@pytest.mark.parametrize("drawing", [fresh_key, lambda: seal(bytes(32), b"words", context=b"", key_ref=0)])
def test_chance_that_repeats_itself_is_refused(monkeypatch, drawing):
    repeated = os.urandom(64)
    monkeypatch.setattr(os, "urandom", lambda size: repeated[:size])
    drawing()
    with pytest.raises(VaultError):
        drawing()


def test_what_repeats_is_noticed_whatever_it_was_drawn_for(monkeypatch):
    repeated = os.urandom(64)
    monkeypatch.setattr(os, "urandom", lambda size: repeated[:size])
    fresh_key()
    with pytest.raises(VaultError):
        seal(bytes(32), b"words", context=b"", key_ref=0)


def test_what_was_drawn_is_not_remembered_itself():
    key = fresh_key()
    assert not any(part in mark for mark in chance._lately for part in (key, key[:12]))
