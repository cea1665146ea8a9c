"""What lies outside the database is compared before anything is signed, until the operator decides otherwise."""

import logging
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest

from casework.audit.checkpoint import CheckpointStore
from casework.audit.verify import verify
from casework.desk import actions as desk
from casework.errors import BadInput, LogRolledBack
from casework.gate import open_gate
from casework.maintenance import backups, checkpoints, evidence_check, restore, startup, tick
from casework.policy.vocabulary import Act
from tests.browsing import application, browser_of
from tests.commands import call
from tests.house import both_databases, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import KEK, THANH_SON
from tests.referrals.scenes import referred
from tests.tampering import Row, copied_book, put_book_back, stolen

RED = "Sổ không khớp với bằng chứng giữ bên ngoài"


def _ticks(installation: BackedUpHouse) -> tick.TickReport:
    done = tick.tick(installation.config, installation.house.gate)
    assert done is not None
    return done


def _store(installation: BackedUpHouse) -> CheckpointStore:
    return CheckpointStore.of(installation.config.checkpoints_folder, THANH_SON)


def _places(installation: BackedUpHouse) -> set[str]:
    return {found.place for found in evidence_check.find_differences(installation.house.gate)}


def _read_and_cut(installation: BackedUpHouse, *, lines: int = 3) -> None:
    """Let the lead read a case and a checkpoint be written, then delete the last lines of the log."""
    house = installation.house
    case_id = house["lan"].opens_a_case()
    for _ in range(lines + 1):
        house["hoa"].does(desk.read_case, case_id)
    assert not _ticks(installation).failed
    with stolen(house) as thief:
        length = max(row["n"] for row in thief.rows("audit_line", commune_id=THANH_SON))
        for n in range(length, length - lines - 3, -1):
            thief.delete("audit_line", commune_id=THANH_SON, n=n)


def _restarts(installation: BackedUpHouse, *, without_watermark: bool = False) -> None:
    """Begin a new process, whose attacker may have taken the watermark too."""
    installation.house.gate.database.engine.dispose()
    if without_watermark:
        installation.config.watermark_file.unlink()
    installation.house.gate = open_gate(installation.config, KEK)


@both_databases
@pytest.mark.parametrize("without_watermark", [False, True], ids=["running", "restarted-without-watermark"])
def test_a_log_that_was_cut_is_not_signed_and_rings_until_the_operator_decides(
    installation: BackedUpHouse, without_watermark: bool, caplog: pytest.LogCaptureFixture
):
    _read_and_cut(installation)
    kept = backups.list_backups(installation.config)
    notes = _store(installation).numbers()
    _restarts(installation, without_watermark=without_watermark)
    for _ in range(2):
        with caplog.at_level(logging.ERROR):
            done = _ticks(installation)
        assert "evidence" in done.failed
        assert not {"checkpoint", "backup", "retention", "evidence"} & set(done.done)
    assert "fault=Difference row=" in caplog.text
    assert (_store(installation).numbers(), backups.list_backups(installation.config)) == (notes, kept)
    assert evidence_check.rings(installation.config)
    with pytest.raises(LogRolledBack):
        startup.make_ready(installation.config)
    found = evidence_check.accept(installation.config, installation.house.gate, reason="  đã xem\n máy ")
    assert found
    assert not evidence_check.rings(installation.config)
    _restarts(installation)
    startup.make_ready(installation.config)
    assert not _ticks(installation).failed
    newest = _store(installation).checked(notes[-1] + 1, checkpoints.publics(installation.config))
    assert newest.accepted is not None
    assert newest.accepted[1] == "đã xem máy"
    assert set(notes) < set(_store(installation).numbers())
    with stolen(installation.house) as thief:
        [line] = thief.rows("audit_line", act=Act.AUDIT_ACCEPT, commune_id=THANH_SON)
    assert "đã xem máy" in line["body"]


