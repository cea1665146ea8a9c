"""The duty roster of an agency: who is on duty on which day, who stands in for them, and on which telephones."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import select

from casework import clock
from casework.audit import freshness
from casework.errors import AlteredRows, VaultError
from casework.gate import ActContext
from casework.sealed import Sealed
from casework.vault.integrity import bound_rows
from casework.vault.integrity.commitments import Part, hash_of_part, part_hash, token
from casework.vault.integrity.signed_rows import verify_row
from casework.vault.keys.server_encryption import DUTY_ROSTER
from casework.vault.models import DutyRoster

DAYS = 7
MOST_PHONES = 2
# A duty of the night goes on until the offices open: it belongs to the day on which it began.
_DUTY_ENDS = timedelta(hours=7)


@dataclass(frozen=True)
class DutyDay:
    """Who is on duty from 7:00 of a day to 7:00 of the next, and who stands in; None where nobody was named."""

    on: UUID | None = None
    stand_in: UUID | None = None


EMPTY_WEEK = (DutyDay(),) * DAYS


@dataclass(frozen=True)
class Roster(Sealed):
    """The weeks of one agency by their Mondays, and the telephones of its people, the first to be called first."""

    weeks: Mapping[date, tuple[DutyDay, ...]] = field(default_factory=dict)
    phones: Mapping[UUID, tuple[str, ...]] = field(default_factory=dict)

    def week(self, monday: date) -> tuple[DutyDay, ...]:
        return self.weeks.get(monday, EMPTY_WEEK)

    def day(self, day: date) -> DutyDay:
        return self.week(monday_of(day))[day.weekday()]

    def mark(self, monday: date) -> str:
        """Return a mark of a week with all telephones: of a page that shows something else it is another one."""
        return sha256(_to_json(Roster({monday: self.week(monday)}, self.phones))).hexdigest()


def monday_of(day: date) -> date:
    """Return the Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def duty_day(at: int) -> date:
    """Return to which day a moment (microseconds) belongs in a roster: until 7:00 to the day before."""
    return (clock.local(at) - _DUTY_ENDS).date()


def read(context: ActContext, agency_id: UUID) -> Roster:
    """Return the roster of an agency; an empty one where it has none, or where it does not hold, which rings.

    Somebody in danger gets the telephone of the office then: a roster is never a reason for a page to fail.
    """
    head = freshness.head(context.session, context.commune_id, agency_id)
    of_agency = (DutyRoster.commune_id == context.commune_id, DutyRoster.agency_id == agency_id)
    rows = context.session.execute(select(DutyRoster.__table__).where(*of_agency)).all()
    changing = bound_rows.is_changing(context.session, agency_id)
    try:
        if not changing and part_hash(token([row.mac]) for row in rows) != hash_of_part(head.bound, Part.DUTY):
            raise AlteredRows(row="duty_roster")
        return _opened(context, rows[0], head.v) if rows else Roster()
    except VaultError as fault:
        context.unseen[agency_id] = fault
        return Roster()


def _opened(context: ActContext, row: Any, version: int) -> Roster:
    verify_row(context.crypto.server_keys, DutyRoster, row, version)
    return _from_json(DUTY_ROSTER.decrypt(context.crypto.server_keys, row.agency_id, row.blob))


def write(context: ActContext, agency_id: UUID, roster: Roster) -> None:
    """Put a roster in the place of the agency's one; raise VaultError if somebody else has changed that one."""
    freshness.head(context.session, context.commune_id, agency_id)
    blob = DUTY_ROSTER.encrypt(context.crypto.server_keys, agency_id, _to_json(roster))
    row = context.session.get(DutyRoster, (context.commune_id, agency_id))
    if row is None:
        context.session.add(DutyRoster(commune_id=context.commune_id, agency_id=agency_id, blob=blob))
    else:
        row.blob = blob


def _to_json(roster: Roster) -> bytes:
    weeks = {
        monday.isoformat(): [[_hex(day.on), _hex(day.stand_in)] for day in days]
        for monday, days in sorted(roster.weeks.items())
    }
    phones = {member_id.hex: list(numbers) for member_id, numbers in sorted(roster.phones.items()) if numbers}
    return json.dumps({"weeks": weeks, "phones": phones}, separators=(",", ":")).encode()


def _from_json(plain: bytes) -> Roster:
    data = json.loads(plain)
    return Roster(
        weeks={date.fromisoformat(monday): _week(days) for monday, days in data["weeks"].items()},
        phones={UUID(member_id): tuple(numbers) for member_id, numbers in data["phones"].items()},
    )


def _week(days: Sequence[Sequence[str]]) -> tuple[DutyDay, ...]:
    return tuple(DutyDay(_uuid(on), _uuid(stand_in)) for on, stand_in in days)


def _hex(member_id: UUID | None) -> str:
    return member_id.hex if member_id else ""


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None
