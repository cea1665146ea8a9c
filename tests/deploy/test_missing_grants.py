"""A right that is missing is told as what it is; a table that is gone is tampering, whatever was done to its rights."""

import logging

import pytest

from casework.desk import actions as desk
from casework.errors import AlteredRows, MissingGrants
from casework.maintenance import startup
from casework.maintenance.alarms import Alarms
from casework.policy.vocabulary import Section
from tests.deploy.roles import Roles, as_service
from tests.people import THANH_SON

pytestmark = pytest.mark.parametrize("house", ["postgresql"], indirect=True)

TAKEN = {
    "reading": "REVOKE SELECT ON document FROM {}",
    "writing": "REVOKE INSERT ON audit_line FROM {}",
    "all of a table": "REVOKE ALL ON head FROM {}",
    "the schema": "REVOKE USAGE ON SCHEMA public FROM {}",
}


@pytest.mark.parametrize("taken", TAKEN)
def test_a_right_that_was_taken_away_stops_and_says_so_until_it_is_given_back(
    roles: Roles, taken: str, caplog: pytest.LogCaptureFixture
):
    case_id = roles.house["lan"].opens_a_case()
    with as_service(roles) as house:
        lan, person = house["lan"], house["lan"].person
        with roles.connect("owner") as own:
            own.execute(TAKEN[taken].format(roles.mark + "app").encode())
        with caplog.at_level(logging.ERROR), pytest.raises(MissingGrants):
            house.gate.perform(person, desk.read_section, case_id, Section.STORY)
        assert "fault=MissingGrants row=grants" in caplog.text
        with roles.connect("owner") as own:
            own.execute(roles.read("grants.sql").encode())
        assert lan.does(desk.read_section, case_id, Section.STORY)
        assert "rows" not in Alarms(house.config, house.gate).current(THANH_SON)


@pytest.mark.parametrize("rights", [(), tuple(TAKEN.values())])
def test_a_table_that_is_gone_is_tampering_whatever_rights_are_gone_too(roles: Roles, rights: tuple[str, ...]):
    case_id = roles.house["lan"].opens_a_case()
    with as_service(roles) as house:
        person = house["lan"].person
        with roles.connect("owner") as own:
            own.execute(b"ALTER TABLE document RENAME TO elsewhere")
            for statement in rights:
                own.execute(statement.format(roles.mark + "app").replace("document", "elsewhere").encode())
        with pytest.raises(AlteredRows):
            house.gate.perform(person, desk.read_section, case_id, Section.STORY)
        with roles.connect("owner") as own:
            own.execute(b"ALTER TABLE elsewhere RENAME TO document")


@pytest.mark.parametrize("taken", [TAKEN["the schema"], "REVOKE SELECT ON alembic_version FROM {}", TAKEN["reading"]])
def test_a_start_without_rights_takes_the_database_for_no_empty_one(roles: Roles, taken: str):
    startup.require_current_schema(roles.url("app"))
    with roles.connect("owner") as own:
        own.execute(taken.format(roles.mark + "app").encode())
    with pytest.raises(MissingGrants, match=r"grants\.sql"):
        startup.require_current_schema(roles.url("app"))
