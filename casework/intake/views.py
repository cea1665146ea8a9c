"""The pages of an intake, from what is said first to the sealed case."""

from functools import partial
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.intake import (
    actions,
    advice_views,
    alike_views,
    night_views,
    page_flow,
    paper_views,
    practice_views,
    speech_views,
)
from casework.intake.actions import Setting
from casework.intake.advice_forms import AdviceForm
from casework.intake.forms import MustNotKnowForm, Offers
from casework.intake.page_flow import CHECK, REACH, READERS, TOLD, Unfinished
from casework.web.choice_fields import YES
from casework.web.current_user import allow_locked, perform
from casework.web.form_tokens import carried, given_before, given_fields

blueprint = Blueprint("intake", __name__)
blueprint.register_blueprint(advice_views.blueprint)
blueprint.register_blueprint(alike_views.blueprint)
blueprint.register_blueprint(night_views.blueprint)
blueprint.register_blueprint(paper_views.blueprint)
blueprint.register_blueprint(practice_views.blueprint)
blueprint.register_blueprint(speech_views.blueprint)
Answer = Response | str | tuple[str, int]


@blueprint.get("/ghi-nhan")
def begin() -> str:
    """Show what is said first, read aloud; nothing is stored yet."""
    pronoun = request.args.get("goi") or given_fields().get("pronoun", "")
    practice, paper = page_flow.asks_for_practice(), page_flow.asks_for_paper()
    offers = Offers(pronoun=pronoun, setting=perform(actions.begin_intake), practice=practice, paper=paper)
    return page_flow.render_first(TOLD, page_flow.form_of(TOLD, None, offers), offers)


@blueprint.post("/ghi-nhan/tiep")
def told() -> Answer:
    """Go on from what was said first, to the telephones or to who must not know, or come back to it."""
    offers = _offers_of_first(perform(actions.begin_intake, in_danger=True))
    form = page_flow.form_of(TOLD, request.form, offers)
    if "back" in request.form:
        return page_flow.render_first(TOLD, form, offers)
    if not form.validate():
        return page_flow.render_first(TOLD, form, offers), 422
    if form["danger"].data == YES and "called" not in request.form:
        return render_template("intake/steps.html", offers=offers, setting=offers.setting, carried=carried())
    if form.advice_only:
        return advice_views.new_page(given_before(lambda typed: AdviceForm(typed, offers)))
    return page_flow.render_first(READERS, given_before(lambda typed: MustNotKnowForm(typed, offers)), offers)


def _offers_of_first(setting: Setting | None = None) -> Offers:
    """Return what is offered after the first page: how the person is addressed follows from the age that was said."""
    typed = request.form
    return Offers(
        pronoun=typed.get("pronoun", ""),
        said_age=typed.get("age_group", ""),
        setting=setting,
        practice=page_flow.asks_for_practice(),
        paper=page_flow.asks_for_paper(),
    )


@blueprint.post("/ghi-nhan/bat-dau")
def start() -> Answer:
    """Start the draft, sealed from its first byte to those who may read it."""
    offers = _offers_of_first()
    first = page_flow.form_of(TOLD, request.form, offers)
    form = page_flow.form_of(READERS, request.form, offers)
    if not first.validate():
        return page_flow.render_first(TOLD, first, offers), 422
    if first.advice_only:
        return advice_views.new_page(given_before(lambda typed: AdviceForm(typed, offers))), 422
    if not form.validate():
        return page_flow.render_first(READERS, form, offers), 422
    circle = [] if offers.practice else [UUID(one) for one in form.circle]
    draft_id = perform(actions.start_draft, page_flow.first_pages(first, form), circle=circle)
    return page_flow.redirect_onward(draft_id, READERS)


