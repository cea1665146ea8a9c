"""The forms of the register: one trusted address, a training of its host, a table that is read in."""

import json
import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import HiddenField

from casework.addresses import actions
from casework.cases.trusted_addresses import AddressEntry, AddressRegister, TrustedAddress
from casework.errors import BadInput
from casework.web.choice_fields import NO, YES
from casework.web.forms import (
    Choice,
    ClosedChoice,
    DateParts,
    Form,
    LongText,
    OneCode,
    PersonName,
    ShortText,
    VietnamesePhone,
)
from casework.web.number_fields import WholeNumber

_MOST_BEDS = 99
# A number of a house: "số nhà 12", "nhà số 7", "số 15 đường", "12/4", "ngõ 3".
_HOUSE_NUMBER = re.compile(
    r"\b(?:số\s+nhà|nhà\s+số|ngõ|ngách|hẻm|kiệt)\s*\d|\bsố\s*\d+\s*(?:đường|phố)|\b\d+[a-z]?/\d+\b", re.I
)
_PUBLIC_TEXTS = ("name", "host", "opening", "note")
_WHO_READS = (
    (YES, _("Công bố: ai cũng đọc được")),
    (NO, _("Không công bố: chỉ Hội Phụ nữ biết")),
)
_FILE: Any = _("Tệp của bảng")


class AddressForm(Form):
    """What the register says about an address: what is public, and what the Women's Union alone reads."""

    name = ShortText(_("Tên nơi này"), hint=_("Ví dụ: Nhà văn hóa thôn Đồng Vàng."))
    kind = OneCode(_("Loại địa chỉ"), "address_kind", select=True)
    published = Choice(
        _("Danh sách công khai có ghi nơi này không?"),
        _WHO_READS,
        hint=_("Nhà tạm lánh không bao giờ công bố: người kia sẽ tìm đến."),
    )
    hamlet = ClosedChoice(_("Thôn"), ())
    host = PersonName(_("Người phụ trách"))
    contact = VietnamesePhone(_("Số điện thoại"), hint=_("Nơi công bố thì số này ai cũng đọc được."))
    opening = ShortText(_("Giờ mở cửa"), hint=_("Ví dụ: ngày và đêm; 7 giờ đến 17 giờ."))
    capacity = WholeNumber(_("Ở tạm được mấy người"), most=_MOST_BEDS, hint=_("Ghi 0 nếu chỉ tiếp, không ở lại được."))
    note = LongText(
        _("Điều cần biết"),
        required=False,
        rows=3,
        limit=1000,
        hint=_("Gõ cửa thế nào. Không bao giờ ghi ai đang ở đây, không ghi số nhà."),
    )
    directions = LongText(
        _("Đường vào, số nhà"), required=False, rows=2, limit=1000, hint=_("Chỉ Hội Phụ nữ đọc được.")
    )
    decision = ShortText(_("Quyết định công nhận"), required=False, hint=_("Ví dụ: 42/QĐ-UBND."))
    recognised = DateParts(_("Ngày công nhận"), required=False)

    def __init__(self, hamlets: Iterable[str], **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.hamlet.choices = [(name, name) for name in hamlets]

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse a number of a house in what is public, and to publish what never is."""
        valid = super().validate(extra_validators)
        if self.published.data != YES:
            return valid
        for name in _PUBLIC_TEXTS:
            if _HOUSE_NUMBER.search(self[name].data or ""):
                self[name].errors = [
                    gettext("Danh sách công khai không ghi số nhà. Hãy chuyển số nhà sang “Đường vào, số nhà”.")
                ]
                valid = False
        try:
            if valid:
                actions.require_publishable(self.entry())
        except BadInput as cause:
            self.published.errors = [gettext(str(cause))]
            return False
        return valid

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
            published=self.published.data == YES,
            directions=self.directions.data or "",
            decision=self.decision.data or "",
            recognised=self.recognised.data.isoformat() if self.recognised.data else "",
        )


def form_of(register: AddressRegister, place: TrustedAddress) -> AddressForm:
    """Make the form of a registered address; its hamlet is offered even if it was renamed since."""
    hamlets, entry = dict.fromkeys((*register.hamlets, place.entry.hamlet)), place.entry
    day = date.fromisoformat(entry.recognised) if entry.recognised else None
    return AddressForm(hamlets, obj=entry, data={"published": YES if entry.published else NO, "recognised": day})


class TrainingForm(Form):
    """When the host of an address was trained, and in what."""

    day = DateParts(_("Tập huấn ngày nào?"))
    what = ShortText(_("Tập huấn gì?"), hint=_("Ví dụ: đón người đến lúc nửa đêm; không hỏi dồn."))


class TableForm(Form):
    """The file of a table; it is asked for by its name alone, for nothing of it may be drawn again."""

    table = FileField(_FILE)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not self.table.data:
            self.table.errors = [gettext("Hãy chọn tệp của bảng: .xlsx, .xls, .ods hoặc .csv, nhiều nhất 10 MB.")]
            return False
        return valid


class ConfirmTableForm(Form):
    """Rows that were read and looked at, to be written now: as JSON, which is read and checked once more."""

    rows = HiddenField()

    @property
    def given(self) -> list[dict[str, str]]:
        """Return the rows that came back; none for what no page of ours has made."""
        try:
            rows = json.loads(self.rows.data or "")
        except (ValueError, RecursionError):
            return []
        rows = rows if isinstance(rows, list) else []
        return [{str(key): str(value) for key, value in row.items()} for row in rows if isinstance(row, dict)]
