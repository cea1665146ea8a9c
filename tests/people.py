"""The people of the tests: at least one in every role of one commune, and two in the commune beside it."""

import base64
import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from casework.codelists import codelist
from casework.vault.crypto import passwords
from casework.vault.crypto.passwords import WrappedSeed
from casework.vault.keys import provisioning
from casework.vault.keys.kek import Kek, server_keys_of
from casework.vault.keys.provisioning import Enrolment

_KEPT = Path(__file__).with_name("keys.json")
THANH_SON = UUID("11111111-1111-4111-8111-111111111111")
DONG_HAI = UUID("22222222-2222-4222-8222-222222222222")
COMMUNES = {THANH_SON: "xã Thanh Sơn", DONG_HAI: "xã Đông Hải"}
KEK = Kek(1, bytes(range(32)))


@dataclass(frozen=True)
class Name:
    """Somebody on the staff: the word she signs in with, her name, her roles and her agency (a code, or empty)."""

    username: str
    name: str
    roles: tuple[str, ...]
    agency: str = ""
    commune_id: UUID = THANH_SON

    @property
    def passphrase(self) -> str:
        """Return her passphrase: long, with marks, as people here write."""
        return f"mật khẩu thử của {self.username}"


STAFF = {
    one.username: one
    for one in (
        Name("lan", "Trần Thị Lan", ("counsellor",), "womens_union"),
        Name("mai", "Phạm Thu Mai", ("counsellor",), "womens_union"),
        Name("hoa", "Lê Thị Hòa", ("lead",), "womens_union"),
        Name("binh", "Nguyễn Thanh Bình", ("deputy",), "womens_union"),
        Name("cuong", "Vũ Mạnh Cường", ("officer",), "police"),
        Name("tam", "Đỗ Thị Tâm", ("health_worker",), "health_station"),
        Name("phuc", "Hoàng Văn Phúc", ("legal_officer",), "legal_aid"),
        Name("nga", "Bùi Thị Nga", ("child_officer",), "child_protection"),
        Name("chinh", "Đặng Văn Chính", ("chair",), "chairman"),
        Name("thu", "Ngô Minh Thư", ("statistician",), "statistics"),
        Name("rang", "Lý Thị Ráng", ("reporter",), "reporters"),
        Name("hien", "Phan Thị Hiền", ("host",), "reporters"),
        Name("quang", "Dương Văn Quảng", ("observer",), "oversight"),
        Name("son", "Mai Xuân Sơn", ("administrator",)),
        Name("luu", "Hồ Thị Lựu", ("counsellor",), "womens_union", DONG_HAI),
        Name("lien", "Trịnh Thị Liên", ("lead",), "womens_union", DONG_HAI),
    )
}
_HELD = {role for one in STAFF.values() for role in one.roles}
# A role that the list has and nobody here holds yet gets somebody, so that the laws try it from its first day on.
STAFF |= {
    one.code: Name(one.code, one.vi, (one.code,), next(iter(one.texts("agencies")), ""))
    for one in codelist("role")
    if one.flag("person") and one.code not in _HELD
}
# An agency of these holds no key to any case.
KEYLESS = frozenset({one.code for one in codelist("agency") if not one.flag("holds_keys")} | {""})


@dataclass(frozen=True)
class Keys:
    """Somebody's keys as enrolling made them and as her passphrase opens them."""

    enrolment: Enrolment
    seed: bytes


@cache
def keys() -> dict[str, Keys]:
    """Return everybody's keys, made once by `python -m tests.people`: they fit every copy of the house.

    Being kept, they prove too that what an earlier program enrolled still opens. Who is new has keys for this run.
    """
    kept = json.loads(_KEPT.read_text(encoding="utf-8"))
    return {username: _read(kept.get(username) or _made(one), one.commune_id) for username, one in STAFF.items()}


def phone_of(username: str) -> bytes:
    """Return the seed in somebody's phone."""
    return sha256(f"phone of {username}".encode()).digest()[:20]


def _read(raw: dict[str, Any], commune_id: UUID) -> Keys:
    slot = WrappedSeed(
        commune_id=commune_id,
        id=UUID(raw["slot_id"]),
        member_id=UUID(raw["member_id"]),
        kind="password",
        salt=_bytes(raw["salt"]),
        memory_kib=raw["memory_kib"],
        passes=raw["passes"],
        blob=_bytes(raw["blob"]),
    )
    return Keys(Enrolment(_bytes(raw["public_key"]), slot), _bytes(raw["seed"]))


def _made(one: Name) -> dict[str, Any]:
    own = server_keys_of(KEK, one.commune_id)
    made = provisioning.new_enrolment(own, one.passphrase)
    return {
        "member_id": str(made.member_id),
        "slot_id": str(made.slot.id),
        "public_key": _text(made.public_key),
        "salt": _text(made.slot.salt),
        "memory_kib": made.slot.memory_kib,
        "passes": made.slot.passes,
        "blob": _text(made.slot.blob),
        "seed": _text(passwords.unwrap_with_passphrase(own, made.slot, one.passphrase)),
    }


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


if __name__ == "__main__":
    _KEPT.write_text(json.dumps({name: _made(one) for name, one in STAFF.items()}, indent=1) + "\n", encoding="utf-8")
