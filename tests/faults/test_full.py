"""The disk is full: nothing is lost, nothing unlogged is shown, and the work goes on once there is room."""

import contextlib
import shutil
from pathlib import Path

from casework.desk import actions as desk
from casework.errors import Busy
from casework.policy.vocabulary import Section
from tests.browsing import application, browser_of
from tests.faults.disks import small_disk
from tests.faults.served import served
from tests.faults.writer import log_holds
from tests.house import House, only_sqlite, opened


@only_sqlite
def test_a_full_disk_loses_nothing_and_shows_nothing_unlogged(house: House, tmp_path: Path):
    house.gate.database.engine.dispose()
    with small_disk(tmp_path / "small", megabytes=6) as small:
        shutil.copyfile(tmp_path / "casework.sqlite3", small / "casework.sqlite3")
        with opened(f"sqlite:///{small}/casework.sqlite3", small) as own:
            lan, acknowledged = own["lan"], list[str]()
            case_id = lan.opens_a_case()
            client = browser_of(app := application(own), lan)
            assert client.get(f"/vu-viec/{case_id}").status_code == 200
            ballast = small / "ballast"
            ballast.write_bytes(bytes(shutil.disk_usage(small).free - 256 * 1024))
            with contextlib.suppress(Busy):
                for number in range(1000):
                    lan.does(desk.add_note, case_id, f"ghi {number} " + "x" * 6000)
                    acknowledged.append(f"ghi {number}")
            assert 0 < len(acknowledged) < 1000
            # A reading is a line of the log: when there is no room for that, nothing is shown.
            shown = next(page for _ in range(1000) if (page := client.get(f"/vu-viec/{case_id}")).status_code != 200)
            assert shown.status_code == 503
            assert "Máy đang bận" in shown.text
            ballast.unlink()
            assert client.get(f"/vu-viec/{case_id}").status_code == 200
            lan.does(desk.add_note, case_id, "ghi sau cùng")
            notes = lan.does(desk.read_section, case_id, Section.COUNSELLING)
            kept = [str(note.data.to_json()["words"]).partition(" x")[0] for note in notes]
            assert kept == [*acknowledged, "ghi sau cùng"]
            assert log_holds(own)
            app.extensions["casework.gate"].database.engine.dispose()


@only_sqlite
def test_neither_a_full_log_nor_a_full_temporary_folder_stops_the_work(house: House, tmp_path: Path):
    with small_disk(tmp_path / "tmp", megabytes=1) as small:
        (small / "ballast").write_bytes(bytes(shutil.disk_usage(small).free))
        with served(house, log="/dev/full", TMPDIR=str(small)) as server:
            pages = ("/healthz", "/dang-nhap", "/khong-co", "/dang-nhap")
            assert [server.status(page) for page in pages] == [200, 200, 404, 200]
