"""How the list of contacts for advice can be filtered, and how many there were."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _

from casework.intake.advice_actions import AdviceContact
from casework.web.list_pages import Filter, ListKind, by_code

_STANDINGS = {"hen": _("Hẹn nói chuyện lại"), "khong-hen": _("Không hẹn"), "vu-viec": _("Thành vụ việc")}
_HOLDERS = {"minh": _("Của tôi"), "khac": _("Của đồng nghiệp")}


def _standing(contact: AdviceContact) -> str:
    return "vu-viec" if contact.drafted or contact.opened else "hen" if contact.again_on else "khong-hen"


def _holder(contact: AdviceContact) -> str:
    return "minh" if contact.mine else "khac"


ADVICE = ListKind[AdviceContact](
    filters=(
        Filter("viec", _("Việc"), _standing, by_code(lambda: list(_STANDINGS.items()), _standing)),
        Filter("nguoi", _("Người ghi"), _holder, by_code(lambda: list(_HOLDERS.items()), _holder)),
    )
)


@dataclass(frozen=True)
class AdviceCounts:
    """How often advice was given since the beginning of this month, quarter and year; this year by code of topic.

    They are counted for whoever reads every contact of them anyway; nothing of it is released. One contact may have
    several topics. What was erased, or has become a case, is counted here no more.
    """

    month: int
    quarter: int
    year: int
    topics: tuple[tuple[str, int], ...]


def count_advice(contacts: Iterable[AdviceContact], today: date) -> AdviceCounts:
    this_year = [one for one in contacts if not one.opened and one.asked_on.year == today.year]
    month, quarter = (date(today.year, (today.month - 1) // months * months + 1, 1) for months in (1, 3))
    topics = Counter(topic for one in this_year for topic in one.advice.topics)
    return AdviceCounts(
        month=sum(one.asked_on >= month for one in this_year),
        quarter=sum(one.asked_on >= quarter for one in this_year),
        year=len(this_year),
        topics=tuple(topics.most_common()),
    )
