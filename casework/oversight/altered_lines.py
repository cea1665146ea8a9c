"""Lines of the log that are not as the program wrote them: they are shown as such, and ring."""

from collections.abc import Iterable

from casework.audit.read import VisibleLine
from casework.errors import AlteredRow
from casework.gate import ActContext


def ring_for_altered(context: ActContext, lines: Iterable[VisibleLine]) -> None:
    """Note in the context, under the id of the commune, if one of these lines was changed."""
    if any(line.altered for line in lines):
        context.unseen[context.commune_id] = AlteredRow(row="audit_line")
