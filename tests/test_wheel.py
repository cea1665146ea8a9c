"""The built package, installed alone somewhere else, has everything that it needs."""

import os
import shutil
import subprocess
import sys
import zipfile
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.source import ROOT

BUILT_IN = ("__pycache__", ".pyc", ".pot")


def uv() -> str:
    """Find uv as the setup does: the system's, else the one beside the project."""
    program = shutil.which("uv") or shutil.which("uv", path=str(ROOT / ".venv-tools" / "bin"))
    if program is None:
        pytest.skip("uv is not here")
    return program


def call(*command: str, cwd: Path) -> None:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as `uv build` makes it; what it builds with is in the cache since the setup."""
    place = tmp_path_factory.mktemp("wheel")
    call(uv(), "build", "--quiet", "--wheel", "--offline", "--out-dir", str(place), cwd=ROOT)
    [built] = place.glob("*.whl")
    return built


def test_every_file_of_the_program_travels_in_the_wheel(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    for folder, prefix in (
        ("casework", ""),
        ("templates", "casework/"),
        ("migrations", "casework/"),
        ("deploy", "casework/"),
        ("docs", "casework/"),
    ):
        for file in (ROOT / folder).rglob("*"):
            name = f"{prefix}{file.relative_to(ROOT).as_posix()}"
            if file.is_file() and not any(mark in name for mark in BUILT_IN):
                assert name in inside, name
    assert "casework/translations/en/LC_MESSAGES/messages.mo" in inside
    assert not [
        name
        for name in inside
        if name.startswith(("tests/", "bench/", "templates/", "migrations/", "deploy/", "docs/"))
    ]


@pytest.mark.prove
def test_the_wheel_alone_runs_the_demo_somewhere_else(wheel: Path, tmp_path: Path):
    home = tmp_path / "elsewhere"
    home.mkdir()
    call(uv(), "venv", "--quiet", "--python", sys.executable, str(home / "env"), cwd=home)
    python = home / "env" / "bin" / "python"
    needs = str(home / "needs.txt")
    call(uv(), "export", "--quiet", "--frozen", "--no-dev", "--no-emit-project", "--output-file", needs, cwd=ROOT)
    call(uv(), "pip", "install", "--quiet", "--python", str(python), "--requirement", needs, cwd=home)
    call(uv(), "pip", "install", "--quiet", "--python", str(python), "--no-deps", str(wheel), cwd=home)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COVERAGE"))}
    command = [str(home / "env" / "bin" / "casework"), "demo", "--no-browser", "--data", str(home / "data")]
    with subprocess.Popen(command, cwd=home, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            line_with_url = next(line for line in process.stdout if "http://" in line)
            url = urlsplit(line_with_url.split()[-1])
            assert url.hostname
            connection = HTTPConnection(url.hostname, url.port, timeout=30)
            connection.request("GET", "/dang-nhap", headers={"Accept-Language": "en"})
            answer = connection.getresponse()
            page = answer.read().decode()
            connection.close()
        finally:
            process.terminate()
    assert answer.status == 200
    assert "BẢN DÙNG THỬ" in page or "TRIAL" in page.upper()
    assert process.returncode == 0
