"""The pages of advice alone: a new contact, the list, one contact, and its way into an intake."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.cases.advice import Advice
from casework.errors import Conflict
from casework.intake import actions, advice_actions, page_flow
from casework.intake.advice_actions import AdviceContact
from casework.intake.advice_forms import AdviceForm
from casework.intake.forms import IntakePage, Offers, ToldForm
from casework.intake.page_flow import BEGUN, EVENT, READERS, TOLD
from casework.policy.vocabulary import Act
from casework.web.choice_fields import YES
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("advice", __name__)
CONTACT = "/tu-van/<uuid:contact_id>"
Answer = Response | str | tuple[str, int]


@blueprint.get("/tu-van")
def contacts() -> str:
    """List the contacts in reach, those to speak to again first."""
    return render_template("intake/contacts.html", contacts=perform(advice_actions.list_advice), today=clock.today())


@blueprint.post("/tu-van")
def record() -> Answer:
    """Keep a new contact, or begin an intake with what was typed into it."""
    check_permission(Act.ADVICE_RECORD)
    offers = Offers(pronoun=request.form.get("pronoun", ""))
    first, form = ToldForm(request.form, offers), AdviceForm(request.form, offers)
    if not first.validate():
        return page_flow.render_first(TOLD, first, offers), 422
    age_group = first.age_group.data or ""
    advice = replace(form.advice(), danger=first.danger.data, age_group=age_group, pronoun=offers.pronoun)
    if "promote" in request.form:
        return _to_draft(perform(actions.start_draft, pages_of(advice, words=advice.words)))
    if not form.validate():
        return new_page(first, form), 422
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
    if "promote" in request.form:
        words = AdviceForm(request.form, Offers()).words.data or ""
        return _to_draft(perform(advice_actions.promote_advice, contact_id, partial(pages_of, words=words)))
    found = perform(advice_actions.read_advice, contact_id)
    form = AdviceForm(request.form, _offers(found))
    if not form.validate():
        return _contact_page(found, form), 422
    try:
        perform(advice_actions.change_advice, contact_id, form.advice(), base=form.base.data or 0)
    except Conflict as cause:
        form.base.data, form.base.raw_data = found.revision, None
        return _contact_page(found, form, theirs=found), cause.status
    flash(_("Đã lưu."), "done")
    return redirect(url_for(".contact", contact_id=contact_id), 303)


def new_page(first: IntakePage, form: AdviceForm) -> str:
    """Render the page of a new contact; it carries the answers of the first page in hidden fields."""
    return render_template(
        "intake/advice.html", form=form, offers=form.offers, carried=page_flow.sent_answers(first), contact=None
    )


def pages_of(advice: Advice, *, words: str) -> Mapping[int, Mapping[str, Any]]:
    """Return the pages of a draft that begins with advice and the words that were typed last."""
    first = {"danger": [advice.danger], "age_group": [advice.age_group], "pronoun": [advice.pronoun]}
    return {
        BEGUN: page_flow.begun_now(),
        TOLD: {name: values for name, values in first.items() if values[0]},
        EVENT: {"words": [words]} if words else {},
    }


def _offers(contact: AdviceContact) -> Offers:
    return Offers(pronoun=contact.advice.pronoun, danger=contact.advice.danger == YES)


def _contact_page(contact: AdviceContact, form: AdviceForm, theirs: AdviceContact | None = None) -> str:
    return render_template("intake/advice.html", form=form, offers=form.offers, contact=contact, theirs=theirs)


def _to_draft(draft_id: UUID) -> Response:
    flash(_("Chữ đã ghi được mang theo. Bây giờ hỏi tiếp từ đây."), "done")
    return redirect(url_for("intake.page", draft_id=draft_id, number=READERS), 303)
