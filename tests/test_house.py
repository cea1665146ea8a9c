"""The house that the other tests live in."""

from casework.desk import actions as desk
from casework.policy.vocabulary import Role, Section
from tests.house import House, Someone, both_databases
from tests.people import STAFF
from tests.stories import CANARIES


@both_databases
def test_a_counsellor_opens_a_case_and_reads_it(lan: Someone):
    case_id = lan.opens_a_case()
    assert [case.id for case in lan.does(desk.list_cases).cases] == [case_id]
    (story,) = lan.does(desk.read_section, case_id, Section.STORY)
    assert story.data.to_json() == {"words": CANARIES["story"]}


def test_every_role_that_people_hold_is_held_by_somebody():
    nobodies = {Role.VISITOR, Role.SYSTEM, Role.CONSOLE}
    assert {role for person in STAFF.values() for role in person.roles} == set(Role) - nobodies


def test_everybody_signs_in_with_their_own_name(house: House):
    assert {house[username].presence.name for username in STAFF} == {person.name for person in STAFF.values()}


@both_databases
def test_a_copy_knows_nothing_of_what_another_test_did(lan: Someone):
    assert lan.does(desk.list_cases).cases == ()
