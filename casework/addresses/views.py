"""The pages of the register of trusted addresses: public to read, kept by the lead and their deputy."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework.accounts.sign_in_before_gate import perform_for_anyone
from casework.addresses import actions, address_lists
from casework.addresses.forms import AddressForm, form_of
from casework.cases import trusted_addresses
from casework.cases.trusted_addresses import AddressRegister
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, may, perform, public
from casework.web.list_pages import list_page

blueprint = Blueprint("addresses", __name__)
Answer = Response | str | tuple[str, int]


@blueprint.get("/dia-chi")
@public
def register() -> str:
    addresses = perform_for_anyone(trusted_addresses.list_addresses)
    page = list_page(address_lists.places(addresses), address_lists.ADDRESSES)
    by_hamlet = address_lists.by_hamlet(page)
    shown = {"hamlets": by_hamlet, "altered": addresses.altered, "keeps": may(Act.ADDRESS_ADD)}
    return render_template("addresses/register.html", page=page, **shown)


@blueprint.route("/dia-chi/moi", methods=["GET", "POST"])
def add() -> Answer:
    check_permission(Act.ADDRESS_ADD)
    form = AddressForm(_register().hamlets)
    if not form.validate_on_submit():
        return _form_page(form)
    perform(actions.add_address, form.entry())
    return _to_register(_("Đã ghi địa chỉ mới."))


@blueprint.route("/dia-chi/<uuid:place_id>/sua", methods=["GET", "POST"])
def change(place_id: UUID) -> Answer:
    check_permission(Act.ADDRESS_ADD)
    addresses = _register()
    form = form_of(addresses, addresses.find(place_id))
    if not form.validate_on_submit():
        return _form_page(form, place_id)
    perform(actions.add_address, form.entry(), address_id=place_id)
    return _to_register(_("Đã sửa địa chỉ."))


@blueprint.get("/dia-chi/<uuid:place_id>/thoi-dung")
def leave(place_id: UUID) -> str:
    check_permission(Act.ADDRESS_RETIRE)
    return render_template("addresses/retire.html", place=_register().find(place_id))


@blueprint.post("/dia-chi/<uuid:place_id>/thoi-dung")
def retire(place_id: UUID) -> Response:
    perform(actions.retire_address, place_id)
    return _to_register(_("Đã thôi dùng địa chỉ này. Vụ việc cũ vẫn giữ tên của nó."))


def _register() -> AddressRegister:
    return perform(trusted_addresses.list_addresses)


def _form_page(form: AddressForm, place_id: UUID | None = None) -> tuple[str, int]:
    return render_template("addresses/form.html", form=form, place_id=place_id), 422 if form.errors else 200


def _to_register(words: str) -> Response:
    flash(words, "done")
    return redirect(url_for("addresses.register"), 303)
