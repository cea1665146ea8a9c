"""Looks at keys and envelopes as they lie in the database, and makes a new key due."""

from collections import Counter
from uuid import UUID

from casework.audit import freshness
from casework.cases import key_rotation
from casework.gate import ActContext, Action
from casework.policy.vocabulary import Act
from tests.house import House, Someone
from tests.people import THANH_SON
from tests.tampering import stolen


def agency_id(house: House, kind: str) -> UUID:
    with stolen(house) as thief:
        return UUID(str(thief.rows("agency", kind=kind, commune_id=THANH_SON)[0]["id"]))


def make_due(house: House, agency: UUID, by: Someone) -> None:
    """Ask for a new key as leaving does, by somebody who may."""

    def due(context: ActContext) -> None:
        context.about = agency
        freshness.agency(context.session, THANH_SON, agency).rotation_due = True

    house.gate.perform(by.person, Action(Act.AGENCY_ROTATE, due))


def settle(house: House, somebody: Someone) -> None:
    """Renew the keys that are due, as the sign-in of somebody who holds them does."""
    key_rotation.rotate_due(house.gate, somebody.person, somebody.presence.due)


def epochs_of(house: House, agency: UUID) -> Counter[tuple[int, str]]:
    with stolen(house) as thief:
        return Counter((row["epoch"], row["kind"]) for row in thief.rows("envelope", agency_id=agency))


def wraps_of(house: House, agency: UUID) -> set[tuple[UUID, int]]:
    with stolen(house) as thief:
        return {(row["member_id"], row["epoch"]) for row in thief.rows("wrap", agency_id=agency)}
