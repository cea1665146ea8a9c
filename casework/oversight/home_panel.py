"""The oversight panel of the home page: the short number of the log, unusual access, key holders, the next review."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.accounts import absence, access_review_due, administrators, key_holders, return_actions
from casework.accounts.absence import ComeBack, NamedAbsence
from casework.accounts.administrators import TooFewAdministrators
from casework.accounts.key_holders import TooFewKeyHolders
from casework.audit import read
from casework.cases.reading import ListedCase
from casework.gate import ActContext
from casework.oversight import health, unusual_access
from casework.oversight.health import Health
from casework.oversight.unusual_access import AccessAlert, CaseOpening
from casework.policy.permit import allowed
from casework.policy.vocabulary import Act, Role


@dataclass(frozen=True)
class OversightPanel:
    """What one member's home page shows; `number` is empty for who may not compare it.

    `lonely` are agencies with too few key holders, `administrators` is there where those are too few, `opened` are my
    cases that others opened, `alerts` is who opened many, `review` is when the access review is due in microseconds, 0
    while it has time, `health` is
    for the administrator, `absent` will soon be locked for absence, `returned` have come back from it, and
    `at_door` colleagues wait to be let in again. The number stands on no page
    that a visitor sees: it would tell everybody how much is done here.
    """

    number: str = ""
    lonely: Sequence[TooFewKeyHolders] = ()
    administrators: TooFewAdministrators | None = None
    opened: Sequence[CaseOpening] = ()
    alerts: Sequence[AccessAlert] = ()
    review: int = 0
    health: Health | None = None
    absent: Sequence[NamedAbsence] = ()
    returned: Sequence[ComeBack] = ()
    at_door: int = 0


def panel_for(context: ActContext, listed: Sequence[ListedCase] = ()) -> OversightPanel:
    """Return this member's panel; `listed` are the cases in their reach with their labels."""
    number = read.log_end(context.crypto) if allowed(context.actor, Act.AUDIT_COMPARE) else ""
    administers = Role.ADMINISTRATOR in context.actor.roles
    return OversightPanel(
        number=number,
        lonely=key_holders.warnings_for(context),
        administrators=administrators.warning_for(context),
        opened=unusual_access.openings_of_own_cases(context, listed),
        alerts=unusual_access.rate_limited(context) if administers else unusual_access.alerts(context, listed),
        review=access_review_due.due_soon(context),
        health=health.of_book(context) if administers else None,
        absent=absence.soon_locked(context),
        returned=absence.come_back(context),
        at_door=return_actions.count_at_door(context),
    )
