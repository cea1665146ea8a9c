"""Freshness of agencies and members: rows that are gone, closed or older than the log are never used."""

from uuid import UUID

import pytest
from sqlalchemy import event

from casework.accounts.sign_in_actions import sign_out
from casework.audit import freshness
from casework.cases.sections import Story
from casework.desk import actions as desk
from casework.errors import AlteredRows, CaseworkError, Conflict, NotFound, OutdatedHead, VaultError
from casework.gate import ActContext, Action
from casework.intake import actions as intake
from casework.policy.vocabulary import Act, Role, Section
from casework.staffing import directory
from casework.vault.integrity import heads
from casework.vault.keys.sessions import token_from
from tests.house import House, Someone, only_sqlite
from tests.people import DONG_HAI, STAFF, THANH_SON
from tests.tampering import stolen

_ON_STAFF = sum(person.commune_id == THANH_SON for person in STAFF.values())


def test_rows_that_are_gone_are_not_found(house: House, lan: Someone):
    agency_id = lan.person.actor.agency_id
    assert agency_id is not None
    with stolen(house) as thief:
        thief.delete("agency", id=agency_id)
        thief.delete("member", id=lan.id)
        thief.delete("commune", id=THANH_SON)
    with house.looking() as session:
        for finding in (
            lambda: freshness.agency(session, THANH_SON, agency_id),
            lambda: freshness.member(session, THANH_SON, lan.id),
            lambda: freshness.commune(session, THANH_SON),
        ):
            with pytest.raises(AlteredRows):
                finding()
        for missing in (
            lambda: freshness.agency(session, DONG_HAI, agency_id),
            lambda: freshness.member(session, DONG_HAI, lan.id),
            lambda: freshness.head(session, DONG_HAI, lan.id),
        ):
            with pytest.raises(NotFound):
                missing()


def test_whoever_looks_through_all_rows_of_a_kind_misses_one_that_is_gone(house: House, lan: Someone):
    agency_id = lan.person.actor.agency_id
    with stolen(house) as thief:
        thief.delete("member", id=lan.id)
    with house.crypto() as crypto, pytest.raises(AlteredRows):
        freshness.members(crypto)
    with stolen(house) as thief:
        thief.delete("agency", id=agency_id)
    with house.crypto() as crypto, pytest.raises(AlteredRows):
        freshness.agency_of_kind(crypto, "womens_union")


def test_an_agency_is_found_by_its_kind_only_if_its_row_holds(house: House, lan: Someone):
    with house.crypto() as crypto:
        found = freshness.agency_of_kind(crypto, "womens_union")
        assert found is not None
        assert found.id == lan.person.actor.agency_id
        assert freshness.agency_of_kind(crypto, "post_office") is None
    with stolen(house) as thief:
        thief.change("agency", {"id": found.id}, duty_phone="0900 000 000")
    with house.crypto() as crypto, pytest.raises(VaultError):
        freshness.agency_of_kind(crypto, "womens_union")


def test_nothing_is_sealed_to_an_agency_that_has_been_closed(house: House, lan: Someone):
    case_id, agency_id = lan.opens_a_case(), lan.person.actor.agency_id
    assert agency_id is not None
    person = lan.person

    def close(context: ActContext) -> None:
        freshness.agency(context.session, THANH_SON, agency_id).state = "closed"

    house.gate.perform(house.stranger(Role.CONSOLE), Action(Act.AGENCY_ADD, close))
    for doing in (
        lambda: house.gate.perform(person, desk.write_section, case_id, Story(words="x"), base=1),
        lambda: house.gate.perform(person, intake.start_draft, {1: {}}),
        lambda: lan.does(desk.read_section, case_id, Section.STORY),
    ):
        with pytest.raises(CaseworkError):
            doing()


