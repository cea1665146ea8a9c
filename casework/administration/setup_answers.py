"""The answers for setting up an installation: read from TOML or typed, each parsed by one function.

Every function raises BadInput with one sentence for the operator.
"""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from casework.codelists import Code, codelist
from casework.codelists.office_calendar import FIRST, LAST, MOST_A_YEAR, WEEK
from casework.errors import BadInput
from casework.policy.vocabulary import Role
from casework.vietnamese_text import plain

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
        """Tell whether members of this agency open cases."""
        return codelist("agency").get(self.code).flag("holds_keys")


@dataclass(frozen=True)
class FirstPerson:
    """A member who is invited at setup; an administrator belongs to no agency."""

    name: str
    username: str
    roles: tuple[Role, ...]
    agency: str


@dataclass(frozen=True)
class Places:
    """Folders of another disk for the key files, the checkpoints and the backups; empty for the data folder."""

    keys: str = ""
    checkpoints: str = ""
    backups: str = ""


@dataclass(frozen=True)
class CommuneAnswers:
    """What is asked before a commune is founded in an installation, new or running."""

    name: str
    hamlets: tuple[str, ...]
    size_class: str
    agencies: tuple[AgencyAnswers, ...]
    people: tuple[FirstPerson, ...]


@dataclass(frozen=True)
class SetupAnswers:
    """Everything that is asked before an installation is set up."""

    commune: str
    hamlets: tuple[str, ...]
    size_class: str
    public_url: str
    database_url: str
    places: Places
    agencies: tuple[AgencyAnswers, ...]
    people: tuple[FirstPerson, ...]
    working_days: tuple[str, ...]
    holidays: tuple[date, ...]

    @property
    def of_commune(self) -> CommuneAnswers:
        """Return the part that is about the first commune."""
        return CommuneAnswers(self.commune, self.hamlets, self.size_class, self.agencies, self.people)


def words(text: str) -> str:
    """Read a name: printable, at most 200 characters."""
    text = " ".join(text.split())
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise BadInput("Hãy gõ tên, không quá 200 ký tự.")
    return text


