"""What `init` offers for a usual commune: names of its agencies, user names, roles, who keeps the recovery sheets."""

import re
import tomllib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from casework.administration.setup_answers import FirstPerson
from casework.codelists import agencies, codelist
from casework.errors import BadInput
from casework.policy.vocabulary import Role
from casework.vietnamese_text import plain

# The key of the page of people who belong to no agency.
ADMINISTRATORS = "administrators"
_KINDS = frozenset({"xã", "phường", "đặc", "thị"})
_MOST_KEEPERS = 3
_LONGEST_PART = 16


@dataclass(frozen=True)
class UsualPeople:
    """How the people of one agency are named: end of their user names, roles in their order, and a hint in words."""

    suffix: str
    roles: tuple[Role, ...]
    whom: str

    def role_of(self, place: int) -> Role:
        """Return the role of whoever is named at a place, from 0."""
        return self.roles[min(place, len(self.roles) - 1)]


@dataclass(frozen=True)
class UsualCommune:
    """What is usual in a commune, by the code of an agency and ADMINISTRATORS."""

    working_days: str
    size_class: str
    people: dict[str, UsualPeople]


@cache
def usual() -> UsualCommune:
    """Read the data file; an agency of the list that it does not name gets its first role and its code."""
    raw = tomllib.loads(files("casework.administration").joinpath("usual_commune.toml").read_text(encoding="utf-8"))
    rows = {ADMINISTRATORS: raw["administrators"], **raw["agencies"]}
    people = {
        code: UsualPeople(row["suffix"], tuple(Role(role) for role in row["roles"]), row["whom"])
        for code, row in rows.items()
    }
    for agency in codelist("agency"):
        suffix, role = agency.code.replace("_", "")[:_LONGEST_PART], Role(agencies.first_role(agency.code))
        people.setdefault(agency.code, UsualPeople(suffix, (role,), ""))
    return UsualCommune(raw["working_days"], raw["size_class"], people)


def agency_name(words: str, commune: str) -> str:
    """Name an agency after its commune: "Công an xã" in "phường Cam Lộ" is "Công an phường Cam Lộ"."""
    kind, _, rest = commune.partition(" ")
    return f"{words.removesuffix(' xã')} {kind.lower() if kind.lower() in _KINDS else kind} {rest}".rstrip()


def people_of(page: str, names: Sequence[str]) -> tuple[FirstPerson, ...]:
    """Give the people who were named for an agency their roles; user names are as yet empty."""
    expected, agency = usual().people[page], "" if page == ADMINISTRATORS else page
    return tuple(FirstPerson(name, "", (expected.role_of(place),), agency) for place, name in enumerate(names))


def require_enough(people: Sequence[FirstPerson], roles: Sequence[Role]) -> None:
    """Raise BadInput if fewer people are named for an agency than its roles need at founding."""
    for role in roles:
        fewest = codelist("role").get(role).number("fewest") or 0
        if sum(role in person.roles for person in people) < fewest:
            listed = codelist("role").get(role)
            raise BadInput(
                f"Cần ít nhất {fewest} người có vai trò {listed.vi}. / At least {fewest} people are needed as "
                f"{listed.en}."
            )


def username(name: str, page: str, taken: Collection[str]) -> str:
    """Make a user name of the given name and the agency: Lê Thị Hòa of the Union is hoa.hoi, the next one hoa2.hoi."""
    given = re.sub(r"[^a-z0-9]", "", plain(name).split(" ")[-1])[:_LONGEST_PART] or "nguoi"
    suffix = usual().people[page].suffix
    tries = (f"{given}{number or ''}.{suffix}" for number in (0, *range(2, 10**6)))
    return next(candidate for candidate in tries if candidate not in taken)


def keepers(people: Sequence[FirstPerson]) -> str | None:
    """Offer the people of an agency as keepers of its sheets: nobody from elsewhere, and no one alone."""
    names = [person.name for person in people][:_MOST_KEEPERS]
    return ", ".join(names) if len(names) > 1 else None
