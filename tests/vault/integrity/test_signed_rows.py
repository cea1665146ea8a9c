"""MACs on rows: every column but the spelled-out exceptions is bound, with the version of its head."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Boolean, LargeBinary, select
from sqlalchemy.orm import Session

from casework.audit import freshness
from casework.cases.models import Referral
from casework.db import Base
from casework.errors import VaultError
from casework.vault.crypto.encoding import encode_fields
from casework.vault.integrity.signed_rows import (
    SignedRow,
    attach_keys,
    layout,
    row_mac,
    signed_columns,
    verify_row,
    verify_row_as,
)
from casework.vault.keys.kek import Kek, server_keys_of
from casework.vault.models import Agency, Member, SessionRow
from tests.house import House, Someone, only_sqlite
from tests.people import DONG_HAI, KEK, THANH_SON
from tests.tampering import stolen

KINDS = sorted(
    (mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, SignedRow)),
    key=lambda kind: kind.__name__,
)
SERVER_KEYS = server_keys_of(KEK, THANH_SON)
# Body bytes have their hash in the head; a counter is spent by one statement, so that two workers never both win.
UNSIGNED = {"document": {"body"}, "totp": {"last_counter"}, "interview": {"tries"}}
UNMACED = {"throttle"}


def a_row(kind: type[SignedRow]):
    values: dict[str, Any] = {}
    for column in kind.__table__.columns:  # type: ignore[attr-defined]
        plain = {bytes: b"x", str: "x", int: 7, bool: True}
        values[column.key] = plain.get(column.type.python_type, THANH_SON)
        if isinstance(column.type, LargeBinary):
            values[column.key] = b"x"
    row = kind(**values)
    row.mac = row_mac(SERVER_KEYS, kind, row, 3)
    return row


def another(value):
    return {bool: lambda: not value, int: lambda: value + 1, str: lambda: value + "y", bytes: lambda: value + b"y"}.get(
        type(value), lambda: DONG_HAI
    )()


def test_every_table_has_a_mac_but_those_that_have_a_reason():
    assert {name for name, table in Base.metadata.tables.items() if "mac" not in table.c} == UNMACED


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__tablename__)
def test_every_column_is_bound_but_those_that_have_a_reason(kind):
    row = a_row(kind)
    verify_row(SERVER_KEYS, kind, row, 3)
    free = {"mac"} | UNSIGNED.get(kind.__tablename__, set())
    for column in kind.__table__.columns:
        kept = getattr(row, column.key)
        setattr(row, column.key, another(kept))
        if column.key in free - {"mac"}:
            verify_row(SERVER_KEYS, kind, row, 3)
        else:
            with pytest.raises(VaultError, match=r"^unopened$"):
                verify_row(SERVER_KEYS, kind, row, 3)
        setattr(row, column.key, kept)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__tablename__)
def test_a_row_of_another_version_key_or_commune_does_not_hold(kind):
    row = a_row(kind)
    others = [
        (SERVER_KEYS, 2),
        (SERVER_KEYS, 4),
        (server_keys_of(Kek(2, KEK.secret), THANH_SON), 3),
        (server_keys_of(KEK, DONG_HAI), 3),
    ]
    for keys, v in others:
        with pytest.raises(VaultError, match=r"^unopened$"):
            verify_row(keys, kind, row, v)


def test_a_mac_is_what_vault_says_it_is():
    for kind in KINDS:
        row = a_row(kind)
        fields: list[Any] = ["cw/1/ctl", str(kind.__table__.name), kind.__layout__]  # type: ignore[attr-defined]
        for name in signed_columns(kind):
            value = getattr(row, name)
            fields += [name, int(value) if isinstance(value, bool) else value]
        assert row_mac(SERVER_KEYS, kind, row, 3) == (1).to_bytes(4, "big") + SERVER_KEYS.tag(encode_fields(*fields, 3))
    # A truth value is signed as a number; some kind must have one, or nothing has shown it.
    assert isinstance(Referral.__table__.c.urgent.type, Boolean)


def test_a_row_of_one_kind_is_no_row_of_another():
    agency = a_row(Agency)
    twin = Agency(**{column.key: getattr(agency, column.key) for column in Agency.__table__.columns})
    verify_row(SERVER_KEYS, Agency, twin, 3)
    with pytest.raises((VaultError, AttributeError)):
        verify_row(SERVER_KEYS, SessionRow, twin, 3)


@only_sqlite
def test_a_row_reached_before_its_head_is_refused(house: House, lan: Someone):
    with house.looking() as session, pytest.raises(VaultError, match="before its head"):
        session.get(Member, (THANH_SON, lan.id))


@only_sqlite
def test_without_the_control_key_no_row_is_read_or_written(house: House, lan: Someone):
    with house.gate.database.read_only() as session:
        with pytest.raises(VaultError, match="no server keys"):
            session.get(Member, (THANH_SON, lan.id))
        row = a_row(Agency)
        session.add(row)
        with pytest.raises(VaultError, match="no server keys"):
            session.flush()
        session.expunge(row)


def test_a_row_that_somebody_refreshes_is_checked_again(house: House, lan: Someone):
    with house.looking() as session:
        member = freshness.member(session, THANH_SON, lan.id)
        session.refresh(member)
        session.expunge(member)
    with stolen(house) as thief:
        thief.change("member", {"id": lan.id}, roles="lead")
    with Session(house.gate.database.engine) as session:
        attach_keys(session, house.gate.server_keys(THANH_SON))
        freshness.head(session, THANH_SON, lan.id)
        session.add(member)
        with pytest.raises(VaultError, match=r"^unopened$"):
            session.refresh(member)
        session.expunge(member)
        with pytest.raises(VaultError, match=r"^unopened$"):
            session.execute(select(Member).where(Member.id == lan.id)).all()


def test_a_row_is_checked_as_an_older_program_signed_it():
    row = a_row(Agency)
    now = layout(Agency)
    verify_row_as(SERVER_KEYS, now, row, 3)
    fewer = replace(now, columns=tuple(name for name in now.columns if name != "duty_phone"))
    for other in (fewer, replace(now, number=2), replace(now, table="member")):
        with pytest.raises(VaultError):
            verify_row_as(SERVER_KEYS, other, row, 3)
    with pytest.raises(VaultError):
        verify_row_as(SERVER_KEYS, now, row, 4)
    with pytest.raises(VaultError):
        verify_row_as(server_keys_of(KEK, DONG_HAI), now, row, 3)
