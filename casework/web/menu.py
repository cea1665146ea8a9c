"""The menu: the entries at the top of every page, and on the home page of who works on no case."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _

from casework.policy.vocabulary import Act
from casework.web.current_user import may


@dataclass(frozen=True)
class Entry:
    """A page of the menu, offered to whom the policy allows its act; one with a note stands on the first page too.

    `icon` is a symbol of icons.svg; an entry without one is not in the menu, as it is looked up once and not each day.
    """

    act: Act
    endpoint: str
    label: Any
    icon: str = ""
    note: Any = ""


MENU = (
    Entry(Act.HOME_READ, "desk.home", _("Trang đầu"), "home"),
    Entry(Act.CASE_SEARCH, "desk.search", _("Tìm vụ việc"), "search"),
    Entry(
        Act.REFERRAL_LIST,
        "referrals.box",
        _("Chuyển gửi"),
        "send",
        _("Việc chuyển đến và chuyển đi, câu trả lời, hạn."),
    ),
    Entry(
        Act.ADDRESS_LIST,
        "addresses.register",
        _("Địa chỉ tin cậy"),
        "place",
        _("Nơi người gặp nguy hiểm có thể gõ cửa, kèm số điện thoại."),
    ),
    Entry(
        Act.DUTY_READ,
        "duty.now",
        _("Ai trực"),
        "phone",
        _("Đêm nay gọi ai ở mỗi cơ quan, theo thứ tự."),
    ),
    Entry(Act.COUNTS_READ, "statistics.releases", _("Số liệu"), "counts", _("Những kỳ đã chốt và công bố.")),
    Entry(
        Act.AUDIT_READ,
        "oversight.log",
        _("Nhật ký"),
        "log",
        _("Mỗi việc được làm bao nhiêu lần, và nhật ký có còn nguyên vẹn không."),
    ),
    Entry(
        Act.ACCOUNT_LIST,
        "staffing.people",
        _("Tài khoản"),
        "people",
        _("Ai đang có tài khoản, ở cơ quan nào, vai trò gì."),
    ),
    Entry(
        Act.SPEECH_READ,
        "intake.speech.page",
        _("Nói thế nào"),
        "speech",
        _("Nói gì ở cửa, khi hỏi đồng ý, khi nguy hiểm, và điều không bao giờ nói. In được một tờ."),
    ),
    Entry(
        Act.DETAIL_LIST,
        "staffing.details.register",
        _("Xã và cơ quan"),
        note=_("Tên xã, thôn, số trực của cơ quan, lịch làm việc, sáp nhập"),
    ),
    Entry(Act.POLICY_READ, "oversight.policy", _("Ai được làm gì"), note=_("Toàn bộ quy tắc của sổ, bằng lời.")),
)


def offered_entries() -> list[Entry]:
    """Return the entries that the current user may open."""
    return [entry for entry in MENU if may(entry.act)]
