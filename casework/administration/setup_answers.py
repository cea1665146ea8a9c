"""The answers that found an installation: read from TOML or typed, each checked by one function with one sentence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from casework.codelists import Code, codelist
from casework.errors import BadInput
from casework.policy.words import Role
from casework.vietnamese_text import plain

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")
_PHONE = re.compile(r"\+?[0-9][0-9 .]{1,18}[0-9]")
_URL = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://127\.0\.0\.1(:[0-9]{1,5})?")
_LONGEST = 200


@dataclass(frozen=True)
class AgencyAnswers:
    """An agency of the commune, who answers its duty phone, and who keeps which recovery sheet."""

    code: str
    name: str
    duty_phone: str
    officers: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]

    @property
    def holds_keys(self) -> bool:
        """Tell whether whoever works here opens cases."""
        return codelist("agency").get(self.code).flag("holds_keys")


@dataclass(frozen=True)
class FirstPerson:
    """Somebody who is invited when the book is founded; an administrator belongs to no agency."""

    name: str
    username: str
    roles: tuple[Role, ...]
    agency: str


@dataclass(frozen=True)
class SetupAnswers:
    """Everything that is asked before a book is founded."""

    commune: str
    hamlets: tuple[str, ...]
    size_class: str
    public_url: str
    database_url: str
    agencies: tuple[AgencyAnswers, ...]
    people: tuple[FirstPerson, ...]
    second_persons: tuple[str, ...]
    working_days: tuple[str, ...]
    holidays: tuple[date, ...]


def words(text: str) -> str:
    """Read a name of something or somebody."""
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise BadInput("Hãy gõ tên, không quá 200 ký tự.")
    return text


def several(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read names with commas between them; none may come twice."""
    found = tuple(words(one) for one in (text.split(",") if isinstance(text, str) else text) if str(one).strip())
    if len({plain(one) for one in found}) != len(found):
        raise BadInput("Có tên bị lặp lại trong danh sách.")
    return found


