"""Nothing stands between the program and its tables: a trigger, a rule or a view of somebody else stops every act."""

import pytest

from casework.desk import actions as desk
from casework.errors import AlteredRows
from casework.policy.vocabulary import Section
from tests.house import House, both_databases
from tests.referrals.scenes import referred
from tests.tampering import stolen

KEEPS_WHAT_IS_DELETED = {
    "sqlite": "CREATE TRIGGER kept BEFORE DELETE ON envelope BEGIN SELECT RAISE(IGNORE); END",
    "postgresql": "CREATE RULE kept AS ON DELETE TO envelope DO INSTEAD NOTHING",
}
MEND = {"sqlite": "DROP TRIGGER kept", "postgresql": "DROP RULE kept ON envelope"}


def run(house: House, statements: dict[str, str]) -> None:
    with stolen(house) as thief:
        thief.connection.exec_driver_sql(statements[house.gate.database.engine.dialect.name])


@both_databases
def test_a_trigger_that_keeps_what_is_taken_away_stops_the_act(house: House, lan):
    sent = referred(house).goes("open", "accept")
    run(house, KEEPS_WHAT_IS_DELETED)
    with pytest.raises(AlteredRows):
        sent.goes("withdraw")
    run(house, MEND)
    sent.goes("withdraw")
    assert sent.state == "withdrawn"


@both_databases
def test_a_view_of_somebody_else_stops_every_act(house: House, lan):
    case_id = lan.opens_a_case()
    run(house, dict.fromkeys(MEND, "CREATE VIEW mirror AS SELECT 1 AS one"))
    with pytest.raises(AlteredRows):
        lan.does(desk.read_section, case_id, Section.STORY)
    run(house, dict.fromkeys(MEND, "DROP VIEW mirror"))
    assert lan.does(desk.read_section, case_id, Section.STORY)
