"""The pages of what was typed and not sent: keep it, go on with it, read it, throw it away."""

from uuid import UUID

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from casework.accounts import kept_form_actions, kept_form_requests
from casework.policy.vocabulary import Act
from casework.web import form_tokens
from casework.web.csrf import without_token
from casework.web.current_user import check_permission, perform, public
from casework.web.translation import LANGUAGES, local_path, set_language

blueprint = Blueprint("kept", __name__)
blueprint.before_app_request(kept_form_requests.show_again)
blueprint.after_app_request(kept_form_requests.discard_sent)
for function in (kept_form_requests.kept_texts, kept_form_requests.unfinished_here, kept_form_requests.shown_again):
    blueprint.add_app_template_global(function, function.__name__)
_COVER = "che"


@blueprint.post("/viet-do")
@public
@without_token
def keep() -> Answer:
    """Keep what was typed so far, whoever is signed in by now; a script is told where it is shown again.

    It asks for no token of the browser, but for that of the form: what is typed is sealed to the owner of the page,
    and a page may have been left open for longer than its session.
    """
    kept = kept_form_requests.keep_sent_form()
    leads_to = request.form.get("roi")
    if leads_to is None:
        return Response(kept or "", mimetype="text/plain")
    back = kept or _page_of_form()
    if leads_to == _COVER:
        return redirect(url_for("accounts.mine.cover", tiep=back), 303)
    if leads_to in LANGUAGES:
        return set_language(redirect(back, 303), leads_to)
    return redirect(kept_form_requests.shown_in(local_path(leads_to)), 303)


@blueprint.get("/viet-do/<uuid:form_id>")
def go_on(form_id: UUID) -> Answer:
    """Lead to the page with what was typed in its form; a button that waited for a proof is shown to be pressed."""
    check_permission(Act.KEPT_READ)
    form = kept_form_requests.find_kept(form_id)
    if form is None:
        return redirect("/", 303)
    if form.waits or form.page == "/":
        return _text_page(form)
    return redirect(kept_form_requests.with_form(form.page, form.id), 303)


@blueprint.get("/viet-do/<uuid:form_id>/chu")
def read(form_id: UUID) -> Answer:
    """Show the words themselves, as where their page can no longer be opened."""
    check_permission(Act.KEPT_READ)
    form = kept_form_requests.find_kept(form_id)
    return redirect("/", 303) if form is None else _text_page(form)


@blueprint.post("/viet-do/<uuid:form_id>/bo")
def discard(form_id: UUID) -> Answer:
    perform(kept_form_actions.discard_kept_form, form_id)
    return redirect(local_path(request.form.get("back", "/")), 303)


def _text_page(form: kept_form_actions.TypedForm) -> Answer:
    form_tokens.restore(form.id, form.action, form.fields)
    form_tokens.go_on()
    return make_response(render_template("accounts/kept.html", form=form))


def _page_of_form() -> str:
    token = form_tokens.sent_token()
    return token.page if token else "/"
