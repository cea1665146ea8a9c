"""The lists of a first page: what cannot wait stands open above, what can is one line each once there are several."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _

from casework import clock
from casework.desk.view_models import FEW, Home
from casework.referrals.view_models import Box, ReferralLine

# More calm lists than these are folded into one line each.
_OPEN = 2
# Where more lists press than these, fewer lines of each stand on the first page.
_ROOMY, _FEWER = 2, 2
# Urgent referrals that nobody has opened stand there one by one, but for a flood that would hide all else.
_UNFOLDED = 8


@dataclass(frozen=True)
class WaitingList:
    """A list of what waits for somebody: its word in an address, its words, its lines and where all of them stand.

    `panel` is the heading on the first page, which lists that press share; `due` the first deadline in microseconds,
    or 0; `shown` how many lines at least stand on the first page.
    """

    word: str
    title: Any
    lines: Sequence[Any]
    url: str
    panel: Any = ""
    due: int = 0
    shown: int = 0

    @property
    def heading(self) -> Any:
        return self.panel or self.title


@dataclass(frozen=True)
class WaitingWork:
    """What waits: the lists that press, the calm ones, those of one's own desk, and warnings beside.

    `few` lines of a list that is shown open stand on the first page.
    """

    pressing: list[WaitingList]
    calm: list[WaitingList]
    desk: list[WaitingList]
    beside: list[WaitingList]

    @property
    def roomy(self) -> bool:
        """Tell whether so few lists press that there is room for others."""
        return len(self.pressing) <= _ROOMY

    @property
    def few(self) -> int:
        return FEW if self.roomy else _FEWER

    @property
    def count(self) -> int:
        """Return how many lines wait for this person; what stands beside is told and asks for nothing."""
        return sum(len(one.lines) for one in (*self.pressing, *self.calm, *self.desk))

    @property
    def folded(self) -> list[WaitingList]:
        """Return the lists of which each is one line: all calm ones once there are several, and those of the desk."""
        return [*self.calm, *self.desk] if len(self.calm) > _OPEN else []

    @staticmethod
    def panels(lists: Sequence[WaitingList]) -> list[tuple[Any, list[WaitingList]]]:
        """Return lists by their headings; neighbours that share one stand under it together."""
        return [(heading, list(group)) for heading, group in groupby(lists, key=lambda one: one.heading)]

    def find(self, word: str) -> WaitingList | None:
        return next((one for one in (*self.pressing, *self.calm, *self.desk, *self.beside) if one.word == word), None)


def work_of(home: Home) -> WaitingWork:
    """Return the lists of a first page that have lines."""
    box = home.box or Box(())
    parts = (_pressing(home, box), _calm(home, box), _desk(home), _beside(home))
    return WaitingWork(*map(_filled, parts))


def _filled(lists: Iterable[WaitingList]) -> list[WaitingList]:
    return [one for one in lists if one.lines]


def _pressing(home: Home, box: Box) -> Iterable[WaitingList]:
    now = _("Cần làm ngay")
    yield _own("khong-duoc-biet", _("Người không được biết đang đọc được"), home.named)
    yield _notices("dich-danh", _("Tin báo gửi đích danh bạn"), home.notices.received)
    yield _referrals("khong-ai-doc", _("Nơi nhận không còn ai đọc được"), box.unreadable)
    yield _referrals("gap", _("Gấp, chưa ai mở"), box.unopened, shown=_UNFOLDED)
    unopened = min(sum(line.unopened for line in box.pressing), _UNFOLDED)
    yield _referrals("lam-ngay", _("Chuyển đến, cần làm ngay"), box.pressing, shown=unopened)
    yield WaitingList("nguy-hiem", _("Đang nguy hiểm"), home.urgent, url_for("desk.followed"), panel=now)
    yield _own("da-mat", _("Người ấy đã mất: chờ lãnh đạo Hội đóng"), home.deaths, panel=now)
    yield _own("xem-lai", _("Chờ xem lại"), home.reviews, panel=now)
    yield _own("chua-gui", _("Đã nói mà chưa gửi"), home.unsent, panel=now)
    yield _own("chua-bao", _("Chưa báo Chủ tịch xã"), home.untold, panel=now)
    yield _notices("chua-nhan", _("Tin báo chưa ai nhận"), home.notices.unreceived)


def _calm(home: Home, box: Box) -> Iterable[WaitingList]:
    calls = home.promises.calls_due
    yield _referrals("tra-loi", _("Có trả lời mới"), box.answered)
    yield _notices("tra-loi", _("Chủ tịch xã có trả lời mới"), home.notices.answered)
    yield _own("theo-luat", _("Thời hạn theo luật"), home.clocks, due=_first(one.clock.due for one in home.clocks))
    yield _own("goi-hoi-tham", _("Gọi hỏi thăm"), calls, due=_first(_end_of(one.on) for one in calls))
    yield _own("hoi-lai", _("Hỏi lại ý người ấy"), home.promises.asks)
    yield _referrals("den", _("Chuyển đến"), box.calm)


def _desk(home: Home) -> Iterable[WaitingList]:
    yield _own("ban-nhap", _("Bản nháp của tôi"), home.drafts)
    yield _own("doi-lien-lac", _("Đổi cách liên lạc an toàn"), home.inherited)


def _beside(home: Home) -> Iterable[WaitingList]:
    yield _own("de-nghi-xoa", _("Đề nghị xóa vụ việc"), home.endings)
    yield _own("nguoi-khac-mo", _("Người khác đã mở vụ việc bạn phụ trách"), home.watch.opened)


def _own(word: str, title: Any, lines: Sequence[Any], *, panel: Any = "", due: int = 0) -> WaitingList:
    """Return a list that has no other page than the one that shows all that waits."""
    return WaitingList(word, title, lines, url_for("desk.waiting", word=word), panel, due)


def _referrals(part: str, title: Any, lines: Sequence[ReferralLine], *, shown: int = 0) -> WaitingList:
    url = url_for("referrals.box", viec=part)
    due = _first(one.next_due for one in lines if one.live)
    return WaitingList(f"chuyen-gui-{part}", title, lines, url, due=due, shown=shown)


def _notices(part: str, title: Any, lines: Sequence[Any]) -> WaitingList:
    due = _first(one.due for one in lines if one.due)
    return WaitingList(f"tin-bao-{part}", title, lines, url_for("notices.box", viec=part), due=due)


def _first(moments: Iterable[int]) -> int:
    return min(moments, default=0)


def _end_of(day: Any) -> int:
    return clock.midnight(day + timedelta(days=1))
