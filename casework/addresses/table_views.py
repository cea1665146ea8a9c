"""The pages on which the register leaves as a table, and comes in as one: read, looked at, then written."""

import json
from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from casework.addresses import actions
from casework.addresses.forms import ConfirmTableForm, TableForm
from casework.addresses.register_table import MOST_ROWS, TableRow, read_row, rows_of, table_of
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, perform
from casework.web.request_limits import takes_files
from casework.web.uploads import read_upload
from casework.web.workbook_writer import MIMETYPE, workbook

blueprint = Blueprint("table", __name__)


@blueprint.get("/dia-chi/bang.xlsx")
def export() -> Response:
    """Send the addresses that were not given up as a workbook, unpublished ones too."""
    response = Response(workbook(table_of(perform(actions.export_addresses).standing)), mimetype=MIMETYPE)
    response.headers.set("Content-Disposition", "attachment", filename="dia-chi-tin-cay.xlsx")
    return response


@blueprint.get("/dia-chi/nhap")
def start() -> str:
    check_permission(Act.ADDRESS_IMPORT)
    return _start_page(TableForm(formdata=None))


@blueprint.post("/dia-chi/nhap")
@takes_files
def preview() -> str | tuple[str, int]:
    """Read a table in memory, and show what each of its rows would do; nothing is written yet."""
    check_permission(Act.ADDRESS_IMPORT)
    form = TableForm()
    if not form.validate():
        return _start_page(form), 422
    try:
        sheets = read_upload(form.table.data.filename or "", form.table.data.read())
        rows = rows_of([sheet.rows for sheet in sheets], perform(actions.read_records))
    except BadInput as cause:
        form.table.errors = [_(str(cause))]
        return _start_page(form), cause.status
    return _preview_page(rows)


@blueprint.post("/dia-chi/nhap/ghi")
def write() -> Answer | tuple[str, int]:
    """Write the rows that were looked at, all of them or none; each is checked once more."""
    check_permission(Act.ADDRESS_IMPORT)
    given = ConfirmTableForm().given
    if len(given) > MOST_ROWS:
        return _preview_page(()), 422
    register = perform(actions.read_records)
    rows = [read_row(number, row, register) for number, row in enumerate(given, start=1)]
    if not rows or any(row.wrong for row in rows):
        return _preview_page(rows), 422
    entries = [(row.address_id, row.entry) for row in rows if row.entry]
    perform(actions.import_addresses, entries)
    flash(_("Đã ghi %(count)s địa chỉ từ bảng.", count=len(entries)), "done")
    return redirect(url_for("addresses.register"), 303)


def _start_page(form: TableForm) -> str:
    return render_template("addresses/import.html", form=form)


def _preview_page(rows: Sequence[TableRow]) -> str:
    """Show what a table would do; it can be written only where every row is right."""
    doing = [row for row in rows if row.entry and (row.changes or row.address_id is None)]
    form = ConfirmTableForm(formdata=None)
    form.rows.data = json.dumps([row.given for row in doing], ensure_ascii=False)
    wrong = [row for row in rows if row.wrong]
    unchanged = len(rows) - len(doing) - len(wrong)
    return render_template("addresses/preview.html", form=form, rows=doing, wrong=wrong, unchanged=unchanged)
