"""The level of danger that follows from the answers; a counsellor may raise it, and lower it only with a reason."""

from collections.abc import Iterable
from datetime import date, timedelta

from casework.codelists import codelist


def level_of(answers: Iterable[str]) -> str:
    """Return the most urgent level that one of the answers raises by itself; no answer, no level."""
    questions = codelist("risk_question")
    raised = {questions.get(code).text("raises") for code in answers}
    return min(raised, key=_order, default="")


def is_lower(level: str, than: str) -> bool:
    """Tell whether a level is less urgent than another; no level is never lower."""
    return bool(level and than) and _order(level) > _order(than)


def review_by(level: str, today: date) -> str:
    """Return the day, as "YYYY-MM-DD", on which this level is to be looked at again; no level, no day."""
    days = codelist("risk_level").get(level).number("review_days") if level else None
    return (today + timedelta(days=days)).isoformat() if days is not None else ""


def _order(level: str) -> int:
    return codelist("risk_level").get(level).number("order") or 0
