"""A phone is paired by what a page sends back encrypted: only for its member, only for its step, only unchanged."""

from uuid import uuid4

import pytest

from casework import clock
from casework.errors import BadInput
from casework.vault.keys.enrolment import totp
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.keys.kek import server_keys_of
from tests.people import DONG_HAI, KEK, THANH_SON

SERVER_KEYS = server_keys_of(KEK, THANH_SON)
MEMBER = uuid4()


def test_the_digits_of_an_offered_seed_prove_the_phone_and_the_proof_gives_it_back():
    offered, at = totp.offer_seed(SERVER_KEYS, MEMBER), clock.micros()
    seed = totp.offered_seed(SERVER_KEYS, MEMBER, offered)
    phone = totp.paired_phone(SERVER_KEYS, MEMBER, offered, digits=totp.code_at(seed, at), at=at)
    assert phone is not None
    assert phone.seed == seed
    assert totp.decrypt_phone(SERVER_KEYS, MEMBER, totp.encrypt_phone(SERVER_KEYS, MEMBER, phone)) == phone


def test_digits_of_another_phone_prove_nothing():
    at = clock.micros()
    offered = totp.offer_seed(SERVER_KEYS, MEMBER)
    mine, other = (
        totp.offered_seed(SERVER_KEYS, MEMBER, text) for text in (offered, totp.offer_seed(SERVER_KEYS, MEMBER))
    )
    # Two seeds now and then show the same digits.
    digits = next(
        code
        for step in range(9)
        if totp.matching_counter(mine, code := totp.code_at(other, at + step * 30_000_000), at) is None
    )
    assert totp.paired_phone(SERVER_KEYS, MEMBER, offered, digits=digits, at=at) is None


def test_each_offer_holds_a_seed_of_its_own():
    assert len({totp.offered_seed(SERVER_KEYS, MEMBER, totp.offer_seed(SERVER_KEYS, MEMBER)) for _ in range(8)}) == 8


@pytest.mark.parametrize(
    "sent",
    ["", "x", "ầ", "====", "AAAA", totp.encrypt_phone(SERVER_KEYS, MEMBER, PairedPhone(bytes(20), 1))],
    ids=["nothing", "short", "no ASCII", "padding", "nothing sealed", "of the step after"],
)
def test_what_was_not_offered_is_refused(sent):
    with pytest.raises(BadInput):
        totp.offered_seed(SERVER_KEYS, MEMBER, sent)


def test_an_offer_is_good_for_its_member_and_commune_alone():
    offered = totp.offer_seed(SERVER_KEYS, MEMBER)
    for other, member_id in ((SERVER_KEYS, uuid4()), (server_keys_of(KEK, DONG_HAI), MEMBER)):
        with pytest.raises(BadInput):
            totp.offered_seed(other, member_id, offered)


def test_an_offer_is_no_proof():
    with pytest.raises(BadInput):
        totp.decrypt_phone(SERVER_KEYS, MEMBER, totp.offer_seed(SERVER_KEYS, MEMBER))
