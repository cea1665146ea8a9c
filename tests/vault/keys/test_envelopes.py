"""Documents and envelopes: a key for each agency that was given one, a commitment, and never an older page."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest

from casework.errors import VaultError
from casework.policy.vocabulary import Section
from casework.vault.crypto import aead, hpke
from casework.vault.crypto.aead import new_key
from casework.vault.integrity import heads
from casework.vault.keys import envelopes
from casework.vault.keys.context import CryptoContext, RecipientKey
from casework.vault.keys.envelopes import DocumentRowWithEnvelope, OpenedDocument, Plaintext
from casework.vault.keys.kek import server_keys_of
from casework.vault.keys.keyring import AgencyKeys, Keyring, new_agency_keys
from casework.vault.states import EnvelopeKind
from tests.people import DONG_HAI, KEK, THANH_SON
from tests.stories import CANARIES

UNION, POLICE = new_agency_keys(uuid4()), new_agency_keys(uuid4(), epoch=4)
AUTHOR = uuid4()


class Desk:
    """Where rows land that a real transaction would keep."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.info: dict[str, Any] = {}

    def add(self, row: Any) -> None:
        self.rows.append(row)

    def get(self, _kind: type, _key: object) -> None:
        """No epoch of these agencies has ever ended."""


def crypto(*keys: AgencyKeys, commune_id: UUID = THANH_SON) -> CryptoContext:
    ring = Keyring(AUTHOR, {agency.agency_id: agency for agency in keys}) if keys else None
    return CryptoContext(Desk(), server_keys_of(KEK, commune_id), ring, 7)  # type: ignore[arg-type]


def recipient(keys: AgencyKeys) -> RecipientKey:
    return RecipientKey(keys.agency_id, keys.epoch, keys.public_key)


def written(*readers: AgencyKeys, by: CryptoContext | None = None) -> SimpleNamespace:
    """Write a page for some agencies as somebody of the Union and return its head, document and envelopes."""
    author = by or crypto(UNION)
    head: Any = SimpleNamespace(id=uuid4(), listing=b"")
    text = Plaintext(Section.STORY, {"words": CANARIES["story"]}, AUTHOR, UNION.agency_id, UNION.agency_id)
    document = envelopes.seal_revision(author, head, text, readers=[recipient(keys) for keys in readers])
    found = [row for row in author.session.rows if row is not document]  # type: ignore[attr-defined]
    return SimpleNamespace(head=head, text=text, document=document, by={row.agency_id: row for row in found})


def opened(page: SimpleNamespace, keys: AgencyKeys, **instead: Any) -> OpenedDocument:
    place = SimpleNamespace(**({name: getattr(page.document, name) for name in DOCUMENT} | instead))
    return envelopes.open_newest(crypto(keys), page.head.listing, place, page.by[keys.agency_id])


DOCUMENT = ("id", "case_id", "section", "series", "revision", "author_agency_id", "commit_tag", "body")


def test_each_agency_that_was_given_an_envelope_opens_the_page_with_its_own_key():
    page = written(UNION, POLICE)
    assert {agency.agency_id: page.by[agency.agency_id].kind for agency in (UNION, POLICE)} == {
        UNION.agency_id: EnvelopeKind.KEPT,
        POLICE.agency_id: EnvelopeKind.SENT,
    }
    for keys in (UNION, POLICE):
        found = opened(page, keys)
        assert (found.data, found.by, found.at, found.revision) == ({"words": CANARIES["story"]}, AUTHOR, 7, 1)


def test_whoever_has_no_key_in_hand_still_seals_but_opens_nothing():
    page = written(UNION, by=crypto())
    assert page.by[UNION.agency_id].kind == EnvelopeKind.SENT
    assert opened(page, UNION).data == {"words": CANARIES["story"]}
    with pytest.raises(VaultError, match=r"^unopened$"):
        envelopes.open_newest(crypto(), page.head.listing, page.document, page.by[UNION.agency_id])
    with pytest.raises(VaultError, match=r"^unopened$"):
        envelopes.open_newest(crypto(POLICE), page.head.listing, page.document, page.by[UNION.agency_id])


@pytest.mark.parametrize(
    "instead",
    [
        {"case_id": uuid4()},
        {"section": int(Section.IDENTITY)},
        {"series": uuid4()},
        {"revision": 2},
        {"author_agency_id": uuid4()},
        {"commit_tag": bytes(32)},
        {"id": uuid4()},
        {"body": bytes(1058)},
    ],
    ids=lambda instead: next(iter(instead)),
)
def test_a_page_put_in_another_place_opens_nothing(instead):
    page = written(UNION)
    place = SimpleNamespace(**({name: getattr(page.document, name) for name in DOCUMENT} | instead))
    for opening in (
        lambda: opened(page, UNION, **instead),
        lambda: envelopes.open_document(crypto(UNION), place, page.by[UNION.agency_id]),
    ):
        with pytest.raises(VaultError, match=r"^unopened$"):
            opening()


