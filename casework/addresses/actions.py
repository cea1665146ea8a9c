"""Acts on the register of trusted addresses: add, change, note a training, pause, take up again, retire."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from casework import clock
from casework.audit import freshness
from casework.cases import trusted_addresses
from casework.cases.models import Address
from casework.cases.states import AddressState
from casework.cases.trusted_addresses import AddressEntry, AddressHistory, AddressRegister, TrustedAddress
from casework.errors import BadInput, Conflict, NotFound, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads

_SAME_STATE = gettext_noop("Địa chỉ này đã ở trạng thái ấy rồi. Hãy tải lại trang.")
_LATER = gettext_noop("Ngày này chưa đến. Hãy ghi ngày đã tập huấn.")
_SHOWN = gettext_noop("Nơi loại này không bao giờ công bố. Hãy chọn “Không công bố”.")


@action(Act.ADDRESS_ADD)
def add_address(context: ActContext, entry: AddressEntry, *, address_id: UUID | None = None) -> UUID:
    """Add an address, or change the one of this id; raises NotFound if there is none.

    Raises BadInput for a kind that is never published, if it is to be.
    """
    require_publishable(entry)
    if address_id is None:
        freshness.head(context.session, context.commune_id, context.commune_id)
        return add_row(context, entry)
    row, place = _standing(context, address_id)
    _write(context, row, replace(place, entry=entry))
    return row.id


def require_publishable(entry: AddressEntry) -> None:
    """Raise BadInput for a place that is to be published although its kind never is: a shelter's house."""
    if entry.published and trusted_addresses.is_never_published(entry.kind):
        raise BadInput(_SHOWN)


def add_row(context: ActContext, entry: AddressEntry) -> UUID:
    """Add an address whose history begins today; the head of the commune is fresh already."""
    history = AddressHistory().changed(clock.today(), AddressState.ACTIVE)
    place = TrustedAddress(uuid4(), entry, AddressState.ACTIVE, history)
    context.session.add(
        Address(commune_id=context.commune_id, id=place.id, **trusted_addresses.columns(context, place))
    )
    context.about = place.id
    return place.id


@action(Act.ADDRESS_EXPORT)
def export_addresses(context: ActContext) -> AddressRegister:
    """Read the register for a file; the line of this act says how many addresses went into it."""
    register = context.also(trusted_addresses.list_addresses)
    context.reason = f"{len(register.standing)} addresses"
    return register


@action(Act.ADDRESS_IMPORT)
def import_addresses(context: ActContext, entries: Sequence[tuple[UUID | None, AddressEntry]]) -> None:
    """Add and change addresses, all of them or none; an id that is none of an address raises NotFound."""
    for address_id, entry in entries:
        context.also(add_address, entry, address_id=address_id)
    context.about, context.reason = None, f"{len(entries)} addresses"


@action(Act.ADDRESS_RECORD)
def read_records(context: ActContext) -> AddressRegister:
    """Read the register with what the Women's Union alone may know."""
    return context.also(trusted_addresses.list_addresses)


@action(Act.ADDRESS_TRAIN)
def note_training(context: ActContext, address_id: UUID, day: date, what: str) -> None:
    """Write down that the host of an address was trained; raises BadInput for a day to come."""
    if day > clock.today():
        raise BadInput(_LATER)
    row, place = _standing(context, address_id)
    _write(context, row, replace(place, history=place.history.trained(day, what)))


@action(Act.ADDRESS_RETIRE)
def change_state(context: ActContext, address_id: UUID, state: AddressState) -> None:
    """Pause an address, take it up again, or retire it; its earlier row cannot be put back.

    A retired one is offered to nobody any more and cannot be taken up again. Raises Conflict for the state it has.
    """
    row, place = _standing(context, address_id)
    if place.state == state:
        raise Conflict(_SAME_STATE)
    _write(context, row, replace(place, state=state, history=place.history.changed(clock.today(), state)))


def _standing(context: ActContext, address_id: UUID) -> tuple[Address, TrustedAddress]:
    """Return the row of an address that was not given up, and what it says; raises NotFound."""
    context.about = address_id
    for row in trusted_addresses.address_rows(context):
        if row.id == address_id and row.state != AddressState.RETIRED:
            return row, trusted_addresses.opened(context, row)
    raise NotFound("address", about=address_id)


def _write(context: ActContext, row: Address, place: TrustedAddress) -> None:
    """Write an address, and raise the version of the commune's head, so that rows signed before are refused."""
    for name, value in trusted_addresses.columns(context, place).items():
        setattr(row, name, value)
    head = freshness.head(context.session, context.commune_id, context.commune_id)
    heads.revoke(context.session, head, trusted_addresses.address_rows(context))
