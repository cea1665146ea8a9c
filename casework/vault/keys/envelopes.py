"""Encrypts a revision of a section under a key of its own, wraps that key for agencies in envelopes, opens both."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple, Protocol
from uuid import UUID, uuid4

from casework.errors import VaultError
from casework.vault.crypto import aead, hpke
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.encoding import encode_field, encode_fields, encode_id, encode_start, pad, unpad
from casework.vault.integrity import heads
from casework.vault.keys import epoch_links
from casework.vault.keys.context import CryptoContext, RecipientKey
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.models import Document, Envelope, Head
from casework.vault.states import EnvelopeKind

_JSON = json.JSONDecoder()


class OpenedDocument(NamedTuple):
    """An opened revision: who wrote it, when (microseconds), and its fields."""

    section: int
    series: UUID
    revision: int
    by: UUID
    at: int
    data: Mapping[str, Any]

    def __repr__(self) -> str:
        return "<sealed>"


class DocumentRow(Protocol):
    """A document as a mapped object or as a plain row."""

    @property
    def id(self) -> UUID: ...
    @property
    def case_id(self) -> UUID: ...
    @property
    def section(self) -> int: ...
    @property
    def series(self) -> UUID: ...
    @property
    def revision(self) -> int: ...
    @property
    def author_agency_id(self) -> UUID: ...
    @property
    def commit_tag(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


class EnvelopeRow(Protocol):
    """An envelope as a mapped object or as a plain row."""

    @property
    def document_id(self) -> UUID: ...
    @property
    def agency_id(self) -> UUID: ...
    @property
    def epoch(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def blob(self) -> bytes: ...


class DocumentRowWithEnvelope(NamedTuple):
    """A document and one envelope of it in one narrow row, joined where commune, document and case are the same."""

    id: UUID
    case_id: UUID
    section: int
    series: UUID
    revision: int
    author_agency_id: UUID
    commit_tag: bytes
    body: bytes
    commune_id: UUID
    document_id: UUID
    agency_id: UUID
    epoch: int
    kind: str
    blob: bytes
    mac: bytes

    def __repr__(self) -> str:
        return "<sealed>"


@dataclass(frozen=True)
class Plaintext:
    """What is to be encrypted: a section of a case, its fields and who writes it for which agency."""

    section: int
    data: Mapping[str, Any]
    by: UUID
    owner_id: UUID
    author_agency_id: UUID
    series: UUID = heads.SINGLE


def seal_revision(crypto: CryptoContext, head: Head, text: Plaintext, *, readers: Iterable[RecipientKey]) -> Document:
    """Encrypt a new revision under a key of its own and add one envelope for each reader to the session."""
    previous = heads.newest_revision(head.listing, text.section, text.series)
    dek = new_key()
    document = Document(
        commune_id=crypto.commune_id,
        id=uuid4(),
        case_id=head.id,
        section=int(text.section),
        series=text.series,
        revision=previous.revision + 1 if previous else 1,
        owner_id=text.owner_id,
        author_agency_id=text.author_agency_id,
        commit_tag=b"",
        body=b"",
    )
    document.commit_tag = _commitment(dek, commitment_context(crypto.commune_id, document.id))
    plain = {"by": text.by.hex, "at": crypto.at, "data": dict(text.data)}
    body = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    document.body = aead.encrypt(dek, pad(body), context=body_context(crypto.commune_id, document), key_ref=0)
    crypto.session.add(document)
    add_envelopes(crypto, document, dek, readers=readers)
    digest = sha256(document.body).digest()
    heads.list_revision(head, section=text.section, series=text.series, revision=document.revision, digest=digest)
    heads.mark_changed(crypto.session, head)
    return document


def add_envelopes(crypto: CryptoContext, document: DocumentRow, dek: bytes, *, readers: Iterable[RecipientKey]) -> None:
    """Add one envelope for each reader: kept under the safe key if the person has it, else sent to the public key."""
    for recipient in readers:
        kept = crypto.holds(recipient.agency_id) and crypto.keys(recipient.agency_id).epoch == recipient.epoch
        crypto.session.add(
            Envelope(
                commune_id=crypto.commune_id,
                document_id=document.id,
                agency_id=recipient.agency_id,
                case_id=document.case_id,
                epoch=recipient.epoch,
                kind=EnvelopeKind.KEPT if kept else EnvelopeKind.SENT,
                blob=_wrap_kept(crypto, document.id, crypto.keys(recipient.agency_id), dek)
                if kept
                else _wrap_sent(crypto, document.id, recipient, dek),
            )
        )


def open_newest(crypto: CryptoContext, listing: bytes, document: DocumentRow, envelope: EnvelopeRow) -> OpenedDocument:
    """Open the newest revision, verified against the case's head; VaultError for an older one."""
    digest = sha256(document.body).digest()
    if not heads.is_listed(listing, document.section, document.series, document.revision, digest):
        raise VaultError("unopened")
    return open_document(crypto, document, envelope)


