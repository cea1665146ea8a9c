"""Permits: what the table says for each role and act, and not one section more."""

import tomllib
from itertools import combinations
from pathlib import Path
from uuid import uuid4

import pytest

from casework.errors import Refused
from casework.policy import table
from casework.policy.permit import Actor, allowed, issue
from casework.policy.vocabulary import Act, Reach, Role, Section

RAW = tomllib.loads(Path(table.__file__).with_name("policy.toml").read_text(encoding="utf-8"))


def spelled(name: str) -> list[str]:
    """Return the roles that a name of the file stands for."""
    return [role for part in RAW["groups"][name] for role in spelled(part)] if name in RAW["groups"] else [name]


def opened(name: str, role: str) -> set[str]:
    return {code for line, codes in RAW[name].items() if role in spelled(line) for code in codes}


RECORDS = {role: code for name, code in RAW["records"].items() for role in spelled(name)}
SECTIONS = {
    role: {Section[code.upper()] for code in opened("sections", role) | {RECORDS.get(role, "")} - {""}} for role in Role
}
WHO = {
    act: {role: reach for name, reach in row["who"].items() for role in spelled(name)}
    for act, row in RAW["acts"].items()
}
# Who works on no case holds no section, whatever an act opens; the card of the product promises it by name.
BLIND = ("visitor", "system", "console", "statistician", "reporter", "host", "observer", "administrator")


def actor(*roles: Role) -> Actor:
    return Actor(uuid4(), uuid4(), roles, uuid4())


@pytest.mark.parametrize("act", Act, ids=str)
def test_every_role_gets_what_the_table_says(act):
    row = RAW["acts"][act]
    for role in Role:
        reach = WHO[act].get(role)
        assert allowed(actor(role), act) is (reach is not None)
        if reach is None:
            with pytest.raises(Refused):
                issue(actor(role), act)
            continue
        permit = issue(actor(role), act)
        opens = {Section[code.upper()] for code in row["opens"]} if "opens" in row else set(Section)
        assert (permit.act, permit.role, permit.reach) == (act, role, Reach[reach.upper()])
        assert permit.opens == SECTIONS[role] & opens
        assert permit.writes is row.get("writes", False)
        assert permit.stepup == row.get("stepup", "none")


@pytest.mark.parametrize("role", [Role(name) for name in BLIND])
def test_whoever_works_on_no_case_opens_nothing(role):
    assert SECTIONS[role] == set()
    assert all(not issue(actor(role), act).opens for act in Act if allowed(actor(role), act))


def test_nobody_of_no_role_may_do_anything():
    for act in Act:
        assert not allowed(actor(), act)
        with pytest.raises(Refused):
            issue(actor(), act)


def test_two_roles_together_open_no_more_than_each_that_may_do_the_act():
    for act in Act:
        for pair in combinations(Role, 2):
            may = [role for role in pair if allowed(actor(role), act)]
            if may:
                alone = [issue(actor(role), act) for role in may]
                both = issue(actor(*pair), act)
                assert both.opens == frozenset().union(*(permit.opens for permit in alone))
                assert both.reach == max(permit.reach for permit in alone)


def test_an_act_without_a_word_of_writing_cannot_write():
    assert not issue(actor(Role.LEAD), Act.CASE_READ).writes


def test_agency_and_circles_are_all_that_somebody_opens():
    agency, circle = uuid4(), uuid4()
    assert Actor(uuid4(), uuid4(), (), agency, frozenset({circle})).agencies == {agency, circle}
    assert Actor(uuid4(), uuid4(), (), None, frozenset({circle})).agencies == {circle}
    assert Actor(None, None, ()).agencies == frozenset()
