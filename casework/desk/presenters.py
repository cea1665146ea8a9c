"""Prepares what the desk's pages show: the page of a case, a page of a list, and what somebody without cases can do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask_babel import gettext

from casework import clock
from casework.cases.age_groups import CHILD
from casework.cases.sections import LEDGERS, SECTIONS, Contact
from casework.codelists import codelist
from casework.desk import case_lists, section_presenters, today
from casework.desk.forms import CloseCaseForm, empty_note
from casework.desk.view_models import CaseLine, CasePage, Home, SafeContact
from casework.desk.waiting import WaitingWork, work_of
from casework.policy.vocabulary import Act, Section
from casework.referrals.ground_actions import read_ledger
from casework.web import list_pages, menu, waiting_count
from casework.web.choice_fields import code_words
from casework.web.current_user import may, me, perform
from casework.web.list_pages import ListPage, list_page

# So much of what happened stands on the page of a case itself.
NEWEST = 4
NOBODY = UUID(int=0)
# Shown on the page of a case itself, or never to a person.
_NOT_LISTED = frozenset({Section.LABEL, Section.CONTACT, Section.FACTS, Section.DRAFT, Section.NOTICE})
_LAST_ON_CARD = ("never_say", "phone")


@dataclass(frozen=True)
class Item:
    """A line of a task list."""

    title: str
    url: str
    note: str = ""
    state: str = ""
    kind: str = "plain"


def home(page: Home) -> dict[str, Any]:
    """Return what a first page needs: the role, what may be opened, where cases lie, the lists of what waits."""
    offers: dict[str, Any] = {
        "opens": may(Act.CASE_OPEN),
        "purges": may(Act.PURGE_LIST),
        "restores": may(Act.CASE_VOID_LIST),
        "imports": may(Act.LEDGER_LIST),
    }
    offers["advises"] = may(Act.ADVICE_LIST)
    due = today.lines_of(page, me().person.actor.member_id) if may(Act.DUE_LIST) else []
    offers["due"] = today.due_by_tonight(due) + [line for line in due if not line.mine]
    return {"home": page, "role": me().role, "box": page.box, "work": _counted_work(page)} | offers | _of_lines()


def waiting(page: Home, word: str) -> dict[str, Any]:
    """Return a page of one list of what waits; a list in which nothing waits any more has none."""
    found = _counted_work(page).find(word)
    lines = found.lines if found else ()
    return {"list": found, "page": list_pages.list_page(lines, word=word), "progress": page.progress} | _of_lines()


def _counted_work(page: Home) -> WaitingWork:
    """Return the lists of a first page, and keep how long they are for the menu of the pages that follow."""
    work = work_of(page)
    waiting_count.remember(work.count)
    return work


def _of_lines() -> dict[str, Any]:
    return {"url": cases_url(), "today": clock.today()}


def cases_url() -> str:
    """Return the beginning of the address of every case: a list of hundreds asks for it once."""
    return url_for("desk.case", case_id=NOBODY).removesuffix(str(NOBODY))


def search_page(form: Any, results: tuple[CaseLine, ...] | None = None) -> str:
    """Render the search with a page of its results, or None before anything was searched for.

    Another page is asked for by the same form, as what is searched for never stands in an address.
    """
    page = None if results is None else list_pages.cut(results, request.form.get("trang", 0, type=int))
    return render_template("desk/search.html", form=form, page=page, url=cases_url(), may_import=may(Act.LEDGER_LIST))


def available_pages() -> list[Item]:
    """Return what the person of this request may open, by the policy."""
    return [
        Item(str(entry.label), url_for(entry.endpoint), str(entry.note))
        for entry in menu.offered_entries()
        if entry.note
    ]


def open_cases(home: Home) -> dict[str, Any]:
    """Return a page of the open cases as its address chooses them, and the links that choose otherwise."""
    page = list_page(case_lists.with_progress(home.open_cases, home.progress), case_lists.OPEN_CASES)
    return _of_cases(page) | {"progress": home.progress, "today": clock.today()}


def closed_cases(home: Home) -> dict[str, Any]:
    """Return a page of the closed cases."""
    return _of_cases(list_page(case_lists.with_progress(home.closed, {}), case_lists.CLOSED_CASES))


def _of_cases(page: ListPage[case_lists.Standing]) -> dict[str, Any]:
    return {"page": page.having([line for line, _progress in page.lines]), "url": cases_url()}


def case_page(page: CasePage, *, note: Any = None, name: str | None = None) -> str:
    """Render the page of a case; `name` only after it was asked for, `note` with what was typed and is wrong.

    A practice case is written in and nothing else.
    """
    works = page.line.ours and not page.line.practice
    return render_template(
        "desk/case.html",
        page=page,
        today=clock.today(),
        newest=NEWEST,
        name=name,
        agency=next(iter(codelist("role").get(me().role).texts("agencies")), ""),
        contact=safe_contact(page.contact),
        written=[_written(page, section) for section in page.sections if section not in _NOT_LISTED],
        missing=[_missing(page, section) for section in Section if _can_add(page, section)],
        note=(note or empty_note()) if may(Act.NOTE_ADD) else None,
        closes=may(Act.CASE_CLOSE) and works,
        prints=may(Act.CASE_PRINT),
        erases=may(Act.CASE_ERASE_REQUEST) and works,
        refers=may(Act.GROUND_LIST) and works,
        must_tell=page.must_tell and may(Act.GROUND_RECORD),
        shows=may(Act.NAME_SHOW) and Section.IDENTITY in page.sections,
    )


def closing_form(page: CasePage) -> CloseCaseForm:
    """Make the form that closes a case; where danger is on it asks why that is over."""
    form = CloseCaseForm()  # type: ignore[no-untyped-call]
    form.ask_about_danger(is_on=page.line.urgent)
    return form


def closing_page(page: CasePage, form: Any) -> str:
    """Render the closing of a case with what stands, what ends and what stays, or its opening again."""
    ledger = perform(read_ledger, page.line.id, towards=Act.CASE_CLOSE)
    return render_template("desk/close.html", form=form, case_id=page.line.id, page=page, ledger=ledger)


def safe_contact(contact: Contact | None) -> SafeContact | None:
    """Return the answers about safe contact in the order of the card; None if nobody asked.

    What must never be said stands right above the number, which comes last.
    """
    if contact is None:
        return None
    questions = contact.questions()
    order = sorted(questions, key=lambda name: _LAST_ON_CARD.index(name) if name in _LAST_ON_CARD else -1)
    lines = [
        (name, questions[name], section_presenters.answer(questions[name], getattr(contact, name))) for name in order
    ]
    shown = [(name, gettext(question.short or question.label), answer) for name, question, answer in lines if answer]
    if not contact.channel:
        return SafeContact(shown)
    channel = codelist("safe_channel").get(contact.channel)
    lacks = channel.flag("by_phone") and not contact.phone
    return SafeContact(shown, may_contact=channel.flag("contact"), dials=channel.text("dials"), lacks_number=lacks)


def section_name(section: Section) -> str:
    return code_words(section.code, "section")


def _written(page: CasePage, section: Section) -> Item:
    url = url_for("desk.sections.section", case_id=page.line.id, word=section.code)
    if section in page.outdated:
        return Item(section_name(section), url, state=gettext("đã có bản mới"), kind="soon")
    counted = section in LEDGERS and page.line.ours
    return Item(section_name(section), url, state=str(page.counts[section]) if counted else "")


def _missing(page: CasePage, section: Section) -> Item:
    return Item(section_name(section), url_for("desk.sections.edit", case_id=page.line.id, word=section.code))


def _can_add(page: CasePage, section: Section) -> bool:
    if section not in page.writable or section not in SECTIONS or section in page.counts:
        return False
    return page.label.age_group != CHILD or any(one.for_child for one in SECTIONS[section].questions().values())
