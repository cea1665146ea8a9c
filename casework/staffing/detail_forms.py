"""Forms of what is registered of the commune and its agencies: one for each detail."""

from typing import Any, NamedTuple

from flask import request
from flask_babel import gettext, lazy_gettext
from wtforms.validators import ValidationError

from casework.cases import commune_merger
from casework.cases.commune_merger import MergedCommune
from casework.staffing.office_days_form import CalendarForm
from casework.vault.states import Detail
from casework.web.date_fields import DateParts
from casework.web.forms import Form, LongText, ShortText, VietnamesePhone

_LONGEST_HAMLET = 100


class DetailForm(Form):
    """The form of a detail that is one answer, its `value`."""

    @classmethod
    def data_of(cls, value: str) -> dict[str, Any]:
        """Return what the form shows of a detail as it stands."""
        return {"value": value}

    @property
    def asked(self) -> list[Any]:
        """Return the fields in their order."""
        return [self["value"]]

    @property
    def chosen(self) -> str:
        """Return the detail that was typed; the form must be valid."""
        return str(self.data["value"])


class DetailNameForm(DetailForm):
    value = ShortText(lazy_gettext("Tên mới"), missing=lazy_gettext("Hãy ghi tên mới."))


class DutyPhoneForm(DetailForm):
    value = VietnamesePhone(
        lazy_gettext("Số trực mới"),
        hint=lazy_gettext("Số có người nghe ngày và đêm. Hãy gọi thử trước khi ghi."),
    )


class MergedForm(DetailForm):
    """Into which commune and from which day; nothing in both takes an earlier word back."""

    value = ShortText(
        lazy_gettext("Nhập vào xã nào"),
        required=False,
        hint=lazy_gettext("Ghi tên xã mới. Để trống nếu xã này không nhập vào đâu nữa."),
    )
    since = DateParts(
        lazy_gettext("Từ ngày"),
        required=False,
        future=True,
        hint=lazy_gettext("Từ ngày ấy sổ này không nhận vụ việc mới; vụ việc đang có vẫn làm tiếp ở đây."),
    )

    @classmethod
    def data_of(cls, value: str) -> dict[str, Any]:
        merged = commune_merger.read(value)
        return {"value": merged.into, "since": merged.since} if merged else {}

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for both or for neither."""
        holds = super().validate(extra_validators)
        if holds and bool(self["since"].data) != bool((self["value"].data or "").strip()):
            self["since"].errors = [gettext("Hãy ghi cả tên xã mới lẫn ngày, hoặc để trống cả hai.")]
            return False
        return holds

    @property
    def asked(self) -> list[Any]:
        return [self["value"], self["since"]]

    @property
    def chosen(self) -> str:
        """Return the two lines that are proposed, nothing for no merger."""
        name, day = " ".join((self["value"].data or "").split()), self["since"].data
        return MergedCommune(name, day).written() if name and day else ""


class HamletsForm(DetailForm):
    """The hamlets, one a line."""

    value = LongText(
        lazy_gettext("Các thôn, tổ"),
        limit=4000,
        rows=10,
        missing=lazy_gettext("Hãy ghi ít nhất một thôn, tổ."),
        hint=lazy_gettext("Mỗi dòng một thôn. Đổi tên ở đây không đổi tên trong vụ việc và địa chỉ đã ghi."),
    )

    def validate_value(self, field: Any) -> None:
        """Keep the names as they are stored; each must be short, and none may come twice."""
        names = [" ".join(line.split()) for line in (field.data or "").splitlines() if line.strip()]
        if long := next((name for name in names if len(name) > _LONGEST_HAMLET), None):
            raise ValidationError(gettext("Tên này dài quá: %(name)s. Mỗi dòng chỉ ghi một thôn.", name=long[:40]))
        known: set[str] = set()
        for name in names:
            if name.casefold() in known:
                raise ValidationError(gettext("%(name)s đứng hai lần. Hãy bỏ một dòng.", name=name))
            known.add(name.casefold())
        field.data = "\n".join(names)


class DetailKind(NamedTuple):
    """The words of a detail: what it is called, and its form."""

    title: Any
    form: type[DetailForm] | type[CalendarForm]


DETAILS = {
    Detail.COMMUNE_NAME: DetailKind(lazy_gettext("Tên xã"), DetailNameForm),
    Detail.HAMLETS: DetailKind(lazy_gettext("Các thôn, tổ"), HamletsForm),
    Detail.AGENCY_NAME: DetailKind(lazy_gettext("Tên cơ quan"), DetailNameForm),
    Detail.DUTY_PHONE: DetailKind(lazy_gettext("Số trực"), DutyPhoneForm),
    Detail.CALENDAR: DetailKind(lazy_gettext("Lịch làm việc"), CalendarForm),
    Detail.MERGED: DetailKind(lazy_gettext("Sáp nhập vào xã khác"), MergedForm),
}


def detail_form(detail: Detail, value: str) -> Any:
    """Make the form of a detail; it begins with what stands there now."""
    form = DETAILS[detail].form
    return form(data=form.data_of(value) if request.method == "GET" else None)
