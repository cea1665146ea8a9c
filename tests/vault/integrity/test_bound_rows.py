"""What a head says of its rows: compared before the first one changes, written anew by the act that changes them."""

from typing import Any
from uuid import uuid4

import pytest

from casework.audit import freshness
from casework.cases import reading, scope
from casework.cases.models import Ground
from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import AlteredRows, VaultError
from casework.gate import ActContext, Action
from casework.maintenance import row_verification, signed_tables
from casework.policy.vocabulary import Act
from casework.vault.integrity import bound_rows, heads
from casework.vault.integrity.commitments import NOTHING_BOUND, Part, commitment, hash_of_part, is_one_row, token
from casework.vault.models import Head
from tests.house import House, Someone, both_databases, only_sqlite
from tests.people import THANH_SON
from tests.tampering import refused, stolen


def bound(house: House, head_id) -> bytes:
    with stolen(house) as thief:
        [row] = thief.rows("head", id=head_id)
    return row["bound"]


def test_the_order_of_rows_is_no_matter_and_each_part_has_a_hash_of_its_own():
    one, other = b"a" * 36, b"b" * 36
    said = commitment({Part.CASE: [one], Part.DOCUMENTS: [other, one]})
    assert said == commitment({Part.DOCUMENTS: [one, other], Part.CASE: [one], Part.ROUTING: []})
    assert is_one_row(said, one)
    assert not is_one_row(said, other)
    assert hash_of_part(said, Part.ROUTING) == hash_of_part(NOTHING_BOUND, Part.ENVELOPES)
    assert token([document := uuid4(), one]) == document.bytes + one


def test_what_somebody_puts_into_a_column_of_another_kind_is_no_token():
    others: list[list[Any]] = [[uuid4(), "x"], [1], [None]]
    for values in others:
        with pytest.raises(VaultError):
            token(values)
    with pytest.raises(VaultError):
        commitment({Part.CASE: [*others[0][1:], b"y"]})


@both_databases
def test_every_act_that_changes_rows_writes_the_head_anew(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    before = bound(house, case_id)
    lan.does(desk.read_case, case_id)
    assert bound(house, case_id) == before
    lan.does(desk.write_section, case_id, Story(words="x"), base=1)
    after = bound(house, case_id)
    assert [hash_of_part(before, part) == hash_of_part(after, part) for part in Part] == [True, True, False, False]
    with stolen(house) as thief:
        for table, row_id in (("member", lan.id), ("agency", lan.person.actor.agency_id)):
            [row] = thief.rows(table, id=row_id)
            assert is_one_row(bound(house, row["id"]), row["mac"])
        rows = list(signed_tables.plain_rows(thief.connection, Head))
        assert row_verification.heads_without_their_rows(thief.connection, rows) == []


def test_rows_of_a_head_that_is_not_there_are_found(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        thief.delete("head", id=case_id)
        rows = list(signed_tables.plain_rows(thief.connection, Head))
        assert row_verification.heads_without_their_rows(thief.connection, rows) == [case_id]


def test_nothing_that_verifies_everything_takes_a_deleted_row_for_none(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        assert thief.delete("ground", case_id=case_id)
        with pytest.raises(VaultError, match="head"):
            row_verification.verify_all(thief.connection, house.gate.server_keys)


@only_sqlite
def test_a_row_whose_mac_is_of_another_kind_is_named_by_no_head(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        before = bound_rows.commitments(thief.connection, THANH_SON)
        thief.connection.exec_driver_sql("UPDATE ground SET mac = 'x'")
        after = bound_rows.commitments(thief.connection, THANH_SON)
        rows = list(signed_tables.plain_rows(thief.connection, Head))
        assert row_verification.heads_without_their_rows(thief.connection, rows) == [case_id]
    assert {head_id for head_id in before if before[head_id] != after[head_id]} == {case_id}


def test_a_row_under_a_head_that_does_not_exist_is_not_written(house: House, lan: Someone):
    case_id = lan.opens_a_case()

    def plant(context: ActContext) -> None:
        reading.find_case(context, case_id)
        nobody = uuid4()
        context.session.info["versions"][nobody] = 1
        agency_id = context.actor.agency_id
        context.session.add(
            Ground(commune_id=THANH_SON, id=uuid4(), case_id=nobody, receiver_id=agency_id, sections="", state="live")
        )

    with pytest.raises(AlteredRows):
        house.gate.perform(lan.person, Action(Act.GROUND_RECORD, plant))


def test_an_act_that_opens_nothing_does_not_take_over_what_was_done_to_the_rows(house: House, lan: Someone):
    case_id = lan.opens_a_case()
    with stolen(house) as thief:
        assert thief.delete("envelope", case_id=case_id)

    def revoke(context: ActContext) -> None:
        head = freshness.head(context.session, THANH_SON, case_id)
        rows = scope.rows_of_case(context.permit, Ground, case_id).on(context.session).scalars().all()
        for row in rows:
            row.state = "withdrawn"
        heads.mark_changed(context.session, head)

    refused(lambda: house.gate.perform(lan.person, Action(Act.GROUND_RECORD, revoke)))
