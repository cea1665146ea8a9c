"""The register of trusted addresses as every slice reads it; the list is public by law (Law 13/2022 Article 36).

A place that is not published stands in no column of the database, and is shown to the Women's Union alone.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework.audit import freshness
from casework.cases.models import Address
from casework.cases.states import AddressState
from casework.codelists import codelist
from casework.errors import AlteredRows, NotFound, VaultError
from casework.gate import ActContext, action
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act
from casework.vault.keys.server_encryption import ADDRESS
from casework.vault.models import Commune
from casework.vietnamese_text import text_key

# The columns of `address` that are in the clear, and what they hold of a place that is not published.
_PUBLIC: Mapping[str, str | int] = {
    "name": "",
    "host": "",
    "hamlet": "",
    "kind": "",
    "capacity": 0,
    "opening": "",
    "contact": "",
    "note": "",
}
_NOT_PUBLISHED = ""


@dataclass(frozen=True)
class AddressEntry:
    """What the register says about one address: `kind` is a code of address_kind, `contact` a telephone number.

    `directions` (the way, the number of the house), `decision` (the number of the decision that recognises it) and
    `recognised` (its day in ISO 8601, "" if nobody knows) are for the Women's Union; of a place that is not `published`
    everything is.
    """

    name: str
    host: str
    hamlet: str
    kind: str
    capacity: int
    opening: str
    contact: str
    note: str = ""
    published: bool = True
    directions: str = ""
    decision: str = ""
    recognised: str = ""

    @property
    def is_staffed_at_night(self) -> bool:
        """Tell whether somebody is usually there at night, by the kind of the address."""
        return codelist("address_kind").get(self.kind).flag("always_staffed")


@dataclass(frozen=True)
class AddressHistory:
    """What became of an address: (day, new state) and (day, what was taught), days in ISO 8601, the oldest first."""

    states: tuple[tuple[str, str], ...] = ()
    trainings: tuple[tuple[str, str], ...] = ()

    def changed(self, day: date, state: AddressState) -> "AddressHistory":
        return AddressHistory((*self.states, (day.isoformat(), state.value)), self.trainings)

    def trained(self, day: date, what: str) -> "AddressHistory":
        """Return the history with one more training, in the order of their days; the same one is written once."""
        return AddressHistory(self.states, tuple(sorted({*self.trainings, (day.isoformat(), what)})))


@dataclass(frozen=True)
class TrustedAddress:
    """One address of the register; a retired one stays, so that old cases can still name it."""

    id: UUID
    entry: AddressEntry
    state: AddressState
    history: AddressHistory = field(default_factory=AddressHistory)

    @property
    def active(self) -> bool:
        return self.state == AddressState.ACTIVE

    @property
    def retired(self) -> bool:
        return self.state == AddressState.RETIRED


@dataclass(frozen=True)
class AddressRegister:
    """The register, sorted by hamlet and name, with the commune's hamlets; `altered` if rows of it do not hold."""

    places: tuple[TrustedAddress, ...]
    hamlets: tuple[str, ...]
    altered: bool = False

    @property
    def active(self) -> tuple[TrustedAddress, ...]:
        """Return those that take somebody in now."""
        return tuple(place for place in self.places if place.active)

    @property
    def standing(self) -> tuple[TrustedAddress, ...]:
        """Return those that were not given up, paused ones too."""
        return tuple(place for place in self.places if not place.retired)

    @property
    def retired(self) -> tuple[TrustedAddress, ...]:
        return tuple(place for place in self.places if place.retired)

    def find(self, place_id: UUID) -> TrustedAddress:
        """Return an address that was not given up; raises NotFound if there is none of this id."""
        for place in self.standing:
            if place.id == place_id:
                return place
        raise NotFound("address", about=place_id)

    @property
    def by_hamlet(self) -> dict[str, list[TrustedAddress]]:
        """Return the addresses that were not given up under the names of their hamlets."""
        groups: dict[str, list[TrustedAddress]] = {}
        for place in self.standing:
            groups.setdefault(place.entry.hamlet, []).append(place)
        return groups


def is_never_published(kind: str) -> bool:
    return codelist("address_kind").get(kind).flag("never_published")


@action(Act.ADDRESS_LIST)
def list_addresses(context: ActContext) -> AddressRegister:
    """Read the register: retired addresses for those who keep it, unpublished ones for the Women's Union.

    A record that does not open is left out and rings, as an altered row does.
    """
    keeps, reads = allowed(context.actor, Act.ADDRESS_RETIRE), allowed(context.actor, Act.ADDRESS_RECORD)
    rows, altered = compare(context)
    addresses = []
    for row in rows:
        if (keeps or row.state != AddressState.RETIRED) and (reads or row.name != _NOT_PUBLISHED):
            try:
                addresses.append(opened(context, row) if reads else _published(row))
            except VaultError as fault:
                altered, context.unseen[context.commune_id] = True, fault
    return AddressRegister(_by_hamlet_and_name(addresses), hamlets_of(context), altered)


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
    """Return the name of the address that a case came from; empty where this person may not know it."""
    row = next((row for row in compare(context)[0] if str(row.id) == place_id), None)
    if row is None or (row.name == _NOT_PUBLISHED and not allowed(context.actor, Act.ADDRESS_RECORD)):
        return ""
    return opened(context, row).entry.name if row.name == _NOT_PUBLISHED else str(row.name)


def opened(context: ActContext, row: Any) -> TrustedAddress:
    """Return an address with what the Women's Union alone reads of it; raise VaultError if its record does not open."""
    place = _published(row)
    if not row.blob:
        return place
    record = json.loads(ADDRESS.decrypt(context.crypto.server_keys, row.id, row.blob))
    history = AddressHistory(*(tuple((day, words) for day, words in record[part]) for part in ("states", "trainings")))
    return TrustedAddress(row.id, AddressEntry(**asdict(place.entry) | record["entry"]), place.state, history)


def columns(context: ActContext, place: TrustedAddress) -> dict[str, Any]:
    """Return the columns of an address as they are stored: in the clear only what is published."""
    entry = asdict(place.entry)
    hidden = {name: value for name, value in entry.items() if name not in _PUBLIC or not place.entry.published}
    record = {"entry": hidden, "states": place.history.states, "trainings": place.history.trainings}
    plain = json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()
    public = {name: entry[name] if place.entry.published else nothing for name, nothing in _PUBLIC.items()}
    return public | {
        "state": place.state.value,
        "blob": ADDRESS.encrypt(context.crypto.server_keys, place.id, plain),
    }


def _by_hamlet_and_name(addresses: Iterable[TrustedAddress]) -> tuple[TrustedAddress, ...]:
    return tuple(sorted(addresses, key=lambda address: (text_key(address.entry.hamlet), text_key(address.entry.name))))


def _published(row: Any) -> TrustedAddress:
    return TrustedAddress(
        row.id, AddressEntry(**{name: getattr(row, name) for name in _PUBLIC}), AddressState(row.state)
    )
