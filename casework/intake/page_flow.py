"""The way through the pages of an intake: which page stands where, what a draft holds, where the next step leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from casework import clock
from casework.cases.advice import Advice
from casework.cases.fields import section_from_fields
from casework.cases.sections import Contact, Identity, Plan
from casework.codelists import codelist
from casework.errors import BadInput, NotFound, Throttled
from casework.intake import actions, check_page
from casework.intake.actions import IntakeAnswers, OpenDraft
from casework.intake.alike_actions import AlikeCase, find_alike
from casework.intake.answers import answers_of
from casework.intake.consent_form import ConsentForm
from casework.intake.forms import (
    ADVICE_ONLY,
    EventForm,
    IntakePage,
    MustNotKnowForm,
    Offers,
    PersonForm,
    ReachForm,
    ToldForm,
)
from casework.intake.sharing_form import SharingForm
from casework.policy.vocabulary import Act
from casework.web.choice_fields import YES
from casework.web.current_user import may, me, perform
from casework.web.form_tokens import carried, given_fields, go_on
from casework.web.translation import day, when

TOLD, READERS, REACH, PERSON, EVENT, SHARING, CONSENT, CHECK = range(1, 9)
FORMS: Mapping[int, type[IntakePage]] = {
    TOLD: ToldForm,
    READERS: MustNotKnowForm,
    REACH: ReachForm,
    PERSON: PersonForm,
    EVENT: EventForm,
    SHARING: SharingForm,
    CONSENT: ConsentForm,
}
TEMPLATES = {
    TOLD: "intake/told.html",
    READERS: "intake/readers.html",
    REACH: "intake/reach.html",
    PERSON: "intake/person.html",
    EVENT: "intake/event.html",
    SHARING: "intake/sharing.html",
    CONSENT: "intake/consent.html",
    CHECK: "intake/check.html",
}
# Stands in a page that was left with "Lưu nháp", beside what was typed.
LEFT = "left"
# What the buttons of a page say besides going on: to the page before, or to the numbers to call.
BACK, STEPS = "back", "steps"
# Page 0 of a draft is written by the machine alone: when it was begun.
BEGUN = 0
Typed = Mapping[str, Any]
_MOVED_TO_PERSON = ("needs", "wishes")


def form_of(number: int, typed: Any, offers: Offers) -> IntakePage:
    """Return the form of a page with what was typed; a page that asks nothing raises NotFound, or Refused first."""
    if number not in FORMS:
        perform(actions.begin_intake)
        raise NotFound("page")
    return FORMS[number](typed, offers)


def sent_answers(form: IntakePage) -> dict[str, list[str]]:
    """Return what was sent for the questions of this page, checked or not, as it is kept in a draft."""
    names = [name for field in form if form.keeps(field.name) for name in _inputs(field)]
    sent = {name: [value for value in request.form.getlist(name) if value] for name in names}
    left = {LEFT: ["draft"]} if "draft" in request.form else {}
    return {name: values for name, values in sent.items() if values} | left


def _inputs(field: Any) -> list[str]:
    return field.inputs if field.kind == "date" else [field.name]


def asks_for_practice() -> bool:
    """Tell whether a page is asked for to practise on, or shown again so."""
    return bool(request.args.get("tap") or given_fields().get("practice"))


def asks_for_paper() -> bool:
    """Tell whether a page is asked for to be typed in from paper, or shown again so."""
    return bool(request.args.get("giay") or given_fields().get("paper"))


def begun_now(*, practice: bool = False, paper: bool = False) -> dict[str, list[str]]:
    """Return what the machine notes when a draft begins: the moment, and whether it is for practice, or from paper."""
    marks = {"practice": practice, "paper": paper}
    return {"at": [str(clock.micros())], **{name: [YES] for name, is_so in marks.items() if is_so}}


def first_pages(told: IntakePage, readers: IntakePage) -> dict[int, dict[str, list[str]]]:
    """Return the pages with which a draft begins, by their numbers."""
    begun = begun_now(practice=told.offers.practice, paper=told.offers.paper)
    return {BEGUN: begun, TOLD: sent_answers(told), READERS: sent_answers(readers)}


@dataclass(frozen=True)
class DraftPages:
    """A draft that was opened: its pages as they were typed, and what the commune offers to their questions."""

    id: UUID
    pages: Mapping[int, Typed]
    saved: Mapping[int, int]
    offers: Offers

    def shown(self, number: int) -> IntakePage:
        """Return the form of a page with what was typed and not sent, if that is shown again, or else as it is kept."""
        return form_of(number, given_fields(), self.offers) if given_fields() else self.form(number)

    def form(self, number: int) -> IntakePage:
        """Return the form of a page with what the draft holds."""
        return form_of(number, MultiDict(self.pages.get(number, {})), self.offers)

    @property
    def last_asked(self) -> int:
        """Return the number of the last page that asks something: consent is asked about where there is one."""
        return CONSENT if list(self.form(CONSENT)) else SHARING

    @property
    def begun(self) -> int:
        """Return when the draft was begun, in microseconds; now, for one that does not know."""
        return _begun(self.pages)

    @property
    def stopped_at(self) -> int:
        """Return the number of the page where its author was: the one saved last while it is unfinished, else the next.

        Who left it with "Lưu nháp" comes back to it.
        """
        last = actions.last_saved(self.saved)
        if last == 0 or LEFT in self.pages[last] or not self.form(last).validate():
            return max(last, READERS)
        return last + 1 if last + 1 <= self.last_asked else CHECK

    @property
    def only_counselling(self) -> bool:
        """Tell whether an earlier program asked in this draft for advice alone."""
        return bool(MultiDict(self.pages.get(TOLD, {})).get("mode") == ADVICE_ONLY)

    def forms(self) -> dict[int, IntakePage]:
        """Return the forms of all pages, each checked."""
        forms = {number: self.form(number) for number in FORMS}
        for form in forms.values():
            form.validate()
        return forms


def _begun(pages: Mapping[int, Typed]) -> int:
    return int(MultiDict(pages.get(BEGUN, {})).get("at", clock.micros()))


def load_draft(draft_id: UUID) -> DraftPages:
    """Open a draft of the person of this request; raises NotFound if it is out of reach or no longer a draft."""
    return _draft_pages(draft_id, perform(actions.open_draft, draft_id))


def _draft_pages(draft_id: UUID, draft: OpenDraft) -> DraftPages:
    pages = _as_asked_now(draft)
    page = MultiDict(pages.get(TOLD, {}))
    answers = MultiDict((name, value) for typed in pages.values() for name, value in MultiDict(typed).items(True))
    marks = pages.get(BEGUN, {})
    offers = Offers(
        pronoun=page.get("pronoun", ""),
        danger=page.get("danger") == YES,
        said_age=page.get("age_group", ""),
        setting=draft.setting,
        answers=answers,
        in_draft=True,
        advice=draft.advice,
        begun=clock.local(_begun(pages)).date(),
        practice=bool(marks.get("practice")),
        paper=bool(marks.get("paper")),
    )
    # Ages and days count from the day of the paper.
    written = ToldForm(page, offers).received if offers.paper else None
    offers.begun = written.date() if written else offers.begun
    return DraftPages(draft_id, pages, draft.saved, offers)


def _as_asked_now(draft: OpenDraft) -> Mapping[int, Typed]:
    """Return the pages of a draft with each answer on the page that asks for it now.

    An earlier program asked on the page about sharing what is needed; what was saved last counts.
    """
    person, sharing = draft.pages.get(PERSON, {}), draft.pages.get(SHARING, {})
    moved = {name: sharing[name] for name in _MOVED_TO_PERSON if name in sharing}
    if not moved or draft.saved.get(PERSON, 0) > draft.saved.get(SHARING, 0):
        return draft.pages
    return {**draft.pages, PERSON: {**person, **moved}}


class Unfinished(BadInput):
    """A page of a draft has something to correct: `page` is the number of the first one."""

    def __init__(self, page: int) -> None:
        super().__init__()
        self.page = page


def answers_of_draft(draft_id: UUID, opened: OpenDraft) -> IntakeAnswers:
    """Return the answers of a draft while it becomes a case; raises Unfinished if something is to be corrected."""
    pages = _draft_pages(draft_id, opened)
    forms = pages.forms()
    if broken := unfinished(forms):
        raise Unfinished(broken)
    answers = answers_of(forms, pages.begun, only_counselling=pages.only_counselling)
    return replace(answers, plan=_promised(opened.advice), practice=pages.offers.practice)


def _promised(advice: Advice | None) -> Plan:
    """Return the plan of a case that began as advice: the talk that was promised then, or nothing."""
    if advice is None or not advice.again_on:
        return Plan()
    on = day(date.fromisoformat(advice.again_on))
    return Plan(actions=_("Hẹn nói chuyện lại ngày %(day)s: %(how)s", day=on, how=advice.again_how))


def _alike(draft: DraftPages, forms: Mapping[int, IntakePage]) -> Sequence[AlikeCase]:
    """Return the cases in reach that may be of this person; who looks too often in a minute is told nothing."""
    fields = [field for form in forms.values() for field in form if not field.errors]
    if draft.offers.practice or not may(Act.CASE_ALIKE):
        return ()
    try:
        return perform(find_alike, section_from_fields(Identity, fields), section_from_fields(Contact, fields))
    except Throttled:
        return ()


def unfinished(forms: Mapping[int, IntakePage]) -> int | None:
    """Return the number of the first page with something to correct, if there is one."""
    return next((number for number, form in forms.items() if form.errors), None)


def page_url(draft_id: UUID, number: int, **query: Any) -> str:
    """Return the address of a page; a correction asked for by the check page leads back to it."""
    if request.args.get("sua"):
        query.setdefault("sua", 1)
    return url_for("intake.page", draft_id=draft_id, number=number, **query)


def redirect_onward(draft_id: UUID, number: int) -> Response:
    """Lead from a page that was saved to the next one, or to the same one after "Lưu nháp"."""
    if request.form.get("draft") == BACK:
        return redirect(url_for("intake.page", draft_id=draft_id, number=page_before(number)), 303)
    if request.form.get("draft") == STEPS:
        return redirect(url_for("intake.steps", draft_id=draft_id), 303)
    if "draft" in request.form:
        flash(_("Đã lưu nháp lúc %(time)s.", time=when(clock.now())))
        return redirect(page_url(draft_id, number), 303)
    if number == TOLD and request.form.get("danger") == "yes":
        return redirect(url_for("intake.steps", draft_id=draft_id), 303)
    asks_nothing_more = number == SHARING and not _shares()
    following = CHECK if request.args.get("sua") or asks_nothing_more else number + 1
    return redirect(url_for("intake.page", draft_id=draft_id, number=following), 303)


def _shares() -> bool:
    """Tell whether an answer about sharing was sent that leads to the page on consent."""
    granted = (request.form.get(f"consent_{bundle.code}") == "granted" for bundle in codelist("bundle"))
    return bool(request.form.getlist("at_once")) or any(granted)


def redirect_or_correct(draft_id: UUID, number: int, form: IntakePage) -> Response | tuple[str, int]:
    """Lead on from a page that was saved, or show it with what is to be corrected.

    On a locked screen the draft stays closed: what another page says is checked after it is unlocked.
    """
    valid, locked = form.validate(), me().state == "locked"
    if valid and (locked or not form.compares):
        return redirect_onward(draft_id, number)
    if locked:
        return redirect(page_url(draft_id, number, xem=1), 303)
    draft = load_draft(draft_id)
    compared = form_of(number, request.form, draft.offers)
    return redirect_onward(draft_id, number) if compared.validate() else (render_page(draft, number, compared), 422)


def recorded_words() -> str:
    """Say that a case was opened; of one from paper also that the paper is to be put away."""
    if asks_for_paper():
        return _("Đã ghi nhận. Tờ giấy: hủy hoặc khóa vào tủ ngay, rồi ghi lại ở trang Hôm nay.")
    return _("Đã ghi nhận. Khi nhắc đến vụ việc, hãy nói mã ở đầu trang, đừng nói tên.")


def page_before(number: int) -> int:
    """Return the number of the page to which "Quay lại" leads: a correction goes back to the check page."""
    return CHECK if request.args.get("sua") else number - 1


def render_page(draft: DraftPages, number: int, form: IntakePage) -> str:
    return render_template(
        TEMPLATES[number],
        form=form,
        number=number,
        offers=draft.offers,
        draft_id=draft.id,
        begun=draft.begun,
        action=page_url(draft.id, number, luu=1),
        back=page_before(number),
    )


def render_first(number: int, form: IntakePage, offers: Offers) -> str:
    """Render a page before there is a draft; it carries the answers of the others in hidden fields."""
    go_on()
    action, others = url_for("intake.told" if number == TOLD else "intake.start"), carried(form)
    return render_template(TEMPLATES[number], form=form, number=number, offers=offers, action=action, carried=others)


def render_check(draft: DraftPages) -> str:
    """Render the check page: every answer as it will be kept."""
    forms = draft.forms()
    return render_template(
        TEMPLATES[CHECK],
        alike=_alike(draft, forms),
        back_url=url_for("intake.page", draft_id=draft.id, number=draft.last_asked),
        groups=check_page.groups(forms, draft.id),
        unfinished=unfinished(forms),
        number=CHECK,
        draft_id=draft.id,
        begun=draft.begun,
        restricted=bool(forms[READERS]["secret"].data == "somebody"),
        practice=draft.offers.practice,
        paper=draft.offers.paper,
    )
