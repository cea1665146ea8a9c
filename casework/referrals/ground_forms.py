"""The forms of a ground: first for whom and why, then what the receiver will read and who answered."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework import clock
from casework.cases import ground_rules
from casework.cases.fields import field_of, section_from_fields
from casework.cases.ground_rules import CONSENT, DANGER, DUTY
from casework.cases.sections import GroundEntry
from casework.errors import BadInput
from casework.referrals.ground_actions import SafetyCall
from casework.web.choice_fields import NO, YES
from casework.web.form_tokens import given_before
from casework.web.forms import Form, SentOnceForm

ANSWERS = ("granted", "refused", "not_asked")
# Sent with the second step, whose answers are not asked for before.
PARTS_STEP = "parts"
_ASKED_ALONE = _("Hỏi riêng, khi chỉ có hai người. Không hỏi được thì để trống.")
_TOLD_HINT = _("Chưa nói trước thì ghi vì sao chưa nói được. Nơi được chia sẻ cũng đọc câu này.")


def _field(name: str, **options: Any) -> Any:
    return field_of(GroundEntry, name, **{"required": True, "select": False, **options})


def _words(hint: Any) -> Any:
    return field_of(GroundEntry, "words", rows=3, hint=hint)


class GroundForm(Form):
    """For whom and on what; no answer is selected beforehand."""

    kind, sender = CONSENT, ""

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for an article that makes this agency tell that one."""
        valid = super().validate(extra_validators)
        if not valid or self.kind != DUTY:
            return valid
        try:
            ground_rules.require_article(self.entry, sender=self.sender)
        except BadInput as cause:
            self["duty"].errors = [gettext(str(cause))]
            return False
        return True

    @property
    def entry(self) -> GroundEntry:
        """Return what was answered so far, as an entry without sections."""
        answered = section_from_fields(GroundEntry, self)
        return GroundEntry(**{**form_entry(answered), "kind": self.kind})

    @property
    def asks_more(self) -> bool:
        """Tell whether this answer has a second step: what is shared, or who said no."""
        return self.kind != CONSENT or self.entry.consent in ("granted", "refused")

    @property
    def carried(self) -> Iterator[tuple[str, str]]:
        """Yield what was answered as (name, value), for the hidden fields of the second step."""
        yield from ((field.name, field.data or "") for field in self if getattr(field, "source", None))


def form_entry(entry: GroundEntry) -> dict[str, Any]:
    """Return the fields of an entry by name."""
    return {name: getattr(entry, name) for name in GroundEntry.questions()}


def ground_form(kind: str, receivers: Collection[str], sender: str = "") -> Any:
    """Make the first step for one kind of ground, the agencies of this commune, and the agency that records it."""
    fields = {
        "kind": kind,
        "sender": sender,
        "receiver": _field("receiver", only=_possible(kind, receivers, sender)),
        **_FIELDS_OF_KIND[kind](sender),
    }
    return type("GroundForm", (GroundForm,), fields)()


def _possible(kind: str, receivers: Collection[str], sender: str) -> list[str]:
    """Return the agencies that may be given something on this kind of ground: by law, those an article names."""
    possible = [receiver for receiver in receivers if ground_rules.may_receive(receiver, kind)]
    return [one for one in possible if kind != DUTY or ground_rules.articles_of(sender, one)]


def _consent_fields(_sender: str) -> dict[str, Any]:
    return {
        "consent": _field(
            "consent",
            only=ANSWERS,
            hint=_(
                "Cả ba câu trả lời đều ghi được. Chưa hỏi thì chưa chia sẻ được, nhưng vẫn ghi vụ việc bình thường."
            ),
        ),
        "refusal": field_of(GroundEntry, "refusal", rows=2, hint=_("Chỉ ghi khi người ấy nói. Đừng hỏi vặn.")),
        "words": _words(_("Ví dụ: người ấy nói gì, muốn dặn điều gì. Nơi được chia sẻ cũng đọc câu này.")),
    }


def _duty_fields(sender: str) -> dict[str, Any]:
    return {
        "duty": _field("duty", only=ground_rules.articles_of(sender)),
        "reason": field_of(GroundEntry, "reason", rows=3),
        "told": _field("told", only=(YES, NO)),
        "words": _words(_TOLD_HINT),
    }


def _danger_fields(_sender: str) -> dict[str, Any]:
    return {
        "reason": field_of(
            GroundEntry,
            "reason",
            required=True,
            rows=4,
            hint=_(
                "Ghi nguy hiểm nào. Ví dụ: người kia cầm dao, đang ở ngoài cổng. Nơi được chia sẻ cũng đọc câu này."
            ),
        ),
        "told": _field("told", only=(YES, NO)),
        "words": _words(_TOLD_HINT),
    }


_FIELDS_OF_KIND: Mapping[str, Callable[[str], dict[str, Any]]] = {
    CONSENT: _consent_fields,
    DUTY: _duty_fields,
    DANGER: _danger_fields,
}


