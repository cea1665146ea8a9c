"""Form fields for text: names, short and long text, phones, passwords, codes, times of day."""

import re
from collections.abc import Sequence
from datetime import time
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Field, Form, PasswordField, StringField, TextAreaField
from wtforms.validators import Optional, StopValidation, ValidationError

from casework.web import clean, phones, wtforms_messages

LONGEST_TEXT = 20_000
LONGEST_LINE = 200
LONGEST_NAME = 100
LONGEST_PASSWORD = 1024
HOUR = re.compile(r"(\d{1,2})(?:(?:[:.]|\s*(?:h|giờ)\s*)(\d{1,2})?)?(?:\s*phút)?")


class RequiredAnswer:
    """Require an answer that can be read; one that is there but wrong keeps its own message."""

    field_flags = {"required": True}

    def __init__(self, message: object) -> None:
        self.message = message

    def __call__(self, form: Form, field: Field) -> None:
        is_there = clean.says_something if isinstance(field, StringField) else str.strip
        if any(is_there(str(value)) for value in field.raw_data or ()):
            return
        field.errors = []
        raise StopValidation(str(self.message).replace("%(question)s", str(field.label.text)))


class MaxLength:
    """Refuse a text of more than `limit` characters after sanitising, and say by how many."""

    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, form: Form, field: Field) -> None:
        over = len(field.data or "") - self.limit
        if over > 0:
            raise ValidationError(
                _(
                    "Dài quá %(over)d ký tự. Nhiều nhất là %(limit)d ký tự: hãy bớt lại.",
                    over=over,
                    limit=self.limit,
                )
            )


class QuestionField(Field):
    """A field that knows how it is drawn, whether it must be answered, and what to say if not.

    `source` names the declared question that it asks, where there is one.
    """

    kind = "text"
    missing: Any = wtforms_messages.FILL_IN
    limit: int | None = None

    def __init__(
        self,
        label: Any,
        *,
        required: bool = True,
        missing: Any = None,
        hint: Any = "",
        source: Any = None,
        validators: Sequence[Any] = (),
        **options: Any,
    ) -> None:
        """Take the question, whether it must be answered, the words when it is not, and a hint."""
        self.source = source
        validator = RequiredAnswer(missing or self.missing) if required else Optional()
        super().__init__(label, [validator, *validators], description=hint, **options)

    @property
    def anchor(self) -> str:
        """Return the id of the first box, where the error summary leads."""
        return str(self.id)


class ShortText(QuestionField, StringField):
    def __init__(self, label: Any, *, limit: int = LONGEST_LINE, **options: Any) -> None:
        self.limit = limit
        checks = [MaxLength(limit), *options.pop("validators", ())]
        super().__init__(label, validators=checks, **options)


class LongText(QuestionField, TextAreaField):
    kind = "textarea"

    def __init__(
        self, label: Any, *, limit: int = LONGEST_TEXT, rows: int = 6, one_line: bool = False, **options: Any
    ) -> None:
        """Take the question, the most characters it may hold and the height of its box, which may be a single line."""
        self.limit, self.rows = limit, rows
        if one_line:
            self.kind = ShortText.kind
        checks = [MaxLength(limit), *options.pop("validators", ())]
        super().__init__(label, validators=checks, **options)


class PersonName(ShortText):
    """One box for "họ và tên", in the order in which people say it."""

    missing = lazy_gettext("Hãy ghi họ và tên.")

    def __init__(self, label: Any, *, limit: int = LONGEST_NAME, **options: Any) -> None:
        super().__init__(label, limit=limit, **options)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if self.data and not any(letter.isalpha() for letter in self.data):
            raise ValidationError(_("Tên phải có chữ cái. Hãy ghi tên như người ấy được gọi."))


class Username(ShortText):
    """The name to sign in with: no spelling help, no capital at its beginning."""

    kind = "username"
    missing = lazy_gettext("Hãy ghi tên đăng nhập.")


class Digits(ShortText):
    """A TOTP code of six digits; a browser may offer it."""

    kind = "digits"
    missing = lazy_gettext("Hãy ghi mã 6 số trên điện thoại.")

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, limit=20, **options)


class DoorCode(ShortText):
    """Six digits that somebody else reads aloud: no browser has them to offer."""

    kind = "door"
    missing = lazy_gettext("Hãy ghi 6 số mà người ấy đọc.")

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, limit=20, **options)


class MailBox(ShortText):
    """An e-mail address: no capital at its beginning, and no browser of a shared machine offers it."""

    kind = "mail"
    missing = lazy_gettext("Hãy ghi địa chỉ thư.")

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, limit=254, **options)


class MailedCode(DoorCode):
    """Eight digits that were mailed."""

    missing = lazy_gettext("Hãy ghi mã 8 số trong thư.")


class PaperCodeField(ShortText):
    """A code copied from paper: capitals, no spelling help."""

    kind = "code"
    missing = lazy_gettext("Hãy ghi mã trên giấy.")

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, limit=80, **options)


class Password(QuestionField, PasswordField):
    """A password: never cleaned and never shown again."""

    kind = "password"
    missing = lazy_gettext("Hãy gõ mật khẩu.")

    def __init__(self, label: Any, *, fresh: bool = False, **options: Any) -> None:
        self.autocomplete = "new-password" if fresh else "current-password"
        super().__init__(label, validators=[MaxLength(LONGEST_PASSWORD), *options.pop("validators", ())], **options)


class ShortCode(QuestionField, PasswordField):
    """The short code of a covered screen; typed and shown as a password."""

    kind = "pin"
    missing = lazy_gettext("Hãy gõ mã ngắn.")

    def __init__(self, label: Any, **options: Any) -> None:
        super().__init__(label, validators=[MaxLength(20), *options.pop("validators", ())], **options)


class VietnamesePhone(QuestionField, StringField):
    """A phone number in any usual spelling; its data is the number as it is dialled, or None."""

    kind = "phone"
    missing = lazy_gettext("Hãy ghi số điện thoại.")

    def process_formdata(self, valuelist: Any) -> None:
        typed = "".join(valuelist[:1]).strip()
        self.data = None
        if typed:
            self.data = phones.normalise(typed)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return phones.grouped(self.data) if self.data else ""


class TimeOfDay(QuestionField, StringField):
    """An hour as people write it ("23:15", "23h15", "23 giờ"); its data is a time, or None."""

    kind = "hour"
    data: Any
    missing = lazy_gettext("Hãy ghi giờ, ví dụ 23:15.")

    def process_formdata(self, valuelist: Any) -> None:
        typed = "".join(valuelist[:1]).strip().lower()
        self.data = None
        if not typed:
            return
        parts = HOUR.fullmatch(typed)
        if not parts or int(parts[1]) > 23 or int(parts[2] or 0) > 59:
            raise ValueError(_("Giờ chưa đúng. Hãy ghi từ 0:00 đến 23:59, ví dụ 23:15."))
        self.data = time(int(parts[1]), int(parts[2] or 0))

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.strftime("%H:%M") if self.data else ""