def hamlet_names(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read the hamlets of a commune: at least one."""
    found = several(text)
    if not found:
        raise BadInput("Hãy gõ ít nhất một thôn, tổ; cách nhau bằng dấu phẩy.")
    return found


def size(text: str) -> str:
    """Read the size class of the commune."""
    if text.upper() not in codelist("size_class"):
        known = "; ".join(f"{one.code}: {one.vi}" for one in codelist("size_class"))
        raise BadInput(f"Hãy chọn một mã quy mô. {known}.")
    return text.upper()


def url(text: str) -> str:
    """Read the address that people type; without TLS nothing but this very machine is accepted."""
    if not _URL.fullmatch(text.rstrip("/")):
        raise BadInput("Địa chỉ phải bắt đầu bằng https:// và chỉ có tên máy, như https://so.xa-thanh-son.vn")
    return text.rstrip("/")


def phone(text: str) -> str:
    """Read a telephone number."""
    if not _PHONE.fullmatch(text.strip()):
        raise BadInput("Số điện thoại chỉ gồm chữ số và dấu cách, như 0203 555 017.")
    return text.strip()


def username(text: str) -> str:
    """Read the word that somebody signs in with."""
    if not _USERNAME.fullmatch(text.strip()):
        raise BadInput("Tên đăng nhập gồm 2 đến 40 chữ thường không dấu, chữ số, dấu chấm hoặc gạch, như hoa.hoi")
    return text.strip()


def days(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read the working days of a week."""
    found = text.replace(",", " ").split() if isinstance(text, str) else tuple(text)
    if not found or any(one not in WEEK for one in found):
        raise BadInput(f"Ngày làm việc là các chữ {', '.join(WEEK)}, cách nhau bằng dấu cách.")
    return tuple(one for one in WEEK if one in found)


def holidays(text: str | Sequence[Any]) -> tuple[date, ...]:
    """Read the public holidays of the coming months as the Government has announced them; there may be none yet."""
    given = text.replace(",", " ").split() if isinstance(text, str) else text
    try:
        return tuple(sorted(one if isinstance(one, date) else date.fromisoformat(one) for one in given))
    except (TypeError, ValueError):
        raise BadInput("Ngày nghỉ lễ viết như 2027-01-01, cách nhau bằng dấu cách.") from None


def roles(text: str | Sequence[str], agency: str) -> tuple[Role, ...]:
    """Read the roles of one account in an agency (empty: none); only listed roles may come together."""
    codes = text.replace(",", " ").split() if isinstance(text, str) else tuple(text)
    known = {one.code: one.texts("agencies") for one in codelist("role") if one.flag("person")}
    if not codes or any(code not in known for code in codes):
        raise BadInput(f"Vai trò phải là một trong: {', '.join(known)}.")
    found = tuple(Role(code) for code in codes)
    if len(found) > 1 and frozenset(found) not in _pairs_of_roles():
        raise BadInput(f"Một tài khoản chỉ có một vai trò, trừ khi kiêm như sau: {_said(_pairs_of_roles())}.")
    homes = known[codes[0]]
    if (agency or None) not in (homes or (None,)):
        raise BadInput(f"Vai trò {codes[0]} không thuộc cơ quan này.")
    return found


def pairs(text: str | Sequence[Sequence[int]], seats: int) -> tuple[tuple[int, int], ...]:
    """Read which two sheets open together, as "1-2 1-3"; nothing typed means any two."""
    if not text:
        return tuple(combinations(range(1, seats + 1), 2))
    given = [part.split("-") for part in text.replace(",", " ").split()] if isinstance(text, str) else text
    try:
        found = {(min(one, other), max(one, other)) for one, other in ((int(a), int(b)) for a, b in given)}
    except (TypeError, ValueError):
        raise BadInput("Các cặp viết như 1-2 1-3.") from None
    if {seat for pair in found for seat in pair} != set(range(1, seats + 1)) or any(a == b for a, b in found):
        raise BadInput(f"Mỗi người từ 1 đến {seats} phải có trong ít nhất một cặp, và mỗi cặp là hai người.")
    return tuple(sorted(found))


def keepers(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read who keeps the recovery sheets of an agency: two to nine people."""
    found = several(text)
    if not 2 <= len(found) <= 9:
        raise BadInput("Cần từ 2 đến 9 người giữ tờ khôi phục; cách nhau bằng dấu phẩy.")
    return found


def together(people: Sequence[FirstPerson]) -> None:
    """Raise BadInput if the people do not make a book: nobody leads, nobody administers, or somebody sits twice."""
    names = [one.username for one in people]
    if len(set(names)) != len(names):
        raise BadInput("Hai người có cùng tên đăng nhập.")
    for needed in _flagged("needed"):
        if not any(needed.code in one.roles for one in people):
            raise BadInput(f"Cần ít nhất một người có vai trò {needed.vi} ({needed.code}).")
    held: dict[str, set[Role]] = {}
    for one in people:
        held.setdefault(plain(one.name), set()).update(one.roles)
    for one in people:
        mine = held[plain(one.name)]
        for alone in _flagged("alone"):
            if alone.code in mine and len(mine) > 1:
                raise BadInput(f"{one.name}: người có vai trò {alone.vi} không có thêm vai trò hay tài khoản nào khác.")


def chosen(usernames: Sequence[str], people: Mapping[str, FirstPerson]) -> tuple[str, ...]:
    """Read who may be the second of two in acts that one person never does alone."""
    unknown = [one for one in usernames if one not in people]
    if unknown or len(usernames) < 2:
        raise BadInput(f"Cần ít nhất hai người thứ hai, bằng tên đăng nhập đã có. Không thấy: {', '.join(unknown)}.")
    return tuple(usernames)


def _flagged(name: str) -> list[Code]:
    return [one for one in codelist("role") if one.flag(name)]


def _pairs_of_roles() -> list[frozenset[str]]:
    """Return which roles one account may hold together."""
    return [frozenset({one.code, other}) for one in codelist("role") for other in one.texts("together")]


def _said(pairs: list[frozenset[str]]) -> str:
    return "; ".join(" + ".join(sorted(one)) for one in pairs)
