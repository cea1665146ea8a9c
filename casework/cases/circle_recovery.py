"""Recovery sheets of a circle: its key lives in its members' sessions alone, so one of them makes the sheets."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from casework.cases import name_matching, restriction
from casework.errors import BadInput
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


def short_circle_id(circle_id: UUID) -> str:
    """Return the digits by which a circle, which has no name, is called on its sheets and at the console."""
    return circle_id.hex[:_SHOWN_DIGITS]


@action(Act.CIRCLE_SHEETS)
def make_sheets(context: ActContext, case_id: UUID, officers: Sequence[str], *, whom: str = "") -> CircleSheets:
    """Make new recovery sheets for the circle of a case; any two open it at the console, earlier ones open nothing.

    `whom` is who must not know: raises BadInput if that is one of those who would keep a sheet.
    """
    _, circle = restriction.find_restricted(context, case_id)
    if not _FEWEST <= len({fold(officer) for officer in officers}) == len(officers) <= _MOST:
        raise BadInput("Hãy ghi hai hoặc ba người khác nhau giữ tờ khôi phục.")
    if any(name_matching.names_a_colleague(officer, whom) for officer in officers):
        raise BadInput("Người không được biết không được giữ tờ khôi phục. Hãy ghi người khác.")
    seats = range(1, len(officers) + 1)
    sheets = recovery_sheets.renew(
        context.crypto, context.crypto.keys(circle.id), officers, list(combinations(seats, 2))
    )
    return CircleSheets(short_circle_id(circle.id), sheets)