class PartsForm(SentOnceForm):
    """The second step: what the receiver will read, the ready bundle ticked as a suggestion; or who said no."""

    def refuse(self, words: str) -> None:
        """Show why nothing was recorded beside the question that it is about: who answered, or what is shared."""
        field = self["consent_by" if "consent_by" in self else "sections"]
        field.errors = [*field.errors, words]

    def entry(self, begun: GroundEntry) -> GroundEntry:
        """Return the whole entry: what the first step answered, and this one."""
        answered = section_from_fields(GroundEntry, self)
        more = {name: value for name, value in form_entry(answered).items() if value}
        return GroundEntry(**{**form_entry(begun), **more})


class ConsentPartsForm(PartsForm):
    """What the receiver will read, how the person agreed, and who answered: they, or a representative too."""

    how = _field("form")
    consent_by = _field("consent_by")
    representative = field_of(GroundEntry, "representative")
    representative_relation = field_of(GroundEntry, "representative_relation", select=True)
    represented_because = field_of(GroundEntry, "represented_because", select=False)
    suspected = field_of(GroundEntry, "suspected", select=False)
    no_other = field_of(GroundEntry, "no_other", rows=2)
    unheard = field_of(GroundEntry, "unheard", rows=2)


class RefusalForm(PartsForm):
    """Who said no, and whether somebody made them say so."""

    consent_by = _field("consent_by")
    pressed = _field("pressed", required=False, hint=_ASKED_ALONE)
    representative = field_of(GroundEntry, "representative")
    representative_relation = field_of(GroundEntry, "representative_relation", select=True)
    suspected = field_of(GroundEntry, "suspected", select=False)


def parts_form(begun: GroundEntry, *, answered: bool, is_child: bool = False) -> Any:
    """Make the second step of an entry; until it is answered it shows the suggested sections as ticked.

    Of a child what is not asked about one is not offered.
    """
    if begun.consent == "refused":
        refusal: Any = RefusalForm
        return refusal() if answered else given_before(lambda typed: refusal(formdata=typed))
    base = ConsentPartsForm if begun.kind == CONSENT else PartsForm
    codes = sorted(section.code for section in ground_rules.fitting(ground_rules.allowed(begun), is_child=is_child))
    kind: Any = type("PartsForm", (base,), {"sections": field_of(GroundEntry, "sections", required=True, only=codes)})
    suggested = {"sections": [section.code for section in ground_rules.suggested(begun) if section.code in codes]}
    return kind() if answered else given_before(lambda typed: kind(formdata=typed, data=suggested))


class EndingForm(Form):
    """The end of a ground of danger to life, and why."""

    words = field_of(GroundEntry, "ended", rows=3)

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was answered as the act takes it."""
        return {"words": self.words.data or ""}


class DutyEndingForm(EndingForm):
    """The end of a duty by law: only with the reason why the law no longer asks for it."""

    words = field_of(GroundEntry, "ended", rows=3, required=True, hint=_("Ghi vì sao luật không còn buộc nữa."))


class ConsentEndingForm(EndingForm):
    """The withdrawal of a consent: under pressure or not, which is asked in private, why, and the safety call."""

    pressed = _field("pressed", required=False, hint=_ASKED_ALONE)
    call_on = field_of(GroundEntry, "call_on", hint=_("Để trống thì hẹn gọi ngày mai."))
    call_how = field_of(GroundEntry, "call_how", hint=_("Ví dụ: gọi trạm, hỏi thăm về buổi tiêm của cháu."))

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and _is_to_come(self.call_on)

    @property
    def answers(self) -> dict[str, Any]:
        day = self.call_on.data
        call = SafetyCall(day.isoformat() if day else "", self.call_how.data or "")
        return {**super().answers, "pressed": self.pressed.data or "", "call": call}


class SafetyCallForm(Form):
    """A safety call that was made, and when to call again."""

    words = field_of(GroundEntry, "called", required=True, rows=3, hint=_("Chưa gọi được thì ghi vì sao."))
    call_on = field_of(GroundEntry, "call_on", hint=_("Cần gọi nữa thì chọn ngày; không thì để trống."))

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) and _is_to_come(self.call_on)

    @property
    def answers(self) -> dict[str, str]:
        day = self.call_on.data
        return {"words": self.words.data or "", "again_on": day.isoformat() if day else ""}


def _is_to_come(day: Any) -> bool:
    """Add an error to a day that is over, and tell whether it may stand."""
    if day.data and day.data < clock.today():
        day.errors = [gettext("Ngày gọi hỏi thăm đã qua. Hãy chọn hôm nay hoặc một ngày tới.")]
        return False
    return True


_ENDING_FORMS: Mapping[str, type[EndingForm]] = {
    CONSENT: ConsentEndingForm,
    DUTY: DutyEndingForm,
    DANGER: EndingForm,
}


def ending_form(ground: Any) -> Any:
    """Make the form that ends a ground of its kind."""
    kind: Any = _ENDING_FORMS[ground.entry.kind]
    return kind()


class ReviewForm(Form):
    """The review of a ground by a second person; a No needs its reason."""

    answer = _field("review")
    words = field_of(
        GroundEntry,
        "review_words",
        rows=3,
        hint=_("Không đồng ý thì ghi vì sao. Đồng ý thì nơi nhận cũng đọc được lời này."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if self.answer.data == "disagreed" and not (self.words.data or "").strip() and not self.words.errors:
            self.words.errors = [gettext("Hãy ghi vì sao không đồng ý.")]
            return False
        return valid
