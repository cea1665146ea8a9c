"""Renders the pages of notices to the chair that several views share."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from casework.cases.sections import Notice
from casework.cases.states import NoticeState
from casework.codelists import codelist
from casework.notices import actions
from casework.notices.forms import CallAboveForm, NoticeCallForm
from casework.notices.view_models import NoticePage, Proposal
from casework.policy.vocabulary import Act
from casework.web.current_user import perform

# Heading, button and advice of each page that asks for a few words.
_PAGE_WORDS: Mapping[Act, tuple[Any, Any, Any]] = {
    Act.NOTICE_ASSIGN: (
        _("Giao việc"),
        _("Giao việc"),
        _("Nơi báo tin biết ngay là đã giao cho ai. Nơi được giao không nhận gì từ đây: hãy gọi cho họ."),
    ),
    Act.NOTICE_ANSWER: (_("Trả lời nơi báo tin"), _("Gửi câu trả lời"), ""),
    Act.NOTICE_WITHDRAW: (
        _("Rút lại tin báo"),
        _("Rút lại"),
        _("Dùng khi báo nhầm. Chủ tịch, Phó Chủ tịch không đọc được tin báo này nữa; điều đã đọc thì vẫn nhớ."),
    ),
}
# What is read in a notice, in the order in which it is asked for in a hurry.
_READ = ("danger", "vulnerable", "asks", "decide_by", "received", "holder", "phone")


def send_page(proposed: Proposal, form: Any) -> tuple[str, int]:
    """Render what the chair would read, exactly, with the form to send it."""
    return render_template("notices/send.html", proposed=proposed, form=form), 422 if form.errors else 200


def spoken_page(proposed: Proposal, form: Any) -> tuple[str, int]:
    return render_template("notices/spoken.html", proposed=proposed, form=form), 422 if form.errors else 200


def set_aside_page(proposed: Proposal, form: Any) -> tuple[str, int]:
    return render_template("notices/set_aside.html", proposed=proposed, form=form), 422 if form.errors else 200


def notice_page(page: NoticePage, form: Any) -> tuple[str, int]:
    """Render one notice for either side; `form` asks about a call."""
    return render_template("notices/notice.html", page=page, call=form), 422 if form.errors else 200


def call_form(page: NoticePage) -> Any:
    """Return the form of the call that this notice waits for."""
    kind: Any = CallAboveForm if page.line.state == NoticeState.KIN else NoticeCallForm
    return kind()


def words_page(act: Act, case_id: UUID, notice_id: UUID, form: Any) -> tuple[str, int]:
    """Render a page that asks for a few words about a notice; Conflict if the act is not possible now."""
    page = perform(actions.read_notice, case_id, notice_id, towards=act)
    heading, button, advice = _PAGE_WORDS[act]
    values = {"page": page, "form": form, "heading": heading, "button": button, "advice": advice}
    return render_template("notices/write.html", **values), 422 if form.errors else 200


def to_notice(case_id: UUID, notice_id: UUID) -> Response:
    return redirect(url_for("notices.notice", case_id=case_id, notice_id=notice_id), 303)


def answers(notice: Notice) -> list[tuple[str, str, str, Any]]:
    """Return what is read in a notice as (name, question, kind or list, answer); what is empty is left out."""
    questions = notice.questions()
    shown = [(name, questions[name], getattr(notice, name)) for name in _READ]
    return [
        (name, gettext(question.label), question.codelist or question.kind, value)
        for name, question, value in shown
        if value
    ]


def notice_kind(state: str) -> str:
    """Return the style of the tag of a state."""
    return codelist("notice_state").get(state).text("kind")


FILTERS: Mapping[str, Callable[[Any], Any]] = {"notice_answers": answers, "notice_kind": notice_kind}
