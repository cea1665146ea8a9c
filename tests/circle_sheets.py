"""Recovery sheets of a circle as its readers make them: printed first, then made good."""

from collections.abc import Sequence
from uuid import UUID

from casework.cases import circle_recovery
from casework.cases.circle_recovery import CircleSheets, PrintedSheets
from tests.house import Someone


def made_sheets(somebody: Someone, case_id: UUID, officers: Sequence[str], *, whom: str = "") -> CircleSheets:
    """Print sheets for the circle of a case and make them good."""
    planned: CircleSheets = somebody.does(circle_recovery.plan_sheets, case_id, officers, whom=whom)
    secrets = tuple(sheet.secret for sheet in planned.sheets)
    printed = PrintedSheets(planned.circle, planned.sheets[0].number, secrets)
    somebody.does(circle_recovery.make_sheets, case_id, officers, printed, whom=whom)
    return planned
