"""An upgrade in place: rehearsed on a copy, backed up, migrated, checked, and undone by itself if anything fails."""

from pathlib import Path
from typing import Any

import pytest

from casework import schema, unguarded_database
from casework.audit.checkpoint import CheckpointStore, compare
from casework.config import ConfigurationError
from casework.db import Base
from casework.desk import actions as desk
from casework.errors import Busy, Conflict, VaultError
from casework.maintenance import backups, checkpoints, database_upgrade, startup
from casework.oversight.actions import verify_all
from casework.policy.vocabulary import Act, Section
from tests.house import both_databases, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.maintenance.newer_migrations import add_migration, use_migrations
from tests.people import THANH_SON
from tests.referrals.scenes import referred
from tests.retention.scenes import files
from tests.tampering import Row, stolen

PREFIX = "9-"
UNSIGNED = "\n    op.execute(sa.table('wrap', sa.column('epoch', sa.BigInteger())).update().values(epoch=7))"
BROKEN = "\n    raise RuntimeError('half way')"


def rows_of(installation: BackedUpHouse) -> dict[str, list[Row]]:
    with stolen(installation.house) as thief:
        return {name: sorted(thief.rows(name), key=repr) for name in Base.metadata.tables}


def as_it_is(installation: BackedUpHouse) -> tuple[Any, Any]:
    """What stands in the database: on SQLite to the byte, with every file beside it; elsewhere row by row."""
    installation.house.gate.database.engine.dispose()
    rows = rows_of(installation)
    return rows, files(installation.house) if installation.config.database_url.startswith("sqlite") else {}