def open_document(crypto: CryptoContext, document: DocumentRow, envelope: EnvelopeRow) -> OpenedDocument:
    """Open one revision with the envelope of an agency whose keys the person holds."""
    dek = open_document_key(crypto, document, envelope)
    padded = aead.decrypt(dek, document.body, context=body_context(crypto.commune_id, document), key_ref=0)
    plain, _ = _JSON.raw_decode(unpad(padded).decode())
    by, at, data = _author(plain["by"]), plain["at"], plain["data"]
    return OpenedDocument(document.section, document.series, document.revision, by, at, data)


@lru_cache(maxsize=4096)
def _author(digits: str) -> UUID:
    """Read the id of who wrote: few people write many pages."""
    return UUID(hex=digits)


def open_document_key(crypto: CryptoContext, document: DocumentRow, envelope: EnvelopeRow) -> bytes:
    """Unwrap the key of a document and verify that it is the one the document committed to."""
    if envelope.document_id != document.id:
        raise VaultError("unopened")
    keys = crypto.keys(envelope.agency_id)
    if envelope.kind == EnvelopeKind.KEPT:
        context = kept_context(crypto.commune_id, document.id, envelope.agency_id)
        dek = aead.decrypt(keys.safe_cipher, envelope.blob, context=context, key_ref=keys.epoch)
    elif envelope.kind == EnvelopeKind.SENT:
        private_key = epoch_links.earlier_epoch(crypto, keys, envelope.epoch).private_key
        context = sent_context(crypto.commune_id, document.id, envelope.agency_id, envelope.epoch)
        dek = hpke.open_sealed(private_key, envelope.blob, context=context)
    else:
        raise VaultError("unopened")
    if not hmac.compare_digest(
        document.commit_tag, _commitment(dek, commitment_context(crypto.commune_id, document.id))
    ):
        raise VaultError("unopened")
    return dek


def keep_sent(crypto: CryptoContext, document: DocumentRow, envelope: Envelope) -> None:
    """Turn an envelope that was sent into one that is kept, under the same document key."""
    rewrap_envelope(crypto, crypto.keys(envelope.agency_id), envelope, open_document_key(crypto, document, envelope))


def rewrap_envelope(crypto: CryptoContext, keys: AgencyKeys, envelope: Envelope, dek: bytes) -> None:
    """Wrap the key of a document under the safe key of this epoch, in the envelope that held it before."""
    envelope.blob = _wrap_kept(crypto, envelope.document_id, keys, dek)
    envelope.kind, envelope.epoch = EnvelopeKind.KEPT, keys.epoch


def _wrap_kept(crypto: CryptoContext, document_id: UUID, keys: AgencyKeys, dek: bytes) -> bytes:
    context = kept_context(crypto.commune_id, document_id, keys.agency_id)
    return aead.encrypt(keys.safe, dek, context=context, key_ref=keys.epoch)


def _wrap_sent(crypto: CryptoContext, document_id: UUID, recipient: RecipientKey, dek: bytes) -> bytes:
    return hpke.seal(
        recipient.public_key,
        dek,
        context=sent_context(crypto.commune_id, document_id, recipient.agency_id, recipient.epoch),
    )


def kept_context(commune_id: UUID, document_id: UUID, agency_id: UUID) -> bytes:
    """Return what the key of a document is bound to where an agency keeps it under its own."""
    return _start(4, "cw/1/kept", commune_id) + encode_id(document_id) + encode_id(agency_id)


def sent_context(commune_id: UUID, document_id: UUID, agency_id: UUID, epoch: int) -> bytes:
    """Return what the key of a document is bound to where it is encrypted to an agency's public key."""
    return encode_fields("cw/1/sent", commune_id, document_id, agency_id, epoch)


def commitment_context(commune_id: UUID, document_id: UUID) -> bytes:
    """Return the message whose HMAC under the key commits a document to that key."""
    return _start(3, "cw/1/commit", commune_id) + encode_id(document_id)


def body_context(commune_id: UUID, row: DocumentRow) -> bytes:
    """Return what a body is bound to: its document, its place in the case, and the agency of its author."""
    place = encode_field(row.section) + encode_id(row.series) + encode_field(row.revision)
    document = encode_id(row.id) + encode_id(row.case_id)
    return _start(8, "cw/1/body", commune_id) + document + place + encode_id(row.author_agency_id)


@lru_cache(maxsize=1024)
def _start(count: int, word: str, commune_id: UUID) -> bytes:
    """Encode what is the same in each context of a commune: lists make three for every document."""
    return encode_start(count, word, commune_id)


def _commitment(dek: bytes, context: bytes) -> bytes:
    """Return a document's commitment to its key: an HMAC under that key."""
    return hmac.digest(dek, context, "sha256")
