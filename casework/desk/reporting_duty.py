"""Whom somebody must tell who learns of violence and opens no case: what the law asks of their role, whom to call."""

from collections.abc import Sequence
from dataclasses import dataclass

from casework.cases import duty_numbers
from casework.cases.duty_numbers import CallOrder
from casework.codelists import Code, agencies, codelist
from casework.gate import ActContext

_EMERGENCY = "police"


@dataclass(frozen=True)
class ReportingDuty:
    """What stands on the first page of a reporter or host: rows of the list reporting_duty, and whom to call.

    `emergency` is the number that is called before any other.
    """

    rows: Sequence[Code]
    orders: Sequence[CallOrder]
    emergency: str


def of_actor(context: ActContext) -> ReportingDuty | None:
    """Return what the roles of the actor must tell, and to whom; None for roles of which the law asks nothing here."""
    roles = set(context.actor.roles)
    rows = tuple(row for row in codelist("reporting_duty").active() if roles.intersection(row.texts("roles")))
    if not rows:
        return None
    kinds = dict.fromkeys((*(kind for row in rows for kind in row.texts("tells")), agencies.coordinating()))
    orders = (duty_numbers.called_of_kind(context, kind, without=()) for kind in kinds)
    known = tuple(order for order in orders if order.known)
    return ReportingDuty(rows, known, codelist("hotline").get(_EMERGENCY).text("number"))
