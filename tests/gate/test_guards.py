"""The guards of the database: no statement reaches a case without a permit, none writes outside a writing act."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import (
    Column,
    Executable,
    LargeBinary,
    MetaData,
    Table,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    table,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.schema import DropTable

from casework.audit import freshness
from casework.audit.models import AuditLine
from casework.cases import scope
from casework.cases.models import Case, Ground, Referral
from casework.errors import AlteredRows, Unguarded
from casework.policy.permit import Actor, Permit, issue
from casework.policy.vocabulary import Act, Role
from casework.statistics.models import Release
from casework.vault.models import Agency, Document, Envelope, Head, Member, Throttle
from tests.house import House, Someone, both_databases
from tests.people import THANH_SON, keys

pytestmark = both_databases

OTHER = aliased(Document)
INNER = select(Document.body).subquery()
READS: dict[str, Executable] = {
    "whole rows": select(Document),
    "one column": select(Envelope.blob),
    "a count": select(func.count()).select_from(Case),
    "an alias": select(OTHER.body),
    "a core alias": select(Document.__table__.alias("d").c.body),
    "a subquery": select(INNER.c.body),
    "a common table expression": select(select(Document.body).cte("c").c.body),
    "a lateral subquery": select(Agency.id).join(select(Document.body).lateral(), true()),
    "a join from an open table": select(Agency.id).join(Envelope, Envelope.agency_id == Agency.id),
    "an outer join": select(Head.id).outerjoin(Document, Document.case_id == Head.id),
    "a condition": select(Agency.id).where(exists().where(Envelope.agency_id == Agency.id)),
    "a scalar in a list of columns": select(Agency.id, select(func.max(Document.body)).scalar_subquery()),
    "an order": select(Agency.id).order_by(select(func.count(Ground.id)).scalar_subquery()),
    "a union": union_all(select(Agency.id), select(Referral.id)),
    "a makeshift table of the same name": select(column("body")).select_from(table("document")),
    "a makeshift table with columns": select(table("document", column("body")).c.body),
    "a table of other metadata": select(Table("document", MetaData(), Column("body", LargeBinary)).c.body),
    "a table marked free by somebody": select(
        Table("document", MetaData(), Column("body", LargeBinary), info={"free": True}).c.body
    ),
}
WRITES: dict[str, Executable] = {
    "an insert": insert(Release).values(commune_id=THANH_SON, number=1),
    "an update": update(Member).values(roles="lead"),
    "a deletion": delete(Envelope),
    "an insert into a makeshift table": insert(table("member", column("roles"))).values(roles="lead"),
}
SMUGGLED: dict[str, Executable] = {
    "an insert that reads": insert(Throttle).from_select(["key"], select(Document.body)),
    "an update that reads": update(Throttle).values(key=select(Document.body).scalar_subquery()),
    "an update that compares": update(Throttle).where(Throttle.key == Document.body).values(failures=1),
    "a deletion that compares": delete(AuditLine).where(exists().where(Document.body == literal(b"x"))),
}
TOLD_BACK: dict[str, Executable] = {
    "an update": update(Document).values(revision=1).returning(Document.body),
    "a deletion": delete(Envelope).returning(Envelope.blob),
}


LAN = Actor(THANH_SON, keys()["lan"].enrolment.member_id, (Role.COUNSELLOR,))


def _slipping(house: House, statements: Mapping[str, Executable], *permits: Permit | None) -> set[str]:
    """Return those of the statements that a guard lets through under one of the permits."""
    slipped = set()
    for permit in permits:
        for name, statement in statements.items():
            with house.gate.database.transaction(permit, THANH_SON) as session:
                try:
                    session.execute(statement)
                    slipped.add(name)
                except Unguarded:
                    continue
    return slipped


def test_a_case_is_not_read_without_a_permit(house: House):
    permits = (None, issue(LAN, Act.CASE_READ), issue(LAN, Act.SECTION_WRITE))
    assert _slipping(house, READS, *permits) == set()


def test_nothing_is_written_outside_a_writing_act(house: House):
    assert _slipping(house, WRITES, None, issue(LAN, Act.CASE_READ)) == set()


def test_a_write_to_an_open_table_carries_nothing_out_of_a_case(house: House):
    assert _slipping(house, SMUGGLED, None, issue(LAN, Act.SECTION_WRITE)) == set()


def test_a_write_does_not_tell_back_what_it_touched(house: House):
    assert _slipping(house, TOLD_BACK, issue(LAN, Act.SECTION_WRITE)) == set()


def test_the_connection_under_a_session_is_guarded_too(house: House):
    with house.looking() as session, pytest.raises(Unguarded):
        session.connection().execute(select(Document))


def test_a_permit_of_another_act_does_not_open_this_one(house: House):
    mine, another = issue(LAN, Act.CASE_READ), issue(replace(LAN, member_id=uuid4()), Act.CASE_READ)
    with house.gate.database.transaction(mine, THANH_SON) as session:
        assert scope.case_rows(scope.cases(mine)).on(session).all() == []
        for other in (issue(LAN, Act.CASE_READ), issue(LAN, Act.CASE_LIST), another):
            with pytest.raises(Unguarded):
                scope.case_rows(scope.cases(other)).on(session)


def test_a_statement_cannot_bring_its_own_permit(house: House):
    own = issue(LAN, Act.SECTION_WRITE)
    with house.looking() as session:
        with pytest.raises(Unguarded):
            session.execute(select(Document).execution_options(permit=own, scope=own))
        with pytest.raises(Unguarded):
            session.execute(delete(Document).execution_options(permit=own))


def test_a_row_is_not_fetched_by_its_key(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with house.looking() as session, pytest.raises(Unguarded):
        session.get(Case, (THANH_SON, case_id))


def test_a_new_session_on_the_same_engine_is_guarded_too(house: House):
    with Session(house.gate.database.engine) as session, pytest.raises(Unguarded):
        session.execute(select(Document))
    with house.gate.database.engine.connect() as connection, pytest.raises(Unguarded):
        connection.execute(select(Document.__table__.c.body))


def test_a_row_changed_in_a_reading_act_is_not_kept(house: House, lan: Someone):
    with pytest.raises(Unguarded), house.looking() as session:
        freshness.member(session, THANH_SON, lan.id).name = "Ai đó"


def test_tables_are_changed_by_migrations_alone(house: House):
    with house.gate.database.transaction(issue(LAN, Act.SECTION_WRITE), THANH_SON) as session, pytest.raises(Unguarded):
        session.execute(DropTable(Throttle.__table__))  # type: ignore[arg-type]


def test_what_a_failed_statement_carried_stands_in_no_message(house: House):
    with pytest.raises(AlteredRows) as caught, house.gate.database.transaction(None, None) as session:
        session.execute(insert(table("session", column("sid"), column("none"))).values(sid=b"1", none="canary"))
    assert "session" in str(caught.value.__cause__)
    assert "canary" not in f"{caught.value} {caught.value.__cause__}"
