"""Ready or not: asked on this machine alone, answered in codes."""

import shutil
from collections import namedtuple

from flask import Flask

from casework.oversight import readiness
from casework.vault.keys import kek
from tests.house import House, both_databases
from tests.people import THANH_SON
from tests.tampering import stolen

HERE = {"Host": "127.0.0.1:8000"}


def asked(app: Flask, **headers: str) -> tuple[int, str]:
    answer = app.test_client().get("/readyz", headers=HERE | {name.replace("_", "-"): v for name, v in headers.items()})
    return answer.status_code, answer.text


@both_databases
def test_a_sound_house_is_ready(app: Flask):
    assert asked(app) == (200, "ok\n")


def test_nobody_but_this_machine_is_answered(app: Flask):
    for headers in ({"X-Forwarded-For": "203.0.113.9"}, {"Host": "localhost.example"}, {"Via": "1.1 proxy"}):
        assert asked(app, **headers)[0] == 404
    outside = app.test_client().get("/readyz", headers=HERE, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert outside.status_code == 404


def test_a_log_whose_last_line_was_changed_is_not_ready(app: Flask, house: House):
    with stolen(house) as thief:
        last = max(thief.rows("audit_line"), key=lambda row: row["n"])
        where = {"commune_id": last["commune_id"], "n": last["n"]}
        thief.change("audit_line", where, outcome="denied")
    assert asked(app) == (503, "audit\n")


def test_a_log_whose_last_lines_are_gone_is_not_ready(app: Flask, house: House):
    house["lan"].opens_a_case()
    with stolen(house) as thief:
        lines = thief.rows("audit_line", commune_id=THANH_SON)
        for n in sorted(line["n"] for line in lines)[-2:]:
            thief.delete("audit_line", commune_id=THANH_SON, n=n)
    assert asked(app) == (503, "audit\n")


def test_a_commune_without_any_line_is_not_ready(app: Flask, house: House):
    with stolen(house) as thief:
        thief.delete("audit_line")
    assert asked(app) == (503, "audit\n")


def test_a_key_that_is_gone_empty_or_another_is_not_ready(app: Flask, house: House):
    house.config.kek_file.unlink()
    assert asked(app) == (503, "kek\n")
    house.config.kek_file.touch(mode=0o600)
    assert asked(app) == (503, "kek\n")
    house.config.kek_file.unlink()
    kek.create(house.config.kek_file, 7)
    assert asked(app) == (503, "kek\n")


@both_databases
def test_a_database_that_cannot_be_read_is_not_ready(app: Flask, house: House):
    with stolen(house) as thief:
        thief.connection.exec_driver_sql("ALTER TABLE audit_line RENAME TO gone")
    assert asked(app) == (503, "database\n")


def test_a_disk_with_no_room_left_is_not_ready(app: Flask, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(1, 1, readiness.FREE_BYTES - 1))
    assert asked(app) == (503, "disk\n")
