"""The pages that gather: home, search, and the page of a case."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases.deaths import DIED
from casework.desk import (
    actions,
    death_views,
    kept_paper_views,
    mistake_views,
    presenters,
    section_views,
    task_views,
    today_views,
)
from casework.desk.forms import NoteForm, ReopenForm, SearchForm
from casework.errors import BadInput, Throttled
from casework.policy.vocabulary import Act
from casework.retention import actions as retention_actions
from casework.retention.forms import MergeForm
from casework.retention.views import merge_page
from casework.retention.voiding import DUPLICATE
from casework.web.current_user import check_permission, may, me, perform
from casework.web.list_pages import list_page

blueprint = Blueprint("desk", __name__)
blueprint.register_blueprint(section_views.blueprint)
blueprint.register_blueprint(task_views.blueprint)
blueprint.register_blueprint(death_views.blueprint)
blueprint.register_blueprint(mistake_views.blueprint)
blueprint.register_blueprint(today_views.blueprint)
blueprint.register_blueprint(kept_paper_views.blueprint)
CASE = "/vu-viec/<uuid:case_id>"
Answer = Response | str | tuple[str, int]


@blueprint.get("/")
def home() -> str:
    if may(Act.CASE_LIST):
        page = perform(actions.list_cases, whole_page=True)
        return render_template("desk/home.html", **presenters.home(page))
    welcome, ways = perform(actions.read_home), presenters.available_pages()
    return render_template("desk/welcome.html", welcome=welcome, watch=welcome.watch, role=me().role, ways=ways)


@blueprint.get("/dang-theo-doi")
def followed() -> str:
    """List the open cases, put in order and left out by the links above them."""
    home = perform(actions.list_cases, with_progress=True)
    return render_template("desk/followed.html", **presenters.open_cases(home))


@blueprint.get("/viec/<word>")
def waiting(word: str) -> str:
    """Show all of one list of the first page."""
    home = perform(actions.list_cases, whole_page=True)
    return render_template("desk/waiting.html", **presenters.waiting(home, word))


@blueprint.get("/da-dong")
def closed() -> str:
    return render_template("desk/closed.html", **presenters.closed_cases(perform(actions.list_cases)))


@blueprint.get("/tim")
def search() -> str:
    check_permission(Act.CASE_SEARCH)
    return presenters.search_page(SearchForm())


@blueprint.post("/tim")
def find() -> Answer:
    """Search; what is searched for never stands in an address."""
    check_permission(Act.CASE_SEARCH)
    form, status, results = SearchForm(), 422, None
    if form.validate_on_submit():
        try:
            results, status = perform(actions.search, form.query.data or ""), 200
        except (BadInput, Throttled) as cause:
            form.query.errors, status = [_(str(cause))], cause.status
    return presenters.search_page(form, results), status


@blueprint.get(CASE)
def case(case_id: UUID) -> str:
    """Show the page of a case; its name and its sections stay closed."""
    return presenters.case_page(perform(actions.read_case, case_id))


@blueprint.get(f"{CASE}/dien-bien")
def timeline(case_id: UUID) -> str:
    """Show everything that happened, a page at a time."""
    case = perform(actions.read_case, case_id)
    return render_template("desk/timeline.html", case=case, page=list_page(case.timeline, case_id=case_id))


@blueprint.post(f"{CASE}/ten")
def show_name(case_id: UUID) -> str:
    """Show the page of a case with the name on it, and in the note what was being typed."""
    name = perform(actions.show_name, case_id)
    return presenters.case_page(perform(actions.read_case, case_id), name=name, note=NoteForm())


@blueprint.post(f"{CASE}/ghi-chu")
def add_note(case_id: UUID) -> Answer:
    check_permission(Act.NOTE_ADD)
    form = NoteForm()
    if not form.validate_on_submit():
        return presenters.case_page(perform(actions.read_case, case_id), note=form), 422
    once, contact, kept = form.idempotency_key(), form.contact, form.kept.ids
    perform(actions.add_note, case_id, form.words.data or "", once=once, contact=contact, kept=kept)
    flash(_("Đã lưu ghi chú.") if not form.plans else _("Đã lưu ghi chú và lần hẹn tới."), "done")
    return redirect(url_for("desk.case", case_id=case_id), 303)


@blueprint.get(f"{CASE}/dong")
def ask_closing(case_id: UUID) -> str:
    """Ask how the case ended, or why it is opened again."""
    check_permission(Act.CASE_CLOSE)
    page = perform(actions.read_case, case_id)
    form = presenters.closing_form(page) if page.line.is_open else ReopenForm()
    return presenters.closing_page(page, form)


@blueprint.post(f"{CASE}/dong")
def close(case_id: UUID) -> Answer:
    check_permission(Act.CASE_CLOSE)
    page = perform(actions.read_case, case_id)
    form = presenters.closing_form(page)
    if form.outcome.data == DUPLICATE:
        # Closed on its own it would be counted as another case.
        options = perform(retention_actions.read_request, case_id)
        return merge_page(options, MergeForm(formdata=None, words=form.words.data)), 422
    if form.outcome.data == DIED:
        return death_views.page_of(case_id, death_views.form_of(words=form.words.data or "")), 422
    if not form.validate_on_submit():
        return presenters.closing_page(page, form), 422
    perform(actions.close_case, case_id, **form.answers)
    flash(_("Đã đóng vụ việc. Người ấy trở lại lúc nào cũng được."), "done")
    return redirect(url_for("desk.case", case_id=case_id), 303)


@blueprint.post(f"{CASE}/mo-lai")
def reopen(case_id: UUID) -> Answer:
    check_permission(Act.CASE_CLOSE)
    form = ReopenForm()
    if not form.validate_on_submit():
        return presenters.closing_page(perform(actions.read_case, case_id), form), 422
    perform(actions.close_case, case_id, outcome="", words=form.words.data or "", again=True)
    flash(_("Đã mở lại vụ việc."), "done")
    return redirect(url_for("desk.case", case_id=case_id), 303)
