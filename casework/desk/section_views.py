"""The pages of one section: read, earlier revisions, edit, and two texts side by side when two people wrote."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.cases import contradiction_words
from casework.cases.contradictions import Contradiction
from casework.cases.questions import SectionData
from casework.cases.sections import LEDGERS, SECTIONS
from casework.desk import actions, merged_actions, print_actions, section_forms, section_presenters, shared_actions
from casework.errors import Conflict
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from casework.referrals import named_actions
from casework.web.current_user import check_permission, may, perform

blueprint = Blueprint("sections", __name__)
_WRITABLE = policy().rows[Act.SECTION_WRITE].opens or frozenset()
_READ = [section.code for section in SECTIONS if section is not Section.FACTS]
# What the table lets nobody write has no form either: who fills one shall not be refused at its end.
_WRITTEN = [section.code for section in SECTIONS if section in _WRITABLE - {Section.FACTS}]
READ = f"/vu-viec/<uuid:case_id>/<any({','.join(_READ)}):word>"
WRITE = f"/vu-viec/<uuid:case_id>/<any({','.join(_WRITTEN)}):word>/sua"
_NAMING = (Section.SAFETY_PLAN, Section.PERPETRATOR)
Answer = Response | str | tuple[str, int]


@blueprint.get(READ)
def section(case_id: UUID, word: str) -> str:
    entries = perform(actions.read_section, case_id, _section(word))
    edits = may(Act.SECTION_WRITE) and word in _WRITTEN and entries[0].ours
    more = {"edits": edits, "looks_back": may(Act.SECTION_HISTORY), "ledger": _section(word) in LEDGERS}
    return _page("section", case_id, word, entries=entries, **more)


@blueprint.get("/vu-viec/<uuid:case_id>/duoc-chia-se")
def shared(case_id: UUID) -> str:
    """Show every section that was shared with whoever reads, on one page."""
    return _page("shared", case_id, "", entries=perform(shared_actions.read_shared, case_id))


@blueprint.get(f"{READ}/cu")
def history(case_id: UUID, word: str) -> str:
    """Show every kept revision of a section, the newest first."""
    return _page("history", case_id, word, entries=perform(actions.read_history, case_id, _section(word)))


@blueprint.get("/vu-viec/<uuid:case_id>/da-gop/<uuid:merged_id>")
def merged(case_id: UUID, merged_id: UUID) -> str:
    """Show everything in a case that was merged into this one."""
    label, code, entries = perform(merged_actions.read_merged, case_id, merged_id)
    shown = {"label": label, "code": code, "entries": entries, "rows": section_presenters.rows}
    return render_template("desk/merged.html", case_id=case_id, **shown)


@blueprint.get("/vu-viec/<uuid:case_id>/in")
def whole(case_id: UUID) -> str:
    """Show a whole case as it is printed."""
    label, entries = perform(print_actions.read_whole, case_id)
    return render_template(
        "desk/print.html", case_id=case_id, label=label, entries=entries, rows=section_presenters.rows
    )


@blueprint.get(WRITE)
def edit(case_id: UUID, word: str) -> str:
    check_permission(Act.SECTION_WRITE)
    (written,) = perform(actions.read_section, case_id, _section(word), may_be_missing=True)
    form = section_forms.form_with(written.data, base=written.revision)
    return _page("edit", case_id, word, form=form, written=written, theirs=None)


@blueprint.post(WRITE)
def save(case_id: UUID, word: str) -> Answer:
    """Write a new revision; if somebody wrote meanwhile, or another section says otherwise, lose nothing typed."""
    check_permission(Act.SECTION_WRITE)
    form = section_forms.sent_form(_section(word))
    if not form.validate_on_submit():
        return _edit_again(case_id, word, form), 422
    mine = section_forms.section_of(form, _section(word))
    try:
        raised = perform(actions.write_section, case_id, mine, base=form.base.data or 0)
    except Conflict as cause:
        return _show_conflict(case_id, word, mine, form.base.data or 0), cause.status
    except Contradiction as cause:
        form[cause.question].errors = [contradiction_words.sentence(cause.found)]
        return _edit_again(case_id, word, form), cause.status
    flash(_("Đã lưu."), "done")
    if raised:
        flash(section_presenters.raised_level(raised), "warn")
    return _after_saving(case_id, word)


def _edit_again(case_id: UUID, word: str, form: Any) -> str:
    (written,) = perform(actions.read_section, case_id, _section(word), may_be_missing=True)
    return _page("edit", case_id, word, form=form, written=written, theirs=None)


def _after_saving(case_id: UUID, word: str) -> Response:
    """Lead to what was saved; where that names somebody who reads the case already, to the page that takes them out."""
    if _section(word) in _NAMING and may(Act.READER_NAMED) and perform(named_actions.read_named, case_id).undecided:
        return redirect(url_for("referrals.named.read", case_id=case_id), 303)
    return redirect(url_for("desk.sections.section", case_id=case_id, word=word), 303)


def _show_conflict(case_id: UUID, word: str, mine: SectionData, base: int) -> str:
    """Show what somebody else has written beside what was typed, and a form that lays mine over the newest."""
    history = perform(actions.read_history, case_id, _section(word))
    (written,) = perform(actions.read_section, case_id, _section(word), may_be_missing=True)
    theirs = history[0]
    before = next((revision.data for revision in history if revision.revision == base), type(mine)())
    form = section_forms.form_with(section_presenters.merged(before, theirs.data, mine), base=theirs.revision)
    differing = section_presenters.differences(theirs.data, mine)
    return _page("edit", case_id, word, form=form, written=written, theirs=theirs, differing=differing)


def _page(template: str, case_id: UUID, word: str, **more: object) -> str:
    return render_template(f"desk/{template}.html", case_id=case_id, word=word, rows=section_presenters.rows, **more)


def _section(word: str) -> Section:
    return Section[word.upper()]
