"""Periodic jobs run after a response where no timer of the machine runs them."""

from casework.audit.checkpoint import CheckpointStore
from casework.maintenance import background_jobs, backups
from tests.browsing import application, browser_of
from tests.house import only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON

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
    # A minute later it asks again, and nothing is due for an hour.
    jobs._looked_lately.clear()
    visitor.get("/dang-nhap").close()
    assert jobs.working is first
    app.extensions["casework.gate"].database.engine.dispose()
