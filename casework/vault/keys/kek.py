"""The key-encryption key: 32 bytes with an id, kept outside the database; every key of the server derives from it."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from casework import files
from casework.errors import VaultError
from casework.vault.crypto import hpke
from casework.vault.crypto.aead import KEY_BYTES, derive, new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys import keyfile

DEMO_ID = 0
_MAGIC = "casework-kek-1"


@dataclass(frozen=True)
class Kek:
    """One key-encryption key; id 0 is the demo's and a real installation refuses it."""

    number: int
    secret: bytes

    def __repr__(self) -> str:
        return f"<sealed kek {self.number}>"


@dataclass(frozen=True)
class ServerKeys:
    """The keys that the server derives from the KEK for one commune; they open no section of any case."""

    commune_id: UUID
    number: int
    wrap: bytes
    mac: bytes
    totp: bytes
    session: bytes
    mail: bytes
    duty: bytes
    address: bytes

    def __repr__(self) -> str:
        return f"<sealed server keys {self.number}>"

    def tag(self, message: bytes) -> bytes:
        """Return the 32-byte HMAC-SHA256 of a message under K_ctl."""
        mac = self._keyed.copy()
        mac.update(message)
        return mac.finalize()

    def sign(self, message: bytes) -> bytes:
        """Return the MAC of a message: u32be number of the KEK, then its tag."""
        return self._number_bytes + self.tag(message)

    @cached_property
    def _number_bytes(self) -> bytes:
        return self.number.to_bytes(4, "big")

    @cached_property
    def _keyed(self) -> HMAC:
        """Return the HMAC after the key and before any message: copying it is quicker than keying a new one."""
        return HMAC(self.mac, SHA256())


@lru_cache(maxsize=1024)
def server_keys_of(kek: Kek, commune_id: UUID) -> ServerKeys:
    """Derive the keys of one commune: K_uw, K_ctl, K_totp, K_ses, K_mail, K_duty, K_address."""
    keys = [derive(kek.secret, word, commune_id) for word in ("uw", "ctl", "totp", "ses", "mail", "duty", "address")]
    return ServerKeys(commune_id, kek.number, *keys)


def web_key(kek: Kek) -> bytes:
    """Derive the key that signs the browser's form tokens (K_web); it is one for the installation."""
    return derive(kek.secret, "web")


def create(path: Path, number: int) -> Kek:
    """Write a new key to a new file of mode 0600 and return it; an existing file is never written over."""
    kek = Kek(number, new_key())
    write(path, kek)
    return kek


def write(path: Path, kek: Kek) -> None:
    """Write a key, as it stands on its sheet, to a new file of mode 0600."""
    files.write_new(path, _text([kek]))


def load(path: Path, *, demo: bool) -> Kek:
    """Read the one key of an installation; refuse a file of two, the demo's key elsewhere, and a real one in the demo.

    Two keys stand in the file only while `rotate-keys` runs or after it was broken off: then nothing else may run.
    """
    keys = load_all(path)
    if len(keys) > 1:
        raise VaultError(
            "Việc đổi khóa chưa xong. Hãy chạy lại `casework rotate-keys kek` rồi mới mở sổ. / The rotation of the key "
            "was broken off. Run `casework rotate-keys kek` again first."
        )
    if (keys[0].number == DEMO_ID) != demo:
        raise VaultError(
            "Khóa dùng thử chỉ chạy với bản dùng thử, khóa thật chỉ chạy với bản thật: xem kek_file và demo trong "
            "casework.toml. / The demo's key runs the demo alone, a real key a real book: see kek_file and demo."
        )
    return keys[0]


def load_all(path: Path) -> tuple[Kek, ...]:
    """Read every key of the file, the newest last; refuse a file that others may read, and a damaged one."""
    try:
        keys = tuple(_parsed(line) for line in keyfile.read(path).splitlines())
    except (ValueError, binascii.Error) as cause:
        raise VaultError(_damaged(path)) from cause
    numbers = [key.number for key in keys]
    if not keys or numbers != sorted(set(numbers)):
        raise VaultError(_damaged(path))
    return keys


def _damaged(path: Path) -> str:
    return (
        f"Tệp khóa {path} hỏng: viết lại từ tờ khóa bằng `casework key-file`. / The key file {path} is damaged: write "
        "it again from its sheet with `casework key-file`."
    )


def replace(path: Path, keys: Sequence[Kek]) -> None:
    """Replace the key file by one with these keys, at once or not at all."""
    files.replace(path, _text(keys))


def next_kek(kek: Kek) -> Kek:
    """Make the key that comes after this one."""
    return Kek(kek.number + 1, new_key())


def _text(keys: Sequence[Kek]) -> str:
    return "".join(f"{_MAGIC} {key.number} {base64.b64encode(key.secret).decode()}\n" for key in keys)


def _parsed(line: str) -> Kek:
    """Parse one line of a key file; raise ValueError if it is none."""
    magic, number, secret = line.split()
    kek = Kek(int(number), base64.b64decode(secret, validate=True))
    if magic != _MAGIC or len(kek.secret) != KEY_BYTES or not 0 <= kek.number < 2**32:
        raise ValueError(magic)
    return kek


def self_test() -> None:
    """Encrypt and decrypt one value; raise VaultError on a machine whose library cannot do the hybrid KEM."""
    seed, context = new_key(), b"cw/1/start"
    if (
        hpke.open_sealed(seed, hpke.seal(public_key(seed), b"casework", context=context), context=context)
        != b"casework"
    ):
        raise VaultError(
            "Thư viện mã hóa của máy này không dùng được: cài lại chương trình. / The library of cryptography of this "
            "machine cannot be used: install again."
        )
