"""Lists that can grow: put in order, filtered and cut into pages by links alone; an address names nobody."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Generic, TypeVar

from flask import request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

T = TypeVar("T")
# So many lines keep a page below the weight that a slow line bears.
PAGE = 15
_ORDER, _PAGE = "xep", "trang"


@dataclass(frozen=True)
class Order(Generic[T]):
    """An order: its words, and what the lines are sorted by."""

    words: Any
    key: Callable[[T], Any]


@dataclass(frozen=True)
class Filter(Generic[T]):
    """A question about each line: its name in an address, its words, and the answer of a line as a short code.

    `answers` gives the answers of some lines with their words, in the order in which they are offered.
    """

    name: str
    words: Any
    of: Callable[[T], str]
    answers: Callable[[Sequence[T]], Sequence[tuple[str, Any]]]


@dataclass(frozen=True)
class ListKind(Generic[T]):
    """How a kind of list can be arranged: its orders by their words in an address (the first is ""), its filters.

    `first` puts what is urgent above all else in every order.
    """

    orders: Mapping[str, Order[T]] = field(default_factory=dict)
    filters: Sequence[Filter[T]] = ()
    first: Callable[[T], Any] = lambda _line: 0
    size: int = PAGE


@dataclass(frozen=True)
class FilterLink:
    """A link above a list: its words, where it leads, and whether it is what is chosen now."""

    words: Any
    url: str
    current: bool


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """One page of a list: its lines, how many were chosen of how many, the links above it and the pages beside it.

    `place` says which page it is, `number` and the number of the `last` page count from 0, `order` is what was chosen.
    """

    lines: list[T]
    count: int
    total: int
    number: int = 0
    last: int = 0
    links: tuple[tuple[Any, list[FilterLink]], ...] = ()
    previous: str = ""
    next: str = ""
    place: str = ""
    order: str = ""

    def having(self, lines: list[Any]) -> "ListPage[Any]":
        """Return the same page with its lines in another shape."""
        return replace(self, lines=lines)


@dataclass(frozen=True)
class Placed(Generic[T]):
    """A line with the part of its list in which it stands: a word in an address."""

    part: str
    line: T


def placed(parts: Mapping[str, Sequence[T]]) -> list[Placed[T]]:
    """Return the lines of all parts, each with its part, in the order of the parts."""
    return [Placed(part, line) for part, lines in parts.items() for line in lines]


def by_part(words: Mapping[str, Any], question: Any) -> Filter[Placed[Any]]:
    """Return the filter by part: the parts that have a line, in their order, with their words."""
    return Filter("viec", question, _part, by_code(lambda: list(words.items()), _part))


def grouped(page: "ListPage[Placed[T]]") -> list[tuple[str, list[T]]]:
    """Return the lines of a page by their parts; in an order of the whole list they stand together, in part ""."""
    parts = groupby(page.lines, key=_part if not page.order else lambda _one: "")
    return [(part, [one.line for one in lines]) for part, lines in parts]


def _part(one: Placed[Any]) -> str:
    return one.part


def page_number() -> int:
    """Return which page of a list an address asks for; the first is 0."""
    return request.args.get(_PAGE, 0, type=int)


def list_page(lines: Sequence[T], kind: "ListKind[T] | None" = None, **values: Any) -> ListPage[T]:
    """Return the page of a list that the address of this request chooses; `values` are what its route needs."""
    kind = kind or ListKind()
    chosen = _chosen(lines, kind)
    arranged = _arranged(lines, kind, chosen)
    page = cut(arranged, page_number(), size=kind.size)

    def url(**other: Any) -> str:
        arguments = {name: value for name, value in (chosen | other).items() if value}
        return url_for(str(request.endpoint), **values, **arguments)

    return replace(
        page,
        total=len(lines),
        links=tuple(_links(lines, kind, chosen, url)) if len(lines) > 1 else (),
        previous=url(**{_PAGE: page.number - 1}) if page.number else "",
        next=url(**{_PAGE: page.number + 1}) if page.number < page.last else "",
        order=chosen[_ORDER],
    )


def cut(lines: Sequence[T], number: int, *, size: int = PAGE) -> ListPage[T]:
    """Return one page of a list; a number beyond the last leads to the last."""
    last = max(0, (len(lines) - 1) // size)
    number = max(0, min(number, last))
    part = list(lines[number * size : (number + 1) * size])
    place = gettext("Trang số %(number)s, có %(count)s trang", number=number + 1, count=last + 1) if last else ""
    return ListPage(part, len(lines), len(lines), number, last, place=place)


def beside(number: int, *, more: bool) -> ListPage[Any]:
    """Return the links to the pages beside one that a database cut out of a list, of which nobody counts the whole."""

    def url(other: int) -> str:
        return url_for(str(request.endpoint), trang=other or None)

    return ListPage([], 0, 0, number, previous=url(number - 1) if number else "", next=url(number + 1) if more else "")


def by_code(codes: Callable[[], Sequence[tuple[str, Any]]], of: Callable[[T], str]) -> Callable[[Sequence[T]], Any]:
    """Return the answers of a filter by a list of codes: those that some line has, in the order of the list."""

    def answers(lines: Sequence[T]) -> list[tuple[str, Any]]:
        present = {of(line) for line in lines}
        return [(code, words) for code, words in codes() if code in present]

    return answers


def _chosen(lines: Sequence[T], kind: "ListKind[T]") -> dict[str, str]:
    """Return what an address chooses; an order that there is not, or an answer that no line gives, is left out."""
    offered = {_ORDER: kind.orders.keys()} | {one.name: dict(one.answers(lines)).keys() for one in kind.filters}
    asked = {name: request.args.get(name, "") for name in offered}
    return {name: value if value in offered[name] else "" for name, value in asked.items()}


def _arranged(lines: Sequence[T], kind: "ListKind[T]", chosen: Mapping[str, str]) -> list[T]:
    asked = [one for one in kind.filters if chosen[one.name]]
    kept = [line for line in lines if all(one.of(line) == chosen[one.name] for one in asked)]
    if not kind.orders:
        return kept
    key = kind.orders[chosen[_ORDER]].key
    return sorted(kept, key=lambda line: (kind.first(line), key(line)))


def _links(
    lines: Sequence[T], kind: "ListKind[T]", chosen: Mapping[str, str], url: Callable[..., str]
) -> list[tuple[Any, list[FilterLink]]]:
    """Return the groups of links above a list, each with its words; what all lines answer alike is not offered."""
    groups = [(_("Xếp theo"), _ORDER, [(name, order.words) for name, order in kind.orders.items()])]
    for one in kind.filters:
        answers = list(one.answers(lines))
        groups.append((one.words, one.name, [("", _("Tất cả")), *answers] if len(answers) > 1 else []))
    return [
        (words, [FilterLink(text, url(**{name: value}), chosen[name] == value) for value, text in offered])
        for words, name, offered in groups
        if len(offered) > 1
    ]
