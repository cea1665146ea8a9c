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

_STORED_KEYS = Path(__file__).with_name("keys.json")
THANH_SON = UUID("11111111-1111-4111-8111-111111111111")
DONG_HAI = UUID("22222222-2222-4222-8222-222222222222")
COMMUNES = {THANH_SON: "xã Thanh Sơn", DONG_HAI: "xã Đông Hải"}
KEK = Kek(1, bytes(range(32)))


@dataclass(frozen=True)
class StaffMember:
    """Somebody on the staff: username, name, roles and agency (a code, or empty)."""

    username: str
    name: str
    roles: tuple[str, ...]
    agency: str = ""
    commune_id: UUID = THANH_SON

    @property
    def passphrase(self) -> str:
        """Return their passphrase: long, with diacritics."""
        return f"mật khẩu thử của {self.username}"


STAFF = {
    person.username: person
    for person in (
        StaffMember("lan", "Trần Thị Lan", ("counsellor",), "womens_union"),
        StaffMember("mai", "Phạm Thu Mai", ("counsellor",), "womens_union"),
        StaffMember("hoa", "Lê Thị Hòa", ("lead",), "womens_union"),
        StaffMember("binh", "Nguyễn Thanh Bình", ("deputy",), "womens_union"),
        StaffMember("cuong", "Vũ Mạnh Cường", ("officer",), "police"),
        StaffMember("tam", "Đỗ Thị Tâm", ("health_worker",), "health_station"),
        StaffMember("phuc", "Hoàng Văn Phúc", ("legal_officer",), "legal_aid"),
        StaffMember("nga", "Bùi Thị Nga", ("child_officer",), "child_protection"),
        StaffMember("chinh", "Đặng Văn Chính", ("chair",), "chairman"),
        StaffMember("vinh", "Tạ Quang Vinh", ("deputy_chair",), "chairman"),
        StaffMember("thu", "Ngô Minh Thư", ("statistician",), "statistics"),
        StaffMember("rang", "Lý Thị Ráng", ("reporter",), "reporters"),
        StaffMember("hien", "Phan Thị Hiền", ("host",), "reporters"),
        StaffMember("quang", "Dương Văn Quảng", ("observer",), "oversight"),
        StaffMember("son", "Mai Xuân Sơn", ("administrator",)),
        StaffMember("luu", "Hồ Thị Lựu", ("counsellor",), "womens_union", DONG_HAI),
        StaffMember("lien", "Trịnh Thị Liên", ("lead",), "womens_union", DONG_HAI),
    )
}
_HELD = {role for person in STAFF.values() for role in person.roles}
# A role that the list has and nobody here holds yet gets somebody, so that the laws try it from its first day on.
STAFF |= {
    role.code: StaffMember(role.code, role.vi, (role.code,), next(iter(role.texts("agencies")), ""))
    for role in codelist("role")
    if role.flag("person") and role.code not in _HELD
}
# Who comes to work later: nobody has enrolled them, so that the house begins with one officer (see `House.hires`).
LATER = {
    person.username: person
    for person in (
        StaffMember("dung", "Trịnh Văn Dũng", ("officer",), "police"),
        StaffMember("kien", "Vũ Trung Kiên", ("officer",), "police"),
        StaffMember("oanh", "Đoàn Thị Oanh", ("officer",), "police"),
        StaffMember("phu", "Cao Văn Phú", ("officer",), "police"),
        StaffMember("quy", "Tạ Đức Quý", ("officer",), "police"),
    )
}
# An agency of these holds no key to any case.
KEYLESS = frozenset({agency.code for agency in codelist("agency") if not agency.flag("holds_keys")} | {""})


@dataclass(frozen=True)
class Keys:
    """Somebody's keys as enrolment made them, and the seed that their passphrase unwraps."""

    enrolment: Enrolment
    seed: bytes


@cache
def keys() -> dict[str, Keys]:
    """Return everybody's keys, made once by `python -m tests.people`: they fit every copy of the house.

    Being stored, they show too that what an earlier program enrolled still opens. A new person has keys for this run.
    """
    stored = json.loads(_STORED_KEYS.read_text(encoding="utf-8"))
    return {
        username: _read(stored.get(username) or _enrolled(person), person.commune_id)
        for username, person in (STAFF | LATER).items()
    }


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


def _enrolled(person: StaffMember) -> dict[str, Any]:
    server_keys = server_keys_of(KEK, person.commune_id)
    enrolment = provisioning.new_enrolment(server_keys, person.passphrase)
    return {
        "member_id": str(enrolment.member_id),
        "slot_id": str(enrolment.slot.id),
        "public_key": _text(enrolment.public_key),
        "salt": _text(enrolment.slot.salt),
        "memory_kib": enrolment.slot.memory_kib,
        "passes": enrolment.slot.passes,
        "blob": _text(enrolment.slot.blob),
        "seed": _text(passwords.unwrap_with_passphrase(server_keys, enrolment.slot, person.passphrase)),
    }


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


if __name__ == "__main__":
    _STORED_KEYS.write_text(
        json.dumps({name: _enrolled(person) for name, person in (STAFF | LATER).items()}, indent=1) + "\n",
        encoding="utf-8",
    )
