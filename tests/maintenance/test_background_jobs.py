"""Periodic jobs run after a response where no timer of the machine runs them."""

from flask.testing import FlaskClient

from casework.audit.checkpoint import CheckpointStore
from casework.desk import actions as desk
from casework.maintenance import background_jobs, backups
from casework.maintenance.alarms import Alarms
from casework.maintenance.background_jobs import BackgroundJobs
from casework.policy.vocabulary import Act
from tests.browsing import application, browser_of
from tests.house import House, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON
from tests.tampering import Row, stolen

pytestmark = only_sqlite


def test_the_first_response_is_followed_by_a_run_and_the_next_ones_by_none(installation: BackedUpHouse):
    app = application(installation.house)
    jobs = background_jobs.install(app, installation.config, app.extensions["casework.gate"])
    visitor = browser_of(app, None)
    with visitor.get("/dang-nhap") as answer:
        assert answer.status_code == 200
    first = jobs.working
    assert first is not None
    first.join()
    assert len(backups.list_backups(installation.config)) == 1
    assert CheckpointStore.of(installation.config.checkpoints_folder, THANH_SON).numbers() == [1]
    visitor.get("/dang-nhap").close()
    assert jobs.working is first
    # A minute later it looks again, and nothing is due for an hour.
    _look_again(jobs, visitor)
    assert len(backups.list_backups(installation.config)) == 1
    app.extensions["casework.gate"].database.engine.dispose()


def _look_again(jobs: BackgroundJobs, visitor: FlaskClient) -> None:
    jobs._looked_lately.clear()
    visitor.get("/dang-nhap").close()
    assert jobs.working is not None
    jobs.working.join()


def test_a_line_that_no_longer_says_what_it_was_about_rings_within_the_minute(installation: BackedUpHouse):
    """The attack: a lead opens a case, and the line of that is found by nobody who looks for lines about the case."""
    house = installation.house
    app = application(house)
    jobs = background_jobs.install(app, installation.config, app.extensions["casework.gate"])
    visitor = browser_of(app, None)
    visitor.get("/dang-nhap").close()
    assert jobs.working is not None
    jobs.working.join()
    case_id = house["lan"].opens_a_case()
    house["hoa"].does(desk.read_case, case_id)
    with stolen(house) as thief:
        assert thief.change("audit_line", {"about": case_id, "act": Act.CASE_READ}, about=None)
    _look_again(jobs, visitor)
    alarms, lines = Alarms(installation.config, house.gate), len(_failed(house))
    assert "rows" in alarms.current(THANH_SON)
    _look_again(jobs, visitor)
    assert len(_failed(house)) == lines > 0
    app.extensions["casework.gate"].database.engine.dispose()


def _failed(house: House) -> list[Row]:
    with stolen(house) as thief:
        return thief.rows("audit_line", outcome="failed")
