"""The register of trusted addresses as every slice reads it; the list is public by law (Law 13/2022 Article 36)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.audit import freshness
from casework.cases.models import Address
from casework.cases.states import AddressState
from casework.codelists import codelist
from casework.errors import AlteredRows, NotFound
from casework.gate import ActContext, action
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act
from casework.vault.models import Commune
from casework.vietnamese_text import text_key


@dataclass(frozen=True)
class AddressEntry:
    """What the register says about one address: `kind` is a code of address_kind, `contact` a telephone number."""

    name: str
    host: str
    hamlet: str
    kind: str
    capacity: int
    opening: str
    contact: str
    note: str = ""

    @property
    def is_staffed_at_night(self) -> bool:
        """Tell whether somebody is usually there at night, by the kind of the address."""
        return codelist("address_kind").get(self.kind).flag("always_staffed")


@dataclass(frozen=True)
class TrustedAddress:
    """One address of the register; a retired one stays, so that old cases can still name it."""

    id: UUID
    entry: AddressEntry
    active: bool


@dataclass(frozen=True)
class AddressRegister:
    """The register, sorted by hamlet and name, with the commune's hamlets; `altered` if rows of it do not hold."""

    places: tuple[TrustedAddress, ...]
    hamlets: tuple[str, ...]
    altered: bool = False

    @property
    def active(self) -> tuple[TrustedAddress, ...]:
        return tuple(place for place in self.places if place.active)

    @property
    def retired(self) -> tuple[TrustedAddress, ...]:
        return tuple(place for place in self.places if not place.active)

    def find(self, place_id: UUID) -> TrustedAddress:
        """Return an active address; raises NotFound if there is none of this id."""
        for place in self.active:
            if place.id == place_id:
                return place
        raise NotFound("address", about=place_id)

    @property
    def by_hamlet(self) -> dict[str, list[TrustedAddress]]:
        """Return the active addresses under the names of their hamlets."""
        groups: dict[str, list[TrustedAddress]] = {}
        for place in self.active:
            groups.setdefault(place.entry.hamlet, []).append(place)
        return groups


@action(Act.ADDRESS_LIST)
def list_addresses(context: ActContext) -> AddressRegister:
    """Read the register; retired addresses are shown to those who keep it."""
    keeps = allowed(context.actor, Act.ADDRESS_RETIRE)
    rows, altered = compare(context)
    addresses = [_address(row) for row in rows if keeps or row.state == AddressState.ACTIVE]
    return AddressRegister(
        places=_by_hamlet_and_name(addresses),
        hamlets=hamlets_of(context),
        altered=altered,
    )


def compare(context: ActContext) -> tuple[list[Any], bool]:
    """Return as plain rows the addresses that hold, and whether they are others than the commune's head says.

    Somebody in danger is sent to one that holds even if another was changed or is gone, which rings.
    """
    rows, altered = freshness.rows_of_commune(context.crypto, Address)
    if altered:
        context.unseen[context.commune_id] = AlteredRows(row="address")
    return rows, altered


def hamlets_of(context: ActContext) -> tuple[str, ...]:
    """Return the hamlets of the commune; none, which rings, if its row is an older one: addresses are shown still."""
    try:
        hamlets = freshness.commune(context.session, context.commune_id).hamlets
    except AlteredRows as cause:
        if context.session.get(Commune, context.commune_id) is None:
            raise
        context.unseen[context.commune_id] = cause
        return ()
    return tuple(filter(None, hamlets.split("\n")))


def address_rows(context: ActContext) -> list[Address]:
    """Load every address of the commune to be written, each verified against the commune's fresh head."""
    freshness.head(context.session, context.commune_id, context.commune_id)
    return list(context.session.execute(select(Address).where(Address.commune_id == context.commune_id)).scalars())


def name_of(context: ActContext, place_id: str) -> str:
    """Return the name of the address that a case came from, or an empty text."""
    return next((row.name for row in compare(context)[0] if str(row.id) == place_id), "")


def _by_hamlet_and_name(addresses: Iterable[TrustedAddress]) -> tuple[TrustedAddress, ...]:
    return tuple(sorted(addresses, key=lambda address: (text_key(address.entry.hamlet), text_key(address.entry.name))))


def _address(row: Address) -> TrustedAddress:
    entry = AddressEntry(**{column.name: getattr(row, column.name) for column in fields(AddressEntry)})
    return TrustedAddress(id=row.id, entry=entry, active=row.state == AddressState.ACTIVE)
