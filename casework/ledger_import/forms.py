"""Forms of an import: the file, the columns of the ledger, and the word that it is to be imported."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf.file import FileField
from wtforms import BooleanField

from casework.ledger_import.columns import FIELDS, key_of
from casework.ledger_import.kept_ledger import KeptLedger
from casework.web.forms import Form

FIELD_WORDS = {
    "number": lazy_gettext("Số trong sổ"),
    "received": lazy_gettext("Ngày tiếp nhận"),
    "happened": lazy_gettext("Ngày xảy ra"),
    "name": lazy_gettext("Họ tên người bị bạo lực"),
    "birth": lazy_gettext("Năm sinh hoặc tuổi"),
    "sex": lazy_gettext("Giới tính"),
    "hamlet": lazy_gettext("Thôn"),
    "address": lazy_gettext("Chỗ ở"),
    "phone": lazy_gettext("Điện thoại"),
    "perpetrator_name": lazy_gettext("Họ tên người có hành vi bạo lực"),
    "relation": lazy_gettext("Người ấy là gì của người bị bạo lực"),
    "acts": lazy_gettext("Hành vi bạo lực"),
    "content": lazy_gettext("Nội dung, ghi vào ghi chú"),
    "done": lazy_gettext("Đã làm gì, ghi vào ghi chú"),
}
_FILE: Any = lazy_gettext("Tệp của sổ")
_WITH_DUPLICATES: Any = lazy_gettext("Nhập cả những hàng có thể trùng")
# No answer of this list of a browser, so that an empty one is a column that is left out.
_LEFT_OUT = lazy_gettext("Không nhập cột này")


class UploadForm(Form):
    """The file of the ledger; it is asked for by its name alone, for nothing of it may be drawn again."""

    ledger = FileField(_FILE)

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not self.ledger.data:
            self.ledger.errors = [_("Hãy chọn tệp của sổ: .xlsx, .xls, .ods hoặc .csv, nhiều nhất 10 MB.")]
            return False
        return valid


class ConfirmForm(Form):
    """The word that rows become cases; rows that tell of a case that is there stay out unless this is ticked."""

    with_duplicates = BooleanField(_WITH_DUPLICATES)


def column_choices(ledger: KeptLedger) -> list[tuple[str, str, str]]:
    """Return of each column the key of its title, the title, and the field that is chosen now, in their order."""
    titles = {key_of(title): title for sheet in ledger.sheets for title in sheet.titles}
    return [(key, titles.get(key, key), field) for key, field in ledger.mapping.items()]


def field_choices() -> list[tuple[str, Any]]:
    """Return what a column may be, with its words, first that it is left out."""
    return [("", _LEFT_OUT), *((field, FIELD_WORDS[field]) for field in FIELDS)]
