"""How the list of notices to the chair can be put in order and filtered; what cannot wait stands above."""

from typing import Any, TypeAlias

from flask_babel import lazy_gettext as _

from casework.notices.view_models import NoticeBox, NoticeLine
from casework.web.list_pages import ListKind, Order, Placed, by_part, placed

Notice: TypeAlias = Placed[NoticeLine]
# The parts of the list by their word in an address, in their order on the page.
_PARTS = {
    "dich-danh": _("Gửi đích danh bạn"),
    "chua-nhan": _("Chưa ai nhận"),
    "tra-loi": _("Có trả lời mới"),
    "cho": _("Đang chờ Chủ tịch xã"),
    "xong": _("Đã xong hoặc đã rút"),
}
_PLACES = {part: place for place, part in enumerate(_PARTS)}
# No deadline is later than every deadline.
_NEVER = 1 << 62


def notices_of(box: NoticeBox) -> list[Notice]:
    """Return every notice of a box, each in one part of the list."""
    lines = (box.received, box.unreceived, box.answered, box.waiting, box.finished)
    return placed(dict(zip(_PARTS, lines, strict=True)))


def part_words(part: str) -> Any:
    return _PARTS[part]


def _by_urgency(one: Notice) -> tuple[int, ...]:
    line, place = one.line, _PLACES[one.part]
    if not (line.waits or line.in_hand):
        return place, 0, 0, 0, -line.sent
    return place, not line.waits, not line.urgent, not line.decide_by, line.sent


def _by_due(one: Notice) -> int:
    return min(one.line.due or _NEVER, one.line.decide_by or _NEVER)


NOTICES = ListKind[Notice](
    orders={
        "": Order(_("Gấp nhất"), _by_urgency),
        "han": Order(_("Hạn gần nhất"), _by_due),
        "moi": Order(_("Mới gửi"), lambda one: -one.line.sent),
    },
    filters=(by_part(_PARTS, _("Việc")),),
)
