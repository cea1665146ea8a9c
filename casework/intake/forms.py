"""The pages of an intake as forms; whatever can be unknown may stay empty or be answered so."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, ClassVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from casework import clock
from casework.cases import age_groups, legal_clocks, name_matching
from casework.cases.advice import Advice
from casework.cases.asked_person import AskedPerson, asked_person, usual_pronoun
from casework.cases.contradiction_words import sentence
from casework.cases.contradictions import age_mismatch, one
from casework.cases.fields import Source, at_intake, section_from_fields
from casework.cases.questions import SectionData
from casework.cases.sections import (
    Assessment,
    Children,
    Contact,
    Identity,
    Incident,
    Injuries,
    Label,
    Reporter,
    SafetyPlan,
    Shelter,
    Story,
)
from casework.codelists import Code, codelist
from casework.intake import weekdays
from casework.intake.actions import Setting, begin_intake
from casework.intake.paper_times import WrittenOnPaper
from casework.policy.vocabulary import Section
from casework.web import wtforms_messages
from casework.web.choice_fields import YES, language
from casework.web.current_user import perform
from casework.web.forms import Choice, Choices, Form, OneCode
from casework.web.spoken_text import USUAL_PRONOUN, aloud

# Asked in words of its own, for the answer decides who can read before there is a case.
_SOMEBODY = Source(SafetyPlan, "somebody")
RECORD, ADVICE_ONLY = "record", "advice"
THROUGH_PERSON = "through_person"


class Offers:
    """What the commune offers to the questions, loaded when one needs it, and what the draft has answered before.

    `danger` says that there was danger when the intake began, `said_age` how old the person was said to be then.
    """

    def __init__(
        self,
        *,
        pronoun: str = "",
        danger: bool = False,
        said_age: str = "",
        setting: Setting | None = None,
        answers: MultiDict[str, str] | None = None,
        in_draft: bool = False,
        advice: Advice | None = None,
        begun: date | None = None,
        practice: bool = False,
        paper: bool = False,
    ) -> None:
        """Take what the first page answered, the setting if it is at hand, and the answers of a whole draft.

        A pronoun that nobody chose is the usual one for this person. `in_draft` says that what the person wants was
        asked before, `advice` is what a counsellor wrote then, `begun` the day of the first page, `practice` that
        nobody's true story is written, `paper` that it is typed in from paper: the day is then that of the paper.
        """
        self.begun, self.practice, self.paper = begun or clock.today(), practice, paper and not practice
        if setting is not None:
            self.setting = setting
        self.danger, self.answers, self.in_draft, self.advice = danger, answers, in_draft, advice
        self.said_age = said_age if said_age in codelist("age_group") else ""
        self.chosen_pronoun = pronoun if pronoun in codelist("pronoun") else ""

    @property
    def pronoun(self) -> str:
        """Return how the person is addressed: as was chosen, or as fits; a man or a child is never called chị."""
        chosen = self.chosen_pronoun
        if chosen and not (chosen == USUAL_PRONOUN and not self.asked.fits(codelist("pronoun").get(chosen))):
            return chosen
        return usual_pronoun(self.asked)

    @cached_property
    def asked(self) -> AskedPerson:
        """Return who is asked, as far as the draft says it."""
        return asked_person(one(self.told, Identity), self.age_group, self.begun)

    @cached_property
    def age_group(self) -> str:
        """Return the age in law as far as the draft says it, a code of `age_group`, else an empty text."""
        person = one(self.told, Identity)
        return age_groups.settled(self.said_age, person.birth_year, self.begun, vulnerable=person.vulnerable)

    @property
    def at_once(self) -> list[str]:
        """Return what the law asks for now, by what the draft says so far."""
        label, incident = Label(age_group=self.age_group), one(self.told, Incident)
        begun = [code for code in codelist("legal_clock").active() if legal_clocks.applies(code, label, incident)]
        ours = f"by_{self.setting.agency}"
        return [
            code.text(ours, language()) or code.text("at_once", language()) for code in begun if code.text("at_once")
        ]

    @property
    def child(self) -> bool:
        return self.age_group == age_groups.CHILD

    @cached_property
    def told(self) -> tuple[SectionData, ...]:
        """Return what the draft says of the person and of what happened; an answer that is wrong says nothing."""
        if self.answers is None:
            return ()
        offers = Offers(setting=self.setting, begun=self.begun)
        forms = [kind(self.answers, offers) for kind in (PersonForm, EventForm)]
        answered = [field for form in forms if form.validate() is not None for field in form if not field.errors]
        return tuple(section_from_fields(section, answered) for section in (Identity, Children, Incident, Injuries))

    @cached_property
    def setting(self) -> Setting:
        """Ask for colleagues, agencies and the register; raises Refused for a role that records nothing."""
        return perform(begin_intake)


class IntakePage(Form):
    """One page: it takes what was typed, now or in a draft, and what the commune offers.

    `compares` marks a page that is checked against the others: the draft must be opened for it.
    """

    compares: ClassVar[bool] = False

    def __init__(self, typed: Any, offers: Offers, given: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Read the answers; the token of the form is checked for every request, not for every page of a draft.

        What the role may not read is not asked, nor what a child need not be asked now. `given` stands in the boxes
        while nothing was typed.
        """
        super().__init__(formdata=typed, data=given, meta={"csrf": False})  # type: ignore[no-untyped-call]
        self.offers = offers
        questions: list[Any] = [field for field in self if getattr(field, "source", None)]
        for field in questions:
            question, section = field.source.question, field.source.section.section
            unread = question.readers_only and section not in offers.setting.sections
            if unread or (not question.for_child and offers.child):
                del self[field.name]
                continue
            if question.kind == "year":
                field.count_from(self.offers.begun)
            if question.spoken:
                field.description = f"{aloud(question.spoken, offers.pronoun)} {field.description}".strip()

    @property
    def circle(self) -> list[str]:
        """Return the ids of the readers that a page names besides the author; most pages name none."""
        return []

    @property
    def advice_only(self) -> bool:
        """Tell whether a page answers that advice is all that is wanted; most do not ask."""
        return False

    def fitting(self, field: Any) -> list[Code]:
        """Return the codes of a field's list that fit whoever is asked, and those that a draft has chosen before."""
        listed, chosen = codelist(field.source.question.codelist), field.raw_data or ()
        asked = [code for code in listed.active() if self.offers.asked.fits(code)]
        return [*asked, *(code for code in listed if code not in asked and code.code in chosen)]

    def keeps(self, name: str) -> bool:
        """Tell whether an answer is to be kept; one that no longer applies may be dropped."""
        return name in self

    def add_error(self, field: Any, words: Any) -> bool:
        """Add a sentence to the errors of a field; returns False, which is what `validate` then answers."""
        field.errors = [*field.errors, str(words)]
        return False


