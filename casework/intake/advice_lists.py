"""How the list of contacts for advice can be filtered."""

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
