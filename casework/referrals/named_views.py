"""The pages of those who must not know and read a case: take them out, or leave one in with a reason."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.errors import NotFound
from casework.policy.vocabulary import Act
from casework.referrals import named_actions
from casework.referrals.forms import KeepReaderForm
from casework.web.current_user import check_permission, perform

blueprint = Blueprint("named", __name__)
NAMED = "/vu-viec/<uuid:case_id>/khong-duoc-biet"
Answer = Response | str | tuple[str, int]


@blueprint.get(NAMED)
def read(case_id: UUID) -> str:
    return render_template("referrals/named.html", named=perform(named_actions.read_named, case_id))


@blueprint.route(f"{NAMED}/<uuid:member_id>/de-lai", methods=["GET", "POST"])
def keep(case_id: UUID, member_id: UUID) -> Answer:
    """Ask why somebody of that name may go on reading, and note it."""
    check_permission(Act.READER_KEEP)
    form: Any = KeepReaderForm()  # type: ignore[no-untyped-call]
    if not form.validate_on_submit():
        named = perform(named_actions.read_named, case_id)
        reader = next((one for one in named.readers if one.id == member_id), None)
        if reader is None:
            raise NotFound("reader", about=case_id)
        page = render_template("referrals/keep_reader.html", named=named, reader=reader, form=form)
        return page, 422 if form.errors else 200
    perform(named_actions.keep, case_id, member_id, form.words.data or "", once=form.idempotency_key())
    flash(_("Đã ghi vì sao người này vẫn được đọc."), "done")
    return redirect(url_for("referrals.named.read", case_id=case_id), 303)
