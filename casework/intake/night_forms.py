"""The form of a night sheet: one page, for somebody who stands at the door."""

from typing import Any
from uuid import UUID

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework.cases.fields import at_intake
from casework.cases.sections import Assessment, Children, Contact, Injuries, Label
from casework.errors import gettext_noop
from casework.intake.forms import MustNotKnowForm, Offers
from casework.intake.night_sheet import NightSheet
from casework.intake.paper_times import WrittenOnPaper
from casework.web.choice_fields import language
from casework.web.forms import SentOnceForm
from casework.web.spoken_text import aloud

_HURT = gettext_noop("Chị có đau, có bị thương ở đâu không? Có cần thuốc gì không?")
_TONIGHT = gettext_noop("Đêm nay chị muốn thế nào?")


class NightForm(WrittenOnPaper, MustNotKnowForm, SentOnceForm):
    """Five questions about the person, and who must not know: that decides who can read before there is a case."""

    danger = at_intake(Label, "danger")
    call_her = at_intake(Contact, "call_her")
    count = at_intake(Children, "count")
    urgent = at_intake(Injuries, "urgent")
    medicine = at_intake(Injuries, "medicine")
    needs = at_intake(Assessment, "needs")
    wishes = at_intake(Assessment, "wishes")

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Offer the help that can be given tonight."""
        super().__init__(typed, offers)
        tonight = [code for code in self.fitting(self.needs) if code.flag("tonight")]
        self.needs.choices = [SelectChoice(code.code, code.label(language())) for code in tonight]
        self.urgent.description = aloud(_HURT, offers.pronoun)
        self.needs.description = aloud(_TONIGHT, offers.pronoun)

    @property
    def how(self) -> dict[str, Any]:
        """Return how the case is to be opened: for which readers, from which form, as practice, or from paper."""
        return {
            "circle": [UUID(one) for one in self.circle],
            "once": self.idempotency_key(),
            "practice": self.offers.practice,
            "on_paper_at": self.on_paper_at,
        }

    def sheet(self) -> NightSheet:
        """Return what was answered as it will be kept."""
        return NightSheet(
            danger=self.danger.data,
            call_her=self.call_her.data,
            children=self.count.data if "count" in self else None,
            care=self.urgent.data or "",
            medicine=self.medicine.data or "",
            needs=tuple(self.needs.data or ()),
            wishes=self.wishes.data or "",
            somebody=self.somebody,
            who_must_not_know=self.named,
        )
