"""Every kind of encrypted or signed bytes that the database holds, each with the product's own way of opening it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

from casework.accounts import mail_actions
from casework.accounts.kept_form_actions import TypedForm, keep_form
from casework.audit.chain import holds
from casework.errors import VaultError
from casework.vault.crypto import passwords, signatures
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.keys import blind_index, envelopes, kept_forms, keyring, mail_addresses, sessions
from casework.vault.keys.context import CryptoContext
from casework.vault.models import Head
from tests.house import House, Someone
from tests.people import KEK, THANH_SON, keys
from tests.tampering import Row, stolen


@dataclass(frozen=True)
class Blob:
    """Some bytes and what opens them: it raises VaultError for all others."""

    raw: bytes
    opens: Callable[[bytes], object]


def _like(row: Row, **changes: Any) -> Any:
    return SimpleNamespace(**{**row, **changes})


def blobs(house: House, lan: Someone, cuong: Someone) -> dict[str, Blob]:
    """Gather one of each kind from a house in which a case was shared."""
    server_keys = house.gate.server_keys(THANH_SON)
    token = sessions.token_from(lan.cookie)
    assert token
    # Both sign in before the stolen database is opened, which would hold the write lock.
    agencies = {"kept": lan.person.actor.agency_id, "sent": cuong.person.actor.agency_id}
    with stolen(house) as thief:
        own = thief.rows("session", sid=token.sid)[0]
        wrap = thief.rows("wrap", member_id=lan.id)[0]
        slot = thief.rows("slot", member_id=lan.id)[0]
        commune = thief.rows("commune", id=THANH_SON)[0]
        head = thief.rows("head", commune_id=THANH_SON, kind="case")[0]
        line = thief.rows("audit_line", commune_id=THANH_SON, n=3)[0]
        before = thief.rows("audit_line", commune_id=THANH_SON, n=2)[0]
        pages = {
            kind: _page(thief.rows("envelope", kind=kind, agency_id=agency_id), thief.rows("document"))
            for kind, agency_id in agencies.items()
        }
    seed = keys()["lan"].seed
    places = {name: wrap[name] for name in ("commune_id", "agency_id", "epoch", "member_id")}

    def unlock(raw: bytes) -> object:
        return passwords.unwrap_with_passphrase(server_keys, _like(slot, blob=raw), lan.card.passphrase)

    return {
        "wrap": Blob(wrap["blob"], lambda raw: keyring.unwrap(seed, raw, **places)),
        "slot": Blob(slot["blob"], unlock),
        "session": Blob(own["blob"], lambda raw: sessions.seed_of(_like(own, blob=raw), token, server_keys)),
        "marks": Blob(
            commune["marks"], lambda raw: blind_index.compute(server_keys, _like(commune, marks=raw), "code", "1")
        ),
        "head mac": Blob(head["mac"], lambda raw: verify_row(server_keys, Head, _like(head, mac=raw), 0)),
        "listing": Blob(head["listing"], lambda raw: verify_row(server_keys, Head, _like(head, listing=raw), 0)),
        "line mac": Blob(line["mac"], lambda raw: _held(holds(server_keys, _like(line, mac=raw), 3, before["h"]))),
        "line hash": Blob(line["h"], lambda raw: _held(holds(server_keys, _like(line, h=raw), 3, before["h"]))),
        "kept form": _kept_form(house, lan),
        "mail address": _mail_address(house, lan),
        "checkpoint": _checkpoint(house),
        **_page_blobs(house, lan, *pages["kept"], name="kept"),
        **_page_blobs(house, cuong, *pages["sent"], name="sent"),
    }


def _page(rows: list[Row], documents: list[Row]) -> tuple[Row, Row]:
    envelope = rows[0]
    return envelope, next(document for document in documents if document["id"] == envelope["document_id"])


def _page_blobs(house: House, who: Someone, envelope: Row, document: Row, *, name: str) -> dict[str, Blob]:
    crypto = CryptoContext(SimpleNamespace(info={}), house.gate.server_keys(THANH_SON), who.person.keyring, 0)  # type: ignore[arg-type]
    sheet = _like(envelope)
    return {
        f"{name} envelope": Blob(
            envelope["blob"],
            lambda raw: envelopes.open_document_key(crypto, _like(document), _like(envelope, blob=raw)),
        ),
        f"{name} body": Blob(
            document["body"], lambda raw: envelopes.open_document(crypto, _like(document, body=raw), sheet)
        ),
        f"{name} commitment": Blob(
            document["commit_tag"],
            lambda raw: envelopes.open_document_key(crypto, _like(document, commit_tag=raw), sheet),
        ),
    }


def _kept_form(house: House, lan: Someone) -> Blob:
    lan.does(keep_form, TypedForm(uuid4(), "/tim", "/tim", fields=(("query", "chữ gõ dở"),)), case_id=None)
    with stolen(house) as thief:
        [row] = thief.rows("kept_form")
    return Blob(row["blob"], lambda raw: kept_forms.text_of(_like(row, blob=raw), keys()["lan"].seed))


def _mail_address(house: House, lan: Someone) -> Blob:
    lan.does(mail_actions.set_address, "lan@noikhac.example", "12345678")
    server_keys = house.gate.server_keys(THANH_SON)
    with stolen(house) as thief:
        [row] = thief.rows("mail_address")
    return Blob(row["blob"], lambda raw: mail_addresses.address_of(server_keys, _like(row, blob=raw)))


def _checkpoint(house: House) -> Blob:
    signer = signatures.create(house.config.data / "flips-checkpoint-key")
    message = hashlib.sha256(str(KEK).encode()).digest()
    return Blob(signatures.sign(signer, message), lambda raw: signatures.verify([signer.public], message, raw))


def _held(answer: bool) -> None:
    if not answer:
        raise VaultError("unopened")
