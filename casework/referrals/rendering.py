"""Renders the pages of referrals that several views share, and the template filters they use."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.cases.ground_rules import CONSENT
from casework.cases.sections import GroundEntry
from casework.codelists import codelist
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.referrals import ground_actions, receiving_actions
from casework.referrals.forms import needs_of_first, offer_readers, offer_sections
from casework.referrals.ground_forms import PARTS_STEP, GroundForm
from casework.referrals.preview_view_models import Preview
from casework.referrals.receiving_side import ReferralReaders
from casework.referrals.unsent_view_models import UnsentPage
from casework.referrals.view_models import GroundLedger
from casework.web.choice_fields import language
from casework.web.current_user import perform
from casework.web.translation import day, moment

# The kind of ground by its segment of the URL.
KINDS = {"dong-y": "consent", "luat": "duty", "nguy-hiem": "danger"}
_SAYS_NO = ("refused", "not_asked")


def _page_words(heading: Any, button: Any, advice: Any = "") -> dict[str, Any]:
    return {"heading": heading, "button": button, "advice": advice}


# Heading, button and advice of each page that asks for a few words.
_PAGE_WORDS: Mapping[Act, Mapping[str, Any]] = {
    Act.REFERRAL_DECLINE: _page_words(
        _("Chưa nhận được"),
        _("Gửi và kết thúc"),
        _("Nơi gửi được báo ngay, và cơ quan mình không còn đọc được phần đã chia sẻ."),
    ),
    Act.REFERRAL_ASK: _page_words(_("Hỏi lại nơi gửi"), _("Gửi câu hỏi")),
    Act.REFERRAL_ANSWER: _page_words(_("Trả lời nơi gửi"), _("Gửi câu trả lời")),
    Act.REFERRAL_REPLY: _page_words(_("Nhắn thêm cho nơi nhận"), _("Gửi")),
    Act.REFERRAL_RECORD_ANSWER: _page_words(
        _("Ghi hộ câu trả lời"),
        _("Ghi vào sổ"),
        _("Khi nơi nhận trả lời bằng lời hoặc trên giấy. Sổ ghi rõ là ghi hộ, và ai ghi."),
    ),
}


def writing_page(act: Act, case_id: UUID, referral_id: UUID, form: Any) -> tuple[str, int]:
    """Render a page that asks for a few words about a referral; Conflict if the act is not possible now."""
    page = perform(receiving_actions.read_referral, case_id, referral_id, towards=act)
    return _with_status("referrals/write.html", form, page=page, **_PAGE_WORDS[act])


def ground_page(ledger: GroundLedger, form: Any, kind: str) -> tuple[str, int]:
    """Render the form of one kind of ground; `kind` is its segment of the URL."""
    ground_kind = codelist("ground_kind").get(KINDS[kind])
    return _with_status("referrals/ground.html", form, ledger=ledger, kind=ground_kind)


def recorded(case_id: UUID, form: GroundForm, parts: Any) -> bool:
    """Record a ground that was asked in full; what is refused is said beside its question, and nothing is lost."""
    if parts is None:
        perform(ground_actions.record_ground, case_id, form.entry)
        return True
    if not parts.is_submitted() or PARTS_STEP not in request.form or not parts.validate():
        return False
    try:
        perform(ground_actions.record_ground, case_id, parts.entry(form.entry), once=parts.idempotency_key())
    except BadInput as cause:
        parts.refuse(gettext(str(cause)))
        return False
    return True


def recorded_words(before: GroundLedger, answer: GroundEntry) -> str:
    """Say that a ground was recorded, and what its receiver still reads if that ended an older consent."""
    kept = {line.id for line in before.consents(answer.receiver)}
    after = perform(ground_actions.read_ledger, before.case_id) if kept else before
    ended = [line for line in after.grounds if line.id in kept and not line.live]
    if not ended and kept and answer.consent == "refused":
        return gettext(
            "Đã ghi. Người đại diện có thể là người gây bạo lực, nên lời đồng ý trước còn nguyên. Hãy hỏi chính người"
            " ấy hoặc người đại diện khác; người ấy muốn rút thì bấm Rút lại."
        )
    if not ended:
        return gettext("Đã ghi câu trả lời.") if answer.consent in _SAYS_NO else gettext("Đã ghi lý do chia sẻ.")
    sections = ", ".join(codelist("section").label(one.code, language()) for one in after.read_by(answer.receiver))
    names = {"agency": ended[0].receiver, "sections": sections}
    words = (
        gettext("Đã ghi. Lời đồng ý trước chấm dứt; %(agency)s còn đọc được: %(sections)s.", **names)
        if sections
        else gettext("Đã ghi. Lời đồng ý trước chấm dứt; %(agency)s không còn đọc được phần nào.", **names)
    )
    called = gettext("Sổ đã hẹn gọi hỏi thăm người ấy ngày mai.")
    return f"{words} {called}"


def withdrawn_words(before: GroundLedger) -> str:
    """Say what a receiver still reads after a ground was withdrawn, as the page before it has said."""
    if any(line.stays for line in before.endings):
        return gettext("Đã rút. Nơi nhận chỉ còn đọc được phần mà trang trước ghi là vẫn còn.")
    return gettext("Đã rút lại. Nơi nhận không còn đọc được.") if before.endings else gettext("Đã rút lại.")


def parts_page(ledger: GroundLedger, form: GroundForm, parts: Any, kind: str) -> tuple[str, int]:
    """Render the second step of a ground: what the receiver will read, and who answered."""
    ground_kind = codelist("ground_kind").get(KINDS[kind])
    return _with_status("referrals/parts.html", parts, ledger=ledger, kind=ground_kind, begun=form)


def review_page(case_id: UUID, ground_id: UUID, form: Any) -> tuple[str, int]:
    """Render a ground of danger to life for its reviewer, with what each answer does."""
    ledger = perform(ground_actions.read_ledger, case_id, ground_id, towards=Act.GROUND_REVIEW)
    return _with_status("referrals/review.html", form, ledger=ledger)


def _with_status(template: str, form: Any, **values: Any) -> tuple[str, int]:
    return render_template(template, form=form, **values), 422 if form.problems() else 200


def preview_page(preview: Preview, form: Any) -> str:
    """Render the preview with its letter and its readers; what this receiver is usually asked for stands first."""
    offer_readers(form, preview.side, preview.side.proposed_out)
    offer_sections(form, preview)
    form.asks.choices = needs_of_first(form.asks.choices, preview.ground.entry.receiver)
    form.shown.data = preview.mark
    return render_template("referrals/preview.html", preview=preview, form=form)


def readers_page(readers: ReferralReaders, form: Any) -> tuple[str, int]:
    """Render the page that changes who on the receiving side reads a referral."""
    offer_readers(form, readers.side, readers.out)
    form.shown.data = readers.side.mark
    return _with_status("referrals/change_readers.html", form, readers=readers)


def unsent_page(page: UnsentPage, form: Any) -> tuple[str, int]:
    """Render everything that was said and has not been sent, with a letter for each receiver."""
    return _with_status("referrals/unsent.html", form, page=page)


def set_aside_page(case_id: UUID, ground_id: UUID, form: Any) -> tuple[str, int]:
    ledger = perform(ground_actions.read_ledger, case_id, ground_id, towards=Act.UNSENT_SET_ASIDE)
    return _with_status("referrals/set_aside.html", form, ledger=ledger)


def state_kind(state: str) -> str:
    """Return the style of the tag of a state."""
    return codelist("referral_state").get(state).text("kind")


def short_agency(kind: str) -> str:
    return codelist("agency").get(kind).text("short", language())


def next_number(kind: str) -> str:
    """Return the hotline to call when the duty telephone of an agency is not answered."""
    return codelist("hotline").get(codelist("agency").get(kind).text("hotline")).text("number")


def meaning(kind: str) -> str:
    """Return the sentence that explains a kind of ground."""
    return codelist("ground_kind").get(kind).text("meaning", language())


def ground_words(entry: GroundEntry) -> str:
    """Return on what something is shared; of a consent also who gave it, where that was not the person alone."""
    by = entry.consent_by if entry.kind == CONSENT else ""
    given = codelist("consent_by").get(by).text("given", language()) if by else ""
    return given or codelist("ground_kind").label(entry.kind, language())


def law_words(entry: GroundEntry) -> str:
    """Return the article of a ground in words; before there was a list of articles it was typed."""
    return codelist("duty_article").label(entry.duty, language()) if entry.duty else entry.article


def on_day(at: int) -> str:
    """Format the day of a moment in microseconds."""
    return day(clock.local(at).date())


FILTERS: Mapping[str, Callable[[Any], str | bool]] = {
    "ground_words": ground_words,
    "law_words": law_words,
    "meaning": meaning,
    "moment": moment,
    "on_day": on_day,
    "short_agency": short_agency,
    "state_kind": state_kind,
    "next_number": next_number,
}


def to_referral(case_id: UUID, referral_id: UUID) -> Response:
    return redirect(url_for("referrals.referral", case_id=case_id, referral_id=referral_id), 303)


def to_unsent(case_id: UUID) -> Response:
    """Lead back to the step that sends what was said; a case of which nothing is unsent leads on to its page."""
    return redirect(url_for("referrals.unsent.read", case_id=case_id), 303)
