"""deploy/README.md and POSTGRESQL.md are followed as they stand, block by block, on a fresh Debian 12 and 13.

What is typed otherwise than it stands there is in SUBSTITUTED and nowhere else.
"""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import tomli_w

import casework
from tests.administration.new_installation import raw_answers
from tests.deploy.fresh_root import FreshRoot, fresh_root
from tests.source import ROOT

SUITES = {"bookworm": "3.11", "trixie": "3.13"}
NEWER = "0.10.0"
PAPERS = Path("/media/usb/giay.html")
INIT = f"casework-as-service init --papers {PAPERS}"
SUBSTITUTED = {
    # The questions are answered by a file.
    INIT: f"{INIT} --answers /srv/answers.toml",
    # There is work to do on the first day.
    "casework-as-service check": "casework-as-service check || [ $? = 1 ]",
    # It looks at units of a systemd that runs; tests/deploy/test_units.py does so without one.
    "systemd-analyze security casework.service": "",
}
# A block in another language than the shell's is no command.
_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OWNER = "postgresql://casework_owner@/casework?host=/run/postgresql"


def blocks(document: str, *, after: str, before: str) -> list[str]:
    """The blocks of commands of a part of a document, in their order."""
    text = (ROOT / "deploy" / document).read_text(encoding="utf-8")
    part = text[text.index(after) : text.index(before)]
    typed = [block for language, block in _BLOCK.findall(part) if not language]
    return ["\n".join(SUBSTITUTED.get(line, line) for line in block.splitlines()) for block in typed]


def install_blocks() -> list[str]:
    return blocks("README.md", after="## Cài / Install", before="## Sao lưu / Backups")


def upgrade_block() -> str:
    [block] = blocks("README.md", after="## Nâng cấp / Upgrade", before="## Container")
    return block


def postgresql_blocks() -> list[str]:
    return blocks("POSTGRESQL.md", after="**1. Máy chủ", before="## Nhiều xã")


def test_every_line_that_is_typed_otherwise_stands_in_the_documents():
    text = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")
    assert all(f"\n{line}\n" in text for line in SUBSTITUTED)
    assert len(install_blocks()) == 7
    assert len(postgresql_blocks()) == 3
    assert f"new={NEWER}\n" in upgrade_block()


def bundle(out: Path, python: str, *, version: str = casework.__version__) -> Path:
    """Make the one file for a server, of this version or of one that differs by its number alone."""
    tree = ROOT
    if version != casework.__version__:
        tree = out / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".venv", ".git", ".*cache", "build"))
        for name in ("pyproject.toml", "casework/__init__.py", "uv.lock"):
            file = tree / name
            written = file.read_text(encoding="utf-8").replace(f'"{casework.__version__}"', f'"{version}"')
            file.write_text(written, encoding="utf-8")
    command = ["bash", str(tree / ".ci" / "bundle"), str(out)]
    environment = os.environ | {"PYTHONS": python}
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return out / f"casework-{version}-bundle.tar"


def answers(*, database_url: str = "") -> str:
    raw = raw_answers()
    raw["places"] = {name: f"/srv/casework-second/{name}" for name in ("keys", "checkpoints", "backups")}
    if database_url:
        raw["commune"]["database_url"] = database_url
    return tomli_w.dumps(raw)


def prepare(root: FreshRoot, file: Path, settings: str) -> None:
    """What an operator brings along: the bundle, a USB disk, and what they know about their commune."""
    shutil.copy(file, root.place / "root" / file.name)
    (root.place / "media" / "usb").mkdir(parents=True)
    root.write("/srv/answers.toml", settings)


def follow(root: FreshRoot, written: list[str]) -> str:
    """Type blocks one after the other; whoever is asked for the signs of a sheet looks at the papers."""
    shown = ""
    for block in written:
        shown = root.run_with_papers(block, PAPERS) if str(PAPERS) in block else root.run(block)
        if "/readyz" in block:
            assert shown.splitlines()[-1] == "ok", shown + root.run("cat /run/casework.log")
    return shown


@pytest.mark.prove
@pytest.mark.parametrize("suite", SUITES)
def test_the_readme_sets_a_server_up_and_upgrades_it(suite: str, tmp_path: Path):
    with fresh_root(suite) as root:
        prepare(root, bundle(tmp_path, SUITES[suite]), answers())
        follow(root, install_blocks()[:6])
        checked = root.run("casework-as-service check || [ $? = 1 ]")
        assert "SAI" not in checked, checked
        assert "Cần làm" in checked
        follow(root, install_blocks()[6:])
        settings = tomllib.loads((root.place / "var/lib/casework/casework.toml").read_text(encoding="utf-8"))
        assert settings["kek_file"] == "$CREDENTIALS_DIRECTORY/kek"
        assert not (root.place / "srv/casework-second/keys/kek").exists()
        assert "casework accept-log" in root.run(
            "man -l /usr/local/share/man/man8/casework.8 2>/dev/null || cat /usr/local/share/man/man8/casework.8"
        ).replace("\\", "")
        newer = bundle(tmp_path, SUITES[suite], version=NEWER)
        shutil.copy(newer, root.place / "root" / newer.name)
        follow(root, [upgrade_block()])
        assert f"casework {NEWER}" in root.run("/opt/casework/bin/casework --version")
        # A second upgrade finds a link and no folder.
        follow(root, [upgrade_block().replace("sh casework-$new-bundle/install --beside", "true")])
        assert sorted(path.name for path in (root.place / "opt").iterdir()) == [
            "casework",
            f"casework-{NEWER}",
            f"casework-{casework.__version__}",
        ]


@pytest.mark.prove
@pytest.mark.parametrize("suite", SUITES)
def test_the_way_with_postgresql_works_as_it_is_written(suite: str, tmp_path: Path):
    with fresh_root(suite) as root:
        prepare(root, bundle(tmp_path, SUITES[suite]), answers(database_url=OWNER))
        first, second, found, *others = install_blocks()
        server, access, grants = postgresql_blocks()
        follow(root, [first, second, server, access, found, f"cd /opt/casework/share\n{grants}", *others])
        checked = root.run("casework-as-service check || [ $? = 1 ]")
        assert "SAI" not in checked, checked
        assert "PostgreSQL 1" in checked
        refused = root.run(f"! runuser -u casework -- psql --no-password '{OWNER}' --command 'SELECT 1' 2>&1")
        assert "password" in refused, "the service's account is not let in as the owner"
        root.run("systemctl stop casework.service casework-tick.timer")
        assert "mới nhất" in root.run(f"casework-as-service upgrade --owner-url '{OWNER}'")
