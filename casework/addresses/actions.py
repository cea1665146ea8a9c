"""Acts on the register of trusted addresses: add, change, retire."""

from dataclasses import asdict
from uuid import UUID, uuid4

from casework.audit import freshness
from casework.cases import trusted_addresses
from casework.cases.models import Address
from casework.cases.states import AddressState
from casework.cases.trusted_addresses import AddressEntry
from casework.errors import NotFound
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads


@action(Act.ADDRESS_ADD)
def add_address(context: ActContext, entry: AddressEntry, *, address_id: UUID | None = None) -> UUID:
    """Add an address, or change the one of this id; raises NotFound if there is none."""
    if address_id is None:
        freshness.head(context.session, context.commune_id, context.commune_id)
        row = Address(commune_id=context.commune_id, id=uuid4(), state=AddressState.ACTIVE, **asdict(entry))
        context.session.add(row)
    else:
        row = _find_active(context, address_id)
        for name, value in asdict(entry).items():
            setattr(row, name, value)
        _bump_version(context)
    context.about = row.id
    return row.id


@action(Act.ADDRESS_RETIRE)
def retire_address(context: ActContext, address_id: UUID) -> None:
    """Retire an address, so that it is no longer offered; its active row cannot be put back."""
    _find_active(context, address_id).state = AddressState.RETIRED
    _bump_version(context)


def _find_active(context: ActContext, address_id: UUID) -> Address:
    context.about = address_id
    row = next(
        (
            address
            for address in trusted_addresses.address_rows(context)
            if address.id == address_id and address.state == AddressState.ACTIVE
        ),
        None,
    )
    if row is None:
        raise NotFound("address", about=address_id)
    return row


def _bump_version(context: ActContext) -> None:
    """Raise the version of the commune's head, so that rows signed before are refused."""
    head = freshness.head(context.session, context.commune_id, context.commune_id)
    heads.revoke(context.session, head, trusted_addresses.address_rows(context))
