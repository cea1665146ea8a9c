"""The reminder by mail: to whom, when, and nothing of why.

It is worked out without any member's key, from what routing keeps in the clear. What went to a whole agency from a
case that is sealed to nobody reminds everybody of that agency alike; whatever is for some of them alone reminds nobody:
who got a message and who got none would tell. What is looked at was there at midnight, and messages go on the morning
of a working day: the hour of one says when the machine was on, not when a case was written.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from casework import clock
from casework.accounts import absence, mail_sending
from casework.audit import freshness
from casework.cases import scope
from casework.codelists.working_days import calendar
from casework.config import Config
from casework.errors import VaultError
from casework.gate import ActContext, Gate, action
from casework.mail import message, state
from casework.mail.smtp import MailFailed
from casework.mail.state import Attempts
from casework.maintenance.system_actors import commune_ids, system_of
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.integrity import heads
from casework.vault.keys import mail_addresses
from casework.vault.keys.context import CryptoContext
from casework.vault.models import MailAddress, Wrap
from casework.vault.states import MemberState

_FIRST_HOUR, _LAST_HOUR = 7, 17
# Who has not come since the last message gets the next one only after these days.
_AGAIN = 3 * 86_400 * clock.MICROSECOND
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reminder(Sealed):
    """Somebody who is to be reminded: their id, the id of their address's row, and when they were last there."""

    member_id: UUID
    row_id: UUID
    address: str
    seen: int


def remind(config: Config, gate: Gate) -> None:
    """Send today's reminders that are due; a failure is noted, tried again later, and stops nothing else."""
    at = clock.micros()
    if not config.mail_host or config.demo or not _is_hour(clock.local(at)):
        return
    midnight = clock.midnight(clock.local(at).date())
    if state.read(config.mail_state_file).server.waits(at):
        return
    for commune_id in commune_ids(gate):
        found = gate.perform(system_of(commune_id), list_due, before=midnight)
        if not _send_all(config, found, midnight):
            return


@action(Act.MAIL_DUE)
def list_due(context: ActContext, *, before: int) -> list[Reminder]:
    """Return who has a confirmed address and is to be reminded of what was there before a moment."""
    crypto = context.crypto
    active = {row.id: row.agency_id for row in freshness.members(crypto) if row.state == MemberState.ACTIVE}
    waiting = _waiting_since(context, active, before=before)
    absent = active.keys() & absence.soon_locked_at(crypto).keys()
    since = min([crypto.at - absence.DAYS * 86_400 * clock.MICROSECOND, *waiting.values()])
    seen = absence.seen_since(crypto, since)
    wanted = absent | {member_id for member_id, at in waiting.items() if seen.get(member_id, 0) < at}
    found = (_reminder(crypto, member_id, seen.get(member_id, 0)) for member_id in sorted(wanted))
    return [reminder for reminder in found if reminder is not None]


def _is_hour(local: datetime) -> bool:
    return calendar().works(local.date()) and _FIRST_HOUR <= local.hour < _LAST_HOUR


def _waiting_since(context: ActContext, active: Mapping[UUID, UUID | None], *, before: int) -> dict[UUID, int]:
    """Return by member when the newest of what waits for their whole agency was sent, in microseconds."""
    by_agency: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for member_id, agency_id in active.items():
        if agency_id is not None:
            by_agency[agency_id].add(member_id)
    waiting: dict[UUID, int] = {}
    for row in scope.unopened(context.permit, before=before).on(context.session):
        for member_id in by_agency.get(row.to_id) or _whole_agency(context.crypto, row.to_id, by_agency.values()):
            waiting[member_id] = max(waiting.get(member_id, 0), row.sent)
    return waiting


def _whole_agency(crypto: CryptoContext, circle_id: UUID, agencies: Iterable[Collection[UUID]]) -> Collection[UUID]:
    """Return who reads by name, if those are all of an agency, as with a notice to every chair; else nobody."""
    wraps = select(Wrap.member_id).where(Wrap.commune_id == crypto.commune_id, Wrap.agency_id == circle_id)
    readers = set(crypto.session.execute(wraps).scalars())
    return readers if any(readers == members for members in agencies) else ()


def _reminder(crypto: CryptoContext, member_id: UUID, seen: int) -> Reminder | None:
    """Return where somebody is to be reminded; None without a confirmed address, or with one that does not open."""
    try:
        member = freshness.member(crypto.session, crypto.commune_id, member_id)
        for row in heads.rows_of_member(crypto.session, member, MailAddress):
            written = mail_addresses.address_of(crypto.server_keys, row)
            return Reminder(member_id, row.id, written.address, seen) if written.confirmed else None
    except VaultError as fault:
        log.error("fault=%s row=mail_address who=%s", type(fault).__name__, member_id)
    return None


def _send_all(config: Config, found: Iterable[Reminder], midnight: int) -> bool:
    """Send to each whose turn it is; False once the server itself fails: then the rest waits with it."""
    for reminder in found:
        before = state.read(config.mail_state_file).of(reminder.row_id)
        if not _is_turn(before, reminder, midnight):
            continue
        # Noted first: after a power cut one message is missing, and never one too many.
        _note(config, reminder, before.succeed(clock.micros()))
        try:
            letter = message.reminder(sender=config.mail_from, recipient=reminder.address)
            mail_sending.send(config, letter)
        except MailFailed as failure:
            after = before.fail(clock.micros(), failure.fault) if failure.of_recipient else before
            _note(config, reminder, after)
            if not failure.of_recipient:
                return False
            log.warning("fault=%s row=mail_address who=%s", failure.fault, reminder.member_id)
    return True


def _is_turn(attempts: Attempts, reminder: Reminder, midnight: int) -> bool:
    """Tell whether somebody may get a message now: one a day, and rarely while they do not come."""
    at = clock.micros()
    if attempts.given_up or attempts.waits(at):
        return False
    has_come = reminder.seen > attempts.sent
    return attempts.sent < (midnight if has_come else at - _AGAIN)


def _note(config: Config, reminder: Reminder, attempts: Attempts) -> None:
    mail_sending.note(config, lambda known: known.with_row(reminder.row_id, attempts))