class ToldForm(WrittenOnPaper, IntakePage):
    """After what is read aloud: what the person wants, and whether there is danger now."""

    danger = at_intake(Label, "danger")
    age_group = at_intake(Label, "age_group", select=False)
    mode = Choice(
        _("Người ấy muốn thế nào?"),
        [(RECORD, _("Ghi nhận và xử lý")), (ADVICE_ONLY, _(Source(Label, "only_counselling").question.label))],
    )
    pronoun = OneCode(_("Xưng hô"), "pronoun", required=False, select=True)

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Ask whether advice is all that is wanted before there is a draft, and where a role may give it now."""
        super().__init__(typed, offers)
        if offers.in_draft or offers.paper or Section.ADVICE not in offers.setting.sections:
            del self.mode

    @property
    def advice_only(self) -> bool:
        """Tell whether the person wants advice and no report."""
        return "mode" in self and self.mode.data == ADVICE_ONLY

    def validate(self, extra_validators: Any = None) -> bool:
        """Refuse advice alone where a child is in danger: that must be reported."""
        valid = super().validate(extra_validators)
        addressed = codelist("pronoun").get(self.offers.pronoun)
        child = self.age_group.data == age_groups.CHILD or addressed.flag("child")
        if not (self.advice_only and child and self.danger.data == YES):
            return valid
        words = gettext("Trẻ em đang gặp nguy hiểm thì luật bắt báo ngay. Hãy chọn “Ghi nhận và xử lý”.")
        return self.add_error(self.mode, words)


class MustNotKnowForm(IntakePage):
    """Who must not know, asked before any name; somebody named means that only chosen colleagues can read."""

    secret = Choice(
        _(_SOMEBODY.question.label),
        [
            ("nobody", _("Không có ai như vậy")),
            ("unknown", _("Chưa rõ")),
            ("somebody", _("Có người không được biết")),
        ],
        source=_SOMEBODY,
    )
    whom = at_intake(SafetyPlan, "who_must_not_know")
    readers = Choices(_("Những ai được đọc, ngoài người ghi?"), [], required=False)

    def __init__(self, typed: Any, offers: Offers) -> None:
        super().__init__(typed, offers)
        roles = codelist("role")
        self.readers.choices = [
            SelectChoice(str(colleague.id), colleague.name, {"hint": roles.label(colleague.roles[0], language())})
            for colleague in offers.setting.colleagues
        ]
        self.whom.flags.required = self.readers.flags.required = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask who it is and for at least one other reader, none of whom is the one who must not know."""
        valid = super().validate(extra_validators)
        if self.secret.data == "unknown" and self.whom.data:
            words = gettext("Đã ghi tên một người. Nếu có thể là người ấy, hãy chọn “Có người không được biết”.")
            return self.add_error(self.secret, words)
        if self.secret.data == "nobody" and self.whom.data:
            words = gettext(
                "Đã ghi tên một người. Hãy chọn “Có người không được biết”; nếu đúng là không có ai, hãy xóa tên ấy."
            )
            return self.add_error(self.secret, words)
        if self.secret.data != "somebody":
            return valid
        if not self.whom.data:
            valid = self.add_error(self.whom, gettext("Hãy ghi ai không được biết, ví dụ: cô Tư làm ở Hội."))
        if not self.readers.data:
            valid = self.add_error(self.readers, gettext("Hãy chọn ít nhất một người khác được đọc."))
        for name in self.clashing:
            valid = self.add_error(
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
        names = {str(colleague.id): colleague.name for colleague in self.offers.setting.colleagues}
        chosen = [name for colleague_id, name in names.items() if colleague_id in (self.readers.data or ())]
        return [name for name in chosen if name_matching.names_a_colleague(name, self.whom.data or "")]

    @property
    def somebody(self) -> str:
        """Return whether there is anybody who must not know, as the safety plan says it."""
        return {"nobody": "no", "somebody": "yes"}.get(self.secret.data, "unknown")

    @property
    def named(self) -> str:
        """Return who must not know; empty where the answer is not that there is somebody."""
        return self.whom.data if self.secret.data == "somebody" else ""

    @property
    def circle(self) -> list[str]:
        """Return the ids of the other readers if the case is restricted, else none."""
        return sorted(self.readers.data or ()) if self.secret.data == "somebody" else []


class ReachForm(IntakePage):
    """Who reported, when it happened, and how to reach the person without doing harm."""

    call_her = at_intake(Contact, "call_her")
    channel = at_intake(Contact, "channel")
    through = at_intake(Contact, "through")
    phone = at_intake(Contact, "phone")
    hours = at_intake(Contact, "hours")
    may_answer = at_intake(Contact, "may_answer")
    say_you_are = at_intake(Contact, "say_you_are")
    never_say = at_intake(Contact, "never_say")
    reporter_type = at_intake(Reporter, "reporter_type")
    report_channel = at_intake(Reporter, "channel")
    address_id = at_intake(Shelter, "address_id")
    happened_on = at_intake(Incident, "happened_on")

    def __init__(self, typed: Any, offers: Offers) -> None:
        super().__init__(typed, offers)
        self.address_id.offer(offers.setting.register.active)
        self.happened_on.description = weekdays.help_with_days()

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask who the trusted person is where the person is reached through one."""
        valid = super().validate(extra_validators)
        if self.channel.data != THROUGH_PERSON or self.through.data:
            return valid
        return self.add_error(
            self.through, gettext("Hãy ghi người tin cậy ấy là ai, để không nói nhầm với người khác.")
        )


class PersonForm(IntakePage):
    """Who the person is, as far as it is known, what they need, and the children who came along."""

    compares = True
    name = at_intake(Identity, "name")
    birth_year = at_intake(Identity, "birth_year")
    sex = at_intake(Identity, "sex")
    hamlet = at_intake(Identity, "hamlet")
    address = at_intake(Identity, "address")
    phone = at_intake(Identity, "phone")
    vulnerable = at_intake(Identity, "vulnerable")
    count = at_intake(Children, "count")
    who = at_intake(Children, "who")
    involvement = at_intake(Children, "involvement")
    medicine = at_intake(Children, "medicine")
    school = at_intake(Children, "school")
    may_pick_up = at_intake(Children, "may_pick_up")
    needs = at_intake(Assessment, "needs")
    wishes = at_intake(Assessment, "wishes")

    def __init__(self, typed: Any, offers: Offers, given: Mapping[str, Any] = MappingProxyType({})) -> None:
        """Offer the groups to which this person may belong, and the help that fits them."""
        super().__init__(typed, offers, given)
        for field in (self.vulnerable, self.needs):
            field.choices = [SelectChoice(code.code, code.label(language())) for code in self.fitting(field)]

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask which is right where the year of birth is not that of the age which the first page was given."""
        valid = super().validate(extra_validators)
        identity = Identity(birth_year=None if self.birth_year.errors else self.birth_year.data)
        mismatch = age_mismatch(self.offers.said_age, identity, self.offers.begun)
        return self.add_error(self.birth_year, sentence(mismatch)) if mismatch else valid


class EventForm(IntakePage):
    """What happened, in plain words that stand for the acts of the law, and in the person's own words."""

    acts = at_intake(Incident, "acts")
    other = at_intake(Incident, "other")
    unclear = Choices(_("Hoặc"), [("unknown", _("Chưa rõ, hoặc chưa muốn nói"))], required=False)
    words = at_intake(Story, "words", one_line=False)
    time_of_day = at_intake(Incident, "time_of_day")
    place = at_intake(Incident, "place")
    again = at_intake(Incident, "again")
    weapon = at_intake(Incident, "weapon")
    children_present = at_intake(Incident, "children_present")
    injuries = at_intake(Injuries, "what")
    seen = at_intake(Injuries, "seen")
    urgent = at_intake(Injuries, "urgent")

    def __init__(self, typed: Any, offers: Offers) -> None:
        """Show the acts as a question that must be answered, in one of three places."""
        super().__init__(typed, offers)
        self.acts.flags.required = True
        self.unclear.flags.told = True

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for one act at least, or for the answer that it is not clear, and not for both."""
        valid = super().validate(extra_validators)
        if self.unclear.data and (self.acts.data or self.other.data):
            return self.add_error(self.unclear, wtforms_messages.only_alone(gettext("Chưa rõ, hoặc chưa muốn nói")))
        if self.acts.errors or self.acts.data or self.other.data or self.unclear.data:
            return valid
        words = gettext("Hãy chọn ít nhất một chuyện, hoặc chọn “Chưa rõ, hoặc chưa muốn nói”.")
        return self.add_error(self.acts, words)
