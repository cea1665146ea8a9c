"""What is due is done after an answer where no timer of the machine does it."""

from casework.audit.checkpoint import CheckpointStore
from casework.maintenance import background_jobs, backups
from tests.browsing import application, browser_of
from tests.house import only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON

pytestmark = only_sqlite


def test_the_first_answer_is_followed_by_a_round_and_the_next_ones_by_none(book: BackedUpHouse):
    app = application(book.house)
    made = background_jobs.install(app, book.config, app.extensions["casework.gate"])
    visitor = browser_of(app, None)
    with visitor.get("/dang-nhap") as answer:
        assert answer.status_code == 200
    first = made.working
    assert first is not None
    first.join()
    assert len(backups.kept(book.config)) == 1
    assert CheckpointStore.of(book.config.checkpoints_folder, THANH_SON).numbers() == [1]
    visitor.get("/dang-nhap").close()
    assert made.working is first
    # A minute later it asks again, and nothing is due for an hour.
    made._looked_lately.clear()
    visitor.get("/dang-nhap").close()
    assert made.working is first
    app.extensions["casework.gate"].database.engine.dispose()
