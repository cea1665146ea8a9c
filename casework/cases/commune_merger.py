"""A commune that goes into another one: from a day on it takes no new cases, and those it has are worked on here."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from casework import clock
from casework.audit import freshness
from casework.errors import AlteredRows, BadInput, CommuneMerged
from casework.gate import ActContext
from casework.vault.models import Merger

_EPOCH = date(1970, 1, 1)
_DAY = "%d/%m/%Y"


@dataclass(frozen=True)
class MergedCommune:
    """Into which commune this one goes, by name, and from which day on."""

    into: str
    since: date

    @property
    def in_force(self) -> bool:
        return self.since <= clock.today()

    def written(self) -> str:
        """Return the two lines as which it is proposed and shown."""
        return f"{self.into}\n{self.since:{_DAY}}"


def read(text: str) -> MergedCommune | None:
    """Read what `written` has written; nothing for no merger. Raises BadInput for anything else."""
    if not text:
        return None
    into, _, day = text.partition("\n")
    try:
        return MergedCommune(into, datetime.strptime(day, _DAY).date())  # noqa: DTZ007 - a day, and no moment
    except ValueError:
        raise BadInput("Ngày sáp nhập viết như 01/01/2027.") from None


def of_commune(context: ActContext) -> MergedCommune | None:
    """Return whether the commune goes into another one; raise AlteredRows if somebody else wrote or deleted that."""
    rows, altered = freshness.rows_of_commune(context.crypto, Merger)
    if altered:
        raise AlteredRows(row="merger")
    return next((MergedCommune(row.into_name, _EPOCH + timedelta(days=row.since)) for row in rows), None)


def for_first_page(context: ActContext) -> MergedCommune | None:
    """Return the same for a page that is shown all the same where the row does not hold; that rings."""
    try:
        return of_commune(context)
    except AlteredRows as fault:
        context.unseen[context.commune_id] = fault
        return None


def require_taking_cases(context: ActContext) -> None:
    """Raise CommuneMerged, which says where to go, from the day on which the commune takes no new cases."""
    merged = of_commune(context)
    if merged is not None and merged.in_force:
        raise CommuneMerged(merged.into, f"{merged.since:{_DAY}}")


def change(context: ActContext, text: str) -> None:
    """Let a merger hold, or none any more."""
    merged = read(text)
    row = context.session.get(Merger, context.commune_id)
    if row is not None:
        context.session.delete(row)
        context.session.flush()
    if merged is not None:
        since = (merged.since - _EPOCH).days
        context.session.add(Merger(commune_id=context.commune_id, into_name=merged.into, since=since))
