"""The last page of questions: the other person, what is needed, how dangerous it is, and who may be informed."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.cases.fields import at_intake
from casework.cases.sections import Assessment, GroundEntry, Perpetrator
from casework.codelists import codelist, said_to
from casework.intake import risk_level
from casework.intake.forms import IntakePage, Offers
from casework.web.choice_fields import language
from casework.web.forms import Choices, OneCode

ANSWERS = ("granted", "refused", "not_asked")
_CONSENT = "consent_"


class SharingForm(IntakePage):
    """The other person, needs, danger, and an answer for each agency that the person was asked about."""

    other_name = at_intake(Perpetrator, "name")
    relation = at_intake(Perpetrator, "relation")
    sex = at_intake(Perpetrator, "sex")
    number = at_intake(Perpetrator, "number")
    age = at_intake(Perpetrator, "age")
    where = at_intake(Perpetrator, "where")
    past = at_intake(Perpetrator, "past")
    next = at_intake(Perpetrator, "next")
    needs = at_intake(Assessment, "needs")
    wishes = at_intake(Assessment, "wishes")
    risks = at_intake(Assessment, "answers")
    level = at_intake(Assessment, "level")
    reasons = at_intake(Assessment, "reasons")
    # One question for each bundle, in its place among the others: the body of a class is a namespace to be written to.
    for _bundle in codelist("bundle"):
        locals()[f"{_CONSENT}{_bundle.code}"] = OneCode("", "consent_state", only=ANSWERS, required=False)
    consent_form = at_intake(GroundEntry, "form", select=True)
    at_once = Choices(_("Vì đang nguy hiểm, phải báo ngay cho ai"), [], required=False)
    at_once_told = at_intake(GroundEntry, "told")
    at_once_words = at_intake(GroundEntry, "words")
    detailed = Choices(_("Khi đếm số liệu"), [("out", _("Xin không đưa vào bảng chi tiết"))], required=False)

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Ask only about agencies that are here, in words that fit the person."""
        super().__init__(typed, offers)
        for bundle in codelist("bundle"):
            if bundle.code not in offers.setting.receivers:
                del self[f"{_CONSENT}{bundle.code}"]
                continue
            field = self[f"{_CONSENT}{bundle.code}"]
            field.label.text = bundle.label(language())
            parts = [codelist("section").label(part, language()) for part in bundle.texts("sections")]
            field.description = gettext("Sẽ đọc được: %(parts)s.", parts=", ".join(parts).lower())
        agencies = codelist("agency")
        receivers = [bundle.code for bundle in codelist("bundle") if bundle.text("at_once")]
        self.at_once.choices = [
            SelectChoice(code, agencies.label(code, language()))
            for code in receivers
            if code in offers.setting.receivers
        ]
        self.risks.choices = [SelectChoice(item.code, self._asked(item.label(language()))) for item in _risks()]
        self.level.description = gettext("Để trống thì lấy mức theo các câu trên. Chọn mức thấp hơn thì ghi vì sao.")
        self.at_once_words.description = gettext("Chưa nói trước thì ghi vì sao chưa nói được.")
        for field in (*self.consents, self.at_once, self.detailed):
            field.flags.told = True

    def _asked(self, question: str) -> str:
        return question if language() == "en" else said_to(question, self.offers.pronoun)

    @property
    def consents(self) -> list[Any]:
        """Return the questions about agencies that are asked here."""
        names = (f"{_CONSENT}{bundle.code}" for bundle in codelist("bundle"))
        return [self[name] for name in names if name in self]

    @property
    def risk_codes(self) -> list[str]:
        """Return the questions that were answered with yes; what a draft holds beside the list is left out."""
        return [code for code in self.risks.data or () if code in codelist("risk_question")]

    @property
    def level_or_derived(self) -> str:
        """Return the level that was chosen, else the one that follows from the answers."""
        chosen = str(self.level.data or "")
        return chosen if chosen in codelist("risk_level") else risk_level.level_of(self.risk_codes)

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for a reason where the level is lower than the answers say."""
        valid = super().validate(extra_validators)
        if self.risks.errors or self.level.errors or self.reasons.data:
            return valid
        derived = risk_level.level_of(self.risks.data or ())
        if not risk_level.is_lower(self.level.data or "", derived):
            return valid
        level = codelist("risk_level").label(derived, language()).lower()
        words = gettext("Các câu trả lời cho thấy mức %(level)s. Chọn thấp hơn thì hãy ghi vì sao.", level=level)
        return self.add_error(self.reasons, words)


def _risks() -> list[Any]:
    return list(codelist("risk_question").active())
