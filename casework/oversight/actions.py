"""Acts on the audit log: read it within one's reach, verify it; and open the policy."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from casework import clock
from casework.accounts import staff
from casework.audit import freshness, read
from casework.audit.read import VisibleLine
from casework.audit.verify import WITH_ROWS, Verdict, verify
from casework.cases import reading
from casework.cases.sections import Label
from casework.errors import NotFound, VaultError
from casework.gate import DENIED, ActContext, Gate, Person, action
from casework.oversight.altered_lines import ring_for_altered
from casework.policy.vocabulary import Act, Reach, Role, Section
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys.context import CryptoContext

PAGE = 20
_DAYS = 7
_LONGEST_AGO = 520
# Acts of accounts, keys, the log, backups and closings. Any other act is about a case, or is done on the way to one.
_ABOUT_NO_CASE = (
    "account.",
    "admission.",
    "agency.",
    "audit.",
    "backup.",
    "clock.",
    "commune.",
    "counts.",
    "keys.",
    "period.",
    "recovery.",
    "restore.",
    "review.",
    "session.",
    "upgrade.",
)
# A proof is asked for, and what was typed is kept, on the page of a case; a screen is covered while somebody tells; a
# new key may be that of a circle, one that is handed over at the console always is; a restore erases a case again.
_BESIDE_A_CASE = {
    Act.STEP_UP,
    Act.KEEP,
    Act.KEPT_READ,
    Act.KEPT_DISCARD,
    Act.COVER,
    Act.UNCOVER,
    Act.AGENCY_ROTATE,
    Act.RECOVERY_HAND_OVER,
    Act.RESTORE_ERASE,
}
# These are counted. Nothing that grows with the cases is: beside the released tables its number would give some away
# (docs/adr/0043).
COUNTED = frozenset(act for act in Act if act.startswith(_ABOUT_NO_CASE)) - _BESIDE_A_CASE
# Lines of these are shown to a lead whatever they are about; of any other act those alone about what she can open. An
# intake that was begun, or a try that was refused, would else tell of a case that is sealed to others.
_SHOWN = COUNTED | {
    Act.HOME_READ,
    Act.CASE_LIST,
    Act.CASE_SEARCH,
    Act.ADDRESS_ADD,
    Act.ADDRESS_RETIRE,
    Act.POLICY_READ,
}
# Practice cases are sealed to nobody by name; whoever wrote a true story as one could else make it go unseen. A try
# that was refused may have been about any case.
_SHOWN_WHEN_DONE = frozenset({Act.PRACTICE_REMOVE})


@dataclass(frozen=True)
class LogLine:
    """A line: who did which act when (microseconds); `case_id` and `code` only for a case that the reader can open.

    Of one that is not as the program wrote it (`altered`) nothing is told, for nothing of it can be believed.
    """

    at: int
    act: str
    who: str
    denied: bool
    case_id: UUID | None
    code: str
    altered: bool = False


@dataclass(frozen=True)
class Week:
    """How often each act that is about no case was done in one week, the most frequent first."""

    first: date
    last: date
    totals: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Log:
    """One page of the log: lines of one's own agency, or the totals of a week; `older` if there is another page."""

    page: int
    lines: tuple[LogLine, ...] | None
    week: Week | None
    older: bool


@action(Act.AUDIT_READ)
def read_log(context: ActContext, page: int = 0) -> Log:
    """Read a page of the log, 0 the newest: lines with the reach of an agency, else the totals of a week."""
    if not 0 <= page <= _LONGEST_AGO:
        raise NotFound("page")
    return _lines(context, page) if context.permit.reach >= Reach.AGENCY else _totals(context, page)


def _lines(context: ActContext, page: int) -> Log:
    lines = visible_lines(context, skip=page * PAGE, limit=PAGE + 1)
    return Log(page=page, lines=tuple(lines[:PAGE]), week=None, older=len(lines) > PAGE)


