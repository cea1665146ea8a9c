"""The database: base classes, one kind of transaction, and the two guards that no statement gets past."""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID
from weakref import WeakKeyDictionary

from alembic import command
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Compiled,
    Connection,
    MetaData,
    TableClause,
    event,
    literal_column,
    text,
)
from sqlalchemy.engine import Engine, ExecutionContext
from sqlalchemy.exc import DBAPIError, MultipleResultsFound
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.sql import ClauseElement, visitors
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlalchemy.sql.elements import ColumnClause

from casework import grants, schema
from casework.column_types import Blob, Flag, Id
from casework.database_errors import is_damaged, is_forbidden, is_locked, is_not_there
from casework.engine import open_engine
from casework.errors import AlteredRows, Busy, DamagedDatabase, Unguarded
from casework.policy.permit import Permit

# A table's `info` says how the guards treat it; set in models, read here.
GUARDED = {"guarded": True}
FREE = {"free": True}

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_PRAGMAS = (
    "foreign_keys=ON",
    "trusted_schema=OFF",
    # Keys are random, so a list reads all over the file: mapped, it is read without a call for each page.
    "mmap_size=268435456",
    "cache_size=-16000",
)


class Base(DeclarativeBase):
    """Every table; ids are UUIDs, times are integer microseconds UTC."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {UUID: Id, int: BigInteger, bool: Flag, bytes: Blob}


class Record(Base):
    """A row that belongs to one commune: the commune leads its key, so that a city can shard by it."""

    __abstract__ = True

    commune_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)


# Our schema has none of these, and what a database makes for its own use does not count.
_FOREIGN = {
    "sqlite": text("SELECT 1 FROM sqlite_master WHERE type IN ('trigger', 'view') LIMIT 1"),
    "postgresql": text(
        "SELECT 1 FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
        " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
        " UNION ALL SELECT 1 FROM pg_rules WHERE schemaname = current_schema()"
        " UNION ALL SELECT 1 FROM pg_views WHERE schemaname = current_schema() LIMIT 1"
    ),
}


class Database:
    """One engine with its guards; hands out transactions and nothing else."""

    def __init__(self, url: str, *, tables: Collection[str] | None = None) -> None:
        """Open no connection yet; `tables` are those that the role of this database reads, if not all."""
        self._tables = Base.metadata.tables if tables is None else tables
        # LIFO: the connection that was used last has its page cache filled; one that waited must read anew.
        self.engine = open_engine(url, pragmas=_PRAGMAS, waits_forever=False, pool_size=8, pool_use_lifo=True)
        event.listen(self.engine, "before_cursor_execute", _guard)
        # Several statements of one read must see one moment: a head and its line of the log are compared.
        postgresql = self.engine.dialect.name == "postgresql"
        snapshot = {"isolation_level": "REPEATABLE READ"} if postgresql else {"deferred": True}
        self._snapshot = self.engine.execution_options(**snapshot)

    @contextmanager
    def transaction(self, permit: Permit | None, commune_id: UUID | None) -> Iterator[Session]:
        """Run one act: begins with the write lock held, commits at the end, rolls back on any error.

        Without a permit only the log and other free tables can be written.
        """
        with self._session(self.engine, permit) as session:
            if commune_id is not None and self.engine.dialect.name == "postgresql":
                # Acts of one commune follow one another, so that what an act has read is still true when it writes.
                session.execute(text("SELECT 1 FROM commune WHERE id = :id FOR UPDATE"), {"id": commune_id})
            self._require_own_schema(session)
            yield session

    def _require_own_schema(self, session: Session) -> None:
        """Raise AlteredRows if somebody has put a trigger, a rule or a view between the program and its tables.

        A trigger that ignores a deletion would keep what an act takes away, and the act would sign it again.
        """
        if session.execute(_FOREIGN[self.engine.dialect.name]).first() is not None:
            raise AlteredRows(row="trigger")

    @contextmanager
    def read_only(self) -> Iterator[Session]:
        """Read control rows (who is this session?) without holding the write lock; guarded tables stay closed."""
        with self._session(self._snapshot, None) as session:
            yield session

    @contextmanager
    def _session(self, engine: Engine, permit: Permit | None) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False, autoflush=False) as session:
            try:
                session.connection(execution_options={"permit": permit})
                yield session
                session.commit()
            except DBAPIError as cause:
                if is_damaged(cause.orig):
                    raise DamagedDatabase from cause
                session.rollback()
                if is_locked(cause.orig):
                    raise Busy("Sổ đang bận. Chờ một chút rồi thử lại.") from cause
                if is_forbidden(cause.orig) or is_not_there(cause.orig):
                    # A start has compared the schema with the program: somebody has taken this away meanwhile.
                    grants.require(session.connection(), self._tables, refused=is_forbidden(cause.orig))
                    raise AlteredRows(row="schema") from cause
                raise
            except MultipleResultsFound as cause:
                session.rollback()
                raise AlteredRows(row="schema") from cause


def _guard(
    connection: Connection, _cursor: Any, _sql: str, _values: Any, context: ExecutionContext | None, _many: bool
) -> None:
    """Refuse a guarded table without a permit (a), and any write outside a writing act (b).

    It stands right before the cursor, where a statement is compiled: what a compiled statement touches is read once.
    """
    compiled = getattr(context, "compiled", None)
    if context is None or compiled is None:
        return
    if getattr(context, "isddl", False):
        raise Unguarded("tables are changed by migrations alone")
    touched = _touched.get(compiled)
    if touched is None:
        touched = _touched[compiled] = _tables_touched(compiled.statement)
    permit: Permit | None = connection.get_execution_options().get("permit")
    if touched.written and not touched.free and (permit is None or not permit.writes):
        raise Unguarded(f"write to {touched.written} outside a writing act")
    if touched.guarded and (permit is None or context.execution_options.get("scope") is not permit):
        raise Unguarded(f"read of {touched.guarded} without a permit")


@dataclass(frozen=True)
class _Touched:
    """What a statement touches: the table it writes, whether that is free, and a guarded table that it reads."""

    written: str = ""
    free: bool = False
    guarded: str = ""


_touched: WeakKeyDictionary[Compiled, _Touched] = WeakKeyDictionary()


def _tables_touched(statement: ClauseElement) -> _Touched:
    target = statement.table if isinstance(statement, Insert | Update | Delete) else None
    returning = getattr(statement, "_returning", ())
    read = next((name for name in _names_read(statement, returning, besides=target) if _has_info(name, GUARDED)), "")
    if target is None:
        return _Touched(guarded=read)
    return _Touched(written=str(target), free=_has_info(str(target), FREE), guarded=read)


def _names_read(statement: ClauseElement, returning: Iterable[ClauseElement], *, besides: object) -> Iterator[str]:
    """Name the tables that a statement reads: all but the one it writes, and that one too if it returns rows."""
    yield from (table.name for table in tables_of(statement) if table is not besides)
    for element in returning:
        yield from (table.name for table in tables_of(element))


def _has_info(name: str, info: dict[str, bool]) -> bool:
    """Look a table up by its name, so that an ad-hoc Table of the same name does not get around the guards."""
    table = Base.metadata.tables.get(name)
    return table is not None and info.items() <= table.info.items()


def tables_of(clause: ClauseElement) -> Iterator[TableClause]:
    """Walk a statement and yield every table that stands in it, in sub-selects too."""
    for element in visitors.iterate(clause):
        if isinstance(element, TableClause):
            yield element
        elif isinstance(element, ColumnClause) and isinstance(element.table, TableClause):
            yield element.table


def equals_literal(column: Any, word: str) -> ColumnElement[bool]:
    """Compare a column with a literal word of ours, so that a partial index on that word is used."""
    return column == literal_column(f"'{word}'")  # type: ignore[no-any-return]


def upgrade(url: str, *, to: str = "head") -> None:
    """Bring the database of this URL up to a revision; the connection is the migration's own."""
    schema.migrate(url, command.upgrade, to)


def downgrade(url: str, *, to: str = "base") -> None:
    """Take the database of this URL down to a revision; rows of what is dropped are lost."""
    schema.migrate(url, command.downgrade, to)