@blueprint.get("/ghi-nhan/nguy-hiem", defaults={"draft_id": None})
@blueprint.get("/ghi-nhan/<uuid:draft_id>/nguy-hiem")
def steps(draft_id: UUID | None) -> str:
    """Show whom to call in danger; the record can wait."""
    setting = perform(actions.begin_intake, in_danger=True)
    if draft_id:
        offers, onward = page_flow.load_draft(draft_id).offers, url_for("intake.page", draft_id=draft_id, number=REACH)
    else:
        offers = Offers(pronoun=request.args.get("goi", ""))
        onward = url_for("intake.begin", goi=offers.chosen_pronoun or None)
    return render_template("intake/steps.html", offers=offers, setting=setting, carried=None, onward=onward)


@blueprint.get("/ghi-nhan/<uuid:draft_id>/<int:number>")
def page(draft_id: UUID, number: int) -> str:
    """Show a page of a draft as it was left, on request with what is to be corrected."""
    draft = page_flow.load_draft(draft_id)
    if number == CHECK:
        return page_flow.render_check(draft)
    form = draft.shown(number)
    if "xem" in request.args:
        form.validate()
    return page_flow.render_page(draft, number, form)


@blueprint.get("/ghi-nhan/<uuid:draft_id>")
def resume(draft_id: UUID) -> str:
    """Show the page of a draft where its author stopped."""
    draft = page_flow.load_draft(draft_id)
    number = draft.stopped_at
    return (
        page_flow.render_check(draft) if number == CHECK else page_flow.render_page(draft, number, draft.shown(number))
    )


@blueprint.post("/ghi-nhan/<uuid:draft_id>/<int:number>")
@allow_locked
def save(draft_id: UUID, number: int) -> Answer:
    """Save a page as it was typed, checked or not; then go on, or show what is to be corrected."""
    form = page_flow.form_of(number, request.form, Offers(in_draft=True, paper=page_flow.asks_for_paper()))
    perform(actions.save_draft, draft_id, number, page_flow.sent_answers(form))
    if "draft" in request.form:
        return page_flow.redirect_onward(draft_id, number)
    return page_flow.redirect_or_correct(draft_id, number, form)


@blueprint.post("/ghi-nhan/<uuid:draft_id>/2")
def readers(draft_id: UUID) -> Answer:
    """Change who must not know; other readers mean a new draft for them in place of the old one, but for practice."""
    draft = page_flow.load_draft(draft_id)
    form = page_flow.form_of(READERS, request.form, draft.offers)
    if not form.validate():
        return page_flow.render_page(draft, READERS, form), 422
    page = page_flow.sent_answers(form)
    if draft.offers.practice or form.circle == draft.form(READERS).circle:
        perform(actions.save_draft, draft_id, READERS, page)
        return page_flow.redirect_onward(draft_id, READERS)
    circle = [UUID(one) for one in form.circle]
    pages = {**draft.pages, READERS: page}
    return page_flow.redirect_onward(perform(actions.start_draft, pages, circle=circle, instead_of=draft_id), READERS)


@blueprint.post("/ghi-nhan/<uuid:draft_id>/8")
def submit(draft_id: UUID) -> Response:
    """Open the case; a second submission finds the case of the first one."""
    try:
        case_id = perform(actions.open_case, draft_id, partial(page_flow.answers_of_draft, draft_id))
    except Unfinished as unfinished:
        return redirect(page_flow.page_url(draft_id, unfinished.page, xem=1, sua=1), 303)
    if "practice" in request.form:
        return redirect(url_for("desk.case", case_id=case_id), 303)
    flash(page_flow.recorded_words())
    return redirect(url_for("referrals.unsent.read", case_id=case_id), 303)


@blueprint.route("/ghi-nhan/<uuid:draft_id>/bo", methods=["GET", "POST"])
def discard(draft_id: UUID) -> Response | str:
    """Ask whether a draft is to be thrown away, and throw it away."""
    if request.method == "POST":
        perform(actions.discard_draft, draft_id)
        flash(_("Đã bỏ bản nháp."))
        return redirect("/", 303)
    opened = perform(actions.open_draft, draft_id)
    return render_template("intake/discard.html", draft_id=draft_id, advice=opened.advice)