def visible_lines(context: ActContext, *, skip: int, limit: int, since: int = 0) -> list[LogLine]:
    """Return the lines of one's own agency, newest first, without those about cases that are out of reach."""
    codes = _codes(context)
    colleagues = [row for row in staff.colleagues(context) if row.agency_id == context.actor.agency_id]
    names = {row.id: row.name for row in colleagues}
    about = frozenset(codes) | frozenset(names) | context.actor.agencies
    visible = read.LineFilter(who=frozenset(names), about=about, shown=_SHOWN, done=_SHOWN_WHEN_DONE, since=since)
    lines = read.visible_lines(context.crypto, visible, skip=skip, limit=limit)
    ring_for_altered(context, lines)
    return [_line(line, names, codes) for line in lines]


def _codes(context: ActContext) -> dict[UUID, str]:
    listed = reading.listed(context, [Section.LABEL], passes_over=True)
    return {case.row.id: Label.from_json(case.pages[0].data).code for case in listed}


def _line(line: VisibleLine, names: dict[UUID, str], codes: dict[UUID, str]) -> LogLine:
    code = codes.get(line.about, "") if line.about else ""
    who = names.get(line.who, "") if line.who else ""
    case_id = line.about if code else None
    return LogLine(line.at, line.act, who, line.outcome == DENIED, case_id, code, line.altered)


def _totals(context: ActContext, page: int) -> Log:
    week = week_totals(context, page)
    return Log(page=page, lines=None, week=week, older=read.begun_before(context.crypto, clock.midnight(week.first)))


def week_totals(context: ActContext, ago: int) -> Week:
    """Return how often each act about no case was done in the whole commune in the week, Monday to Sunday, then."""
    first = monday(context, ago)
    start, end = clock.midnight(first), clock.midnight(first + timedelta(days=_DAYS))
    totals = read.totals(context.crypto, start, end, acts=COUNTED)
    return Week(first, first + timedelta(days=_DAYS - 1), tuple(totals))


def monday(context: ActContext, ago: int) -> date:
    """Return the first day of the week so many weeks ago."""
    today = clock.local(context.crypto.at).date()
    return today - timedelta(days=today.weekday() + _DAYS * ago)


@action(Act.AUDIT_VERIFY)
def verify_log(context: ActContext, *, rows_hold: bool = False) -> Verdict:
    """Verify the whole hash chain, and every head against it; the line of this act says the result.

    `rows_hold` says that every row of the database was verified just now, as the console does.
    """
    verdict = verify(context.crypto)
    whole = verdict.holds and rows_hold
    context.about, context.reason = context.commune_id, WITH_ROWS if whole else verdict.reason
    return verdict


@action(Act.POLICY_READ)
def read_policy(context: ActContext) -> None:
    """Open the policy; it is secret to nobody."""


def verify_all(gate: Gate, *, rows_hold: bool = False) -> list[tuple[str, Verdict]]:
    """Verify each commune's log as the system; return names and verdicts in the order of founding."""
    with gate.database.read_only() as session:
        communes = freshness.commune_ids(session)
    return [(_name(gate, one), _verify_commune(gate, one, rows_hold=rows_hold)) for one in communes]


def _verify_commune(gate: Gate, commune_id: UUID, *, rows_hold: bool) -> Verdict:
    try:
        verdict = gate.perform(Person.without_account(Role.SYSTEM, commune_id), verify_log, rows_hold=rows_hold)
    except VaultError:
        # No line can be written to a log whose end does not hold; what is wrong with it is told all the same.
        with gate.database.read_only() as session:
            verdict = verify(CryptoContext(session, gate.server_keys(commune_id), None, clock.micros()))
        if verdict.holds:
            raise
    if verdict.holds and rows_hold and gate.evidence is not None:
        gate.evidence.fault_mark.clear(commune_id)
    return verdict


def _name(gate: Gate, commune_id: UUID) -> str:
    """Return the name of a commune, or its id where the row that holds the name does not hold."""
    with gate.database.read_only() as session:
        attach_keys(session, gate.server_keys(commune_id))
        try:
            return freshness.commune(session, commune_id).name
        except VaultError:
            return str(commune_id)
