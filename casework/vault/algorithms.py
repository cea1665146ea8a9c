"""The algorithms that blobs are sealed with, each under the byte that names it; one of each kind is the current one.

Everything new is sealed with the current one. What an earlier one has sealed is opened for as long as it stands here;
`casework rotate-keys algorithm` seals it again, so that an earlier one can be struck. An unknown byte is refused.
"""

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

T = TypeVar("T")
VERSION = 1
# The first algorithm takes a key as it is; every later one takes a key of its own, derived from it.
FIRST = 1
NONCE_BYTES, TAG_BYTES = 12, 16


class Cipher(Protocol):
    """A cipher that authenticates: nonces of 12 bytes, tags of 16."""

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...
    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None, /) -> bytes: ...


class Maker(Protocol):
    """What makes a cipher of a key of 32 bytes."""

    def __call__(self, key: bytes, /) -> Cipher: ...


@dataclass
class Register(Generic[T]):
    """The known algorithms of one kind by their bytes, and which of them seals from now on."""

    current: int
    known: dict[int, T]

    @property
    def newest(self) -> bytes:
        """Return how a blob begins that is sealed from now on: version and algorithm."""
        return bytes((VERSION, self.current))

    def outdated(self, blob: bytes | None) -> bool:
        """Tell whether a blob was sealed with an algorithm that is not the current one; none at all was not."""
        return blob is not None and blob[:2] != self.newest


# What is sealed under a symmetric key.
E1: Register[Maker] = Register(FIRST, {FIRST: AESGCM})
# What is sealed to a public key. All suites share the one kind of key pair (X-Wing).
E2: Register[Suite] = Register(2, {2: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)})
