"""What was published stays published: no period is closed by a clock in doubt, nor a second time after a restore."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from casework import clock
from casework.audit.checkpoint import CheckpointStore
from casework.errors import Conflict
from casework.gate import Gate
from casework.maintenance import clock_check, evidence_check, release_copies, tick, verify_database
from casework.maintenance.system_actors import commune_ids
from casework.policy.vocabulary import Section
from casework.statistics import actions
from casework.statistics.plan import TOTAL
from casework.statistics.published_tables import Published
from tests.house import both_databases, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse, with_backups
from tests.people import THANH_SON
from tests.statistics.timeline import Timeline, closes, truth_of
from tests.tampering import refused, stolen

YEAR = 366 * 24 * 3600 * clock.MICROSECOND


@pytest.fixture
def installation(timeline: Timeline) -> Iterator[BackedUpHouse]:
    """The house of the timeline with keys for checkpoints and backups."""
    backed_up = with_backups(timeline.house)
    yield backed_up
    backed_up.house.gate.database.engine.dispose()


def _closes(timeline: Timeline, name: str, mark: str) -> None:
    timeline.house["hoa"].does(actions.close_period, name, mark)


@only_sqlite
def test_a_clock_two_years_ahead_closes_nothing_until_a_person_has_confirmed_it(timeline: Timeline):
    timeline.record(timeline.first, 2)
    config, gate = timeline.house.config, timeline.house.gate
    with timeline.on(timeline.first.last):
        clock_check.trust(config, at=clock.micros())
        moment = clock.micros() + 2 * YEAR
    with clock.use_clock(lambda: moment):
        timeline.house.people.clear()
        seen = timeline.house["hoa"].does(actions.preview_period)
        with pytest.raises(Conflict, match="casework tick --confirm-clock"):
            _closes(timeline, seen.period.name, seen.mark)
        with stolen(timeline.house) as thief:
            assert thief.rows("release") == []
        clock_check.confirm(config, gate)
        assert closes(timeline.house["hoa"]).period == timeline.first


@only_sqlite
def test_without_evidence_nothing_outside_is_asked(timeline: Timeline):
    """What a wrong clock would publish, and what a gate does for a database that is still being made."""
    timeline.house.gate = replace(timeline.house.gate, evidence=None)
    clock_check.trust(timeline.house.config, at=clock.micros() - YEAR)
    timeline.record(timeline.first, 1)
    assert timeline.close(timeline.first).period == timeline.first


@only_sqlite
@pytest.mark.parametrize("values", [None, {"number": 7}, {"period": b"x"}])
def test_a_release_that_is_gone_or_changed_is_named_by_the_verification(
    timeline: Timeline, values: dict[str, object] | None
):
    timeline.record(timeline.first, 3)
    timeline.close(timeline.first)
    house = timeline.house
    assert verify_database.find_all_faults(house.config, house.gate) == []
    with stolen(house) as thief:
        assert thief.delete("release") if values is None else thief.change("release", {}, **values)
    assert "release" in {fault.table for fault in verify_database.find_all_faults(house.config, house.gate)}


def _closed_and_noted(installation: BackedUpHouse, timeline: Timeline) -> tuple[Path, Published]:
    """Make a backup, close a period after it and let the periodic run write its checkpoint."""
    timeline.record(timeline.first, 3)
    file = installation.backs_up()
    release = timeline.close(timeline.first)
    with timeline.on(timeline.first.next_day) as house:
        done = tick.tick(installation.config, house.gate)
    assert done is not None
    assert not done.failed
    # The tests go on a quarter later: that the clock is right is not their subject.
    (installation.config.data / "ticked").unlink()
    return file, release


@both_databases
def test_a_period_that_was_closed_after_the_backup_is_not_published_again(
    installation: BackedUpHouse, timeline: Timeline
):
    file, release = _closed_and_noted(installation, timeline)
    installation.restores(file)
    timeline.record(timeline.first, 2)
    with timeline.on(timeline.first.next_day) as house:
        assert house["hoa"].does(actions.read_releases) == (release,)
        seen = house["hoa"].does(actions.preview_period)
        assert (seen.period, seen.over) == (timeline.after(1), False)
        with pytest.raises(Conflict):
            _closes(timeline, timeline.first.name, seen.mark)
    preview = timeline.preview(timeline.after(1))
    assert truth_of(preview)[TOTAL] == 2, "what was counted before the restore is not counted again"
    assert timeline.close(timeline.after(1)).number == 2
    assert evidence_check.find_differences(installation.house.gate) == []


def _copy(installation: BackedUpHouse) -> Path:
    return CheckpointStore.of(installation.config.checkpoints_folder, THANH_SON).folder / "releases"


def _refuses(installation: BackedUpHouse, timeline: Timeline) -> None:
    with timeline.on(timeline.first.next_day) as house:
        seen = house["hoa"].does(actions.preview_period)
        assert seen.period == timeline.first
        with pytest.raises(Conflict, match="casework verify"):
            _closes(timeline, seen.period.name, seen.mark)
    assert {found.place for found in evidence_check.find_differences(installation.house.gate)} == {"release"}


@only_sqlite
@pytest.mark.parametrize("spoiled", ["lost", "changed", "of-another-commune"])
def test_without_the_copy_of_what_was_published_nothing_is_closed_until_the_operator_decides(
    installation: BackedUpHouse, timeline: Timeline, spoiled: str
):
    file, _ = _closed_and_noted(installation, timeline)
    text = _copy(installation).read_text(encoding="utf-8")
    if spoiled == "lost":
        _copy(installation).unlink()
    elif spoiled == "changed":
        _copy(installation).write_text(text.replace('"number":1', '"number":2'), encoding="utf-8")
    else:
        others = CheckpointStore.of(installation.config.checkpoints_folder, _other(installation.house.gate)).folder
        _copy(installation).write_bytes((others / "releases").read_bytes())
    installation.restores(file)
    _refuses(installation, timeline)
    evidence_check.accept(installation.config, installation.house.gate, reason="bản chép đã mất")
    installation.reopens()
    assert timeline.close(timeline.first).number == 1


def _other(gate: Gate) -> UUID:
    return next(one for one in commune_ids(gate) if one != THANH_SON)


@only_sqlite
def test_a_copy_is_written_once_for_each_release_and_never_becomes_shorter(
    installation: BackedUpHouse, timeline: Timeline
):
    _closed_and_noted(installation, timeline)
    before = _copy(installation).stat().st_ino
    release_copies.write_all(installation.config, installation.house.gate)
    assert _copy(installation).stat().st_ino == before
    with stolen(installation.house) as thief:
        thief.delete("release", commune_id=THANH_SON)
    release_copies.write_all(installation.config, installation.house.gate)
    assert _copy(installation).stat().st_ino == before


@only_sqlite
def test_a_database_that_published_something_else_gets_none_of_the_copy(
    installation: BackedUpHouse, timeline: Timeline
):
    file, _ = _closed_and_noted(installation, timeline)
    kept = _copy(installation).read_bytes()
    _copy(installation).unlink()
    installation.restores(file)
    evidence_check.accept(installation.config, installation.house.gate, reason="bản chép đã mất")
    installation.reopens()
    timeline.record(timeline.first, 9)
    timeline.close(timeline.first)
    timeline.record(timeline.after(1), 1)
    other = timeline.close(timeline.after(1))
    _copy(installation).write_bytes(kept)
    assert release_copies.bring_back(installation.config, installation.house.gate, THANH_SON) == 0
    with timeline.on(timeline.after(1).next_day) as house:
        assert house["hoa"].does(actions.read_releases)[-1] == other


@both_databases
@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("case_file", {"state": "void"}),
        ("document", {"section": int(Section.COUNSELLING)}),
        ("envelope", None),
        ("document", {"revision": 9}),
    ],
)
def test_no_case_is_left_out_of_a_count_by_a_row_that_was_changed(
    timeline: Timeline, table: str, values: dict[str, object] | None
):
    case_id, *_ = timeline.record(timeline.first, 3)
    assert truth_of(timeline.preview(timeline.first))[TOTAL] == 3
    with stolen(timeline.house) as thief:
        [facts] = thief.rows("document", case_id=case_id, section=int(Section.FACTS))
        keys = {"case_file": {"id": case_id}, "document": {"id": facts["id"]}, "envelope": {"document_id": facts["id"]}}
        assert thief.delete(table, **keys[table]) if values is None else thief.change(table, keys[table], **values)
    refused(lambda: timeline.preview(timeline.first))
