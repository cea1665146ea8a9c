"""The byte formats: injective lists, blobs bound to key and context, padding that hides a length."""

import random
import struct

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from casework.errors import VaultError
from casework.vault.crypto import aead, hpke
from casework.vault.crypto.aead import E1_START, KEY_BYTES, derive, new_key
from casework.vault.crypto.encoding import encode_field, encode_fields, encode_id, encode_start, pad, unpad
from casework.vault.crypto.hpke import E2_START, PUBLIC_KEY_BYTES, public_key

FIELD = st.one_of(st.none(), st.integers(), st.text(st.characters(codec="utf-8")), st.uuids(), st.binary())
FIELDS = st.lists(FIELD, max_size=6)
CONTEXT = encode_fields("cw/1/test", 1)
SEED = new_key()
PUBLIC = public_key(SEED)
KEY = new_key()
NONCE = slice(6, 18)


def typed(fields):
    return [(type(field), field) for field in fields]


def read_back(raw: bytes) -> list[tuple[int, bytes]]:
    """Take a list apart again, which works only if it can be taken apart in one way."""
    count, at, found = raw[0], 1, []
    for _ in range(count):
        kind, length = struct.unpack_from(">BI", raw, at)
        found.append((kind, raw[at + 5 : at + 5 + length]))
        at += 5 + length
    assert at == len(raw)
    return found


@given(FIELDS, FIELDS)
def test_two_different_lists_never_have_the_same_bytes(first, second):
    assert (encode_fields(*first) == encode_fields(*second)) == (typed(first) == typed(second))


@given(FIELDS)
def test_a_list_can_be_taken_apart_in_one_way_alone(fields):
    assert read_back(encode_fields(*fields)) == [read_back(b"\x01" + encode_field(field))[0] for field in fields]


@given(FIELDS, st.lists(st.uuids(), max_size=4))
def test_a_list_that_is_begun_and_gone_on_with_is_the_same_list(fields, ids):
    begun = encode_start(len(fields) + len(ids), *fields)
    assert begun + b"".join(map(encode_id, ids)) == encode_fields(*fields, *ids)


@pytest.mark.parametrize("value", [None, 7, "a1", b"7" * 16])
def test_what_is_no_id_is_not_encoded_as_one(value):
    with pytest.raises(VaultError):
        encode_id(value)


def test_a_list_knows_its_limits():
    assert len(encode_fields(*[None] * 255)) == 1 + 255 * 5
    for broken in ([None] * 256, [True], [1.0], [("a",)]):
        with pytest.raises(VaultError):
            encode_fields(*broken)
    with pytest.raises(VaultError):
        encode_field(2.0)  # type: ignore[arg-type]


@given(st.binary(max_size=3000), st.binary(max_size=50), st.integers(0, 2**32 - 1))
def test_what_is_kept_opens_as_it_was_sealed(plain, context, key_ref):
    assert (
        aead.decrypt(KEY, aead.encrypt(KEY, plain, context=context, key_ref=key_ref), context=context, key_ref=key_ref)
        == plain
    )


@given(st.binary(max_size=3000), st.integers(0, 2**32 - 1))
def test_a_key_that_was_set_up_opens_what_the_key_does_and_nothing_else(plain, key_ref):
    blob = aead.encrypt(KEY, plain, context=CONTEXT, key_ref=key_ref)
    assert aead.decrypt(aead.cipher(KEY), blob, context=CONTEXT, key_ref=key_ref) == plain
    for other, context in ((aead.cipher(new_key()), CONTEXT), (aead.cipher(KEY), CONTEXT + b"0")):
        with pytest.raises(VaultError):
            aead.decrypt(other, blob, context=context, key_ref=key_ref)


@given(st.binary(max_size=3000), st.binary(max_size=50))
def test_what_is_sent_opens_as_it_was_sealed(plain, context):
    assert hpke.open_sealed(SEED, hpke.seal(PUBLIC, plain, context=context), context=context) == plain


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_another_context_opens_nothing(context, other):
    if context == other:
        other += b"x"
    for opening in (
        lambda: aead.decrypt(KEY, aead.encrypt(KEY, b"x", context=context, key_ref=1), context=other, key_ref=1),
        lambda: hpke.open_sealed(SEED, hpke.seal(PUBLIC, b"x", context=context), context=other),
    ):
        with pytest.raises(VaultError, match=r"^unopened$"):
            opening()


def test_another_key_another_reference_and_another_length_open_nothing():
    blob = aead.encrypt(KEY, b"x", context=CONTEXT, key_ref=1)
    for key, ref in ((new_key(), 1), (KEY, 2), (KEY[:16], 1), (KEY + b"x", 1), (b"", 1)):
        with pytest.raises(VaultError, match=r"^unopened$"):
            aead.decrypt(key, blob, context=CONTEXT, key_ref=ref)
    with pytest.raises(VaultError, match=r"^unopened$"):
        hpke.open_sealed(new_key(), hpke.seal(PUBLIC, b"x", context=CONTEXT), context=CONTEXT)


