"""The operations of the vault: HPKE, AEAD and the passphrase KDF."""

from collections.abc import Iterator
from uuid import uuid4

from bench.timing import Figure, measure
from casework.vault.crypto import aead, hpke, passwords
from casework.vault.keys import kek


def figures() -> Iterator[Figure]:
    """Measure what every page that opens a case pays for."""
    seed, key, context = aead.new_key(), aead.new_key(), b"bench"
    public = hpke.public_key(seed)
    sent = hpke.seal(public, key, context=context)
    body = aead.encrypt(key, b"x" * 4096, context=context, key_ref=0)
    yield measure("seal a key to an agency", lambda: hpke.seal(public, key, context=context),
                  times=300, to_hold=0.19)  # fmt: skip
    yield measure("open a sealed key", lambda: hpke.open_sealed(seed, sent, context=context),
                  times=300, to_hold=0.2)  # fmt: skip
    yield measure("open a section of 4 KB", lambda: aead.decrypt(key, body, context=context, key_ref=0),
                  times=1000, to_hold=0.02)  # fmt: skip
    yield _password()


def _password() -> Figure:
    secret = kek.Kek(number=1, secret=aead.new_key())
    server_keys = kek.server_keys_of(secret, uuid4())
    words = "một câu dài dễ nhớ"
    slot = passwords.wrap_with_passphrase(server_keys, aead.new_key(), words, member_id=uuid4())
    return measure(
        "check a password",
        lambda: passwords.unwrap_with_passphrase(server_keys, slot, words),
        times=15,
        to_hold=220,
    )