def test_a_page_of_another_commune_opens_nothing():
    page = written(UNION, POLICE)
    for keys in (UNION, POLICE):
        elsewhere = crypto(keys, commune_id=DONG_HAI)
        with pytest.raises(VaultError, match=r"^unopened$"):
            envelopes.open_document(elsewhere, page.document, page.by[keys.agency_id])


@pytest.mark.parametrize("kind", ["", "open", EnvelopeKind.SENT])
def test_an_envelope_of_another_kind_opens_nothing(kind):
    page = written(UNION)
    page.by[UNION.agency_id].kind = kind
    with pytest.raises(VaultError, match=r"^unopened$"):
        opened(page, UNION)


def test_an_envelope_of_another_epoch_opens_nothing():
    page = written(UNION, POLICE)
    for keys in (replace(UNION, epoch=2), replace(POLICE, epoch=5)):
        with pytest.raises(VaultError, match=r"^unopened$"):
            opened(page, keys)


def test_an_envelope_cannot_be_given_to_another_agency():
    page = written(UNION, POLICE)
    page.by[UNION.agency_id], page.by[POLICE.agency_id] = page.by[POLICE.agency_id], page.by[UNION.agency_id]
    page.by[UNION.agency_id].agency_id = UNION.agency_id
    page.by[POLICE.agency_id].agency_id = POLICE.agency_id
    for keys in (UNION, POLICE):
        with pytest.raises(VaultError, match=r"^unopened$"):
            opened(page, keys)


def test_one_document_cannot_say_two_things_to_two_agencies():
    """An insider who makes a second key for the same body is caught by the commitment."""
    page = written(UNION, POLICE)
    other = new_key()
    envelope = page.by[POLICE.agency_id]
    context = envelopes.sent_context(THANH_SON, page.document.id, envelope.agency_id, envelope.epoch)
    envelope.blob = hpke.seal(POLICE.public_key, other, context=context)
    page.document.body = aead.encrypt(
        other, b"x" * 1024, context=envelopes.body_context(THANH_SON, page.document), key_ref=0
    )
    with pytest.raises(VaultError, match=r"^unopened$"):
        envelopes.open_document(crypto(POLICE), page.document, envelope)


def test_only_the_newest_revision_is_shown_as_the_newest():
    page = written(UNION)
    older = page.document
    newer = envelopes.seal_revision(crypto(UNION), page.head, page.text, readers=[recipient(UNION)])
    assert newer.revision == 2
    assert heads.newest_revision(page.head.listing, Section.STORY) is not None
    with pytest.raises(VaultError, match=r"^unopened$"):
        envelopes.open_newest(crypto(UNION), page.head.listing, older, page.by[UNION.agency_id])
    assert envelopes.open_document(crypto(UNION), older, page.by[UNION.agency_id]).revision == 1


def test_nothing_is_opened_that_the_head_does_not_list():
    page = written(UNION)
    page.head.listing = b""
    with pytest.raises(VaultError, match=r"^unopened$"):
        opened(page, UNION)


def test_an_opened_page_never_prints_itself():
    assert repr(opened(written(UNION), UNION)) == "<sealed>"
    document = written(UNION).document
    narrow = DocumentRowWithEnvelope._make(getattr(document, name, None) for name in DocumentRowWithEnvelope._fields)
    assert repr(narrow) == "<sealed>"


IDS = [UUID(int=number) for number in range(7)]
PLACE: Any = SimpleNamespace(id=IDS[2], case_id=IDS[3], section=4, series=IDS[5], revision=300, author_agency_id=IDS[6])
CONTEXTS = {
    "kept": (
        envelopes.kept_context(IDS[1], IDS[2], IDS[6]),
        "04020000000963772f312f6b657074030000001000000000000000000000000000000001030000001000000000000000"
        "000000000000000002030000001000000000000000000000000000000006",
    ),
    "sent": (
        envelopes.sent_context(IDS[1], IDS[2], IDS[6], 300),
        "05020000000963772f312f73656e74030000001000000000000000000000000000000001030000001000000000000000"
        "0000000000000000020300000010000000000000000000000000000000060100000002012c",
    ),
    "commit": (
        envelopes.commitment_context(IDS[1], IDS[2]),
        "03020000000b63772f312f636f6d6d697403000000100000000000000000000000000000000103000000100000000000"
        "0000000000000000000002",
    ),
    "body": (
        envelopes.body_context(IDS[1], PLACE),
        "08020000000963772f312f626f6479030000001000000000000000000000000000000001030000001000000000000000"
        "000000000000000002030000001000000000000000000000000000000003010000000104030000001000000000000000"
        "0000000000000000050100000002012c030000001000000000000000000000000000000006",
    ),
}


@pytest.mark.parametrize("word", CONTEXTS)
def test_a_context_has_its_bytes_for_ever(word):
    context, known = CONTEXTS[word]
    assert context.hex() == known
