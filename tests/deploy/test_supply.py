"""What the program is made of: the lock, the list of parts and what is installed are one."""

import json
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.source import ROOT
from tests.test_wheel import uv


def export(*words: str) -> str:
    command = [uv(), "export", "--quiet", "--frozen", "--offline", "--no-emit-project", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def parts(*words: str) -> set[tuple[str, str]]:
    """Read the list of parts (CycloneDX) that `make sbom` writes: names and versions."""
    command = ["--all-extras", "--format", "cyclonedx1.5", "--preview-features", "sbom-export"]
    listed = json.loads(export(*command, *words))
    assert listed["bomFormat"] == "CycloneDX"
    return {(part["name"].lower(), part["version"]) for part in listed["components"]}


def test_the_list_of_parts_is_what_is_installed():
    installed = {(package.metadata["Name"].lower().replace("_", "-"), package.version) for package in distributions()}
    listed = parts()
    assert {name for name, _ in installed - listed} == {"casework"}
    # A part that only another system or another Python needs is listed and not installed here.
    assert {name for name, _ in listed} - {name for name, _ in installed} <= needed_elsewhere()


def needed_elsewhere() -> set[str]:
    """Name the packages of the lock that have a condition."""
    return {line.partition("==")[0] for line in export().splitlines() if "==" in line and ";" in line}


def test_what_runs_is_a_small_part_of_what_checks():
    runs = {name for name, _ in parts("--no-dev")}
    assert not runs & {"pytest", "playwright", "mypy", "hypothesis"}
    assert {"flask", "cryptography", "gunicorn"} <= runs


@pytest.mark.parametrize("extra", [[], ["--extra", "postgres"]])
def test_every_package_is_pinned_to_a_hash(extra: list[str]):
    text = export("--no-dev", *extra).replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert pinned
    assert all("==" in line and "--hash=sha256:" in line for line in pinned)
    assert ("gunicorn" in text) == bool(extra)


def test_the_image_installs_by_hash_and_runs_as_nobody_in_particular():
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes --only-binary :all:" in text
    assert text.count("\nUSER casework") == 1
    assert text.index("\nUSER casework") < text.index("\nENTRYPOINT")
    assert (Path(ROOT) / "uv.lock").is_file()
