"""The pages of an import: the file, its columns, what each row says, the rows that become cases, what stays out."""

import time
from collections.abc import Iterator
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response as Answer

from casework.accounts.session_cookies import session_token
from casework.errors import BadInput
from casework.ledger_import import actions
from casework.ledger_import.actions import Look, LookedAtRow
from casework.ledger_import.forms import ConfirmForm, UploadForm, column_choices, field_choices
from casework.oversight.log_export import MIMETYPE, csv_file
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, perform
from casework.web.form_tokens import given_fields
from casework.web.list_pages import Filter, ListKind, by_code, list_page
from casework.web.request_limits import takes_files
from casework.web.uploads import read_upload

blueprint = Blueprint("ledger_import", __name__)
LEDGER = "/nhap-so/<uuid:form_id>"
# So long may one answer take: then it says how far it has come, and the next press goes on.
_SECONDS = 5.0
_STANDINGS = {
    "wrong": lazy_gettext("Chưa nhập được"),
    "twice": lazy_gettext("Có thể trùng"),
    "note": lazy_gettext("Nhập được, nên xem"),
    "skipped": lazy_gettext("Bỏ qua"),
}


def _standing(one: LookedAtRow) -> str:
    row = one.row
    if row.skipped or row.wrong:
        return "skipped" if row.skipped else "wrong"
    return "twice" if one.twice else "note" if row.notes else "fine"


ROWS = ListKind[LookedAtRow](
    filters=(Filter("hang", lazy_gettext("Hàng"), _standing, by_code(lambda: list(_STANDINGS.items()), _standing)),),
)


@blueprint.get("/nhap-so")
def start() -> str:
    """Ask for the file, above the ledgers that one has begun to import."""
    check_permission(Act.LEDGER_LIST)
    return _start_page(UploadForm())


@blueprint.post("/nhap-so")
@takes_files
def bring() -> Answer | tuple[str, int]:
    """Read the file in memory and keep what it says, sealed to the person; nothing of it becomes a case yet."""
    check_permission(Act.LEDGER_BRING)
    form = UploadForm()
    if not form.validate():
        return _start_page(form), 422
    try:
        sheets = read_upload(form.ledger.data.filename or "", form.ledger.data.read())
        ledger_id = perform(actions.bring_ledger, sheets, token=session_token())
    except BadInput as cause:
        form.ledger.errors = [_(str(cause))]
        return _start_page(form), cause.status
    return redirect(url_for(".columns", form_id=ledger_id), 303)


@blueprint.get(LEDGER + "/cot")
def columns(form_id: UUID) -> str:
    """Ask what each column is, as it was chosen before or is proposed by its title."""
    return _columns_page(form_id, perform(actions.read_ledger, form_id, token=session_token()))


@blueprint.post(LEDGER + "/cot")
def choose_columns(form_id: UUID) -> Answer | tuple[str, int]:
    """Keep what the columns are."""
    look = perform(actions.read_ledger, form_id, token=session_token())
    try:
        perform(actions.choose_columns, form_id, _given_columns(look), token=session_token())
    except BadInput as cause:
        return _columns_page(form_id, look, wrong=str(cause)), cause.status
    return redirect(url_for(".preview", form_id=form_id), 303)


@blueprint.get(LEDGER)
def preview(form_id: UUID) -> Answer | str:
    """Show what would become of each row, or how far the import has come."""
    look = perform(actions.read_ledger, form_id, token=session_token())
    if not look.ledger.chosen:
        return redirect(url_for(".columns", form_id=form_id), 303)
    page = list_page([one for one in look.rows if _standing(one) != "fine"], ROWS, form_id=form_id)
    lines = page.having([(one, _standing(one), _STANDINGS[_standing(one)]) for one in page.lines])
    return render_template("ledger_import/preview.html", form_id=form_id, look=look, page=lines, form=ConfirmForm())


@blueprint.post(LEDGER)
def confirm(form_id: UUID) -> Answer:
    """Make cases of the next rows, as many as an answer has time for; the page says how far it has come."""
    form, until = ConfirmForm(), time.monotonic() + _SECONDS
    while not perform(
        actions.confirm_rows, form_id, token=session_token(), with_duplicates=bool(form.with_duplicates.data)
    ):
        if time.monotonic() > until:
            break
    return redirect(url_for(".preview", form_id=form_id), 303)


@blueprint.get(LEDGER + "/chua-nhap.csv")
def reasons(form_id: UUID) -> Response:
    """Send the rows that do not become cases as a file, as they stood in the ledger, each with its reasons."""
    look = perform(actions.read_what_is_left, form_id, token=session_token())
    response = Response(csv_file(_left_rows(look)), mimetype=MIMETYPE)
    response.headers.set("Content-Disposition", "attachment", filename="chua-nhap.csv")
    return response


@blueprint.route(LEDGER + "/bo", methods=["GET", "POST"])
def discard(form_id: UUID) -> Answer | str:
    """Ask whether a ledger is to be forgotten, and forget it."""
    if request.method == "POST":
        perform(actions.discard_ledger, form_id, token=session_token())
        flash(_("Đã bỏ tệp. Những ca đã nhập vẫn còn."), "done")
        return redirect(url_for(".start"), 303)
    look = perform(actions.read_ledger, form_id, token=session_token())
    return render_template("ledger_import/discard.html", form_id=form_id, look=look)


def _start_page(form: UploadForm) -> str:
    ledgers = perform(actions.list_ledgers, token=session_token())
    return render_template("ledger_import/start.html", form=form, ledgers=ledgers)


def _given_columns(look: Look) -> dict[str, str]:
    """Return the columns that were chosen in what was sent, or was typed before and not sent."""
    given = given_fields()
    asked = {key: given.get(f"c{number}") for number, key in enumerate(look.ledger.mapping)}
    return {key: field for key, field in asked.items() if field is not None}


def _columns_page(form_id: UUID, look: Look, *, wrong: str = "") -> str:
    given = _given_columns(look)
    asked = [(key, title, given.get(key, field)) for key, title, field in column_choices(look.ledger)]
    return render_template(
        "ledger_import/columns.html", form_id=form_id, look=look, columns=asked, fields=field_choices(), wrong=wrong
    )


def _left_rows(look: Look) -> Iterator[list[str]]:
    """Yield the rows that stay out, under the titles of their sheet, which stand above the first row of each."""
    coming = {row.place for row in look.to_come}
    named = None
    for one in look.rows:
        if one.row.place in coming:
            continue
        sheet = look.ledger.sheets[one.row.place.sheet]
        if named != one.row.place.sheet:
            named = one.row.place.sheet
            yield [_("Trang tính"), _("Hàng"), _("Vì sao chưa nhập"), *sheet.titles]
        cells = next(row.cells for row in sheet.rows if row.number == one.row.place.number)
        yield [sheet.name, str(one.row.place.number), why_left(one), *cells]


def why_left(one: LookedAtRow) -> str:
    """Return in one text why a row stays out; which case it tells of is said to nobody who only has the file."""
    if one.row.wrong:
        return " ".join(one.row.wrong)
    if one.above is not None:
        return _("Giống hàng %(number)s ở trên.", number=one.above.number)
    return _("Có thể trùng với một ca đã có trong sổ.")


blueprint.add_app_template_global(why_left)
