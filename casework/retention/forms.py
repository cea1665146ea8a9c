"""The forms of retention: a request to erase, a refusal, a hold, voiding, merging."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _

from casework.accounts.staff import Colleague
from casework.cases.erasure_entry import Erasure
from casework.cases.fields import field_of
from casework.web.choice_fields import code_words
from casework.web.forms import Choice, Form, LongText, ShortText


class RequestForm(Form):
    """The basis of an erasure, and the second person, who decides."""

    basis = field_of(Erasure, "basis", required=True, select=False, note="article")
    second = Choice(_("Ai là người thứ hai, người quyết định?"), (), hint=_("Người đề nghị không bao giờ tự xóa được."))
    words = field_of(
        Erasure, "words", required=True, rows=4, hint=_("Chỉ cơ quan giữ vụ việc đọc được; mất cùng vụ việc khi xóa.")
    )

    def __init__(self, candidates: Iterable[Colleague], **options: Any) -> None:
        super().__init__(**options)  # type: ignore[no-untyped-call]
        self.second.choices = [
            (str(candidate.id), f"{candidate.name}, {code_words(candidate.roles[0], 'role')}")
            for candidate in candidates
        ]

    def second_id(self) -> UUID:
        return UUID(self.second.data)


class RefuseForm(Form):
    words = LongText(_("Vì sao giữ nguyên"), required=False, rows=3)


class HoldForm(Form):
    words = LongText(_("Vì sao phải giữ lại"), rows=3, hint=_("Ví dụ: Tòa án yêu cầu, số văn bản, ai ký."))


class MergeForm(Form):
    kept_case = ShortText(_("Mã của vụ việc được giữ lại"), limit=60, hint=_("Ví dụ: sen-lúa-42."))
    words = LongText(_("Vì sao biết là cùng một vụ việc?"), rows=3)
