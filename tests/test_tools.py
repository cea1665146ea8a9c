"""The tools that the other tests stand on."""

import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from sqlalchemy import inspect, text

from casework.engine import open_engine
from tests.required import missing
from tests.source import ROOT


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_gets_an_empty_database_of_its_own(database_url: str, turn: str) -> None:
    engine = open_engine(database_url)
    try:
        assert inspect(engine).get_table_names() == []
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE word (said TEXT)"))
            connection.execute(text("INSERT INTO word VALUES ('Đào')"))
        with engine.connect() as connection:
            assert connection.execute(text("SELECT said FROM word")).scalar_one() == "Đào"
    finally:
        engine.dispose()


def test_the_database_is_of_the_kind_that_was_asked_for(database_url: str) -> None:
    engine = open_engine(database_url)
    question = "SELECT version()" if engine.name == "postgresql" else "SELECT sqlite_version()"
    try:
        with engine.connect() as connection:
            version = connection.execute(text(question)).scalar_one()
    finally:
        engine.dispose()
    assert version.startswith({"postgresql": "PostgreSQL 1", "sqlite": "3."}[engine.name])


def test_the_browser_shows_vietnamese(chromium: Browser) -> None:
    page = chromium.new_page()
    try:
        page.set_content("<!doctype html><title>Sổ ca</title><h1>Thoát nhanh</h1>")
        assert page.title() == "Sổ ca"
        assert page.get_by_role("heading").inner_text() == "Thoát nhanh"
    finally:
        page.close()


def test_what_is_missing_is_a_skip_that_says_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CASEWORK_REQUIRE", raising=False)
    with pytest.raises(pytest.skip.Exception, match="browser: none here"):
        missing("browser", "none here")


def test_what_is_missing_is_an_error_where_the_run_demands_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASEWORK_REQUIRE", "browser,postgres")
    with pytest.raises(pytest.fail.Exception, match="demands postgres"):
        missing("postgres", "none here")
    assert "postgres" in os.environ["CASEWORK_REQUIRE"]


@pytest.mark.parametrize("python", ["exit 1", 'case "$2" in *ensurepip*) exit 1;; esac'], ids=["none", "without venv"])
def test_the_set_up_says_in_one_line_what_is_to_be_installed(tmp_path: Path, python: str) -> None:
    fake = tmp_path / "python3"
    fake.write_text(f"#!/bin/sh\n{python}\n", encoding="ascii")
    fake.chmod(0o755)
    path = f"{tmp_path}:/usr/bin:/bin"
    done = subprocess.run(
        [ROOT / ".ci" / "setup", "run"], env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    assert line.endswith("apt-get install -y python3 python3-venv make")
    assert done.stdout == ""


AUDIT = """#!/bin/sh
case "$*" in
  *known.txt*) echo "{known}"; exit {knows} ;;
  *) echo "{locked}"; exit {found} ;;
esac
"""


@pytest.mark.parametrize(
    ("known", "knows", "locked", "found", "says", "status"),
    [
        ("Dependency not found", 1, "No known vulnerabilities found", 0, "not compared", 0),
        ("jinja2 2.4.1 PYSEC-2014-8", 1, "No known vulnerabilities found", 0, "none is known of the", 0),
        ("jinja2 2.4.1 PYSEC-2014-8", 1, "flask 3.1.3 GHSA-0000", 1, "flask 3.1.3 GHSA-0000", 1),
    ],
)
def test_advisories_are_believed_only_from_a_source_that_knows_an_old_one(
    tmp_path: Path, known: str, knows: int, locked: str, found: int, says: str, status: int
) -> None:
    audit = tmp_path / "pip-audit"
    audit.write_text(AUDIT.format(known=known, knows=knows, locked=locked, found=found))
    audit.chmod(0o700)
    asked = subprocess.run(
        [ROOT / ".ci" / "advisories"],
        env=os.environ | {"PIP_AUDIT": str(audit)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (asked.returncode, says in asked.stdout) == (status, True), asked.stdout + asked.stderr
