"""The forms of notices to the chair: send, given by word, assign, answer, a call, withdraw."""

from typing import Any, TypeVar
from uuid import UUID

from flask import request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.cases.fields import field_of
from casework.cases.sections import Notice
from casework.codelists import codelist
from casework.notices.view_models import Proposal
from casework.web.call_forms import PhoneCallForm, RecentHour, minute_of
from casework.web.choice_fields import code_words, language
from casework.web.forms import Choices, Form, LongText, SentOnceForm, ShortText, VietnamesePhone, parse_uuid

_LONGEST_NAME = 100


class SendNoticeForm(SentOnceForm):
    """A notice: who is told, and what is asked; there are no free words, so that none can name anybody."""

    readers = Choices(_("Ai sẽ đọc tin báo này?"), [], required=False)
    asks = field_of(Notice, "asks")

    def reader_ids(self) -> list[UUID]:
        return [member_id for text in self.readers.data or () if (member_id := parse_uuid(text)) is not None]


F = TypeVar("F", bound=SendNoticeForm)


def send_form(proposed: Proposal) -> SendNoticeForm:
    return offering(proposed, SendNoticeForm)


def offering(proposed: Proposal, kind: type[F], **options: Any) -> F:
    """Offer those who may be told and what may be asked; what is proposed is chosen."""
    chosen = {"readers": [str(someone.id) for someone in proposed.addressees], "asks": list(proposed.notice.asks)}
    form = kind(data=chosen if request.method == "GET" else None, **options)
    form.readers.choices = [
        SelectChoice(str(someone.id), someone.name, {"hint": code_words(someone.role, "role")})
        for someone in proposed.addressees
    ]
    form.readers.flags.told = True
    if proposed.withheld:
        asks = codelist("notice_ask")
        words = ", ".join(asks.label(code, language()) for code in proposed.withheld)
        form.asks.description = gettext("Không chọn sẵn: %(asks)s. Ở đó có người không được biết.", asks=words)
    return form


class SpokenForm(SentOnceForm):
    """A notice that was given by word."""

    who = ShortText(_("Ai đã nghe tin báo?"), limit=_LONGEST_NAME, hint=_("Họ tên và chức vụ."))
    hour = RecentHour(_("Báo lúc mấy giờ?"), hint=_("Ví dụ 23:15."))
    words = LongText(_("Đã nói những gì?"), required=False, rows=3, hint=_("Chỉ cơ quan mình đọc được câu này."))

    def told(self) -> Notice:
        return Notice(who=self.who.data or "", when=minute_of(self.hour.data), words=self.words.data or "")


class SetNoticeAsideForm(SentOnceForm):
    words = LongText(
        _("Vì sao chưa báo Chủ tịch?"),
        rows=3,
        hint=_("Chỉ cơ quan mình đọc được câu này. Đã báo bằng lời thì quay lại, chọn Đã báo bằng lời."),
        missing=_("Hãy ghi vì sao chưa báo Chủ tịch."),
    )


def assign_form() -> Any:
    """Ask to which of the agencies that work on cases the work is given, and what they shall do."""
    working = [agency.code for agency in codelist("agency") if agency.flag("holds_keys")]
    fields = {
        "agency": field_of(Notice, "assigned", required=True, select=False, only=working),
        "words": LongText(_("Giao cho ai, làm gì?"), required=False, rows=3, hint=_("Nơi báo tin đọc được câu này.")),
    }
    return type("AssignForm", (Form,), fields)()


class AnswerNoticeForm(Form):
    words = LongText(_("Đã làm gì?"), rows=4, hint=_("Nơi báo tin đọc được câu này."), missing=_("Hãy ghi đã làm gì."))


class NoticeCallForm(PhoneCallForm):
    """A call about a notice that nobody has received."""

    def call(self) -> Notice:
        return Notice(who=self.who.data or "", when=self.when)


class CallAboveForm(NoticeCallForm):
    """A call to the level above: also which number, so that it can be called again."""

    who = ShortText(_("Gọi cho ai, làm gì ở cấp trên?"), limit=_LONGEST_NAME)
    phone = VietnamesePhone(_("Số điện thoại đã gọi"))

    def call(self) -> Notice:
        return Notice(who=self.who.data or "", when=self.when, phone=self.phone.data or "")


class WithdrawNoticeForm(Form):
    words = LongText(
        _("Vì sao rút tin báo?"), rows=3, hint=_("Chỉ cơ quan mình đọc được câu này."), missing=_("Hãy ghi lý do rút.")
    )
