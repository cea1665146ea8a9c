"""The forms of sign-in and unlock."""

from flask_babel import lazy_gettext as _

from casework.web.forms import Form, Password, Username


class SignInForm(Form):
    """A name and a passphrase."""

    username = Username(_("Tên đăng nhập"))
    passphrase = Password(_("Mật khẩu"))


class UnlockForm(Form):
    """The passphrase of the person whose screen has locked."""

    passphrase = Password(_("Mật khẩu"))
