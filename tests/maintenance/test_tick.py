"""What comes round by the clock, and what a clock that jumped must not do."""

from pathlib import Path

import pytest
from filelock import FileLock

from casework import clock
from casework.audit.checkpoint import CheckpointStore
from casework.clock import MICROSECOND
from casework.maintenance import backups, checkpoints, clock_check, revocation_log_copy, tick
from casework.maintenance.tick import TickReport
from tests.house import House, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON
from tests.referrals.scenes import referred
from tests.tampering import stolen

DAY = 86_400 * MICROSECOND
pytestmark = only_sqlite


def _tick(book: BackedUpHouse) -> TickReport:
    done = tick.tick(book.config, book.house.gate)
    assert done is not None
    return done


def _tick_after(book: BackedUpHouse, micros: int) -> TickReport:
    moment = clock.micros() + micros
    with clock.living_at(lambda: moment):
        return _tick(book)


def test_a_round_writes_a_checkpoint_a_backup_and_a_copy_of_the_ledger(book: BackedUpHouse):
    referred(book.house).goes("open", "decline")
    done = _tick(book)
    assert done.done == ["checkpoint", "backup", "verify", "expiry", "idle", "retention", "clock"]
    assert (done.failed, done.doubtful) == ([], False)
    [file] = backups.kept(book.config)
    assert backups.is_valid(book.config, file)
    assert CheckpointStore.of(book.config.checkpoints_folder, THANH_SON).numbers() == [1]
    copied = (book.config.checkpoints_folder / "removals").read_bytes()
    assert copied == book.config.revocation_log_file.read_bytes()
    assert {"backup", "verify"}.isdisjoint(_tick_after(book, 2 * tick.HOUR).done)
    assert {"backup", "verify"} <= set(_tick_after(book, DAY).done)


def test_a_round_is_due_once_an_hour(book: BackedUpHouse):
    assert tick.due(book.config)
    _tick(book)
    assert not tick.due(book.config)
    later = clock.micros() + tick.HOUR
    with clock.living_at(lambda: later):
        assert tick.due(book.config)


def test_two_rounds_are_never_under_way(book: BackedUpHouse):
    with FileLock(book.config.data / "tick.lock"):
        assert tick.tick(book.config, book.house.gate) is None
    assert _tick(book).done


def test_a_ground_that_runs_out_takes_its_referral_along(book: BackedUpHouse):
    made = referred(book.house).goes("open")
    _tick(book)
    with stolen(book.house) as thief:
        [row] = thief.rows("ground", id=made.ground_id)
    over = row["until"] - clock.micros() + MICROSECOND if row["until"] else None
    if over is None:
        made.goes("withdraw")
        return
    days = 0
    while days * DAY < over:
        days += 6
        _tick_after(book, min(days * DAY, over))
    assert made.state == "expired"


@pytest.mark.parametrize("jump", [-DAY, -365 * DAY, 8 * DAY, 400 * DAY])
def test_a_clock_that_jumped_removes_nothing_until_a_person_confirms(book: BackedUpHouse, jump: int):
    lan = book.house["lan"]
    lan.opens_a_case()
    _tick(book)
    for _ in range(2):
        done = _tick_after(book, jump)
        assert done.doubtful
        assert not {"expiry", "idle", "retention"} & set(done.done)
    with stolen(book.house) as thief:
        assert {row["state"] for row in thief.rows("member")} == {"active"}
    moment = clock.micros() + jump
    with clock.living_at(lambda: moment):
        clock_check.confirm(book.config, book.house.gate)
        done = _tick(book)
    assert not done.doubtful
    assert "expiry" in done.done


def test_who_was_not_there_for_45_days_is_locked_but_for_the_last_of_each_agency(book: BackedUpHouse):
    house = book.house
    house["lan"].opens_a_case()
    with stolen(house) as thief:
        agency = {row["username"]: row["agency_id"] for row in thief.rows("member")}
    later = clock.micros() + 46 * DAY
    with clock.living_at(lambda: later):
        clock_check.confirm(book.config, house.gate)
        house["hoa"].leaves()
        house["hoa"].sign_in()
        done = _tick(book)
    assert "idle" in done.done
    with stolen(house) as thief:
        state = {row["username"]: row["state"] for row in thief.rows("member")}
    assert state["hoa"] == "active"
    assert state["lan"] == "locked"
    for home in set(agency.values()):
        assert "active" in {state[username] for username in agency if agency[username] == home}


def test_backups_are_kept_35_days_but_never_the_last_good_one_is_removed(book: BackedUpHouse):
    old = book.backs_up()
    moment = clock.micros() + 36 * DAY
    (book.config.backups_folder / "casework-20200101T000000Z.casework").write_bytes(b"torn")
    (book.config.backups_folder / "x.casework.unfinished").touch()
    with clock.living_at(lambda: moment):
        gone = backups.delete_expired(book.config)
        assert old not in gone
        assert len(gone) == 1
        assert backups.newest_valid_at(book.config) == backups.made_at(book.config, old)
        newer = book.backs_up()
        assert backups.delete_expired(book.config) == [old]
    assert backups.kept(book.config) == [newer]


def test_without_keys_nothing_is_signed_and_nobody_is_alarmed(house: House):
    done = tick.tick(house.config, house.gate)
    assert done is not None
    assert done.done == ["verify", "expiry", "idle", "clock"]
    assert not checkpoints.missing(house.config, THANH_SON, at=clock.micros())


def test_a_second_place_that_is_gone_is_told_and_the_rest_is_done(book: BackedUpHouse):
    Path(book.config.checkpoint_dir).write_text("no folder", encoding="utf-8")
    done = _tick(book)
    assert done.failed == ["checkpoint"]
    assert "backup" in done.done
    assert checkpoints.missing(book.config, THANH_SON, at=clock.micros())


def test_a_checkpoint_is_missed_after_26_hours(book: BackedUpHouse):
    assert checkpoints.missing(book.config, THANH_SON, at=clock.micros())
    _tick(book)
    now = clock.micros()
    assert not checkpoints.missing(book.config, THANH_SON, at=now + 25 * tick.HOUR)
    assert checkpoints.missing(book.config, THANH_SON, at=now + 27 * tick.HOUR)


def test_a_lost_ledger_comes_back_from_the_second_place(book: BackedUpHouse):
    made = referred(book.house).goes("open")
    file = book.backs_up()
    made.goes("decline")
    _tick(book)
    book.config.revocation_log_file.unlink()
    assert book.restores(file).revoked == 1
    assert made.state == "declined"
    assert book.config.revocation_log_file.exists()
    revocation_log_copy.copy(book.config)


def test_without_any_ledger_a_restore_asks_for_it(book: BackedUpHouse):
    made = referred(book.house).goes("open")
    file = book.backs_up()
    made.goes("decline")
    _tick(book)
    book.config.revocation_log_file.unlink()
    (book.config.checkpoints_folder / "removals").unlink()
    with pytest.raises(Exception, match="removals"):
        book.restores(file)
    book.reopens()
    assert made.state == "declined"
    assert book.restores(file, without_revocation_log=True).revoked == 0


def test_a_forged_ledger_is_refused(book: BackedUpHouse):
    made = referred(book.house).goes("open")
    file = book.backs_up()
    made.goes("decline")
    _tick(book)
    lines = book.config.revocation_log_file.read_bytes().splitlines(keepends=True)
    book.config.revocation_log_file.write_bytes(b"".join(lines[:-1]) + lines[-1].replace(b"declined", b"accepted"))
    with pytest.raises(Exception, match="unopened"):
        book.restores(file)