def phones(installation: BackedUpHouse) -> list[str]:
    with stolen(installation.house) as thief:
        return [row["duty_phone"] for row in thief.rows("agency")]


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Become the newer program."""
    return lambda **more: use_migrations(monkeypatch, add_migration(tmp_path / "newer", "phones", **more))


@both_databases
def test_heads_that_are_signed_again_commit_to_their_rows_as_they_stand(
    installation: BackedUpHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    case_id = installation.house["lan"].opens_a_case()
    with stolen(installation.house) as thief:
        before = {row["id"]: row["bound"] for row in thief.rows("head")}
    installation.house.gate.database.engine.dispose()
    use_migrations(monkeypatch, add_migration(tmp_path / "newer", "heads"))
    assert database_upgrade.run(installation.config)
    installation.reopens()
    with stolen(installation.house) as thief:
        assert {row["id"]: row["bound"] for row in thief.rows("head")} == before
    assert installation.house["lan"].does(desk.read_case, case_id).line.id == case_id


@both_databases
def test_a_filled_database_is_brought_up_and_everything_opens(installation: BackedUpHouse, newer_program):
    lan = installation.house["lan"]
    case_id = lan.opens_a_case()
    story = lan.does(desk.read_section, case_id, Section.STORY)
    cookie, before = lan.cookie, rows_of(installation)
    newer_program()
    with pytest.raises(ConfigurationError, match="Hãy chạy: casework upgrade"):
        startup.require_current_schema(installation.config.database_url)
    installation.house.gate.database.engine.dispose()
    steps: list[str] = []
    done = database_upgrade.run(installation.config, on_step=steps.append)
    assert done
    assert done.backup
    assert steps == list(database_upgrade.STEPS)
    # Every row with a MAC was checked before it was signed: all but sessions, counters of tries, and lines of the log.
    signed = sum(len(rows) for name, rows in before.items() if name not in {"session", "throttle", "audit_line"})
    assert done.verified_before == signed
    startup.require_current_schema(installation.config.database_url)
    assert unguarded_database.has_no_leftovers(installation.config.database_url)
    installation.reopens()
    lan = installation.house["lan"]
    assert lan.does(desk.read_section, case_id, Section.STORY) == story
    assert phones(installation)
    assert all(phone.startswith(PREFIX) for phone in phones(installation))
    assert all(verdict.holds for _, verdict in verify_all(installation.house.gate))
    with installation.house.crypto() as crypto:
        shelf = CheckpointStore.of(installation.config.checkpoints_folder, THANH_SON)
        assert compare(crypto, shelf, list(shelf.valid(checkpoints.publics(installation.config)))).holds
    with stolen(installation.house) as thief:
        line, *_ = thief.rows("audit_line", commune_id=THANH_SON, act=Act.UPGRADE_RUN)
    assert f"{done.before} -> 9001" in line["body"]
    assert done.backup.name in line["body"]
    lan._cookie = cookie
    with pytest.raises(AssertionError, match="not signed in"):
        _ = lan.presence
    assert database_upgrade.run(installation.config) is None


@both_databases
@pytest.mark.parametrize(
    ("then", "refusal"), [(BROKEN, RuntimeError), (UNSIGNED, VaultError)], ids=["breaks", "unsaid"]
)
def test_a_step_that_breaks_or_changes_what_it_does_not_name_leaves_the_database_as_it_was(
    installation, newer_program, then, refusal
):
    installation.house["lan"].opens_a_case()
    newer_program(then=then)
    before = as_it_is(installation)
    with pytest.raises(refusal):
        database_upgrade.run(installation.config)
    assert as_it_is(installation) == before
    assert unguarded_database.has_no_leftovers(installation.config.database_url)


@both_databases
def test_what_does_not_verify_in_its_place_gives_it_back(installation: BackedUpHouse, newer_program):
    installation.house["lan"].opens_a_case()
    newer_program()
    before = as_it_is(installation)

    def fails(step: str) -> None:
        if step == "verify":
            assert all(phone.startswith(PREFIX) for phone in phones(installation))
            raise VaultError("unopened")

    with pytest.raises(VaultError):
        database_upgrade.run(installation.config, on_step=fails)
    assert as_it_is(installation) == before
    assert unguarded_database.has_no_leftovers(installation.config.database_url)


@only_sqlite
@pytest.mark.parametrize(("table", "values"), [("agency", {"duty_phone": "113"}), ("envelope", {"epoch": 9})])
def test_no_row_is_signed_anew_that_did_not_hold_before(
    installation: BackedUpHouse, newer_program, table: str, values: Row
):
    case_id = installation.house["lan"].opens_a_case()
    with stolen(installation.house) as thief:
        where = {"kind": "police"} if table == "agency" else {"case_id": case_id}
        assert thief.change(table, where, **values)
    newer_program()
    before = as_it_is(installation)
    with pytest.raises(VaultError, match=table):
        database_upgrade.run(installation.config)
    assert as_it_is(installation) == before


@only_sqlite
def test_a_head_put_back_is_not_believed_anew(installation: BackedUpHouse, newer_program):
    referral = referred(installation.house).goes("open")
    with stolen(installation.house) as thief:
        [old] = thief.rows("head", id=referral.case_id)
    referral.goes("decline")
    with stolen(installation.house) as thief:
        thief.put_back("head", ("id",), old)
    newer_program()
    with pytest.raises(VaultError, match="cũ hơn nhật ký"):
        database_upgrade.run(installation.config)


@only_sqlite
@pytest.mark.parametrize("step", ["sent", "opened"])
def test_an_urgent_referral_is_waited_for_unless_a_reason_is_given(
    installation: BackedUpHouse, newer_program, step: str
):
    referral = referred(installation.house, danger="yes").goes(*(["open"] if step == "opened" else []))
    assert database_upgrade.unanswered_urgent_referrals(installation.config) == 1
    newer_program()
    before = as_it_is(installation)
    with pytest.raises(Conflict, match="1 chuyển gửi khẩn chưa có ai trả lời"):
        database_upgrade.run(installation.config)
    with pytest.raises(Conflict):
        database_upgrade.run(installation.config, reason="  ")
    assert as_it_is(installation) == before
    assert database_upgrade.run(installation.config, reason="Đã gọi trực ban,\n họ đang đến")
    with stolen(installation.house) as thief:
        line, *_ = thief.rows("audit_line", commune_id=THANH_SON, act=Act.UPGRADE_RUN)
    assert "1 urgent: Đã gọi trực ban, họ đang đến" in line["body"]
    installation.reopens()
    referral.to.leaves()
    referral.goes("open", "accept")
    assert database_upgrade.unanswered_urgent_referrals(installation.config) == 0


@only_sqlite
def test_a_referral_that_is_not_urgent_keeps_nobody_waiting(installation: BackedUpHouse):
    referred(installation.house)
    assert database_upgrade.unanswered_urgent_referrals(installation.config) == 0


@both_databases
def test_a_rehearsal_changes_nothing_and_finds_what_an_upgrade_would_find(installation: BackedUpHouse, newer_program):
    lan = installation.house["lan"]
    case_id = lan.opens_a_case()
    assert database_upgrade.rehearse(installation.config) is None
    newer_program()
    before, steps = rows_of(installation), list[str]()
    done = database_upgrade.rehearse(installation.config, on_step=steps.append)
    assert done
    assert tuple(steps) == database_upgrade.REHEARSED
    assert done.verified_after.bodies > 5
    assert rows_of(installation) == before
    assert unguarded_database.has_no_leftovers(installation.config.database_url)
    assert lan.does(desk.read_case, case_id)


@only_sqlite
def test_the_backup_made_before_is_read_by_the_old_program(
    installation: BackedUpHouse, newer_program, monkeypatch: pytest.MonkeyPatch
):
    lan = installation.house["lan"]
    case_id = lan.opens_a_case()
    newer_program()
    installation.house.gate.database.engine.dispose()
    done = database_upgrade.run(installation.config)
    assert done
    assert done.backup
    monkeypatch.undo()
    with pytest.raises(ConfigurationError, match="bản chương trình mới hơn"):
        startup.require_current_schema(installation.config.database_url)
    installation.restores(done.backup)
    startup.require_current_schema(installation.config.database_url)
    assert installation.house["lan"].does(desk.read_section, case_id, Section.STORY)
    assert not any(phone.startswith(PREFIX) for phone in phones(installation))


@both_databases
def test_what_a_server_elsewhere_writes_meanwhile_is_not_lost(installation: BackedUpHouse, newer_program):
    lan = installation.house["lan"]
    case_id = lan.opens_a_case()
    newer_program()

    def writes(step: str) -> None:
        if step == "swap":
            lan.does(desk.add_note, case_id, "Đã gọi.")
            installation.house.gate.database.engine.dispose()

    with pytest.raises(Busy, match="dừng mọi máy chủ"):
        database_upgrade.run(installation.config, on_step=writes)
    assert len(lan.does(desk.read_section, case_id, Section.COUNSELLING)) == 1
    assert unguarded_database.has_no_leftovers(installation.config.database_url)


@only_sqlite
def test_what_a_broken_off_upgrade_left_is_tidied_and_a_database_without_a_backup_key_stays(
    installation: BackedUpHouse, newer_program
):
    file = Path(installation.config.database_url.removeprefix("sqlite:///"))
    for name in ("restoring", "set_aside"):
        file.with_name(f"{file.name}.{name}").write_bytes(b"left")
    assert not unguarded_database.has_no_leftovers(installation.config.database_url)
    assert database_upgrade.run(installation.config) is None
    assert unguarded_database.has_no_leftovers(installation.config.database_url)
    newer_program()
    backups_gone = type(installation.config)(**{**vars(installation.config), "backup_public": ""})
    with pytest.raises(ConfigurationError, match="khóa sao lưu"):
        database_upgrade.run(backups_gone)
    assert backups.list_backups(installation.config) == []
    assert startup.revision(installation.config.database_url) != schema.newest()


@only_sqlite
def test_a_database_is_not_copied_onto_a_disk_that_would_be_full(
    installation: BackedUpHouse, newer_program, monkeypatch: pytest.MonkeyPatch
):
    newer_program()
    before = as_it_is(installation)
    monkeypatch.setattr(database_upgrade, "_COPIES_ON_DISK", 2**40)
    with pytest.raises(ConfigurationError, match="Hãy dọn đĩa"):
        database_upgrade.run(installation.config)
    assert as_it_is(installation) == before
