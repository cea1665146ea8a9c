"""Acts on an old ledger: bring it, say what its columns mean, look at it, confirm it, take along what was not read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

from casework import clock
from casework.accounts.kept_form_actions import discard_kept_form
from casework.audit import freshness
from casework.cases import commune_merger, reading, sections
from casework.errors import BadInput, Conflict, gettext_noop
from casework.gate import ActContext, action
from casework.intake.actions import IntakeAnswers, open_case, start_draft
from casework.ledger_import import columns, duplicates, kept_ledger
from casework.ledger_import.columns import FIELDS, SEVERAL
from casework.ledger_import.kept_ledger import KeptLedger
from casework.ledger_import.rows import Place, ReadRow, read_rows
from casework.policy.vocabulary import Act
from casework.sealed import Sealed
from casework.statistics.actions import first_open_day
from casework.vault.keys.sessions import SessionToken
from casework.web.uploads import RawSheet

BATCH = 10
NO_RECEIVED = gettext_noop("Hãy chọn cột nào là ngày tiếp nhận: không có ngày ấy thì không ghi được ca nào.")
TWICE = gettext_noop("Hai cột cùng là một điều. Hãy để một cột, cột kia chọn “Không nhập” hoặc “Nội dung”.")
CONFIRMED = gettext_noop("Đã xác nhận nhập rồi nên không đổi cột được nữa.")


@dataclass(frozen=True)
class LedgerLine:
    """A ledger as it stands in a list: how far it has come; nothing of what it says."""

    id: UUID
    total: int
    imported: int
    confirmed: bool


@dataclass(frozen=True)
class LookedAtRow(Sealed):
    """A row with its sheet; `twice` where it tells of a case in reach, or of the one that the row `above` tells of."""

    row: ReadRow
    sheet: str
    twice: bool = False
    above: Place | None = None


@dataclass(frozen=True)
class Look(Sealed):
    """A ledger as it would be imported now: every row that has not become a case.

    `to_come` are the rows that will; `uncounted` how many of them were received in a period that is closed.
    """

    ledger: KeptLedger
    rows: tuple[LookedAtRow, ...]
    to_come: tuple[ReadRow, ...]
    uncounted: int
    first_open: date

    @property
    def done(self) -> bool:
        return self.ledger.confirmed and not self.to_come

    @property
    def twice(self) -> int:
        return sum(one.twice for one in self.rows)


@action(Act.LEDGER_LIST)
def list_ledgers(context: ActContext, *, token: SessionToken) -> tuple[LedgerLine, ...]:
    """List the ledgers that one has brought within a week."""
    opened = kept_ledger.open_all(context, token)
    return tuple(LedgerLine(key, one.total, one.imported, one.confirmed) for key, one in opened.items())


@action(Act.LEDGER_BRING)
def bring_ledger(context: ActContext, sheets: Sequence[RawSheet], *, token: SessionToken) -> UUID:
    """Keep what was read of a file, sealed to the person, with a proposal of its columns as they were chosen before."""
    commune_merger.require_taking_cases(context)
    under = tuple(columns.under_header(sheet) for sheet in sheets)
    remembered: dict[str, str] = {}
    for earlier in reversed(kept_ledger.open_all(context, token).values()):
        remembered |= earlier.mapping if earlier.chosen else {}
    titles = [title for sheet in under for title in sheet.titles]
    ledger = KeptLedger(under, mapping=columns.propose(titles, remembered))
    ledger_id = uuid4()
    kept_ledger.keep(context, ledger_id, ledger)
    return ledger_id


@action(Act.LEDGER_READ)
def read_ledger(context: ActContext, ledger_id: UUID, *, token: SessionToken) -> Look:
    """Look at a ledger as it would be imported now; nothing is written."""
    return _look(context, kept_ledger.open_one(context, ledger_id, token))


@action(Act.LEDGER_COLUMNS)
def choose_columns(context: ActContext, ledger_id: UUID, mapping: Mapping[str, str], *, token: SessionToken) -> None:
    """Say what the columns mean, by the keys of their titles.

    Raises BadInput where no column is the day of reception or two are the same, and Conflict once it is confirmed.
    """
    ledger = kept_ledger.open_one(context, ledger_id, token)
    if ledger.confirmed:
        raise Conflict(CONFIRMED)
    chosen = {key: field if (field := mapping.get(key, "")) in FIELDS else "" for key in ledger.mapping}
    single = [field for field in chosen.values() if field and field not in SEVERAL]
    if "received" not in single:
        raise BadInput(NO_RECEIVED)
    if len(single) != len(set(single)):
        raise BadInput(TWICE)
    kept_ledger.keep(context, ledger_id, replace(ledger, mapping=chosen, chosen=True))


@action(Act.LEDGER_CONFIRM)
def confirm_rows(
    context: ActContext, ledger_id: UUID, *, token: SessionToken, with_duplicates: bool = False, most: int = BATCH
) -> bool:
    """Make cases of the next rows, at most so many, and forget those rows; tell whether that was all.

    The first time it says for good whether rows that tell of a case in reach are taken as well. A row becomes one case:
    what was confirmed before, here or in another window, is passed over.
    """
    ledger = kept_ledger.open_one(context, ledger_id, token)
    if not ledger.chosen:
        raise Conflict(NO_RECEIVED)
    if not ledger.confirmed:
        ledger = replace(ledger, confirmed=True, with_duplicates=with_duplicates)
    coming = _look(context, ledger).to_come
    for row in coming[:most]:
        _open(context, ledger.case_id(row.place), row)
    kept_ledger.keep(context, ledger_id, ledger.without(frozenset(row.place for row in coming[:most])))
    return len(coming) <= most


@action(Act.LEDGER_REASONS)
def read_what_is_left(context: ActContext, ledger_id: UUID, *, token: SessionToken) -> Look:
    """Open the rows that will not become cases, to be written into a file with the reasons."""
    look = _look(context, kept_ledger.open_one(context, ledger_id, token))
    context.reason = f"{len(look.rows) - len(look.to_come)} rows"
    return look


@action(Act.LEDGER_DISCARD)
def discard_ledger(context: ActContext, ledger_id: UUID, *, token: SessionToken) -> None:
    """Forget a ledger with all that has not become a case; the cases stay."""
    kept_ledger.open_one(context, ledger_id, token)
    context.also(discard_kept_form, ledger_id)


def _look(context: ActContext, ledger: KeptLedger) -> Look:
    today = clock.local(context.crypto.at).date()
    rows = tuple(read_rows(ledger.sheets, ledger.mapping, today))
    twice = duplicates.among(rows, duplicates.keys_of_cases(context))
    first_open = first_open_day(context)
    coming = tuple(_coming(rows, twice, with_duplicates=ledger.with_duplicates))
    names = [sheet.name for sheet in ledger.sheets]
    return Look(
        ledger=ledger,
        rows=tuple(LookedAtRow(row, names[row.place.sheet], row.place in twice, twice.get(row.place)) for row in rows),
        to_come=coming,
        uncounted=sum(row.received is not None and row.received < first_open for row in coming),
        first_open=first_open,
    )


def _coming(
    rows: Sequence[ReadRow], twice: Mapping[Place, Place | None], *, with_duplicates: bool
) -> Iterator[ReadRow]:
    for row in rows:
        if row.readable and (with_duplicates or row.place not in twice):
            yield row


def _open(context: ActContext, case_id: UUID, row: ReadRow) -> None:
    """Open one case as an intake does; no referral, notice or ground comes of it."""
    if row.received is None or freshness.was_logged(context.session, context.commune_id, case_id):
        return
    freshness.member(context.session, context.commune_id, context.me)
    begun = reading.day_of(clock.midnight(row.received))
    context.also(start_draft, {}, draft_id=case_id, begun=begun)
    context.also(open_case, case_id, _answers(context, row))


def _answers(context: ActContext, row: ReadRow) -> IntakeAnswers:
    return IntakeAnswers(
        danger="unknown",
        only_counselling="no",
        contact=sections.Contact(),
        identity=sections.Identity(
            name=row.name,
            birth_year=row.birth_year,
            sex=row.sex,
            hamlet=row.hamlet,
            address=row.address,
            phone=row.phone,
        ),
        incident=sections.Incident(acts=row.acts, happened_on=row.happened),
        perpetrator=sections.Perpetrator(name=row.perpetrator_name, relation=row.relation),
        note=sections.Note("\n".join(row.left)),
        imported=clock.local(context.crypto.at).isoformat(timespec="minutes"),
        paper_number=row.number,
    )
