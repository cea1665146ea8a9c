"""Forms of staffing: who reads a case, who keeps its recovery sheets, who holds it, which agency a member moves to."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _
from wtforms import HiddenField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.accounts.staff import Colleague
from casework.cases.fields import field_of
from casework.cases.restriction import Readers
from casework.cases.sections import SafetyPlan
from casework.errors import BadInput, gettext_noop
from casework.staffing.directory import AgencyEntry
from casework.vault.keys.enrolment.paper_codes import read_signs
from casework.web.choice_fields import code_words
from casework.web.forms import Choice, Choices, Form, PaperCodeField, ShortText

NOT_PRINTED = gettext_noop("Các tờ này không đọc được. Hãy hủy các tờ vừa in rồi làm lại từ đầu.")


def _who_must_not_know() -> Any:
    hint = _("Ví dụ: cô Tư làm ở Hội. Câu này không lưu lại.")
    return field_of(SafetyPlan, "who_must_not_know", one_line=True, hint=hint)


class ReadersForm(Form):
    """Restrict a case: who must not know, and who besides me reads it."""

    whom = field_of(
        SafetyPlan,
        "who_must_not_know",
        one_line=True,
        hint=_("Ví dụ: cô Tư làm ở Hội. Ghi vào kế hoạch an toàn, chỉ những người được chọn đọc được."),
    )
    readers = Choices(_("Những ai được đọc, ngoài bạn?"), [], missing=_("Hãy chọn ít nhất một người khác được đọc."))


class SheetsForm(Form):
    """Recovery sheets of a restricted case: who must not know, and who keeps the sheets."""

    whom = _who_must_not_know()
    first = ShortText(_("Ai giữ tờ thứ nhất?"), hint=_("Người tin được, tốt nhất không đọc vụ việc này."))
    second = ShortText(_("Ai giữ tờ thứ hai?"))
    third = ShortText(_("Ai giữ tờ thứ ba?"), required=False, hint=_("Có thể bỏ trống."))

    def officers(self) -> list[str]:
        """Return the names that were typed, in the order of the sheets."""
        return [str(box.data) for box in (self.first, self.second, self.third) if box.data]


class PrintedSheetsForm(Form):
    """Recovery sheets that are printed and not good yet: what stands on them, and what is typed from each paper."""

    whom, first, second, third = HiddenField(), HiddenField(), HiddenField(), HiddenField()
    # The digits of the circle, the number of the set, and the code of each sheet.
    sheets = HiddenField()
    seat_1 = PaperCodeField(_("4 ký tự cuối của mã trên tờ số 1"))
    seat_2 = PaperCodeField(_("4 ký tự cuối của mã trên tờ số 2"))
    seat_3 = PaperCodeField(_("4 ký tự cuối của mã trên tờ số 3"))

    def officers(self) -> list[str]:
        """Return who keeps the sheets, in the order of the sheets."""
        return [str(box.data) for box in (self.first, self.second, self.third) if box.data]

    def __init__(self, **given: Any) -> None:
        """Ask from the paper of a third sheet only where there is one."""
        super().__init__(**given)  # type: ignore[no-untyped-call]
        if not self.third.data:
            del self.seat_3

    def printed(self) -> tuple[str, int, list[str]]:
        """Return digits of the circle, number and codes of the sheets; raise BadInput for what no page of ours sent."""
        try:
            circle, number, *codes = str(self.sheets.data).split(" ")
            return circle, int(number), codes
        except ValueError:
            raise BadInput(NOT_PRINTED) from None

    def is_confirmed(self, codes: Sequence[str]) -> bool:
        """Tell whether the last signs of each sheet were typed as on the paper; a box that differs says so."""
        boxes = [box for box in (self.seat_1, self.seat_2, getattr(self, "seat_3", None)) if box is not None]
        for box, code in zip(boxes, codes, strict=False):
            if read_signs(str(box.data or "")) != code[-4:]:
                box.errors = [_("Không giống tờ đã in. Hãy gõ 4 ký tự cuối của mã, đọc từ tờ giấy.")]
        return len(boxes) == len(codes) and not any(box.errors for box in boxes)


class HandOverForm(Form):
    holder = Choice(_("Ai phụ trách từ bây giờ?"), [])
    standin = Choice(_("Ai làm thay khi vắng?"), [], required=False)


class MoveForm(Form):
    agency = Choice(_("Mời vào cơ quan nào?"), [])


def readers_form(readers: Readers, me: UUID) -> ReadersForm:
    """Offer the colleagues who may be named; the present readers of a restricted case are chosen."""
    chosen = [str(colleague.id) for colleague in readers.reading] if readers.restricted else []
    form = ReadersForm(data={"readers": chosen} if request.method == "GET" else None)  # type: ignore[no-untyped-call]
    named = sorted((*readers.reading, *readers.others), key=lambda colleague: colleague.name)
    form.readers.choices = _choices_of(colleague for colleague in named if colleague.id != me)
    return form


def hand_over_form(readers: Readers) -> HandOverForm:
    """Offer who can hold a case; a restricted one only its readers."""
    data = {"holder": str(readers.holder_id), "standin": str(readers.standin_id or "")}
    form = HandOverForm(data=data if request.method == "GET" else None)  # type: ignore[no-untyped-call]
    everybody = sorted((*readers.reading, *readers.others), key=lambda colleague: colleague.name)
    named = readers.reading if readers.restricted else everybody
    form.holder.choices = _choices_of(named)
    form.standin.choices = [SelectChoice("", str(_("Chưa có ai"))), *_choices_of(named)]
    return form


def move_form(agencies: tuple[AgencyEntry, ...]) -> MoveForm:
    form = MoveForm()  # type: ignore[no-untyped-call]
    form.agency.choices = [SelectChoice(str(agency.id), agency.name) for agency in agencies if agency.id]
    return form


def _choices_of(colleagues: Iterable[Colleague]) -> list[Any]:
    return [
        SelectChoice(str(colleague.id), colleague.name, {"hint": code_words(colleague.roles[0], "role")})
        for colleague in colleagues
    ]
