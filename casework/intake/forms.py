"""The pages of an intake as forms; whatever can be unknown may stay empty or be answered so."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.cases import excluded
from casework.codelists import codelist
from casework.intake import days
from casework.intake.fields import ClosedList, HowMany, YearOrAge
from casework.intake.offers import Offers
from casework.web.choices import language
from casework.web.forms import (
    Choice,
    Choices,
    Codes,
    DateParts,
    Form,
    LongText,
    OneCode,
    PersonName,
    ShortText,
    VietnamesePhone,
    YesNo,
)

SHORT = 100


class Page(Form):
    """One page: it takes what was typed, now or in a draft, and what the commune offers."""

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Read the answers; the token of the form is checked for every request, not for every page of a draft."""
        super().__init__(formdata=typed, meta={"csrf": False})  # type: ignore[no-untyped-call]
        self.offers = offers

    @property
    def circle(self) -> list[str]:
        """Return the ids of the readers that a page names besides the author; most pages name none."""
        return []

    def keeps(self, name: str) -> bool:
        """Say whether an answer is to be kept; one that no longer applies may be dropped."""
        return name in self

    def must(self, field: Any, words: Any) -> bool:
        """Mark a field with a sentence that says what is missing."""
        field.errors = [*field.errors, str(words)]
        return False


class ToldForm(Page):
    """After what is read aloud: what the person wants, and whether there is danger now."""

    danger = YesNo(_("Ngay lúc này có đang nguy hiểm không?"))
    mode = Choice(
        _("Người ấy muốn thế nào?"),
        [("record", _("Ghi nhận và xử lý")), ("advice", _("Chỉ tư vấn, chưa báo tin"))],
    )
    pronoun = OneCode(_("Xưng hô"), "pronoun", required=False, select=True)


class ReadersForm(Page):
    """Who must not know, asked before any name; somebody named means that only chosen colleagues can read."""

    secret = Choice(
        _("Ai không được biết?"),
        [
            ("nobody", _("Không có ai như vậy")),
            ("unknown", _("Chưa rõ")),
            ("somebody", _("Có người không được biết")),
        ],
    )
    whom = ShortText(_("Đó là ai?"), required=False)
    readers = Choices(_("Những ai được đọc, ngoài người ghi?"), [], required=False)

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Offer the colleagues who may be named."""
        super().__init__(typed, offers)
        roles = codelist("role")
        self.readers.choices = [
            SelectChoice(str(one.id), one.name, {"hint": roles.label(one.roles[0], language())})
            for one in offers.setting.colleagues
        ]
        self.whom.flags.required = self.readers.flags.required = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask who it is and for at least one other reader, none of whom is the one who must not know."""
        valid = super().validate(extra_validators)
        if self.secret.data == "unknown" and self.whom.data:
            words = gettext("Đã ghi tên một người. Nếu có thể là người ấy, hãy chọn “Có người không được biết”.")
            return self.must(self.secret, words)
        if self.secret.data != "somebody":
            return valid
        if not self.whom.data:
            valid = self.must(self.whom, gettext("Hãy ghi ai không được biết, ví dụ: cô Tư làm ở Hội."))
        if not self.readers.data:
            valid = self.must(self.readers, gettext("Hãy chọn ít nhất một người khác được đọc."))
        for name in self.clashing:
            valid = self.must(
                self.readers,
                gettext(
                    "%(name)s trùng tên với người không được biết. Hãy bỏ chọn; nếu là hai người khác nhau,"
                    " hãy ghi rõ cả họ tên ở câu trên.",
                    name=name,
                ),
            )
        return valid

    def keeps(self, name: str) -> bool:
        """Drop who must not know where the answer is that there is nobody: that draft is open to the agency."""
        return name == "secret" or self.secret.data == "somebody"

    @property
    def clashing(self) -> list[str]:
        """Return the chosen readers whom the text names as those who must not know."""
        chosen = [one.name for one in self.offers.setting.colleagues if str(one.id) in (self.readers.data or ())]
        return [name for name in chosen if excluded.names(name, self.whom.data or "")]

    @property
    def circle(self) -> list[str]:
        """Return the ids of the other readers if the case is restricted, else none."""
        return sorted(self.readers.data or ()) if self.secret.data == "somebody" else []


