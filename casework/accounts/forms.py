"""The forms of accounts: sign-in, second factor, unlock and step-up; one's own account; admission."""

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import HiddenField

from casework.codelists import codelist
from casework.web.forms import (
    Choice,
    Digits,
    DoorCode,
    Form,
    MailBox,
    MailedCode,
    OneCode,
    PaperCodeField,
    Password,
    PersonName,
    ShortCode,
    ShortText,
    Username,
)


class SignInForm(Form):
    username = Username(_("Tên đăng nhập"))
    passphrase = Password(_("Mật khẩu"))


class UnlockForm(Form):
    passphrase = Password(_("Mật khẩu"))


class _PasskeyOrDigits(Form):
    """A form whose digits a passkey may stand in for: what a passkey has signed comes in the hidden box."""

    digits: Any
    passkey = HiddenField()

    def validate(self, extra_validators: Any = None) -> bool:
        if self.passkey.data and self.digits:
            self.digits.validators = ()
        return bool(super().validate(extra_validators))


class SecondFactorForm(_PasskeyOrDigits):
    digits = Digits(_("Mã 6 số trên điện thoại"), hint=_("Mở ứng dụng mã xác thực trên điện thoại, tìm dòng “So ca”."))


class PaperForm(Form):
    """The paper code, and the one factor that is left."""

    username = Username(_("Tên đăng nhập"))
    code = PaperCodeField(_("Mã giấy"), hint=_("7 nhóm, mỗi nhóm 4 ký tự. Chữ hoa hay thường đều được."))
    lost = Choice(
        _("Đang thiếu gì?"),
        [("phone", _("Không có điện thoại, vẫn nhớ mật khẩu")), ("passphrase", _("Quên mật khẩu, vẫn có điện thoại"))],
    )
    passphrase = Password(_("Mật khẩu"), required=False, hint=_("Gõ nếu không có điện thoại."))
    digits = Digits(_("Mã 6 số trên điện thoại"), required=False, hint=_("Gõ nếu quên mật khẩu."))


class ReturnByPaperForm(Form):
    code = PaperCodeField(_("Mã giấy"), hint=_("7 nhóm, mỗi nhóm 4 ký tự. Chữ hoa hay thường đều được."))


class DoorCodeForm(Form):
    """The six digits that a colleague who was away reads from their own screen."""

    digits = DoorCode(_("6 số trên màn hình của người ấy"), hint=_("Người ấy đọc cho bạn nghe. Dấu cách không sao."))


class MailAddressForm(Form):
    address = MailBox(_("Địa chỉ thư"), hint=_("Ví dụ: ten@gmail.com. Chỉ sổ này biết, không ai khác xem được."))


class MailCodeForm(Form):
    """The code that was mailed to an address to confirm it."""

    code = MailedCode(_("Mã 8 số trong thư"), hint=_("Dấu cách không sao. Mã dùng được 24 giờ."))


class StepUpForm(_PasskeyOrDigits):
    passphrase = Password(_("Mật khẩu"))
    digits = Digits(_("Mã 6 số trên điện thoại"))


ROLES_OF_PEOPLE = tuple(role.code for role in codelist("role") if role.flag("person"))


class NewPassphraseForm(Form):
    passphrase = Password(
        _("Mật khẩu mới"),
        fresh=True,
        hint=_("Ít nhất 15 ký tự. Dán vào, hoặc để trình duyệt nhớ giúp, đều được. Không bắt buộc chữ số hay ký hiệu."),
    )


class PhoneForm(Form):
    """The first TOTP code of a phone that is being paired."""

    offer = HiddenField()
    digits = Digits(_("Mã 6 số điện thoại đang hiện"))


class PasskeyForm(Form):
    """A passkey that the browser has just made, and what its owner calls it."""

    name = ShortText(_("Đặt tên cho khóa này"), limit=40, hint=_("Ví dụ: máy ở trụ sở, điện thoại của tôi."))
    passkey = HiddenField()


class CoverForm(Form):
    """The short code that only uncovers the screen."""

    short = ShortCode(_("Mã ngắn, 4 đến 6 chữ số"))


class CodeForm(Form):
    code = PaperCodeField(_("Mã nhận tài khoản"), hint=_("7 nhóm, mỗi nhóm 4 ký tự. Chữ hoa hay thường đều được."))


class AdmittedPhoneForm(PhoneForm):
    code = HiddenField()


class AdmittedPassphraseForm(NewPassphraseForm):
    code = HiddenField()
    proof = HiddenField()


class MemberForm(Form):
    name = PersonName(_("Họ và tên"))
    username = Username(_("Tên đăng nhập"), hint=_("Chữ không dấu, ví dụ: tran.lan"))
    role = OneCode(_("Vai trò"), "role", only=ROLES_OF_PEOPLE)


class WordsForm(Form):
    words = HiddenField()
