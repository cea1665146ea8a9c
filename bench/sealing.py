"""The vault's own steps: sealing to a key, opening, the password."""

from collections.abc import Iterator
from uuid import uuid4

from bench.measure import Figure, measure
from casework.vault import bytes as vault_bytes
from casework.vault import kek, passwords


def figures() -> Iterator[Figure]:
    """Measure what every page that opens a case pays for."""
    seed, key, context = vault_bytes.fresh_key(), vault_bytes.fresh_key(), b"bench"
    public = vault_bytes.public_key(seed)
    sent = vault_bytes.send(public, key, context=context)
    body = vault_bytes.seal(key, b"x" * 4096, context=context, key_ref=0)
    yield measure("seal a key to an agency", lambda: vault_bytes.send(public, key, context=context),
                  times=300, to_hold=0.19)  # fmt: skip
    yield measure("open a sealed key", lambda: vault_bytes.receive(seed, sent, context=context),
                  times=300, to_hold=0.2)  # fmt: skip
    yield measure("open a section of 4 KB", lambda: vault_bytes.unseal(key, body, context=context, key_ref=0),
                  times=1000, to_hold=0.02)  # fmt: skip
    yield _password()


def _password() -> Figure:
    secret = kek.Kek(number=1, secret=vault_bytes.fresh_key())
    control = kek.control(secret, uuid4())
    member, slot = uuid4(), uuid4()
    words = "một câu dài dễ nhớ"
    locked = passwords.lock(control, vault_bytes.fresh_key(), words, member_id=member, slot_id=slot)
    return measure(
        "check a password",
        lambda: passwords.unlock(control, locked, words, member_id=member, slot_id=slot),
        times=15,
        to_hold=220,
    )