@only_sqlite
def test_the_commands_say_it_and_the_lead_the_observer_and_the_administrator_see_it(installation: BackedUpHouse):
    installation.writes_settings()
    data = ("--data", str(installation.config.data))
    for username in ("hoa", "quang", "son", "lan"):
        assert installation.house[username].cookie
    _read_and_cut(installation)
    installation.config.watermark_file.unlink()
    (installation.config.data / "ticked").unlink()
    installation.house.gate = open_gate(installation.config, KEK)
    ticked = call("tick", *data)
    assert ticked.exit_code == 1
    assert "casework accept-log" in ticked.stderr
    verified = call("verify", *data)
    assert verified.exit_code == 1
    assert "nhật ký không khớp với mốc" in verified.stdout
    assert call("backup", *data).exit_code == 1
    assert "accept-log" in call("check", *data).stdout
    flask_app = application(installation.house)
    for username, sees in (("hoa", True), ("quang", True), ("son", True), ("lan", False)):
        page = browser_of(flask_app, installation.house[username]).get("/").get_data(as_text=True)
        assert (RED in page) == sees, username
    installation.house.gate.database.engine.dispose()
    unexplained = call("accept-log", *data, "--reason", " ")
    assert unexplained.exit_code == 1
    accepted = call("accept-log", *data, "--reason", "thử")
    assert accepted.exit_code == 0, accepted.stderr
    assert "accept-log" not in call("check", *data).stdout
    assert "nhật ký không khớp với mốc" in accepted.stdout
    assert "không có gì phải quyết định" in call("accept-log", *data, "--reason", "thử").stdout
    (installation.config.data / "ticked").unlink()
    assert "evidence, checkpoint" in call("tick", *data).stdout


@both_databases
def test_going_on_with_an_old_database_takes_away_again_what_was_taken_away(installation: BackedUpHouse):
    made = referred(installation.house).goes("open", "accept")
    book = copied_book(installation.house)
    made.goes("withdraw")
    put_book_back(installation.house, book)
    assert made.state == "accepted"
    _restarts(installation)
    assert "watermark" in _places(installation)
    evidence_check.accept(installation.config, installation.house.gate, reason="máy hỏng")
    _restarts(installation)
    assert made.state == "withdrawn"
    assert _places(installation) == set()
    installation.house.people.clear()
    assert installation.house["lan"].does(desk.read_case, made.case_id)


@only_sqlite
def test_with_an_empty_reason_nothing_is_decided(installation: BackedUpHouse):
    with pytest.raises(BadInput):
        evidence_check.accept(installation.config, installation.house.gate, reason=" ")
    assert evidence_check.accept(installation.config, installation.house.gate, reason="thử") == []


def _cut_revocation_log(installation: BackedUpHouse) -> None:
    raw = installation.config.revocation_log_file.read_bytes()
    installation.config.revocation_log_file.write_bytes(raw[: raw[:-1].rfind(b"\n") + 1])


def _change_revocation_log(installation: BackedUpHouse) -> None:
    raw = installation.config.revocation_log_file.read_bytes()
    installation.config.revocation_log_file.write_bytes(raw.replace(b"declined", b"accepted"))


def _lose_revocation_log(installation: BackedUpHouse) -> None:
    installation.config.revocation_log_file.unlink()


@only_sqlite
@pytest.mark.parametrize("spoil", [_cut_revocation_log, _change_revocation_log, _lose_revocation_log])
@pytest.mark.parametrize("copied", [True, False])
def test_a_revocation_log_that_lost_or_changed_lines_is_not_gone_on_from(
    installation: BackedUpHouse, spoil: Callable[[BackedUpHouse], None], copied: bool
):
    made = referred(installation.house).goes("open", "decline")
    referred(installation.house).goes("open", "decline")
    assert not _ticks(installation).failed
    spoil(installation)
    with pytest.raises(LogRolledBack):
        made.lan.does(desk.read_case, made.case_id)
    _restarts(installation)
    assert "removals" in _places(installation)
    assert "evidence" in _ticks(installation).failed
    if not copied:
        (installation.config.checkpoints_folder / "removals").unlink()
    evidence_check.accept(installation.config, installation.house.gate, reason="máy hỏng")
    _restarts(installation)
    assert _places(installation) == set()
    assert made.state == "declined"
    assert not _ticks(installation).failed


@only_sqlite
def test_a_line_of_the_log_that_the_revocation_log_names_is_missed(installation: BackedUpHouse):
    made = referred(installation.house).goes("open", "decline")
    referred(installation.house).goes("open", "decline")
    with installation.house.crypto() as crypto:
        assert verify(crypto).holds
    assert _places(installation) == set()
    evidence = installation.house.gate.evidence
    assert evidence is not None
    evidence.revocation_log.append_note(installation.house.gate.server_keys(THANH_SON), word="kek", at=1)
    end = next(line.end for line in evidence.revocation_log.lines() if line.body.get("act") == Act.REFERRAL_DECLINE)
    with stolen(installation.house) as thief:
        thief.delete("audit_line", commune_id=THANH_SON, n=end[0])
    assert _places(installation) == {"removals"}
    assert made.state == "declined"


@only_sqlite
def test_notes_that_are_missing_or_not_ours_ring_but_stop_no_start(installation: BackedUpHouse):
    for _ in range(3):
        checkpoints.write_all(installation.config, installation.house.gate)
    (_store(installation).folder / "00000001.note").unlink()
    (_store(installation).folder / "00000002.note").write_text("nothing", encoding="utf-8")
    assert _places(installation) == {"note"}
    startup.make_ready(installation.config)
    assert "evidence" in _ticks(installation).failed
    evidence_check.accept(installation.config, installation.house.gate, reason="đĩa hỏng")
    assert _places(installation) == set()
    assert not _ticks(installation).failed


