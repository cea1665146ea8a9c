"""The maintenance commands as an operator types them, and a backup that changes the kind of database."""

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result

from casework.desk import actions as desk
from casework.maintenance import backups
from casework.policy.vocabulary import Section
from tests import postgres
from tests.commands import call
from tests.house import House, only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.referrals.scenes import referred
from tests.tampering import stolen


def _run(installation: BackedUpHouse, word: str, *words: str, typed: str = "") -> Result:
    return call(word, "--data", str(installation.config.data), *words, typed=typed)


@only_sqlite
def test_back_up_drill_and_restore_by_command(installation: BackedUpHouse):
    referral = referred(installation.house).goes("open")
    installation.writes_settings()
    backed = _run(installation, "backup")
    assert backed.exit_code == 0, backed.stderr
    [file] = backups.list_backups(installation.config)
    assert str(file) in backed.stdout
    assert "Đang sao lưu" in backed.stderr
    referral.goes("decline")
    live = Path(installation.config.database_url.removeprefix("sqlite:///"))
    installation.house.gate.database.engine.dispose()
    before = live.read_bytes()
    drilled = _run(installation, "restore", str(file), "--drill", typed=installation.key_on_paper())
    assert drilled.exit_code == 0, drilled.stderr
    assert "Thu hồi lại: 1" in drilled.stdout
    assert live.read_bytes() == before
    assert not (installation.config.data / "drill").exists()
    unasked = _run(installation, "restore", str(file), typed="n\n")
    assert unasked.exit_code == 1
    assert live.read_bytes() == before
    wrong = _run(installation, "restore", str(file), "--yes", typed="AAAA\nBBBB\n")
    assert (wrong.exit_code, live.read_bytes() == before) == (1, True)
    restored = _run(installation, "restore", str(file), "--yes", typed=installation.key_on_paper())
    assert restored.exit_code == 0, restored.stderr
    steps = (
        "Đang đọc bản sao lưu",
        "đã mở hết",
        "Đã thu hồi lại",
        "Đã kiểm từng dòng",
        "vào chỗ của sổ",
    )
    assert [step for step in steps if step in restored.stderr] == list(steps)
    places = [restored.stderr.index(step) for step in steps]
    assert places == sorted(places)
    installation.reopens()
    assert referral.state == "declined"


@only_sqlite
def test_tick_by_command_says_what_it_did(installation: BackedUpHouse):
    installation.writes_settings()
    done = _run(installation, "tick")
    assert done.exit_code == 0, done.stderr
    assert "checkpoint, backup, verify, rows, write-ahead log, expiry" in done.stdout
    assert "Chưa đến giờ" in _run(installation, "tick").stdout
    (installation.config.data / "ticked").write_text("1\n", encoding="ascii")
    odd = _run(installation, "tick")
    assert odd.exit_code == 1
    assert "--confirm-clock" in odd.stderr
    assert _run(installation, "tick", "--confirm-clock").exit_code == 0


@only_sqlite
@pytest.mark.parametrize("back", [False, True], ids=["to-postgresql", "and-back"])
def test_a_backup_of_one_kind_of_database_is_restored_into_the_other(
    installation: BackedUpHouse, house: House, back: bool
):
    lan = house["lan"]
    case_id = lan.opens_a_case()
    story = lan.does(desk.read_section, case_id, Section.STORY)
    file, home = installation.backs_up(), installation.config
    house.gate.database.engine.dispose()
    with postgres.fresh_database() as url:
        installation.config = house.config = replace(home, database_url=url)
        installation.restores(file)
        assert house["lan"].does(desk.read_section, case_id, Section.STORY) == story
        if back:
            file = installation.backs_up()
            house.gate.database.engine.dispose()
            installation.config = house.config = home
            installation.restores(file)
            assert house["lan"].does(desk.read_section, case_id, Section.STORY) == story
            with stolen(house) as thief:
                assert thief.rows("session", member_id=house["mai"].id) == []
        house.gate.database.engine.dispose()