class ReachForm(Page):
    """Who told us, when it happened, and how to reach the person without doing harm."""

    call_her = ShortText(
        _("Gọi người ấy là gì?"), limit=SHORT, hint=_("Tên người ấy muốn được gọi, không cần tên thật.")
    )
    channel = OneCode(_("Liên lạc bằng cách nào thì an toàn?"), "safe_channel", select=True)
    phone = VietnamesePhone(_("Số điện thoại an toàn"), required=False)
    hours = OneCode(_("Giờ nào thì an toàn"), "safe_hours", required=False, select=True)
    may_answer = ShortText(_("Nếu người khác nghe máy thì sao"), required=False)
    say_you_are = ShortText(_("Nói mình là ai"), required=False, hint=_("Ví dụ: người bán giống lúa."))
    never_say = ShortText(_("Tuyệt đối không nói điều gì"), required=False)
    reporter_type = OneCode(_("Ai báo tin?"), "reporter_type", select=True)
    report_channel = OneCode(_("Tin đến bằng cách nào"), "report_channel", required=False, select=True)
    address_id = ClosedList(_("Qua địa chỉ tin cậy nào"), [], required=False)
    happened_on = DateParts(_("Chuyện xảy ra ngày nào"), required=False)

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Offer the register, and help with the days of the week."""
        super().__init__(typed, offers)
        self.address_id.choices = [SelectChoice(place, name) for place, name in offers.places]
        self.happened_on.description = days.help_with_days()


class PersonForm(Page):
    """Who the person is, as far as it is known, and the children who came along."""

    name = PersonName(_("Họ và tên"), required=False, hint=_("Không biết hoặc chưa muốn nói thì để trống."))
    birth_year = YearOrAge(_("Năm sinh hoặc tuổi"), required=False, hint=_("Ví dụ 1987, hoặc 39 tuổi thì ghi 39."))
    sex = OneCode(_("Giới tính"), "sex")
    hamlet = ShortText(_("Thôn"), required=False, limit=SHORT)
    address = ShortText(_("Chỗ ở"), required=False)
    phone = VietnamesePhone(_("Điện thoại riêng"), required=False, hint=_("Nếu khác số an toàn đã ghi."))
    vulnerable = Codes(_("Thuộc nhóm nào dưới đây"), "vulnerable_group", required=False)
    count = HowMany(_("Mấy cháu"), required=False)
    who = ShortText(_("Các cháu tên gì, mấy tuổi"), required=False)
    involvement = Codes(_("Các cháu thấy hoặc chịu điều gì"), "child_involvement", required=False)
    medicine = ShortText(_("Thuốc đang uống, bệnh cần để ý"), required=False)
    school = ShortText(_("Học ở đâu"), required=False)
    may_pick_up = ShortText(_("Ai được đón các cháu"), required=False)


class EventForm(Page):
    """What happened, in plain words that stand for the acts of the law, and in the person's own words."""

    acts = Codes(_("Trong gia đình đã xảy ra chuyện gì?"), "dv_act", plain="plain", required=False)
    other = Codes(_("Chuyện ngoài gia đình"), "gbv_other", plain="plain", required=False)
    unclear = Choices(_("Hoặc"), [("unknown", _("Chưa rõ, hoặc chưa muốn nói"))], required=False)
    words = LongText(_("Lời kể của người ấy"), required=False, hint=_("Ghi đúng lời người ấy nói, không sửa."))
    time_of_day = OneCode(_("Vào lúc nào trong ngày"), "time_of_day", required=False, select=True)
    place = OneCode(_("Xảy ra ở đâu"), "place_of_incident", required=False, select=True)
    again = OneCode(_("Đã từng xảy ra chưa"), "recurrence", required=False, select=True)
    weapon = Codes(_("Dùng vật gì"), "weapon", required=False)
    children_present = YesNo(_("Lúc ấy có trẻ em ở đó không"), required=False)
    injuries = Codes(_("Đau, bị thương ở đâu"), "injury", required=False)
    seen = OneCode(_("Có ai nhìn thấy vết thương chưa"), "injury_seen", required=False, select=True)
    urgent = OneCode(_("Cần khám khi nào"), "injury_urgency", required=False, select=True)

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Show the acts as a question that must be answered, in one of three places; ask a story of who may read it."""
        super().__init__(typed, offers)
        if not offers.setting.story:
            del self.words
        self.acts.flags.required = True
        self.unclear.flags.told = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one act at least, or for the answer that it is not clear."""
        valid = super().validate(extra_validators)
        if self.acts.errors or self.acts.data or self.other.data or self.unclear.data:
            return valid
        return self.must(self.acts, gettext("Hãy chọn ít nhất một chuyện, hoặc chọn “Chưa rõ, hoặc chưa muốn nói”."))