def test_the_list_of_staff_is_refused_whole_when_one_head_is_older_than_the_log(house: House, lan: Someone):
    son = house["son"]
    assert sum(len(agency.people) for agency in son.does(directory.list_people)) == _ON_STAFF
    with stolen(house) as thief:
        old = thief.rows("head", id=lan.id)

    def touch(context: ActContext) -> None:
        head = freshness.head(context.session, THANH_SON, lan.id)
        heads.mark_changed(context.session, head)

    house.gate.perform(house.stranger(Role.CONSOLE), Action(Act.ENROL, touch))
    assert sum(len(agency.people) for agency in son.does(directory.list_people)) == _ON_STAFF
    with stolen(house) as thief:
        thief.put_back("head", ("commune_id", "id"), *old)
    with pytest.raises(VaultError):
        son.does(directory.list_people)
    with pytest.raises(VaultError):
        lan.sign_in()


def test_a_head_made_in_this_act_is_believed(house: House):
    def make(context: ActContext) -> bool:
        made = heads.create(context.session, context.commune_id, "agency", UUID(int=7))
        return freshness.head(context.session, context.commune_id, made.id) is made

    assert house.gate.perform(house.stranger(Role.CONSOLE), Action(Act.AGENCY_ADD, make))


def test_what_an_act_itself_has_written_is_read_anew_and_the_rest_once(house: House, lan: Someone):
    def rename(context: ActContext) -> None:
        statements: list[str] = []
        event.listen(context.session.connection(), "before_cursor_execute", lambda *about: statements.append(about[2]))
        names = {row.name for row in freshness.members(context.crypto)}
        head = freshness.head(context.session, THANH_SON, lan.id)
        asked = len(statements)
        assert {row.name for row in freshness.members(context.crypto)} == names
        assert freshness.head(context.session, THANH_SON, lan.id) is head
        assert len(statements) == asked == 2
        freshness.member(context.session, THANH_SON, lan.id).name = "Trần Thị Lan Anh"
        context.session.flush()
        assert {row.name for row in freshness.members(context.crypto)} - names == {"Trần Thị Lan Anh"}
        context.session.delete(freshness.head(context.session, THANH_SON, house["mai"].id))
        context.session.flush()
        with pytest.raises(NotFound):
            freshness.head(context.session, THANH_SON, house["mai"].id)
        raise Conflict("the end of the test")

    with pytest.raises(Conflict):
        house.gate.perform(house.stranger(Role.CONSOLE), Action(Act.ENROL, rename))


def test_the_next_transaction_reads_what_another_has_written(house: House, lan: Someone):
    def rename(context: ActContext) -> None:
        freshness.member(context.session, THANH_SON, lan.id).name = "Trần Thị Lan Anh"

    with house.crypto() as crypto:
        assert "Trần Thị Lan Anh" not in {row.name for row in freshness.members(crypto)}
    house.gate.perform(house.stranger(Role.CONSOLE), Action(Act.ENROL, rename))
    with house.crypto() as crypto:
        assert "Trần Thị Lan Anh" in {row.name for row in freshness.members(crypto)}


@only_sqlite
def test_a_member_whose_head_was_put_back_is_in_no_list(house: House, lan: Someone):
    token = token_from(lan.cookie)
    assert token is not None
    with stolen(house) as thief:
        before = {name: thief.rows(name, id=lan.id) for name in ("head", "member")}
    lan.does(sign_out, token.sid)
    with stolen(house) as thief:
        for name, rows in before.items():
            thief.put_back(name, ("commune_id", "id"), *rows)
    with house.crypto() as crypto, pytest.raises(OutdatedHead):
        freshness.members(crypto)


@only_sqlite
def test_the_agencies_of_a_commune_are_its_own_without_circles(house: House, lan: Someone, mai: Someone):
    lan.opens_a_case(circle=[mai])
    with house.crypto() as crypto:
        found = freshness.agencies(crypto.session, THANH_SON)
        assert {row.commune_id for row in found} == {THANH_SON}
        assert not any(row.circle for row in found)
        assert {row.kind for row in found} == {card.agency for card in STAFF.values() if card.agency}
