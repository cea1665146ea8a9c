"""The pages of the register of trusted addresses: public to read and to print, kept by the lead and their deputy."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from casework import clock
from casework.accounts.sign_in_before_gate import perform_for_anyone
from casework.addresses import actions, address_lists, table_views
from casework.addresses.forms import AddressForm, TrainingForm, form_of
from casework.addresses.growth import growth_of
from casework.cases import trusted_addresses
from casework.cases.states import AddressState
from casework.cases.trusted_addresses import AddressRegister
from casework.errors import BadInput
from casework.policy.vocabulary import Act
from casework.web.current_user import check_permission, may, perform, public
from casework.web.list_pages import list_page

blueprint = Blueprint("addresses", __name__)
blueprint.register_blueprint(table_views.blueprint)
Answer = Response | str | tuple[str, int]


@blueprint.get("/dia-chi")
@public
def register() -> str:
    addresses = perform_for_anyone(trusted_addresses.list_addresses)
    page = list_page(address_lists.places(addresses), address_lists.ADDRESSES)
    shown = {"hamlets": address_lists.by_hamlet(page), "altered": addresses.altered}
    may_do = {"keeps": may(Act.ADDRESS_ADD), "reads": may(Act.ADDRESS_RECORD)}
    return render_template("addresses/register.html", page=page, **shown, **may_do)


@blueprint.get("/dia-chi/in")
@public
def printed() -> str:
    """Show the public list as a sheet: what takes somebody in now and is published, whoever asks."""
    addresses = perform_for_anyone(trusted_addresses.list_addresses)
    hamlets = {
        hamlet: [place for place in found if place.active and place.entry.published]
        for hamlet, found in addresses.by_hamlet.items()
    }
    shown = {hamlet: found for hamlet, found in hamlets.items() if found}
    return render_template("addresses/printed.html", hamlets=shown, altered=addresses.altered)


@blueprint.get("/dia-chi/theo-thon")
def growth() -> str:
    """Show how many addresses each hamlet has, which has none, and how the register grew from year to year."""
    grown = growth_of(perform(actions.read_records), clock.today())
    return render_template("addresses/growth.html", growth=grown, keeps=may(Act.ADDRESS_ADD))


@blueprint.route("/dia-chi/moi", methods=["GET", "POST"])
def add() -> Answer:
    check_permission(Act.ADDRESS_ADD)
    form = AddressForm(_register().hamlets)
    if not form.validate_on_submit():
        return _form_page(form)
    perform(actions.add_address, form.entry())
    return _to_register(_("Đã ghi địa chỉ mới."))


@blueprint.get("/dia-chi/<uuid:place_id>")
def place(place_id: UUID) -> str:
    return _place_page(place_id, TrainingForm(formdata=None))


@blueprint.route("/dia-chi/<uuid:place_id>/sua", methods=["GET", "POST"])
def change(place_id: UUID) -> Answer:
    check_permission(Act.ADDRESS_ADD)
    addresses = _register()
    form = form_of(addresses, addresses.find(place_id))
    if not form.validate_on_submit():
        return _form_page(form, place_id)
    perform(actions.add_address, form.entry(), address_id=place_id)
    return _to_place(place_id, _("Đã sửa địa chỉ."))


@blueprint.post("/dia-chi/<uuid:place_id>")
def train(place_id: UUID) -> Answer:
    """Note a training of the host of an address."""
    check_permission(Act.ADDRESS_TRAIN)
    form = TrainingForm()
    if not form.validate():
        return _place_page(place_id, form), 422
    try:
        perform(actions.note_training, place_id, form.day.data, form.what.data or "")
    except BadInput as cause:
        form.day.errors = [_(str(cause))]
        return _place_page(place_id, form), 422
    return _to_place(place_id, _("Đã ghi lần tập huấn."))


@blueprint.post("/dia-chi/<uuid:place_id>/tam-ngung")
def pause(place_id: UUID) -> Response:
    perform(actions.change_state, place_id, AddressState.PAUSED)
    return _to_place(
        place_id, _("Đã tạm ngừng: danh sách ghi là tạm ngừng nhận, và nơi này không chọn được cho vụ việc mới.")
    )


@blueprint.post("/dia-chi/<uuid:place_id>/dung-lai")
def resume(place_id: UUID) -> Response:
    perform(actions.change_state, place_id, AddressState.ACTIVE)
    return _to_place(place_id, _("Địa chỉ này nhận người trở lại."))


@blueprint.get("/dia-chi/<uuid:place_id>/thoi-dung")
def leave(place_id: UUID) -> str:
    check_permission(Act.ADDRESS_RETIRE)
    return render_template("addresses/retire.html", place=_register().find(place_id))


@blueprint.post("/dia-chi/<uuid:place_id>/thoi-dung")
def retire(place_id: UUID) -> Response:
    perform(actions.change_state, place_id, AddressState.RETIRED)
    return _to_register(_("Đã thôi dùng địa chỉ này. Vụ việc cũ vẫn giữ tên của nó."))


def _register() -> AddressRegister:
    return perform(trusted_addresses.list_addresses)


def _place_page(place_id: UUID, form: TrainingForm) -> str:
    shown = perform(actions.read_records).find(place_id)
    return render_template("addresses/place.html", place=shown, form=form, keeps=may(Act.ADDRESS_ADD))


def _form_page(form: AddressForm, place_id: UUID | None = None) -> tuple[str, int]:
    return render_template("addresses/form.html", form=form, place_id=place_id), 422 if form.errors else 200


def _to_register(words: str) -> Response:
    flash(words, "done")
    return redirect(url_for("addresses.register"), 303)


def _to_place(place_id: UUID, words: str) -> Response:
    flash(words, "done")
    return redirect(url_for("addresses.place", place_id=place_id), 303)
