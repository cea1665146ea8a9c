"""An authenticator in software: makes passkeys (ES256) and signs with them as a browser would hand it on."""

import base64
import json
from dataclasses import dataclass, field
from hashlib import sha256
from os import urandom
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from casework import clock
from casework.accounts import passkey_actions
from casework.vault.keys.enrolment import passkeys
from casework.vault.keys.enrolment.passkey_challenges import ENROL, Ceremony, RelyingParty
from tests.accounts.sign_in import session_token
from tests.house import House, Someone

ORIGIN = "https://localhost"
HERE = RelyingParty("localhost", ORIGIN)
_PRESENT, _ATTESTED = 0x01, 0x40


def text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def read(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


@dataclass
class Authenticator:
    """One device with one passkey; `origin` is what its browser believes to be at."""

    origin: str = ORIGIN
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def makes(self, options: str) -> str:
        """Make the passkey that a page asks for."""
        asked = json.loads(options)
        client_data = self._client_data("webauthn.create", asked["challenge"])
        numbers = self.key.public_key().public_numbers()
        public_key = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor2.dumps(public_key)
        data = self._data(asked["rp"]["id"], _PRESENT | _ATTESTED) + attested
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text(client_data), "attestationObject": text(made)})

    def signs(self, options: str, **changed: Any) -> str:
        """Sign the challenge of a page; `changed` replaces what the device would say (rp, challenge)."""
        asked = json.loads(options)
        self.count += 1
        client_data = self._client_data("webauthn.get", changed.get("challenge", asked["challenge"]))
        data = self._data(changed.get("rp", asked["rpId"]), _PRESENT)
        signature = self.key.sign(data + sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": text(client_data),
                "authenticatorData": text(data),
                "signature": text(signature),
            }
        )

    def _data(self, host: str, flags: int) -> bytes:
        return sha256(host.encode()).digest() + bytes((flags,)) + self.count.to_bytes(4, "big")

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _answer(self, response: dict[str, str]) -> str:
        own = text(self.credential_id)
        return json.dumps({"id": own, "rawId": own, "type": "public-key", "response": response})


def enrols(house: House, member: Someone, device: Authenticator, name: str = "máy ở trụ sở") -> None:
    """Add the passkey of a device, as the page does."""
    member.proves()
    ceremony = Ceremony(session_token(member).sid, ENROL, HERE)
    known = [own.credential for own in member.does(passkey_actions.list_passkeys)]
    keys = house.gate.server_keys(member.card.commune_id)
    options = passkeys.creation_options(keys, ceremony, member.id, member.card.username, known=known, at=clock.micros())
    member.does(passkey_actions.add_passkey, name, device.makes(options), ceremony=ceremony)
