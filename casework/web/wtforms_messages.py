"""Vietnamese messages for WTForms, which has none: every message that it can show."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

REQUIRED = _("Hãy trả lời câu này.")
FILL_IN = _("Hãy điền vào ô: %(question)s")
CHOOSE = _("Hãy chọn câu trả lời: %(question)s")
CHOOSE_SOME = _("Hãy chọn ít nhất một câu trả lời: %(question)s")
NOT_LISTED = _("Câu trả lời vừa chọn không có trong danh sách. Hãy chọn lại.")
SENT_TWICE = _("Câu này được gửi lên hai lần. Hãy trả lời lại một lần.")
EXPIRED = _("Trang này đã mở quá lâu. Hãy tải lại trang rồi gửi lại.")
NOT_OURS = _("Hãy kiểm tra lại ô này.")

WORDS = {
    "This field is required.": REQUIRED,
    "Choices cannot be None.": NOT_LISTED,
    "Not a valid choice.": NOT_LISTED,
    "Invalid Choice: could not coerce.": NOT_LISTED,
    "Invalid choice(s): one or more data inputs could not be coerced.": NOT_LISTED,
    "'%(value)s' is not a valid choice for this field.": NOT_LISTED,
    "'%(value)s' are not valid choices for this field.": NOT_LISTED,
    "Invalid value, must be one of: %(values)s.": _("Chỉ được ghi một trong: %(values)s."),
    "Invalid value, can't be any of: %(values)s.": _("Không được ghi: %(values)s."),
    "CSRF failed.": EXPIRED,
    "CSRF token expired.": EXPIRED,
    "CSRF token missing.": EXPIRED,
    "Invalid CSRF Token.": EXPIRED,
    "Date must be at least %(min)s.": _("Ngày sớm nhất có thể ghi là %(min)s."),
    "Date must be at most %(max)s.": _("Ngày muộn nhất có thể ghi là %(max)s."),
    "Date must be between %(min)s and %(max)s.": _("Hãy ghi ngày từ %(min)s đến %(max)s."),
    "Number must be at least %(min)s.": _("Số nhỏ nhất có thể ghi là %(min)s."),
    "Number must be at most %(max)s.": _("Số lớn nhất có thể ghi là %(max)s."),
    "Number must be between %(min)s and %(max)s.": _("Hãy ghi số từ %(min)s đến %(max)s."),
    "Field must be equal to %(other_name)s.": _("Hai ô này phải giống nhau. Hãy gõ lại."),
    "Invalid field name '%s'.": NOT_OURS,
    "Field must be at least %(min)d character long.": _("Hãy ghi ít nhất %(min)d ký tự."),
    "Field must be at least %(min)d characters long.": _("Hãy ghi ít nhất %(min)d ký tự."),
    "Field cannot be longer than %(max)d character.": _("Hãy ghi nhiều nhất %(max)d ký tự."),
    "Field cannot be longer than %(max)d characters.": _("Hãy ghi nhiều nhất %(max)d ký tự."),
    "Field must be exactly %(max)d character long.": _("Hãy ghi đúng %(max)d ký tự."),
    "Field must be exactly %(max)d characters long.": _("Hãy ghi đúng %(max)d ký tự."),
    "Field must be between %(min)d and %(max)d characters long.": _("Hãy ghi từ %(min)d đến %(max)d ký tự."),
    "File does not have an approved extension.": _("Loại tệp này không nhận được."),
    "File does not have an approved extension: {extensions}": _("Chỉ nhận tệp: {extensions}."),
    "File must be between {min_size} and {max_size} bytes.": _("Tệp phải từ {min_size} đến {max_size} byte."),
    "Invalid IP address.": _("Địa chỉ IP chưa đúng."),
    "Invalid Mac address.": _("Địa chỉ MAC chưa đúng."),
    "Invalid URL.": _("Địa chỉ trang chưa đúng. Hãy bắt đầu bằng https://."),
    "Invalid UUID.": NOT_OURS,
    "Invalid email address.": _("Địa chỉ thư điện tử chưa đúng, ví dụ đúng: ten@donvi.vn."),
    "Invalid input.": NOT_OURS,
    "Not a valid date value.": _("Ngày chưa đúng, ví dụ đúng: 27/3/2026."),
    "Not a valid datetime value.": _("Ngày giờ chưa đúng, ví dụ đúng: 27/3/2026 23:15."),
    "Not a valid decimal value.": _("Hãy ghi bằng chữ số."),
    "Not a valid float value.": _("Hãy ghi bằng chữ số."),
    "Not a valid integer value.": _("Hãy ghi một số nguyên, chỉ dùng chữ số."),
    "Not a valid time value.": _("Giờ chưa đúng, ví dụ đúng: 23:15."),
    "Not a valid week value.": _("Tuần chưa đúng."),
    "This field cannot be edited.": _("Ô này không sửa được."),
    "This field is disabled and cannot have a value.": _("Ô này đang khóa, không ghi được."),
}


def only_alone(answer: str) -> str:
    """Return what is said of an answer that was chosen beside others it cannot stand with."""
    return gettext(
        "“%(answer)s” không đi cùng câu trả lời khác. Điều nào đúng? Bỏ chọn “%(answer)s”, hoặc bỏ những câu kia.",
        answer=answer,
    )


class VietnameseMessages:
    """What WTForms asks for the words of its messages, in the language of the page."""

    def gettext(self, string: str) -> str:
        """Return our message for one of WTForms; what is not one (a field's name) is unchanged."""
        return str(WORDS.get(string, string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)
