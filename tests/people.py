"""The people of the tests: at least one in every role of one commune, and two in the commune beside it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TypeVar
from uuid import UUID

from casework.errors import Busy
from casework.vault import circles
from casework.vault.circles import Enrolment
from casework.vault.kek import Kek, control

T = TypeVar("T")
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
# An agency of these holds no key to any case.
KEYLESS = frozenset({"statistics", "reporters", "oversight", ""})


@cache
def enrolments() -> dict[str, Enrolment]:
    """Make everybody's keys once for this process: Argon2 takes its time, and they fit every copy of the house."""
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(STAFF, pool.map(_prepared, STAFF.values()), strict=True))


def _prepared(one: Name) -> Enrolment:
    return patiently(lambda: circles.prepare(control(KEK, one.commune_id), one.passphrase))


def patiently(do: Callable[[], T]) -> T:
    """Try again while others hold the two slots of Argon2 that this machine has."""
    for _ in range(5):
        try:
            return do()
        except Busy:
            continue
    return do()
