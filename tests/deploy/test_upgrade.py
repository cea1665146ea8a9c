"""An upgrade and a restore on PostgreSQL: the owner role makes the tables, the service's role can do neither."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from casework import unguarded_database
from casework.desk import actions as desk
from casework.errors import MissingGrants
from casework.maintenance import database_upgrade, startup
from casework.policy.vocabulary import Section
from tests.deploy.roles import Roles, as_service
from tests.maintenance.backed_up_house import with_backups
from tests.maintenance.newer_migrations import add_migration, use_migrations

pytestmark = pytest.mark.parametrize("house", ["postgresql"], indirect=True)


def test_the_owner_brings_the_database_up_and_the_service_works_again_after_the_grants(
    roles: Roles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    backed_up = with_backups(roles.house)
    case_id = roles.house["lan"].opens_a_case()
    roles.house.gate.database.engine.dispose()
    use_migrations(monkeypatch, add_migration(tmp_path / "newer", "phones"))
    with pytest.raises(ProgrammingError, match=r"InsufficientPrivilege"):
        database_upgrade.run(replace(backed_up.config, database_url=roles.url("app")))
    owner = replace(backed_up.config, database_url=roles.url("owner"))
    assert database_upgrade.rehearse(owner)
    assert database_upgrade.run(owner)
    assert unguarded_database.has_no_leftovers(owner.database_url)
    with pytest.raises(MissingGrants), as_service(roles) as house:
        house["lan"].sign_in()
    with pytest.raises(MissingGrants, match=r"grants\.sql"):
        startup.require_current_schema(roles.url("app"))
    with roles.connect("owner") as own:
        own.execute(roles.read("grants.sql").encode())
    with as_service(roles) as house:
        assert house["lan"].does(desk.read_section, case_id, Section.STORY)
        assert house["lan"].opens_a_case()
    assert roles.refused("app", "DROP TABLE envelope")
    assert roles.refused("counts", "SELECT 1 FROM envelope")
