"""Passkeys (WebAuthn Level 3) as a second factor: a device signs a challenge for our host name, in place of the digits.

What a browser signs names the page that asked, so a false page gets nothing that the true one would take. Attestation
is not asked for: which maker built the device is nobody's business.
"""

import base64
import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from uuid import UUID, uuid4

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from casework.errors import CaseworkError, gettext_noop
from casework.sealed import Sealed
from casework.vault.crypto import aead
from casework.vault.crypto.encoding import encode_fields, pad, unpad
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment import passkey_challenges
from casework.vault.keys.enrolment.models import Passkey
from casework.vault.keys.enrolment.passkey_challenges import LASTS_SECONDS, Ceremony
from casework.vault.keys.kek import ServerKeys

log = logging.getLogger(__name__)
T = TypeVar("T")
# What the library raises for an answer that no browser makes, besides its own exceptions.
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, IndexError, RecursionError)
_SELECTION = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
)
# The name of the product in the list of a phone's keys, as in that of its digits.
_ISSUER = "So ca"


class WrongPasskey(CaseworkError):
    """What a browser brought is not signed by a passkey of this member, for this page and this purpose."""

    status = 422

    def __init__(self, message: str = "", **about: Any) -> None:
        super().__init__(
            message or gettext_noop("Khóa trên máy chưa đúng hoặc không phải của tài khoản này. Hãy thử lại."), **about
        )


class SpentChallenge(WrongPasskey):
    """The challenge is older than five minutes, was answered before, or was made for something else."""


class FallenCounter(WrongPasskey):
    """A passkey has signed fewer times than we know of: there may be a copy of it."""


@dataclass(frozen=True)
class Credential(Sealed):
    """What is known of a passkey: its name, its id, its public key (COSE) and how often it has signed."""

    name: str
    credential_id: bytes
    public_key: bytes
    sign_count: int


def creation_options(
    server_keys: ServerKeys, ceremony: Ceremony, member_id: UUID, username: str, *, known: Iterable[Credential], at: int
) -> str:
    """Return the options for a browser that makes a passkey, as JSON; devices that hold a known one make no second."""
    options = generate_registration_options(
        rp_id=ceremony.party.host,
        rp_name=_ISSUER,
        user_id=member_id.bytes,
        user_name=username,
        challenge=passkey_challenges.new(server_keys, ceremony, at=at),
        timeout=LASTS_SECONDS * 1000,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=_SELECTION,
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def request_options(crypto: CryptoContext, ceremony: Ceremony, rows: Sequence[Passkey]) -> str:
    """Return the options for a browser that asks one of these passkeys to sign, as JSON; empty without any."""
    if not rows:
        return ""
    options = generate_authentication_options(
        rp_id=ceremony.party.host,
        challenge=passkey_challenges.new(crypto.server_keys, ceremony, at=crypto.at),
        timeout=LASTS_SECONDS * 1000,
        allow_credentials=_descriptors(credential_of(crypto.server_keys, row) for row in rows),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def enrolled(crypto: CryptoContext, ceremony: Ceremony, member_id: UUID, *, name: str, answer: str) -> Passkey:
    """Return the row of the passkey that a browser has just made; raise WrongPasskey for any other answer."""
    made = _read(parse_registration_credential_json, answer)
    challenge = _spend(crypto, ceremony, made.response.client_data_json)
    verified = _read(
        verify_registration_response,
        credential=made,
        expected_challenge=challenge,
        expected_rp_id=ceremony.party.host,
        expected_origin=ceremony.party.origin,
    )
    row = Passkey(commune_id=crypto.commune_id, id=uuid4(), member_id=member_id, created=crypto.at, blob=b"")
    credential = Credential(name, verified.credential_id, verified.credential_public_key, verified.sign_count)
    row.blob = _sealed(crypto.server_keys, row, credential)
    return row


def use(crypto: CryptoContext, ceremony: Ceremony, rows: Sequence[Passkey], answer: str) -> None:
    """Take what one of these passkeys has signed and remember its counter; raise WrongPasskey for anything else."""
    signed = _read(parse_authentication_credential_json, answer)
    challenge = _spend(crypto, ceremony, signed.response.client_data_json)
    opened = [(row, credential_of(crypto.server_keys, row)) for row in rows]
    fitting = [(row, credential) for row, credential in opened if credential.credential_id == signed.raw_id]
    if not fitting:
        raise WrongPasskey
    [(row, credential)] = fitting
    verified = _read(
        verify_authentication_response,
        credential=signed,
        expected_challenge=challenge,
        expected_rp_id=ceremony.party.host,
        expected_origin=ceremony.party.origin,
        credential_public_key=credential.public_key,
        # The counter is compared below, where a fallen one can be told from a wrong signature.
        credential_current_sign_count=0,
    )
    _require_risen(credential, verified.new_sign_count)
    row.blob = _sealed(crypto.server_keys, row, replace(credential, sign_count=verified.new_sign_count))


def credential_of(server_keys: ServerKeys, row: Any) -> Credential:
    """Decrypt what a row holds."""
    plain = aead.decrypt(
        server_keys.totp, row.blob, context=_context(server_keys, row.member_id, row.id), key_ref=server_keys.number
    )
    name, credential_id, public_key, sign_count = json.loads(unpad(plain))
    return Credential(name, base64.b64decode(credential_id), base64.b64decode(public_key), sign_count)


def rewrap(old: ServerKeys, newer: ServerKeys, row: Any) -> bytes:
    """Return what a row holds under the newer server's key instead of the old one."""
    return _sealed(newer, row, credential_of(old, row))


def _sealed(server_keys: ServerKeys, row: Any, credential: Credential) -> bytes:
    credential_id, public_key = (
        base64.b64encode(value).decode() for value in (credential.credential_id, credential.public_key)
    )
    fields = [credential.name, credential_id, public_key, credential.sign_count]
    plain = pad(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode())
    context = _context(server_keys, row.member_id, row.id)
    return aead.encrypt(server_keys.totp, plain, context=context, key_ref=server_keys.number)


def _context(server_keys: ServerKeys, member_id: UUID, row_id: UUID) -> bytes:
    return encode_fields("cw/1/passkey", server_keys.commune_id, member_id, row_id)


def _spend(crypto: CryptoContext, ceremony: Ceremony, client_data: bytes) -> bytes:
    """Return the challenge that was signed, used up with that; raise SpentChallenge if it is not a live one of ours."""
    challenge = bytes(_read(parse_client_data_json, client_data).challenge)
    if not passkey_challenges.spend(crypto, ceremony, challenge):
        raise SpentChallenge(gettext_noop("Trang này đã để quá 5 phút hoặc đã dùng rồi. Hãy bấm lại."))
    return challenge


def _require_risen(credential: Credential, sign_count: int) -> None:
    """Raise FallenCounter unless the counter has risen; passkeys that several devices share say 0 each time."""
    if (sign_count or credential.sign_count) and sign_count <= credential.sign_count:
        log.warning("fault=%s row=%s", FallenCounter.__name__, Passkey.__tablename__)
        raise FallenCounter(
            gettext_noop(
                "Khóa này có thể đã bị chép sang máy khác nên không nhận. "
                "Hãy vào bằng mã 6 số, bỏ khóa này ở trang “Tài khoản của tôi”, rồi báo người quản trị."
            )
        )


def _read(reader: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    try:
        return reader(*args, **kwargs)
    except _MALFORMED:
        raise WrongPasskey from None


def _descriptors(credentials: Iterable[Credential]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=credential.credential_id) for credential in credentials]
