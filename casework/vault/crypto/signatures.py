"""The checkpoint key (Ed25519): it signs checkpoints and backups, so that both can be verified outside this machine.

The first line of what is signed says what it is, so that a signature on one thing never fits another.
"""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from casework import files
from casework.errors import VaultError
from casework.sealed import Sealed
from casework.vault.crypto.aead import KEY_BYTES, new_key
from casework.vault.keys import keyfile

_MAGIC = "casework-checkpoint-1"
_FINGERPRINT_BYTES = 16


@dataclass(frozen=True)
class Signer(Sealed):
    """The private half of a checkpoint key."""

    secret: bytes

    @cached_property
    def public(self) -> bytes:
        """Return the public half, which is pinned in the configuration and printed on every sheet."""
        return Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()


def create(path: Path) -> Signer:
    """Write a new key to a new file of mode 0600 and return it; an existing file is never written over."""
    signer = new_signer()
    files.write_new(path, _line(signer))
    return signer


def new_signer() -> Signer:
    return Signer(new_key())


def replace(path: Path, signer: Signer) -> None:
    """Replace the key file, at once or not at all."""
    files.replace(path, _line(signer))


def load(path: Path) -> Signer:
    """Read the key file; raise VaultError if others may read it or if it is damaged."""
    words = keyfile.read(path).split()
    if len(words) != 2 or words[0] != _MAGIC:
        raise VaultError(
            f"Tệp khóa {path} hỏng: chạy `casework rotate-keys checkpoint`. / The key file {path} is damaged: run "
            "`casework rotate-keys checkpoint`."
        )
    return Signer(_secret_of(words[1]))


def sign(signer: Signer, message: bytes) -> bytes:
    """Return the 64-byte Ed25519 signature of a message (RFC 8032)."""
    return Ed25519PrivateKey.from_private_bytes(signer.secret).sign(message)


def verify(publics: Iterable[bytes], message: bytes, signature: bytes) -> bytes:
    """Return which of the pinned public keys has signed a message; raise VaultError if none has."""
    for public in publics:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
        except (InvalidSignature, ValueError):
            continue
        return public
    raise VaultError("unopened")


def fingerprint(public: bytes) -> str:
    """Return the first half of the SHA-256 of a public key in groups of four digits, to be compared by eye."""
    digits = sha256(public).hexdigest()[: 2 * _FINGERPRINT_BYTES]
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def encode_public(public: bytes) -> str:
    """Return a public key as it is pinned in the configuration."""
    return base64.b64encode(public).decode()


def decode_public(text: str) -> bytes:
    """Read a public key as it is pinned in the configuration; raise VaultError if it is no such text."""
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as cause:
        raise VaultError(
            "Khóa công khai ghi trong casework.toml (checkpoint_public hoặc backup_public) bị hỏng: chép lại từ tờ "
            "hoặc bản sao lưu. / A public key in casework.toml (checkpoint_public or backup_public) is damaged."
        ) from cause


def _line(signer: Signer) -> str:
    return f"{_MAGIC} {base64.b64encode(signer.secret).decode()}\n"


def _secret_of(text: str) -> bytes:
    try:
        secret = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise VaultError(
            "Tệp khóa của mốc nhật ký bị hỏng: chạy `casework rotate-keys checkpoint`. / The key file of checkpoints "
            "is damaged: run `casework rotate-keys checkpoint`."
        )
    return secret
