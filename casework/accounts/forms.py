"""The forms of sign-in, unlock, second step and proof."""

from flask_babel import lazy_gettext as _

from casework.web.forms import Choice, Digits, Form, PaperCodeField, Password, Username


class SignInForm(Form):
    """A name and a passphrase."""

    username = Username(_("Tên đăng nhập"))
    passphrase = Password(_("Mật khẩu"))


class UnlockForm(Form):
    """The passphrase of the person whose screen has locked."""

    passphrase = Password(_("Mật khẩu"))


class SecondForm(Form):
    """The digits that her phone shows now."""

    digits = Digits(_("Mã 6 số trên điện thoại"), hint=_("Mở ứng dụng mã xác thực trên điện thoại, tìm dòng “So ca”."))


class PaperForm(Form):
    """The code on paper, and the one thing that is still at hand."""

    username = Username(_("Tên đăng nhập"))
    code = PaperCodeField(_("Mã giấy"), hint=_("7 nhóm, mỗi nhóm 4 ký tự. Chữ hoa hay thường đều được."))
    lost = Choice(
        _("Đang thiếu gì?"),
        [("phone", _("Không có điện thoại, vẫn nhớ mật khẩu")), ("passphrase", _("Quên mật khẩu, vẫn có điện thoại"))],
    )
    passphrase = Password(_("Mật khẩu"), required=False, hint=_("Gõ nếu không có điện thoại."))
    digits = Digits(_("Mã 6 số trên điện thoại"), required=False, hint=_("Gõ nếu quên mật khẩu."))


class ProofForm(Form):
    """The passphrase once more, and the digits of the phone."""

    passphrase = Password(_("Mật khẩu"))
    digits = Digits(_("Mã 6 số trên điện thoại"))
