"""The page on consent: which sections each agency will read, who answered, and why somebody is told at once."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _

from casework.cases import consent_and_grounds, ground_rules
from casework.cases.contradictions import one
from casework.cases.fields import at_intake, section_from_fields
from casework.cases.ground_rules import CONSENT, DANGER, Circumstances
from casework.cases.sections import GroundEntry, Identity, Perpetrator
from casework.codelists import codelist
from casework.errors import BadInput
from casework.intake.forms import IntakePage, Offers
from casework.intake.sharing_form import SharingForm
from casework.policy.vocabulary import Section
from casework.web.choice_fields import language
from casework.web.forms import Codes

_SECTIONS = "consent_sections_"


class ConsentForm(IntakePage):
    """What each agency that was agreed to will read, who answered, and why somebody is told without asking.

    What is not needed after the answers of the draft is not asked. The suggested sections are ticked, under an answer
    that was given.
    """

    compares = True
    # One question for each bundle, in its place among the others: the body of a class is a namespace to be written to.
    for _bundle in codelist("bundle"):
        locals()[f"{_SECTIONS}{_bundle.code}"] = Codes(
            "",
            "section",
            only=[section.code for section in ground_rules.shareable(_bundle.code, CONSENT)],
            missing=_("Hãy chọn ít nhất một phần, hoặc quay lại chọn “Không đồng ý”."),
        )
    consent_form = at_intake(GroundEntry, "form", select=True)
    consent_by = at_intake(GroundEntry, "consent_by", required=True, select=False)
    representative = at_intake(GroundEntry, "representative")
    representative_relation = at_intake(GroundEntry, "representative_relation", select=True)
    represented_because = at_intake(GroundEntry, "represented_because", select=True)
    suspected = at_intake(GroundEntry, "suspected", select=False)
    no_other = at_intake(GroundEntry, "no_other")
    unheard = at_intake(GroundEntry, "unheard")
    at_once_reason = at_intake(GroundEntry, "reason")
    at_once_told = at_intake(GroundEntry, "told")
    at_once_words = at_intake(GroundEntry, "words")

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Ask only about those who were agreed to, and of whoever is told without asking."""
        super().__init__(typed, offers)
        self.at_once_words.description = gettext("Chưa nói trước thì ghi vì sao. Nơi được báo cũng đọc câu này.")
        self.sharing = SharingForm(offers.answers, offers) if offers.answers is not None else None
        if self.sharing is None:
            return
        fresh = not any(field.name in typed for field in self)
        for bundle in codelist("bundle"):
            field: Any = self[f"{_SECTIONS}{bundle.code}"]
            field.label.text = bundle.label(language())
            if bundle.code not in self.sharing.granted:
                del self[field.name]
                continue
            offered = self._fitting | set(field.raw_data or ())
            field.choices = [choice for choice in field.choices if choice.value in offered]
            if fresh:
                field.data = [code for code in bundle.texts("sections") if code in self._fitting]
        self._drop("at_once_", asked=bool(self.sharing.told_at_once))
        if "at_once_reason" in self:
            self.at_once_reason.flags.told = self._needs_reason(self.sharing)
        self._drop(
            "consent_", "representative", "represented", "suspected", "no_other", "unheard", asked=bool(self.parts)
        )

    @cached_property
    def _fitting(self) -> frozenset[str]:
        """Return the codes of the sections that may be asked about this person."""
        return frozenset(section.code for section in ground_rules.fitting(Section, is_child=self.offers.child))

    def _drop(self, *beginnings: str, asked: bool) -> None:
        for name in [field.name for field in self if not asked and field.name.startswith(beginnings)]:
            del self[name]

    @property
    def parts(self) -> list[Any]:
        """Return the questions which sections an agency will read."""
        return [field for field in self if field.name.startswith(_SECTIONS)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask why at once where there is danger, and who may consent for this person; a page alone says nothing yet."""
        if self.sharing is None:
            return True
        valid = super().validate(extra_validators)
        if self._lacks_reason(self.sharing):
            valid = self.add_error(self.at_once_reason, gettext("Hãy ghi nguy hiểm nào, vì sao phải làm ngay."))
        if not self.parts or self.consent_by.errors:
            return valid
        entry = GroundEntry(CONSENT, consent="granted", **self.answered_by)
        try:
            ground_rules.require_consenter(entry, self._known(self.sharing))
        except BadInput as cause:
            return self.add_error(self.consent_by, gettext(str(cause)))
        return valid

    def _lacks_reason(self, sharing: SharingForm) -> bool:
        return self._needs_reason(sharing) and not (self.at_once_reason.data or "").strip()

    @staticmethod
    def _needs_reason(sharing: SharingForm) -> bool:
        """Tell whether somebody is told at once for danger to life: then why is no question that may stay empty."""
        return DANGER in {codelist("bundle").get(receiver).text("at_once") for receiver in sharing.told_at_once}

    def _known(self, sharing: SharingForm) -> Circumstances:
        """Return what decides who may consent, from the pages about the person and about who did it."""
        person, who = one(self.offers.told, Identity), section_from_fields(Perpetrator, sharing)
        return consent_and_grounds.circumstances_of(person, who, age_group=self.offers.age_group)

    @property
    def answered_by(self) -> Mapping[str, Any]:
        """Return who answered about consent, and how, as fields of an entry."""
        answered = section_from_fields(
            GroundEntry, self._asked("consent_", "represent", "suspected", "no_other", "unheard")
        )
        return {name: value for name, value in answered.to_json().items() if value and name != "sections"}

    @property
    def told_at_once(self) -> Mapping[str, Any]:
        """Return why somebody is told at once, and whether the person knows, as fields of an entry."""
        answered = section_from_fields(GroundEntry, self._asked("at_once_"))
        return {name: value for name, value in answered.to_json().items() if value and name != "sections"}

    def sections_for(self, receiver: str) -> tuple[str, ...]:
        return tuple(self[f"{_SECTIONS}{receiver}"].data or ())

    def _asked(self, *beginnings: str) -> Iterable[Any]:
        return [field for field in self if field.name.startswith(beginnings)]
