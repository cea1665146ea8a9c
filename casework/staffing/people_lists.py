"""How the directory and the access review are cut into pages and filtered: by agency and by state."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework.staffing.access_review import Review, ReviewedMember
from casework.staffing.directory import AgencyEntry, StaffEntry
from casework.web.list_pages import Filter, ListKind, ListPage, by_code

_STATES = {
    "active": _("đang làm"),
    "waiting": _("chờ đồng nghiệp xác nhận"),
    "invited": _("được mời, chưa nhận"),
    "locked": _("đã khóa"),
    "away": _("khóa vì lâu không vào"),
    "left": _("đã rời"),
}


@dataclass(frozen=True)
class Listed:
    """Somebody in the directory with their agency; an agency without people stands there on its own."""

    agency: AgencyEntry
    member: StaffEntry | None


def listed(agencies: Sequence[AgencyEntry]) -> list[Listed]:
    return [Listed(agency, member) for agency in agencies for member in (agency.people or (None,))]


def by_agency(page: ListPage[Listed]) -> list[tuple[AgencyEntry, list[StaffEntry]]]:
    """Return the people of a page under their agencies."""
    groups = groupby(page.lines, key=lambda one: one.agency)
    return [(agency, [one.member for one in lines if one.member]) for agency, lines in groups]


def _agency(one: Listed) -> str:
    return one.agency.id.hex if one.agency.id else "khong"


def _agencies(lines: Sequence[Listed]) -> list[tuple[str, Any]]:
    return list({_agency(one): one.agency.name or gettext("Quản trị") for one in lines}.items())


def _state(one: Listed) -> str:
    return one.member.who.state if one.member else ""


PEOPLE = ListKind[Listed](
    filters=(
        Filter("co-quan", _("Cơ quan"), _agency, _agencies),
        Filter("tinh-trang", _("Tình trạng"), _state, by_code(lambda: list(_STATES.items()), _state)),
    ),
    size=12,
)


def reviewed(review: Review) -> list[tuple[str, ReviewedMember]]:
    """Return everybody who is to be looked over, each with the name of their agency."""
    return [(group.name, member) for group in review.groups for member in group.people]


def by_group(page: ListPage[tuple[str, ReviewedMember]]) -> list[tuple[str, list[ReviewedMember]]]:
    """Return the people of a page of the review under the names of their agencies."""
    groups = groupby(page.lines, key=lambda pair: pair[0])
    return [(name, [member for _name, member in pairs]) for name, pairs in groups]
