"""Recovery sheets of a circle: its key lives in its members' sessions alone, so one of them makes the sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from uuid import UUID

from casework.cases import name_matching, restriction
from casework.errors import BadInput, gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.vault.keys.recovery import sheets as recovery_sheets
from casework.vault.keys.recovery.sheets import RecoverySheet
from casework.vietnamese_text import fold

_FEWEST, _MOST = 2, 3
_SHOWN_DIGITS = 8


@dataclass(frozen=True)
class CircleSheets(Sealed):
    """The sheets of a circle, to be printed once; any two of them fit. `circle` is how the console calls it."""

    circle: str
    sheets: tuple[RecoverySheet, ...]


@dataclass(frozen=True)
class PrintedSheets(Sealed):
    """What stands on sheets that are on paper: the digits of their circle, the number of the set, their secrets."""

    circle: str
    number: int
    secrets: tuple[bytes, ...]


def short_circle_id(circle_id: UUID) -> str:
    """Return the digits by which a circle, which has no name, is called on its sheets and at the console."""
    return circle_id.hex[:_SHOWN_DIGITS]


@action(Act.CIRCLE_PLAN)
def plan_sheets(context: ActContext, case_id: UUID, officers: Sequence[str], *, whom: str = "") -> CircleSheets:
    """Draw recovery sheets for the circle of a case, to be printed; they open nothing yet, and earlier ones stay good.

    `whom` is who must not know: raises BadInput if that is one of those who would keep a sheet.
    """
    return _plan(context, case_id, officers, whom)


@action(Act.CIRCLE_SHEETS)
def make_sheets(
    context: ActContext,
    case_id: UUID,
    officers: Sequence[str],
    printed: PrintedSheets,
    *,
    whom: str = "",
) -> None:
    """Make sheets good that are on paper; any two open the circle at the console, earlier ones open nothing.

    Raises BadInput if the digits on them are those of another circle, for which the console would then ask, and
    Conflict if other sheets were made meanwhile.
    """
    current = _plan(context, case_id, officers, whom)
    planned = current.sheets
    if printed.circle != current.circle or len(printed.secrets) != len(planned):
        raise BadInput(_OTHERS)
    pairs = zip(planned, printed.secrets, strict=True)
    dealt = [replace(sheet, number=printed.number, secret=secret) for sheet, secret in pairs]
    recovery_sheets.put_in_force(context.crypto, context.crypto.keys(planned[0].agency_id), dealt)


_OTHERS = gettext_noop("Các tờ này không còn đúng. Hãy hủy các tờ vừa in rồi làm lại từ đầu.")


def _plan(context: ActContext, case_id: UUID, officers: Sequence[str], whom: str) -> CircleSheets:
    _, circle = restriction.find_restricted(context, case_id)
    if not _FEWEST <= len({fold(officer) for officer in officers}) == len(officers) <= _MOST:
        raise BadInput("Hãy ghi hai hoặc ba người khác nhau giữ tờ khôi phục.")
    if any(name_matching.names_a_colleague(officer, whom) for officer in officers):
        raise BadInput("Người không được biết không được giữ tờ khôi phục. Hãy ghi người khác.")
    seats = range(1, len(officers) + 1)
    sheets = recovery_sheets.plan(context.crypto, circle.id, officers, list(combinations(seats, 2)))
    return CircleSheets(short_circle_id(circle.id), sheets)
