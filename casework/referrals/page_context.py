"""Prepares what the pages of referrals show, and lets the machine cut off what has run out after an answer is sent."""

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask import Response, current_app, render_template, request
from flask_babel import lazy_gettext as _

from casework import clock
from casework.clock import MICROSECOND
from casework.codelists import codelist
from casework.errors import CaseworkError
from casework.gate import Gate, Person
from casework.policy.permit import Actor
from casework.policy.words import Act, Role
from casework.referrals import actions, ground_acts, receiving_acts
from casework.referrals.view_models import GroundLedger, Preview
from casework.web.choice_fields import language
from casework.web.current_user import ask, current_member, gate, perform
from casework.web.translation import day, when

log = logging.getLogger("casework.referrals")

# The words of an address for each kind of ground.
KINDS = {"dong-y": "consent", "luat": "duty", "nguy-hiem": "danger"}
_EVERY = 10 * 60 * MICROSECOND
_DAY_LENGTH = len("2026-11-23")


def _asking(heading: Any, button: Any, advice: Any = "") -> dict[str, Any]:
    return {"heading": heading, "button": button, "advice": advice}


# What a page that asks for a few words says above its form.
_WRITING: Mapping[Act, Mapping[str, Any]] = {
    Act.REFERRAL_DECLINE: _asking(
        _("Chưa nhận được"),
        _("Gửi và khép lại"),
        _("Nơi gửi được báo ngay, và cơ quan mình không còn đọc được phần đã chia sẻ."),
    ),
    Act.REFERRAL_ASK: _asking(_("Hỏi lại nơi gửi"), _("Gửi câu hỏi")),
    Act.REFERRAL_ANSWER: _asking(_("Trả lời nơi gửi"), _("Gửi câu trả lời")),
    Act.REFERRAL_REPLY: _asking(_("Nhắn thêm cho nơi nhận"), _("Gửi")),
    Act.REFERRAL_RECORD_ANSWER: _asking(
        _("Ghi hộ câu trả lời"),
        _("Ghi vào sổ"),
        _("Khi nơi nhận trả lời bằng lời hoặc trên giấy. Sổ ghi rõ là ghi hộ, và ai ghi."),
    ),
}


def writing_page(act: Act, case_id: UUID, referral_id: UUID, form: Any) -> str:
    """Draw a page that asks for a few words about a referral, for who may do the act and while it leads on."""
    ask(act)
    page = perform(receiving_acts.read_referral, case_id, referral_id, towards=act)
    return render_template("referrals/write.html", page=page, form=form, **_WRITING[act])


def ground_page(found: GroundLedger, form: Any, kind: str) -> str:
    """Draw the form of one kind of ground."""
    words = codelist("ground_kind").get(KINDS[kind])
    return render_template("referrals/ground.html", ledger=found, form=form, kind=words)


def review_page(case_id: UUID, ground_id: UUID, form: Any) -> str:
    """Draw a ground of danger to life for a second person, with what her answer does."""
    found = perform(ground_acts.read_ledger, case_id, ground_id, towards=Act.GROUND_REVIEW)
    return render_template("referrals/review.html", ledger=found, form=form)


def preview_page(preview: Preview, form: Any) -> str:
    """Draw the preview with its letter; what this receiver is usually asked for stands first."""
    usual, lists = preview.ground.entry.receiver, codelist("need")
    form.asks.choices = sorted(form.asks.choices, key=lambda one: lists.get(one.value).text("agency") != usual)
    return render_template("referrals/preview.html", preview=preview, form=form)


def moment(written: str) -> str:
    """Write a moment kept in a letter: a day, or a day and an hour; what is neither stands as it was typed."""
    try:
        if len(written) <= _DAY_LENGTH:
            return day(date.fromisoformat(written)) if written else ""
        return when(datetime.fromisoformat(written))
    except ValueError:
        return written


def state_kind(state: str) -> str:
    """Give the shape of the tag of a state."""
    return codelist("referral_state").get(state).text("kind")


def short_agency(kind: str) -> str:
    """Name an agency in the few words that fit into a line of a list."""
    return codelist("agency").get(kind).text("short", language())


def next_number(kind: str) -> str:
    """Give the number to call when the duty telephone of an agency is not answered."""
    return codelist("hotline").get(codelist("agency").get(kind).text("hotline")).text("number")


def meaning(kind: str) -> str:
    """Say in a sentence what a kind of ground is."""
    return codelist("ground_kind").get(kind).text("meaning", language())


def on_day(at: int) -> str:
    """Write the day of a moment in microseconds."""
    return day(clock.local(at).date())


FILTERS: Mapping[str, Callable[[Any], str]] = {
    "meaning": meaning,
    "moment": moment,
    "on_day": on_day,
    "short_agency": short_agency,
    "state_kind": state_kind,
    "next_number": next_number,
}


def cut_what_has_lapsed(response: Response) -> Response:
    """After an answer to somebody who has changed something, let the machine end what has run out, now and then."""
    found = current_member()
    if request.method == "POST" and found is not None:
        at, ends = clock.micros(), current_app.extensions.setdefault("casework.lapsed", {})
        commune_id = found.person.commune_id
        if at - ends.get(commune_id, 0) >= _EVERY:
            ends[commune_id], here = at, gate()
            response.call_on_close(lambda: _expire(here, commune_id))
    return response


def _expire(here: Gate, commune_id: UUID) -> None:
    """Work as the system; what cannot be done now is done the next time."""
    try:
        here.perform(Person(Actor(commune_id, None, (Role.SYSTEM,)), commune_id), actions.expire)
    except CaseworkError:
        log.exception("what has lapsed could not be cut off")
