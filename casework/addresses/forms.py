"""The form of one trusted address."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _

from casework.cases.trusted_addresses import AddressEntry, AddressRegister, TrustedAddress
from casework.web.forms import ClosedChoice, Form, LongText, OneCode, PersonName, ShortText, VietnamesePhone
from casework.web.number_fields import WholeNumber

_MOST_BEDS = 99


class AddressForm(Form):
    """What the register says about an address; it is public, so it asks for nothing that may not be read by all."""

    name = ShortText(_("Tên nơi này"), hint=_("Ví dụ: Nhà văn hóa thôn Đồng Vàng."))
    host = PersonName(_("Người phụ trách"))
    hamlet = ClosedChoice(_("Thôn"), ())
    kind = OneCode(_("Loại địa chỉ"), "address_kind", select=True)
    contact = VietnamesePhone(_("Số điện thoại"), hint=_("Số này ai cũng đọc được."))
    opening = ShortText(_("Giờ mở cửa"), hint=_("Ví dụ: ngày và đêm; 7 giờ đến 17 giờ."))
    capacity = WholeNumber(_("Ở tạm được mấy người"), most=_MOST_BEDS, hint=_("Ghi 0 nếu chỉ tiếp, không ở lại được."))
    note = LongText(
        _("Điều cần biết"),
        required=False,
        rows=3,
        limit=1000,
        hint=_("Lối vào, gõ cửa thế nào. Không bao giờ ghi ai đang ở đây."),
    )

    def __init__(self, hamlets: Iterable[str], **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.hamlet.choices = [(name, name) for name in hamlets]

    def entry(self) -> AddressEntry:
        return AddressEntry(
            name=self.name.data or "",
            host=self.host.data or "",
            hamlet=self.hamlet.data,
            kind=self.kind.data,
            capacity=self.capacity.data or 0,
            opening=self.opening.data or "",
            contact=self.contact.data or "",
            note=self.note.data or "",
        )


def form_of(register: AddressRegister, place: TrustedAddress) -> AddressForm:
    """Make the form of a registered address; its hamlet is offered even if it was renamed since."""
    hamlets = dict.fromkeys((*register.hamlets, place.entry.hamlet))
    return AddressForm(hamlets, obj=place.entry)
