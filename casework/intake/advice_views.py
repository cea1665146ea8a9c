"""The pages of advice alone: a new contact, the list, one contact, and its way into an intake."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.cases.advice import Advice
from casework.errors import Conflict, NotFound
from casework.intake import actions, advice_actions, page_flow
from casework.intake.advice_actions import AdviceContact
from casework.intake.advice_forms import AdviceForm
from casework.intake.advice_lists import ADVICE, count_advice
from casework.intake.forms import IntakePage, Offers, ToldForm
from casework.intake.page_flow import BEGUN, REACH, READERS, TOLD
from casework.policy.vocabulary import Act
from casework.web.choice_fields import YES
from casework.web.current_user import check_permission, perform
from casework.web.form_tokens import carried, go_on
from casework.web.list_pages import list_page

blueprint = Blueprint("advice", __name__)
CONTACT = "/tu-van/<uuid:contact_id>"
Answer = Response | str | tuple[str, int]


@blueprint.get("/tu-van")
def contacts() -> str:
    """List the contacts in reach, those to speak to again first."""
    listed, today = perform(advice_actions.list_advice), clock.today()
    counts = count_advice(listed, today)
    return render_template("intake/contacts.html", page=list_page(listed, ADVICE), counts=counts, today=today)


@blueprint.post("/tu-van")
def record() -> Answer:
    """Keep a new contact, or begin an intake with what was typed into it."""
    check_permission(Act.ADVICE_RECORD)
    offers = Offers(pronoun=request.form.get("pronoun", ""))
    first, form = ToldForm(request.form, offers), AdviceForm(request.form, offers)
    if not first.validate():
        return page_flow.render_first(TOLD, first, offers), 422
    valid = form.validate()
    if form.mistyped or not (valid or "promote" in request.form):
        return new_page(form), 422
    age_group = first.age_group.data or ""
    advice = replace(form.advice(), danger=first.danger.data, age_group=age_group, pronoun=offers.chosen_pronoun)
    if "promote" in request.form:
        return _to_draft(perform(actions.start_draft, pages_of(advice), advice=_if_said(advice)))
    contact_id = perform(advice_actions.record_advice, advice, once=form.idempotency_key())
    flash(_("Đã ghi lần tư vấn. Không có vụ việc nào được mở, không ai được báo."), "done")
    return redirect(url_for(".contact", contact_id=contact_id), 303)


@blueprint.get(CONTACT)
def contact(contact_id: UUID) -> str:
    """Show one contact, to be written on."""
    found = perform(advice_actions.read_advice, contact_id)
    return _contact_page(found, AdviceForm(None, _offers(found), found))


@blueprint.post(CONTACT)
def change(contact_id: UUID) -> Answer:
    """Write a contact anew, or begin an intake with it; if somebody wrote meanwhile, show both and lose neither."""
    check_permission(Act.ADVICE_CHANGE)
    try:
        found = perform(advice_actions.read_advice, contact_id)
    except NotFound:
        if "promote" not in request.form:
            raise
        return _to_draft(perform(advice_actions.promote_advice, contact_id, pages_of))
    form = AdviceForm(request.form, _offers(found))
    valid = form.validate()
    if form.mistyped or not (valid or "promote" in request.form):
        return _contact_page(found, form), 422
    try:
        return _written_on(contact_id, form)
    except Conflict as cause:
        form.base.data, form.base.raw_data = found.revision, None
        return _contact_page(found, form, theirs=found), cause.status


def _written_on(contact_id: UUID, form: AdviceForm) -> Response:
    """Write a contact anew, or begin an intake with it; raises Conflict if somebody wrote meanwhile."""
    advice, base = form.advice(), form.base.data or 0
    if "promote" in request.form:
        written = _if_said(advice)
        return _to_draft(perform(advice_actions.promote_advice, contact_id, pages_of, written=written, base=base))
    perform(advice_actions.change_advice, contact_id, advice, base=base)
    flash(_("Đã lưu."), "done")
    return redirect(url_for(".contact", contact_id=contact_id), 303)


def _if_said(advice: Advice) -> Advice | None:
    """Return advice that holds something to be kept beside the draft, with a day; None for an empty form."""
    if not (advice.words or advice.topics):
        return None
    return replace(advice, asked_on=advice.asked_on or clock.today().isoformat())


def new_page(form: IntakePage) -> str:
    """Render the page of a new contact; it carries the answers of the other pages in hidden fields."""
    go_on()
    others = carried(form)
    return render_template("intake/advice.html", form=form, offers=form.offers, carried=others, contact=None)


def pages_of(advice: Advice) -> Mapping[int, Mapping[str, Any]]:
    """Return the pages of a draft that begins with advice.

    What the counsellor wrote is theirs and never becomes the person's own words; it stays beside the draft. By which
    channel the person came is no question to be asked twice.
    """
    first = {"danger": [advice.danger], "age_group": [advice.age_group], "pronoun": [advice.pronoun]}
    return {
        BEGUN: page_flow.begun_now(),
        TOLD: {name: values for name, values in first.items() if values[0]},
        **({REACH: {"report_channel": [advice.channel]}} if advice.channel else {}),
    }


def _offers(contact: AdviceContact) -> Offers:
    return Offers(pronoun=contact.advice.pronoun, danger=contact.advice.danger == YES)


def _contact_page(contact: AdviceContact, form: AdviceForm, theirs: AdviceContact | None = None) -> str:
    return render_template("intake/advice.html", form=form, offers=form.offers, contact=contact, theirs=theirs)


def _to_draft(draft_id: UUID) -> Response:
    flash(_("Điều đã ghi lúc tư vấn được giữ bên cạnh, là lời của người ghi. Bây giờ hỏi tiếp từ đây."), "done")
    return redirect(url_for("intake.page", draft_id=draft_id, number=READERS), 303)
