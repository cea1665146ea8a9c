"""How the list of referrals and the register can be put in order and filtered; what cannot wait stands above."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _

from casework.referrals.promise_view_models import RegisterLine
from casework.referrals.rendering import short_agency
from casework.referrals.view_models import Box, ReferralLine
from casework.vietnamese_text import text_key
from casework.web.list_pages import Filter, ListKind, Order, Placed, by_code, by_part, placed

Referral: TypeAlias = Placed[ReferralLine]
# The parts of the list by their word in an address, in their order on the page.
_PARTS = {
    "khong-ai-doc": _("Nơi nhận không còn ai đọc được"),
    "gap": _("Gấp, chưa ai mở"),
    "lam-ngay": _("Chuyển đến, cần làm ngay"),
    "tra-loi": _("Có trả lời mới"),
    "den": _("Chuyển đến"),
    "cho": _("Đang chờ nơi nhận"),
    "xong": _("Đã xong"),
}
_PLACES = {part: place for place, part in enumerate(_PARTS)}


def referrals_of(box: Box) -> list[Referral]:
    """Return every referral of a box, each in one part of the list."""
    lines = (box.unreadable, box.unopened, box.pressing, box.answered, box.calm, box.waiting, box.finished)
    return placed(dict(zip(_PARTS, lines, strict=True)))


def part_words(part: str) -> Any:
    return _PARTS[part]


def _other_end(one: Referral) -> str:
    return one.line.other_kind


def _other_ends(lines: Sequence[Referral]) -> list[tuple[str, str]]:
    kinds = {_other_end(one) for one in lines}
    return sorted(((kind, short_agency(kind)) for kind in kinds), key=lambda pair: text_key(pair[1]))


def _by_urgency(one: Referral) -> tuple[int, ...]:
    line, place = one.line, _PLACES[one.part]
    return (place, not line.urgent, not line.unopened, line.next_due) if line.live else (place, 0, 0, -line.sent)


REFERRALS = ListKind[Referral](
    orders={
        "": Order(_("Gấp nhất"), _by_urgency),
        "han": Order(_("Hạn gần nhất"), lambda one: (not one.line.live, one.line.next_due)),
        "moi": Order(_("Mới gửi"), lambda one: -one.line.sent),
    },
    filters=(by_part(_PARTS, _("Việc")), Filter("noi", _("Nơi gửi hoặc nhận"), _other_end, _other_ends)),
)


def _state(line: RegisterLine) -> str:
    return "chua-gui" if not line.shared else "chua-xem" if line.unreviewed else "da-gui"


_STATES = {"chua-xem": _("Chưa ai xem lại"), "chua-gui": _("Chưa gửi"), "da-gui": _("Đã gửi")}
# A line of the register is a small article, not a row.
REGISTER = ListKind[RegisterLine](
    filters=(Filter("viec", _("Tình trạng"), _state, by_code(lambda: list(_STATES.items()), _state)),), size=10
)
