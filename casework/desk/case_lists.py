"""Puts a list of open cases in order and leaves some out, by links alone: an address tells no name and no code."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from casework.codelists import codelist
from casework.desk.progress import CaseProgress
from casework.desk.view_models import CaseLine
from casework.vietnamese_text import sort_key
from casework.web.choice_fields import code_words

_UNKNOWN = CaseProgress()
# No level at all is less urgent than every level, no next step later than every day.
_LAST = 99


@dataclass(frozen=True)
class ListChoice:
    """What was chosen by the links above a list: an order, a level of danger, and the digits of a holder's id."""

    order: str = ""
    level: str = ""
    holder: str = ""

    def arguments(self, **other: str) -> dict[str, str]:
        """Return the arguments of an address for this choice, but for what is chosen otherwise."""
        chosen = {"xep": self.order, "muc": self.level, "nguoi": self.holder} | other
        return {name: value for name, value in chosen.items() if value}


@dataclass(frozen=True)
class FilterLink:
    """A link above a list: its words, the arguments of its address, and whether it is what is chosen now."""

    words: Any
    arguments: dict[str, str]
    current: bool


def chosen(arguments: Mapping[str, str]) -> ListChoice:
    """Return what an address chooses; what it cannot choose is left out."""
    order = arguments.get("xep", "")
    level = arguments.get("muc", "")
    return ListChoice(
        order if order in _ORDERS else "",
        level if level in codelist("risk_level") else "",
        arguments.get("nguoi", "")[:32],
    )


def arranged(lines: Sequence[CaseLine], progress: Mapping[UUID, CaseProgress], choice: ListChoice) -> list[CaseLine]:
    """Return the lines that were chosen, in their order; danger stays above all else."""
    kept = [
        line
        for line in lines
        if (not choice.level or progress.get(line.id, _UNKNOWN).level == choice.level)
        and (not choice.holder or _digits(line) == choice.holder)
    ]
    order = _ORDERS[choice.order][1]
    return sorted(kept, key=lambda line: (not line.urgent, order(line, progress.get(line.id, _UNKNOWN))))


def links(lines: Sequence[CaseLine], choice: ListChoice) -> list[tuple[Any, list[FilterLink]]]:
    """Return the groups of links above a list, each with its words; a holder is offered where there are several."""
    levels = [
        ("", _("Tất cả")),
        *((code.code, code_words(code.code, "risk_level")) for code in codelist("risk_level").active()),
    ]
    holders = {_digits(line): line.holder for line in lines}
    by_name = sorted(holders.items(), key=lambda pair: sort_key(pair[1]))
    groups = [
        (_("Xếp theo"), _group("xep", [(name, words) for name, (words, _key) in _ORDERS.items()], choice)),
        (_("Mức"), _group("muc", levels, choice)),
        (_("Người phụ trách"), _group("nguoi", [("", _("Tất cả")), *by_name], choice) if len(holders) > 1 else []),
    ]
    return [group for group in groups if group[1]]


def _group(name: str, offered: Sequence[tuple[str, Any]], choice: ListChoice) -> list[FilterLink]:
    now = choice.arguments().get(name, "")
    return [FilterLink(words, choice.arguments(**{name: value}), value == now) for value, words in offered]


def _digits(line: CaseLine) -> str:
    return line.holder_id.hex if line.holder_id else ""


def _by_due(_line: CaseLine, progress: CaseProgress) -> date:
    return progress.next.on if progress.next else date.max


def _by_level(_line: CaseLine, progress: CaseProgress) -> int:
    return codelist("risk_level").get(progress.level).number("order") or _LAST if progress.level else _LAST


def _by_reception(line: CaseLine, _progress: CaseProgress) -> int:
    return -line.opened.toordinal()


def _by_last_note(_line: CaseLine, progress: CaseProgress) -> int:
    return progress.last


# The orders by their word in an address: what they are called, and what they are sorted by.
_ORDERS: Mapping[str, tuple[Any, Callable[[CaseLine, CaseProgress], Any]]] = {
    "": (_("Mới ghi nhận"), _by_reception),
    "han": (_("Hạn gần nhất"), _by_due),
    "muc": (_("Nguy hiểm nhất"), _by_level),
    "lau": (_("Lâu chưa theo dõi"), _by_last_note),
}
