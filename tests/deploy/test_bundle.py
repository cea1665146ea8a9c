"""The one file for a server without internet: it installs alone, refuses a wrong byte, and leaves earlier versions."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import casework
from tests.source import ROOT

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
# Whatever could lead pip elsewhere than into the bundle.
ELSEWHERE = ("PIP_", "UV_", "PYTHON", "COVERAGE")


def install(bundle: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ELSEWHERE)}
    environment |= {
        "PIP_CONFIG_FILE": os.devnull,
        "http_proxy": "http://127.0.0.1:1",
        "https_proxy": "http://127.0.0.1:1",
    }
    command = ["sh", str(bundle / "install"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bundle")
    command = ["bash", str(ROOT / ".ci" / "bundle"), str(place)]
    made = subprocess.run(
        command, env=os.environ | {"PYTHONS": PYTHON}, capture_output=True, text=True, timeout=600, check=False
    )
    assert made.returncode == 0, made.stderr[-2000:]
    [file] = place.glob("*.tar")
    told = made.stdout.split()
    assert (len(told[0]), told[1]) == (64, file.name)
    subprocess.run(["tar", "-xf", str(file), "-C", str(place)], check=True)
    return place / file.stem


@pytest.mark.prove
def test_the_bundle_installs_alone_and_beside_what_is_there(bundle: Path, tmp_path: Path):
    done = install(bundle, "--beside", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / "casework").exists()
    place = tmp_path / f"casework-{casework.__version__}"
    told = subprocess.run([place / "bin" / "casework", "--version"], capture_output=True, text=True, check=True)
    assert told.stdout.startswith(f"casework {casework.__version__},")
    assert (place / "share" / "deploy" / "README.md").is_file()
    again = install(bundle, str(tmp_path))
    assert (again.returncode, "đã có" in again.stderr) == (1, True)
    place.rename(tmp_path / "earlier")
    linked = install(bundle, str(tmp_path))
    assert linked.returncode == 0, linked.stderr
    assert (tmp_path / "casework").readlink() == Path(f"casework-{casework.__version__}")


@pytest.mark.prove
@pytest.mark.parametrize("name", ["casework-*.whl", "needs.txt", "wheels/flask-*.whl", "SHA256SUMS"])
def test_a_bundle_with_one_wrong_byte_installs_nothing(bundle: Path, tmp_path: Path, name: str):
    [file] = bundle.glob(name)
    before = file.read_bytes()
    file.write_bytes(before[:-9] + bytes([before[-9] ^ 1]) + before[-8:])
    try:
        done = install(bundle, str(tmp_path))
    finally:
        file.write_bytes(before)
    assert done.returncode == 1
    assert "không còn nguyên" in done.stderr
    assert list(tmp_path.iterdir()) == []