def test_what_is_sealed_well_under_another_algorithm_s_byte_is_refused():
    head, nonce = b"\x01\x02" + (1).to_bytes(4, "big"), bytes(12)
    blob = head + nonce + AESGCM(KEY).encrypt(nonce, b"x", head + CONTEXT)
    with pytest.raises(VaultError, match=r"^unopened$"):
        aead.decrypt(KEY, blob, context=CONTEXT, key_ref=1)


def test_the_same_text_sealed_twice_looks_different():
    assert len({aead.encrypt(KEY, b"x", context=CONTEXT, key_ref=1)[NONCE] for _ in range(2000)}) == 2000
    assert len({hpke.seal(PUBLIC, b"x", context=CONTEXT)[:1000] for _ in range(20)}) == 20


def test_a_sealed_key_has_the_sizes_that_were_promised():
    assert len(aead.encrypt(KEY, KEY, context=CONTEXT, key_ref=1)) == 66
    assert len(hpke.seal(PUBLIC, KEY, context=CONTEXT)) == 1170
    assert len(PUBLIC) == PUBLIC_KEY_BYTES


@pytest.mark.parametrize(
    "public",
    [b"", b"x" * 100, b"\xff" * PUBLIC_KEY_BYTES, PUBLIC[:1184] + bytes(32), PUBLIC + b"x"],
    ids=["none", "short", "no key", "a point of small order", "long"],
)
def test_nothing_is_sealed_to_what_is_no_public_key(public):
    with pytest.raises(VaultError, match=r"^unopened$"):
        hpke.seal(public, b"x", context=CONTEXT)


OPENINGS = {
    "kept": (
        lambda: aead.encrypt(KEY, KEY, context=CONTEXT, key_ref=1),
        lambda b: aead.decrypt(KEY, b, context=CONTEXT, key_ref=1),
    ),
    "body": (
        lambda: aead.encrypt(KEY, pad(b"{}" * 300), context=CONTEXT, key_ref=0),
        lambda b: unpad(aead.decrypt(KEY, b, context=CONTEXT, key_ref=0)),
    ),
    "sent": (lambda: hpke.seal(PUBLIC, KEY, context=CONTEXT), lambda b: hpke.open_sealed(SEED, b, context=CONTEXT)),
}


def accepted(kind: str, flips: int) -> list[str]:
    """Flip one bit at a time and return what was accepted or failed in any other way than all others."""
    make, opening = OPENINGS[kind]
    blob, dice, found = make(), random.Random(20261123), []
    for _ in range(flips):
        bit = dice.randrange(len(blob) * 8)
        flipped = bytearray(blob)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            opening(bytes(flipped))
        except VaultError as error:
            if str(error) == "unopened" and error.__cause__ is None:
                continue
        found.append(f"bit {bit}")
    return found


@pytest.mark.parametrize("kind", OPENINGS)
def test_no_flipped_bit_is_accepted(kind):
    assert accepted(kind, 200) == []


@pytest.mark.prove
@pytest.mark.parametrize("kind", OPENINGS)
def test_none_of_ten_thousand_flipped_bits_is_accepted(kind):
    assert accepted(kind, 10_000) == []


@pytest.mark.parametrize("kind", OPENINGS)
def test_a_blob_cut_or_lengthened_is_refused(kind):
    make, opening = OPENINGS[kind]
    blob = make()
    for broken in (b"", blob[:1], blob[:5], blob[:30], blob[:-1], blob + b"x", bytes(len(blob)), bytes(33_000_000)):
        with pytest.raises(VaultError, match=r"^unopened$"):
            opening(broken)


@pytest.mark.parametrize("kind", OPENINGS)
def test_another_version_algorithm_or_suite_is_refused(kind):
    make, opening = OPENINGS[kind]
    blob = make()
    start = blob[:2]
    assert start == (E2_START if kind == "sent" else E1_START)
    others = {bytes((any_, start[1])) for any_ in range(256)} | {bytes((start[0], any_)) for any_ in range(256)}
    for other in others - {start}:
        with pytest.raises(VaultError, match=r"^unopened$"):
            opening(other + blob[2:])


@given(st.binary(max_size=5000))
def test_padding_hides_a_length_and_comes_off_again(plain):
    padded = pad(plain)
    assert unpad(padded) == plain
    assert len(padded) >= 1024
    assert len(padded).bit_count() == 1


@given(st.binary(max_size=2100))
@settings(max_examples=200)
def test_what_pad_does_not_make_is_refused(raw):
    try:
        plain = unpad(raw)
    except VaultError:
        return
    assert raw == pad(plain)


@pytest.mark.parametrize(
    "raw", [b"", bytes(1024), b"x" * 1024, b"\x80" + bytes(2047), b"x" * 1500 + b"\x80" + bytes(10)]
)
def test_padding_that_tells_more_than_it_must_is_refused(raw):
    with pytest.raises(VaultError):
        unpad(raw)


def test_keys_for_two_purposes_are_two_keys():
    made = {derive(KEY, "kem"), derive(KEY, "safe"), derive(KEY, "kem", 1), derive(KEY, "kem", salt=KEY)}
    assert len(made) == 4
    assert {len(key) for key in made} == {KEY_BYTES}
