"""The page of the other person, how dangerous it is, and who may be informed."""

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.cases import ground_rules, risk_level
from casework.cases.contradiction_words import sentence
from casework.cases.contradictions import level_too_low, outside_family
from casework.cases.fields import at_intake, section_from_fields
from casework.cases.questions import SectionData
from casework.cases.sections import Assessment, GroundEntry, Label, Perpetrator
from casework.codelists import Code, codelist, said_to
from casework.intake.forms import IntakePage, Offers
from casework.policy.vocabulary import Section
from casework.web.choice_fields import NO, YES, language
from casework.web.forms import Choices, OneCode

ANSWERS = ("granted", "refused", "not_asked")
_CONSENT = "consent_"
DUTY, DANGER = "duty", "danger"


class SharingForm(IntakePage):
    """The other person, danger, and an answer for each agency that the person was asked about."""

    compares = True
    other_name = at_intake(Perpetrator, "name")
    relation = at_intake(Perpetrator, "relation")
    sex = at_intake(Perpetrator, "sex", select=True)
    number = at_intake(Perpetrator, "number")
    age = at_intake(Perpetrator, "age")
    where = at_intake(Perpetrator, "where")
    past = at_intake(Perpetrator, "past")
    next = at_intake(Perpetrator, "next")
    risks = at_intake(Assessment, "answers")
    level = at_intake(Assessment, "level")
    reasons = at_intake(Assessment, "reasons")
    # One question for each bundle, in its place among the others: the body of a class is a namespace to be written to.
    for _bundle in codelist("bundle"):
        locals()[f"{_CONSENT}{_bundle.code}"] = OneCode("", "consent_state", only=ANSWERS, required=False)
    refusal = at_intake(GroundEntry, "refusal")
    refused_by = at_intake(GroundEntry, "consent_by", select=True)
    pressed = at_intake(GroundEntry, "pressed")
    at_once = Choices(_("Đang nguy hiểm: báo ngay cho ai"), [], required=False)
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
            fitting = {section.code for section in ground_rules.fitting(Section, is_child=offers.child)}
            asked = [part for part in bundle.texts("sections") if part in fitting]
            parts = [codelist("section").label(part, language()) for part in asked]
            field.description = gettext("Sẽ đọc được: %(parts)s.", parts=", ".join(parts).lower())
        agencies = codelist("agency")
        if offers.child and not offers.danger:
            self.at_once.label.text = gettext("Dưới 16 tuổi, luật bắt phải báo: báo ai")
        self.at_once.choices = [
            SelectChoice(bundle.code, agencies.label(bundle.code, language()))
            for bundle in self._told_at_once()
            if bundle.code in offers.setting.receivers
        ]
        self.risks.choices = [SelectChoice(item.code, self._asked(item)) for item in self.fitting(self.risks)]
        for field in (*self.consents, self.at_once, self.detailed):
            field.flags.told = True

    def _told_at_once(self) -> list[Code]:
        """Return whom the law lets be told at once: without danger those alone who must be told of every child."""
        grounds = {DUTY} if self.offers.child and not self.offers.danger else {DUTY, DANGER}
        return [bundle for bundle in codelist("bundle") if bundle.text("at_once") in grounds]

    @property
    def asks_at_once(self) -> bool:
        """Tell whether somebody may have to be told without asking: there is danger, or the person is a child."""
        return self.offers.danger or self.offers.child

    def _asked(self, sign: Code) -> str:
        question = (sign.text("child", language()) if self.offers.child else "") or sign.label(language())
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
        return chosen if chosen in codelist("risk_level") else risk_level.least_level(self.told)

    @property
    def told(self) -> tuple[SectionData, ...]:
        """Return what this page and the earlier ones say of the danger."""
        answers, label = Assessment(answers=tuple(self.risk_codes)), Label(danger=YES if self.offers.danger else NO)
        return (label, *self.offers.told, section_from_fields(Perpetrator, self), answers)

    @property
    def granted(self) -> tuple[str, ...]:
        """Return the agencies that the person agreed to."""
        return tuple(field.name.removeprefix(_CONSENT) for field in self.consents if field.data == "granted")

    @property
    def told_at_once(self) -> tuple[str, ...]:
        """Return the agencies that must be told without asking; where nobody must be, there are none."""
        return tuple(self.at_once.data or ()) if self.asks_at_once else ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask which is right where the acts are none of this relation, and why a level is lower than was told."""
        valid = super().validate(extra_validators)
        if not self.relation.errors and (outside := outside_family(self.told)):
            valid = self.add_error(self.relation, sentence(outside))
        if self.risks.errors or self.level.errors:
            return valid
        chosen = Assessment(level=self.level.data or "", reasons=self.reasons.data or "")
        low = level_too_low(chosen, self.told)
        return self.add_error(self.reasons, sentence(low)) if low else valid
