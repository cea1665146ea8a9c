"""How lists of cases can be put in order and filtered; danger stays above all else."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeAlias
from uuid import UUID

from flask_babel import lazy_gettext as _

from casework.codelists import codelist
from casework.desk.progress import CaseProgress
from casework.desk.view_models import CaseLine
from casework.vietnamese_text import sort_key
from casework.web.choice_fields import code_words
from casework.web.list_pages import Filter, ListKind, Order, by_code

Standing: TypeAlias = tuple[CaseLine, CaseProgress]
_UNKNOWN = CaseProgress()
# No level at all is less urgent than every level, no next step later than every day.
_LAST = 99


def with_progress(lines: Sequence[CaseLine], progress: Mapping[UUID, CaseProgress]) -> list[Standing]:
    """Return each line with where its case stands."""
    return [(line, progress.get(line.id, _UNKNOWN)) for line in lines]


def _digits(standing: Standing) -> str:
    """Return what stands for a holder in an address: digits, never a name."""
    return standing[0].holder_id.hex if standing[0].holder_id else ""


def _level(standing: Standing) -> str:
    return standing[1].level


def _holders(lines: Sequence[Standing]) -> list[tuple[str, str]]:
    holders = {_digits(standing): standing[0].holder for standing in lines}
    return sorted(holders.items(), key=lambda pair: sort_key(pair[1]))


def _levels() -> list[tuple[str, str]]:
    return [(code.code, code_words(code.code, "risk_level")) for code in codelist("risk_level").active()]


def _by_reception(standing: Standing) -> int:
    return -standing[0].opened.toordinal()


def _by_due(standing: Standing) -> date:
    return standing[1].next.on if standing[1].next else date.max


def _by_level(standing: Standing) -> int:
    level = standing[1].level
    return codelist("risk_level").get(level).number("order") or _LAST if level else _LAST


_HOLDER = Filter[Standing]("nguoi", _("Người phụ trách"), _digits, _holders)
OPEN_CASES = ListKind[Standing](
    orders={
        "": Order(_("Mới ghi nhận"), _by_reception),
        "han": Order(_("Hạn gần nhất"), _by_due),
        "muc": Order(_("Nguy hiểm nhất"), _by_level),
        "lau": Order(_("Lâu chưa theo dõi"), lambda standing: standing[1].last),
    },
    filters=(Filter("muc", _("Mức"), _level, by_code(_levels, _level)), _HOLDER),
    first=lambda standing: not standing[0].urgent,
)
CLOSED_CASES = ListKind[Standing](filters=(_HOLDER,))
