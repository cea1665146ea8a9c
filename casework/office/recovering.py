"""Acts of recovery at the console: new sheets, drills of one sheet, and the way back in with two; no case is opened."""

from collections.abc import Collection, Sequence
from uuid import UUID

from casework.audit import fresh
from casework.gate import Work, action
from casework.policy.words import Act
from casework.vault.keyring import AgencyKeys
from casework.vault.recovery import sheets
from casework.vault.recovery.sheets import Sheet, Shown


@action(Act.RECOVERY_RENEW)
def renew(
    work: Work, keys: AgencyKeys, officers: Sequence[str], pairs: Collection[tuple[int, int]]
) -> tuple[Sheet, ...]:
    """Make a new numbered recovery secret and its sheets; those of an earlier number open nothing any more."""
    work.about = keys.agency_id
    fresh.agency(work.session, work.commune_id, keys.agency_id)
    return sheets.renew(work.hands, keys, officers, pairs)


@action(Act.RECOVERY_DRILL)
def drill(work: Work, agency_id: UUID, seat: int, secret: bytes) -> None:
    """Note that the sheet of one seat was shown and fits; raises VaultError, and a line of the log, if it does not."""
    work.about = agency_id
    fresh.agency(work.session, work.commune_id, agency_id)
    sheets.drill(work.hands, agency_id, seat, secret)


@action(Act.RECOVERY_OPEN)
def recover(work: Work, agency_id: UUID, one: Shown, other: Shown) -> AgencyKeys:
    """Open the secret of an agency with two sheets of an allowed pair, for the console's hands alone."""
    work.about = agency_id
    fresh.agency(work.session, work.commune_id, agency_id)
    return sheets.open_with(work.hands, agency_id, one, other)
