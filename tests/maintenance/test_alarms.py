"""The red banner of those who look after the log or the installation."""

import pytest

from casework import clock
from casework.maintenance import checkpoints, clock_check, tick
from casework.oversight import actions as oversight
from tests.browsing import application, browser_of
from tests.house import only_sqlite
from tests.maintenance.backed_up_house import BackedUpHouse
from tests.people import THANH_SON
from tests.tampering import stolen

WORDS = "không có mốc đã hơn 26 giờ"
HOUR = 3600 * clock.MICROSECOND
pytestmark = only_sqlite


def _home(installation: BackedUpHouse, username: str) -> str:
    return browser_of(application(installation.house), installation.house[username]).get("/").get_data(as_text=True)


def test_the_lead_is_told_that_checkpoints_are_missing_and_a_counsellor_is_not(installation: BackedUpHouse):
    assert WORDS in _home(installation, "hoa")
    assert WORDS not in _home(installation, "lan")
    checkpoints.write_all(installation.config, installation.house.gate)
    assert WORDS not in _home(installation, "hoa")


def test_the_result_is_remembered_for_a_minute(installation: BackedUpHouse, monkeypatch: pytest.MonkeyPatch):
    page = browser_of(application(installation.house), installation.house["hoa"])
    assert WORDS in page.get("/").get_data(as_text=True)
    checkpoints.write_all(installation.config, installation.house.gate)
    assert WORDS in page.get("/").get_data(as_text=True)
    later = clock.micros() + 61 * clock.MICROSECOND
    with clock.use_clock(lambda: later):
        assert WORDS not in page.get("/").get_data(as_text=True)


def _rings(installation: BackedUpHouse, username: str, words: str) -> bool:
    return words in _home(installation, username)


def test_a_backup_that_is_missing_or_too_old_rings_until_there_is_one(installation: BackedUpHouse):
    words = "không có bản sao lưu nào mới hơn 26 giờ"
    assert _rings(installation, "son", words)
    assert not _rings(installation, "lan", words)
    installation.backs_up()
    assert not _rings(installation, "son", words)
    later = clock.micros() + 27 * HOUR
    with clock.use_clock(lambda: later):
        installation.house["son"].leaves()
        assert _rings(installation, "son", words)


def test_a_clock_that_jumped_rings_until_a_person_has_confirmed_it(installation: BackedUpHouse):
    words = "Đồng hồ của máy chủ đã nhảy"
    clock_check.trust(installation.config, at=clock.micros())
    assert not _rings(installation, "hoa", words)
    later = clock.micros() + 9 * 24 * HOUR
    with clock.use_clock(lambda: later):
        installation.house["hoa"].leaves()
        assert _rings(installation, "hoa", words)
        clock_check.confirm(installation.config, installation.house.gate)
        assert not _rings(installation, "hoa", words)


@pytest.mark.parametrize("username", ["hoa", "binh", "quang", "son"])
def test_a_failed_verification_rings_for_all_who_look_after_the_installation(
    installation: BackedUpHouse, username: str
):
    words = "Lần kiểm tra gần nhất thấy nhật ký không còn nguyên"
    assert installation.house[username].cookie
    with stolen(installation.house) as thief:
        thief.change("audit_line", {"commune_id": THANH_SON, "n": 5}, outcome="denied")
    assert not _rings(installation, username, words)
    assert "verify" in (tick.tick(installation.config, installation.house.gate) or tick.TickReport()).done
    assert _rings(installation, username, words)
    assert not _rings(installation, "lan", words)
    with stolen(installation.house) as thief:
        thief.change("audit_line", {"commune_id": THANH_SON, "n": 5}, outcome="ok")
    installation.house["hoa"].does(oversight.verify_log)
    assert not _rings(installation, username, words)
