"""Keeps the register of trusted addresses: adds, changes, retires."""

from dataclasses import asdict
from uuid import UUID, uuid4

from casework.audit import freshness
from casework.cases import trusted_addresses
from casework.cases.models import Address
from casework.cases.states import AddressState
from casework.cases.trusted_addresses import AddressEntry
from casework.errors import NotFound
from casework.gate import ActContext, action
from casework.policy.words import Act
from casework.vault.integrity import heads


@action(Act.ADDRESS_ADD)
def add_address(context: ActContext, entry: AddressEntry, *, place_id: UUID | None = None) -> UUID:
    """Add an address, or write anew the one of this id; raises NotFound if there is none."""
    if place_id is None:
        freshness.head(context.session, context.commune_id, context.commune_id)
        row = Address(commune_id=context.commune_id, id=uuid4(), state=AddressState.ACTIVE, **asdict(entry))
        context.session.add(row)
    else:
        row = _found(context, place_id)
        for name, value in asdict(entry).items():
            setattr(row, name, value)
        _sign_again(context)
    context.about = row.id
    return row.id


@action(Act.ADDRESS_RETIRE)
def retire_address(context: ActContext, place_id: UUID) -> None:
    """Retire an address: nobody is sent there any more, and the row that still offered it cannot be put back."""
    _found(context, place_id).state = AddressState.RETIRED
    _sign_again(context)


def _found(context: ActContext, place_id: UUID) -> Address:
    context.about = place_id
    row = next(
        (one for one in trusted_addresses.rows(context) if one.id == place_id and one.state == AddressState.ACTIVE),
        None,
    )
    if row is None:
        raise NotFound("address", about=place_id)
    return row


def _sign_again(context: ActContext) -> None:
    """Raise the commune's version, so that a row as it was before is refused."""
    head = freshness.head(context.session, context.commune_id, context.commune_id)
    heads.revoke(context.session, head, trusted_addresses.rows(context))
