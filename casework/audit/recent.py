"""Looks at the newest part of the log alone: what was done since a moment, how often, and how it ended last."""

import json
from collections.abc import Collection
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ScalarSelect, Select, bindparam, case, cast, func, literal, select

from casework.audit.models import OPENED, AuditLine
from casework.audit.read import Line
from casework.policy.words import Act
from casework.vault.hands import Hands

_line = AuditLine.__table__.c
_MINE = _line.commune_id == bindparam("commune")
_SHOWN = (_line.n, _line.at, _line.act, _line.who, _line.about, _line.outcome)
_OTHERS = _line.who != bindparam("me")
_END = select(func.max(_line.n)).where(_MINE)
_BACK = select(_line.at).where(_MINE, _line.n == _END.scalar_subquery() - bindparam("lines"))


def first_since() -> ScalarSelect[int]:
    """Return what finds the number of the first line at or after a moment, or one more than the last.

    Lines stand in the order of time and no index knows their moments, so the log is halved until one is left.
    """
    first, end = cast(literal(1), BigInteger), func.coalesce(func.max(_line.n), 0) + 1
    span = select(first.label("low"), end.label("high")).where(_MINE).cte("span", recursive=True)
    middle = (span.c.low + span.c.high) // 2
    at = select(_line.at).where(_MINE, _line.n == middle).correlate(span).scalar_subquery()
    early = func.coalesce(at, 0) < bindparam("since")
    half = select(case((early, middle + 1), else_=span.c.low), case((early, span.c.high), else_=middle))
    halved = span.union_all(half.where(span.c.low < span.c.high))
    return select(halved.c.low).where(halved.c.low >= halved.c.high).scalar_subquery()


_RECENT = (_MINE, _line.n >= first_since(), _line.act.in_(bindparam("acts", expanding=True)))
# Asked for in order, SQLite would walk the whole log since then rather than what is about these ids.
_ABOUT = select(*_SHOWN).where(
    _line.about.in_(bindparam("about", expanding=True)), *_RECENT, _line.outcome == bindparam("outcome")
)
_TIMES = select(func.count()).where(_line.who == bindparam("who"), *_RECENT)
_LAST = (
    select(_line.at, _line.body)
    .where(_MINE, _line.about == bindparam("about"), _line.act == bindparam("act"), _line.outcome == "ok")
    .order_by(_line.n.desc())
    .limit(1)
)


def about(hands: Hands, ids: Collection[UUID], acts: Collection[Act], *, since: int, outcome: str = "ok") -> list[Line]:
    """Return the lines of some acts about some ids since a moment that ended so, the oldest first."""
    wanted = {"commune": hands.commune_id, "about": list(ids), "acts": list(acts), "outcome": outcome}
    rows = hands.session.execute(_ABOUT, wanted | {"since": since})
    return sorted((Line(*row) for row in rows), key=attrgetter("n"))


def opened(cases: Select[UUID]) -> Select[Any]:
    """Return the statement that tells who but `me` has opened the cases of another one since a moment, and when."""
    shown = (_line.about, _line.at, _line.who)
    return select(*shown).where(_MINE, OPENED, _line.about.in_(cases), _line.at >= bindparam("since"), _OTHERS)


def hurried(hands: Hands, acts: Collection[Act], *, who: UUID, since: int, most: int) -> bool:
    """Tell whether somebody has done some acts so often since a moment, whatever came of them.

    Where the whole log has not grown by so many lines since then, one look answers.
    """
    mine = {"commune": hands.commune_id}
    back = hands.session.execute(_BACK, mine | {"lines": most - 1}).scalar_one_or_none()
    if back is None or back < since:
        return False
    counted = mine | {"who": who, "acts": list(acts), "since": since}
    return hands.session.execute(_TIMES, counted).scalar_one() >= most


def last(hands: Hands, act: Act, about_id: UUID) -> tuple[int, str] | None:
    """Return moment and reason of the newest line of an act about an id; None if there is none."""
    wanted = {"commune": hands.commune_id, "about": about_id, "act": act}
    row = hands.session.execute(_LAST, wanted).one_or_none()
    return None if row is None else (row.at, str(json.loads(row.body)["reason"]))