def place(text: str) -> str:
    """Read a folder that is there, by its full path; empty for the data folder."""
    folder = text.strip()
    if folder and not (Path(folder).is_absolute() and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        raise BadInput(
            f"Không ghi được vào {folder}. Hãy gắn đĩa, tạo thư mục trước, và gõ đường dẫn đầy đủ. / Nothing can be "
            f"written into {folder}. Attach the disk, make the folder first, and type the whole path."
        )
    return folder


def place_of_keys(text: str) -> str:
    """Read a folder for the key files, which holds none yet."""
    folder = place(text)
    if folder and any((Path(folder) / name).exists() for name in ("kek", "checkpoint-key")):
        raise BadInput(
            f"{folder} đã có tệp khóa. Của lần lập dở dang thì xóa đi; của sổ khác thì chọn thư mục khác. / There are "
            f"key files in {folder}. Delete those of an unfinished book; for those of another choose another folder."
        )
    return folder


def several(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read names with commas between them; none may come twice."""
    listed = tuple(words(part) for part in (text.split(",") if isinstance(text, str) else text) if str(part).strip())
    if len({plain(part) for part in listed}) != len(listed):
        raise BadInput("Có tên bị lặp lại trong danh sách.")
    return listed


def hamlet_names(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read the hamlets of a commune: at least one."""
    hamlets = several(text)
    if not hamlets:
        raise BadInput("Hãy gõ ít nhất một thôn, tổ; cách nhau bằng dấu phẩy.")
    return hamlets


def by_number(text: str, codes: Sequence[str]) -> str:
    """Return the code that stands at a number of the list as it was shown, from 1; anything else as it was typed."""
    text = text.strip()
    return codes[int(text) - 1] if text.isdecimal() and 1 <= int(text) <= len(codes) else text


def size(text: str) -> str:
    """Read the size of a commune by its number in the list or its code."""
    text = by_number(text, list(codelist("size_class").codes))
    if text.upper() not in codelist("size_class"):
        sizes = codelist("size_class")
        vietnamese, english = (
            "; ".join(f"{code.code}: {text}" for code, text in zip(sizes, texts, strict=True))
            for texts in ([code.vi for code in sizes], [code.en for code in sizes])
        )
        raise BadInput(f"Hãy chọn một mã quy mô. {vietnamese}. / Choose the code of a size. {english}.")
    return text.upper()


def url(text: str) -> str:
    """Read the address that people type; without TLS nothing but this very machine is accepted."""
    if not _URL.fullmatch(text.rstrip("/")):
        raise BadInput("Địa chỉ phải bắt đầu bằng https:// và chỉ có tên máy, như https://so.xa-thanh-son.vn")
    return text.rstrip("/")


def phone(text: str) -> str:
    if not _PHONE.fullmatch(text.strip()):
        raise BadInput("Số điện thoại chỉ gồm chữ số và dấu cách, như 0203 555 017.")
    return text.strip()


def username(text: str) -> str:
    if not _USERNAME.fullmatch(text.strip()):
        raise BadInput("Tên đăng nhập gồm 2 đến 40 chữ thường không dấu, chữ số, dấu chấm hoặc gạch, như hoa.hoi")
    return text.strip()


def days(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read the working days of a week."""
    chosen = text.replace(",", " ").split() if isinstance(text, str) else tuple(text)
    if not chosen or any(day not in WEEK for day in chosen):
        known = ", ".join(WEEK)
        refusal = (
            f"Ngày làm việc là các chữ {known}, cách nhau bằng dấu cách. / Working days are written {known}, with "
            "blanks between them."
        )
        raise BadInput(refusal)
    return tuple(day for day in WEEK if day in chosen)


def holidays(text: str | Sequence[Any]) -> tuple[date, ...]:
    """Read the public holidays of the coming months as the Government has announced them; there may be none yet."""
    raw = text.replace(",", " ").split() if isinstance(text, str) else text
    try:
        days = tuple(sorted({day if isinstance(day, date) else date.fromisoformat(day) for day in raw}))
    except (TypeError, ValueError):
        raise BadInput("Ngày nghỉ lễ viết như 2027-01-01, cách nhau bằng dấu cách.") from None
    if any(not FIRST <= day <= LAST for day in days):
        raise BadInput(
            f"Ngày nghỉ lễ phải trong các năm {FIRST.year} đến {LAST.year}. / Public holidays are in the years "
            f"{FIRST.year} to {LAST.year}."
        )
    if any(count > MOST_A_YEAR for count in Counter(day.year for day in days).values()):
        raise BadInput(
            f"Mỗi năm không quá {MOST_A_YEAR} ngày nghỉ riêng. / At most {MOST_A_YEAR} days off of your own in a year."
        )
    return days


def agency_code(text: str) -> str:
    """Read an agency by its number in the list or its code; empty for none."""
    text = by_number(text, list(codelist("agency").codes))
    if text and text not in codelist("agency"):
        known = ", ".join(codelist("agency").codes)
        raise BadInput(f"Cơ quan phải là một trong: {known}. / The agency is one of: {known}.")
    return text


def roles_in(agency: str) -> list[str]:
    """Return the roles that are held in an agency (empty: in none), in the order of the list."""
    people = [role for role in codelist("role") if role.flag("person")]
    return [role.code for role in people if (agency or None) in (role.texts("agencies") or (None,))]


def roles(text: str | Sequence[str], agency: str) -> tuple[Role, ...]:
    """Read the roles of one account in an agency (empty: none), by number or code; only listed ones come together."""
    typed = text.replace(",", " ").split() if isinstance(text, str) else tuple(text)
    codes = [by_number(code, roles_in(agency)) for code in typed]
    agencies_of = {role.code: role.texts("agencies") for role in codelist("role") if role.flag("person")}
    if not codes or any(code not in agencies_of for code in codes):
        known = ", ".join(roles_in(agency) or agencies_of)
        raise BadInput(f"Vai trò phải là một trong: {known}. / The role is one of: {known}.")
    chosen = tuple(Role(code) for code in codes)
    if len(chosen) > 1 and frozenset(chosen) not in _compatible_roles():
        together = _joined(_compatible_roles())
        raise BadInput(
            f"Một tài khoản chỉ có một vai trò, trừ khi kiêm như sau: {together}. / An account has one role, or two of "
            f"these: {together}."
        )
    # Of two roles the one that brings the other along says where: a counsellor who is a host stays in her agency.
    brings = [code for code in codes if len(codes) > 1 and codelist("role").get(code).texts("together")]
    homes = agencies_of[(brings or codes)[0]]
    if (agency or None) not in (homes or (None,)):
        raise BadInput(
            f"Vai trò {codes[0]} không thuộc cơ quan này. / The role {codes[0]} does not belong to this agency."
        )
    return chosen


def pairs(text: str | Sequence[Sequence[int]], seats: int) -> tuple[tuple[int, int], ...]:
    """Read which two sheets open together, as "1-2 1-3"; nothing typed means any two."""
    if not text:
        return tuple(combinations(range(1, seats + 1), 2))
    raw = [part.split("-") for part in text.replace(",", " ").split()] if isinstance(text, str) else text
    try:
        chosen = {(min(first, second), max(first, second)) for first, second in ((int(a), int(b)) for a, b in raw)}
    except (TypeError, ValueError):
        raise BadInput("Các cặp viết như 1-2 1-3.") from None
    if {seat for pair in chosen for seat in pair} != set(range(1, seats + 1)) or any(a == b for a, b in chosen):
        raise BadInput(
            f"Mỗi người từ 1 đến {seats} phải có trong ít nhất một cặp, và mỗi cặp là hai người. / Each number from 1 "
            f"to {seats} is in a pair, and a pair is two people."
        )
    return tuple(sorted(chosen))


def keepers(text: str | Sequence[str]) -> tuple[str, ...]:
    """Read who keeps the recovery sheets of an agency: two to nine people."""
    officers = several(text)
    if not 2 <= len(officers) <= 9:
        raise BadInput("Cần từ 2 đến 9 người giữ tờ khôi phục; cách nhau bằng dấu phẩy.")
    return officers


def require_consistent(people: Sequence[FirstPerson]) -> None:
    """Raise BadInput if too few have a role that is needed, or somebody holds accounts that exclude one another."""
    usernames = [person.username for person in people]
    if len(set(usernames)) != len(usernames):
        raise BadInput("Hai người có cùng tên đăng nhập.")
    for role in codelist("role"):
        fewest, have = role.number("fewest") or 0, _different_people(people, role.code)
        if have < fewest:
            raise BadInput(
                f"Cần ít nhất {fewest} người khác nhau có vai trò {role.vi} ({role.code}); mới có {have}. / At least "
                f"{fewest} different people are needed as {role.en} ({role.code}); there are {have}."
            )
    require_apart(people)


def require_apart(people: Sequence[FirstPerson]) -> None:
    """Raise BadInput if somebody has a role that excludes any other, and another one, be it in a second account."""
    roles_of: dict[str, set[Role]] = {}
    for person in people:
        roles_of.setdefault(plain(person.name), set()).update(person.roles)
    for person in people:
        held_roles = roles_of[plain(person.name)]
        for alone in _roles_with_flag("alone"):
            if alone.code in held_roles and len(held_roles) > 1:
                raise BadInput(
                    f"{person.name}: người có vai trò {alone.vi} không có thêm vai trò hay tài khoản nào khác. / "
                    f"{person.name}: whoever is {alone.en} has no other role and no other account."
                )


def _different_people(people: Sequence[FirstPerson], role: str) -> int:
    """Count who has a role by their names: two accounts of one person are one person."""
    return len({plain(person.name) for person in people if role in person.roles})


def _roles_with_flag(name: str) -> list[Code]:
    return [role for role in codelist("role") if role.flag(name)]


def _compatible_roles() -> list[frozenset[str]]:
    """Return which roles one account may hold together."""
    return [frozenset({role.code, other}) for role in codelist("role") for other in role.texts("together")]


def _joined(pairs: list[frozenset[str]]) -> str:
    return "; ".join(" + ".join(sorted(pair)) for pair in pairs)
