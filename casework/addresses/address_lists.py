"""How the register of trusted addresses is cut into pages and filtered by hamlet; those given up stand behind."""

from collections.abc import Sequence
from itertools import groupby
from typing import TypeAlias

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework.cases.trusted_addresses import AddressRegister, TrustedAddress
from casework.web.list_pages import Filter, ListKind, ListPage

_GIVEN_UP = "thoi-dung"
# An address with the number of its hamlet in the register.
Place: TypeAlias = tuple[TrustedAddress, str]


def places(register: AddressRegister) -> list[Place]:
    numbers = {hamlet: str(place) for place, hamlet in enumerate(register.by_hamlet, start=1)}
    retired = [(address, _GIVEN_UP) for address in register.retired]
    return [(address, numbers[address.entry.hamlet]) for address in register.standing] + retired


def by_hamlet(page: ListPage[Place]) -> list[tuple[str, list[TrustedAddress]]]:
    """Return the addresses of a page under the names of their hamlets, those given up under words of their own."""
    groups = groupby(page.lines, key=_heading)
    return [(heading, [address for address, _number in found]) for heading, found in groups]


def _heading(place: Place) -> str:
    address, number = place
    return gettext("Đã thôi dùng") if number == _GIVEN_UP else address.entry.hamlet


def _number(place: Place) -> str:
    return place[1]


def _hamlets(lines: Sequence[Place]) -> list[tuple[str, str]]:
    return list({_number(place): _heading(place) for place in lines}.items())


ADDRESSES = ListKind[Place](filters=(Filter("thon", _("Thôn"), _number, _hamlets),), size=7)
