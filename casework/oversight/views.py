"""Pages of oversight: the log, its verification, comparison and export, readiness, and the policy in words."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, make_response, render_template
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.accounts.sign_in_before_gate import perform_for_anyone
from casework.errors import BadInput, NotFound
from casework.oversight import actions, log_export, number_check, policy_text
from casework.oversight.forms import ExportForm, NumberForm
from casework.oversight.log_export import LogExport, exports_lines
from casework.oversight.readiness import failing_checks
from casework.policy.vocabulary import Act
from casework.web.choice_fields import language
from casework.web.current_user import check_permission, config, gate, may, me, perform, public
from casework.web.host_check import is_this_machine
from casework.web.list_pages import ListKind, Placed, beside, by_part, grouped, list_page, page_number, placed

log_of_faults = logging.getLogger(__name__)
blueprint = Blueprint("oversight", __name__)
_PARTS = {"viec": _("Việc và người được làm"), "phan": _("Phần của vụ việc và vai trò có thể được mở")}
POLICY = ListKind[Placed[Any]](filters=(by_part(_PARTS, _("Quy tắc")),))
Answer = Response | str | tuple[str, int]


@blueprint.app_template_filter("act")
def act_in_words(act: str) -> str:
    """Give the words of an act in the language of the page: `{{ line.act|act }}`."""
    return policy_text.act_words(act, language())


@blueprint.get("/nhat-ky")
def log() -> str:
    """Show a page of the log: lines or the totals of a week, as the reader's reach goes."""
    shown = perform(actions.read_log, page_number())
    offers = {"may_verify": may(Act.AUDIT_VERIFY), "may_export": may(Act.AUDIT_EXPORT)}
    return render_template("oversight/log.html", log=shown, beside=beside(shown.page, more=shown.older), **offers)


@blueprint.post("/kiem-tra")
def verify() -> str:
    return render_template("oversight/verified.html", verdict=perform(actions.verify_log))


@blueprint.route("/doi-chieu", methods=["GET", "POST"])
def compare() -> Answer:
    """Say whether the log still holds exactly what it held when the number was written down."""
    check_permission(Act.AUDIT_COMPARE)
    form, compared = NumberForm(), None
    if form.validate_on_submit():
        try:
            compared = perform(number_check.compare, form.number.data or "")
        except BadInput as wrong:
            form.number.errors = [gettext(str(wrong))]
    return render_template("oversight/compare.html", form=form, compared=compared), 422 if form.errors else 200


@blueprint.route("/nhat-ky/xuat", methods=["GET", "POST"])
def export() -> Answer:
    """Say what goes into a file and ask how many weeks of it."""
    check_permission(Act.AUDIT_EXPORT)
    form = ExportForm()
    if form.validate_on_submit():
        try:
            return _download(perform(log_export.export_log, int(form.weeks.data)))
        except BadInput as wrong:
            form.weeks.errors = [gettext(str(wrong))]
    page = render_template("oversight/export.html", form=form, lines=exports_lines(me().person.actor))
    return page, 422 if form.errors else 200


def _download(exported: LogExport) -> Response:
    response = Response(log_export.csv_file(log_export.table_rows(exported)), mimetype=log_export.MIMETYPE)
    response.headers.set("Content-Disposition", "attachment", filename=f"nhat-ky-{clock.today().isoformat()}.csv")
    return response


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """Tell a program of this machine whether the work could go on; for anybody else there is no such page."""
    if not is_this_machine():
        raise NotFound("readyz")
    codes = list(failing_checks(gate(), config()))
    if codes:
        log_of_faults.warning("status=503 route=/readyz fault=%s", ",".join(codes))
    response = make_response("".join(f"{code}\n" for code in codes or ["ok"]), 503 if codes else 200)
    response.mimetype = "text/plain"
    return response


@blueprint.get("/quy-tac")
@public
def policy() -> str:
    perform_for_anyone(actions.read_policy)
    rules: Mapping[str, Sequence[Any]] = {
        "viec": policy_text.rules(language()),
        "phan": policy_text.section_rules(language()),
    }
    page = list_page(placed(rules), POLICY)
    return render_template("oversight/policy.html", page=page, parts=grouped(page))
