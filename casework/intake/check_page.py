"""What the check page shows: every answer as it will be kept, each with the way to change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework import clock
from casework.codelists import codelist
from casework.intake.forms import IntakePage
from casework.intake.sharing_form import SharingForm
from casework.web.choice_fields import language
from casework.web.forms import YearOrAge
from casework.web.phones import grouped
from casework.web.translation import with_weekday

TITLES = {
    1: _("Trước khi ghi"),
    2: _("Ai được đọc"),
    3: _("Liên lạc an toàn và tin báo"),
    4: _("Người bị bạo lực, cần giúp gì"),
    5: _("Chuyện đã xảy ra"),
    6: _("Người kia, đồng ý"),
    7: _("Ai được đọc phần nào"),
}
# So many answers are read at a glance; beyond that the longest pages are folded, never who reads what and whom to call.
MOST_UNFOLDED = 30
FOLDED_WHEN_LONG = frozenset({4, 5, 6})
# What depends on another answer, and is dropped when that one says otherwise.
ONLY_IF = {"through": ("channel", "through_person"), "whom": ("secret", "somebody"), "readers": ("secret", "somebody")}
IF_DANGER = frozenset({"at_once"})
NEVER = frozenset({"pronoun"})

Row = tuple[str, object, str]


@dataclass(frozen=True)
class AnsweredPage:
    """The answers of one page as rows of (question, answer, address to change it); `folded` where there are many."""

    title: object
    rows: list[Row]
    folded: bool


def groups(forms: Mapping[int, IntakePage], draft_id: UUID) -> list[AnsweredPage]:
    """Return what each page was answered; a question without an answer only where it needs one."""
    rows = {number: _rows(form, number, draft_id) for number, form in forms.items()}
    is_long = sum(map(len, rows.values())) > MOST_UNFOLDED
    return [AnsweredPage(TITLES[number], rows[number], is_long and number in FOLDED_WHEN_LONG) for number in rows]


def _rows(form: IntakePage, number: int, draft_id: UUID) -> list[Row]:
    url = url_for("intake.page", draft_id=draft_id, number=number, sua=1)
    fields: list[Any] = [field for field in form if _applies(form, field)]
    rows = [(str(field.label.text), answer(form, field), f"{url}#{field.anchor}") for field in fields]
    return [row for row, field in zip(rows, fields, strict=True) if row[1] or field.flags.required]


def _applies(form: IntakePage, field: Any) -> bool:
    if field.name in NEVER:
        return False
    if field.name in IF_DANGER:
        return isinstance(form, SharingForm) and form.asks_at_once
    name, value = ONLY_IF.get(field.name, (field.name, field.data))
    return bool(form[name].data == value)


def answer(form: IntakePage, field: Any) -> object:
    """Return an answer in words: labels of what was chosen, a day with its weekday, or the text as it will be kept."""
    if isinstance(form, SharingForm) and field.name == "risks":
        return [codelist("risk_question").get(code).text("reason", language()) for code in form.risk_codes]
    if isinstance(form, SharingForm) and field.name == "level":
        return codelist("risk_level").label(form.level_or_derived, language()) if form.level_or_derived else ""
    if field.kind in {"radios", "select", "checkboxes"}:
        labels = [choice.label for choice in field.iter_choices() if choice.selected]
        return labels if field.kind == "checkboxes" else "".join(labels)
    if field.data is None or field.data == "":
        return ""
    return _as_text(field)


def _as_text(field: Any) -> str:
    if field.kind == "date":
        return with_weekday(field.data)
    if isinstance(field, YearOrAge) and field.data is not None:
        return gettext("%(year)d (khoảng %(age)d tuổi)", year=field.data, age=clock.today().year - field.data)
    return grouped(field.data) if field.kind == "phone" else str(field.data)
