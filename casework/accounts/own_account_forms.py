"""The forms of one's own account and of admission."""

from flask_babel import lazy_gettext as _
from wtforms import HiddenField

from casework.codelists import codelist
from casework.web.forms import Digits, Form, OneCode, PaperCodeField, Password, PersonName, ShortCode, Username

PEOPLE = tuple(role.code for role in codelist("role") if role.flag("person"))


class NewPassphraseForm(Form):
    """A new passphrase."""

    passphrase = Password(
        _("Mật khẩu mới"),
        fresh=True,
        hint=_("Ít nhất 15 ký tự. Dán vào, hoặc để trình duyệt nhớ giúp, đều được. Không bắt buộc chữ số hay ký hiệu."),
    )


class PhoneForm(Form):
    """The first digits of a phone that is being paired."""

    offer = HiddenField()
    digits = Digits(_("Mã 6 số điện thoại đang hiện"))


class CoverForm(Form):
    """The short code that only takes the cover away."""

    short = ShortCode(_("Mã ngắn, 4 đến 6 chữ số"))


class CodeForm(Form):
    """An admission code."""

    code = PaperCodeField(_("Mã nhận tài khoản"), hint=_("7 nhóm, mỗi nhóm 4 ký tự. Chữ hoa hay thường đều được."))


class AdmittedPhoneForm(PhoneForm):
    """The first digits of a newcomer's phone."""

    code = HiddenField()


class AdmittedPassphraseForm(NewPassphraseForm):
    """A newcomer's passphrase."""

    code = HiddenField()
    proof = HiddenField()


class MemberForm(Form):
    """Somebody new: what she is called, what she signs in with, and what she does."""

    name = PersonName(_("Họ và tên"))
    username = Username(_("Tên đăng nhập"), hint=_("Chữ không dấu, ví dụ: tran.lan"))
    role = OneCode(_("Vai trò"), "role", only=PEOPLE)


class WordsForm(Form):
    """The four words that were compared face to face."""

    words = HiddenField()