@only_sqlite
def test_files_of_other_people_are_named_and_passed_over(installation: BackedUpHouse):
    checkpoints.write_all(installation.config, installation.house.gate)
    file = installation.backs_up()
    (file.parent / "casework-copy.casework").write_bytes(file.read_bytes())
    (file.parent / "ghi chú.txt").touch()
    (file.parent / "casework-20261341T000000Z.casework").touch()
    (_store(installation).folder / "bản chép.note").touch()
    done = _ticks(installation)
    assert set(done.foreign) == {
        "casework-copy.casework",
        "casework-20261341T000000Z.casework",
        "ghi chú.txt",
        "bản chép.note",
    }
    assert not done.failed
    assert {"evidence", "checkpoint", "verify", "expiry", "retention"} <= set(done.done)
    assert backups.list_backups(installation.config) == [file]
    installation.writes_settings()
    (installation.config.data / "ticked").unlink()
    assert "casework-copy.casework" in call("tick", "--data", str(installation.config.data)).stderr


@only_sqlite
def test_a_commune_without_a_checkpoint_begins_its_watermark(installation: BackedUpHouse):
    made = referred(installation.house).goes("open", "decline")
    _restarts(installation, without_watermark=True)
    startup.make_ready(installation.config)
    assert made.lan.does(desk.read_case, made.case_id)
    assert installation.config.watermark_file.read_text(encoding="ascii").startswith(THANH_SON.hex)


@only_sqlite
@pytest.mark.parametrize("lost", [Path.unlink, lambda file: file.write_bytes(b"")], ids=["deleted", "emptied"])
@pytest.mark.parametrize("put_back", [True, False])
def test_a_watermark_that_is_gone_stops_the_next_start_until_the_operator_decides(
    installation: BackedUpHouse, lost: Callable[[Path], object], put_back: bool
):
    """What was done since the last checkpoint is known by the watermark alone, where nothing was revoked."""
    house = installation.house
    case_id = house["lan"].opens_a_case()
    assert house["hoa"].does(desk.read_case, case_id)
    assert not _ticks(installation).failed
    house.gate.database.engine.dispose()
    old = copied_book(house)
    assert house["hoa"].does(desk.read_case, case_id)
    installation.house.gate.database.engine.dispose()
    if put_back:
        put_book_back(installation.house, old)
    lost(installation.config.watermark_file)
    _restarts(installation)
    with pytest.raises(LogRolledBack):
        startup.make_ready(installation.config)
    assert _places(installation) == {"watermark-gone"}
    assert "evidence" in _ticks(installation).failed
    assert evidence_check.accept(installation.config, installation.house.gate, reason="mất tệp")
    startup.make_ready(installation.config)
    assert _places(installation) == set()
    assert not _ticks(installation).failed


@only_sqlite
def test_a_process_remembers_a_watermark_that_it_has_only_read(installation: BackedUpHouse):
    other = open_gate(installation.config, KEK)
    installation.house["lan"].opens_a_case()
    assert evidence_check.find_differences(other) == []
    installation.config.watermark_file.write_bytes(b"")
    length = max(row["n"] for row in _lines(installation))
    with stolen(installation.house) as thief:
        thief.delete("audit_line", commune_id=THANH_SON, n=length)
    assert {found.place for found in evidence_check.find_differences(other)} >= {"watermark"}
    other.database.engine.dispose()


def _lines(installation: BackedUpHouse) -> list[Row]:
    with stolen(installation.house) as thief:
        return thief.rows("audit_line", commune_id=THANH_SON)


@only_sqlite
def test_a_restore_that_broke_off_before_its_checkpoint_is_known_by_the_revocation_log(installation: BackedUpHouse):
    file = installation.backs_up()
    installation.house["lan"].opens_a_case()
    checkpoints.write_all(installation.config, installation.house.gate)

    def dies_at(step: str) -> None:
        if step == "swapped":
            raise InterruptedError

    installation.house.gate.database.engine.dispose()
    with pytest.raises(InterruptedError):
        restore.restore(installation.config, installation.order(file), hook=dies_at, announced=lambda _: nullcontext())
    installation.reopens()
    startup.make_ready(installation.config)
    assert _places(installation) == set()
    assert not _ticks(installation).failed
    newest = _store(installation).newest(checkpoints.publics(installation.config))
    assert newest is not None
    assert newest.restored is not None
    assert _places(installation) == set()
