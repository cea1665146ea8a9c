"""Attack a demo of its own as every role: `python -m tests.attack.scan [SECONDS [USERNAME ...]]`."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from tests.attack.scan.somebody import Somebody
from tests.attack.scan.tools import Tools, installed

ROOT = Path(__file__).resolve().parents[3]
_PATIENCE = 300


@contextmanager
def demo(folder: Path, log: Path) -> Iterator[tuple[int, dict[str, dict[str, str]]]]:
    """Run a demo in a folder; yield its port and one card for each role. What it says goes to a file."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    cards = folder.with_suffix(".json")
    command = [sys.executable, "-m", "casework", "demo", "--port", str(port), "--data", str(folder), "--no-browser"]
    command += ["--accounts", str(cards)]
    # In a temporary folder of its own it shares no slot for passphrases with other programs of this machine.
    own = os.environ | {"TMPDIR": str(folder.parent)}
    with log.open("ab") as out, subprocess.Popen(command, env=own, stdout=out, stderr=out) as server:
        try:
            _wait(port, server)
            people = json.loads(cards.read_text(encoding="utf-8"))["people"]
            yield port, {person["role"]: person for person in reversed(people)}
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the demo did not start")


def attacked(tools: Tools, seed: Path, role: str, seconds: int) -> list[str]:
    """Attack a fresh copy of the demo as one role; return findings of the tools, faults and a log that is broken."""
    folder, log = tools.folder / role, tools.folder / f"{role}.log"
    shutil.copytree(seed, folder)
    with demo(folder, log) as (port, cards):
        somebody = Somebody(port, cards[role]["username"], cards[role]["password"])
        targets = somebody.targets()
        findings = somebody.unguarded(targets)
        findings += tools.of_parameters(targets, somebody.cookie, seconds=seconds, varies=somebody.varies)
        findings += tools.of_pages(
            f"http://127.0.0.1:{port}", somebody.cookie, seconds=seconds, least=min(5, len(somebody.pages))
        )
        if somebody.ask("/tai-khoan/cua-toi").status != 200:
            findings.append("the session ended meanwhile: what was tried later says nothing")
    logged = log.read_text(encoding="utf-8", errors="replace").splitlines()
    findings += [line for line in logged if '"fault"' in line or '"status": "5' in line]
    verified = subprocess.run(
        [sys.executable, "-m", "casework", "verify", "--data", folder], capture_output=True, check=False
    )
    findings += [] if verified.returncode == 0 else [verified.stdout.decode()]
    click.echo("\n".join([f"{role}: {len(targets)} requests with parameters, {len(findings)} findings", *findings]))
    return findings


def main(seconds: int, *roles: str) -> int:
    """Attack as every role, or as those that are named; return how many findings there are."""
    with tempfile.TemporaryDirectory(prefix="casework-attack-") as place:
        tools, seed = installed(Path(place)), Path(place) / "seed"
        findings = tools.of_source(ROOT)
        click.echo("\n".join([f"source: {len(findings)} findings", *findings]))
        with demo(seed, Path(place) / "seed.log") as (_, cards):
            tried = roles or tuple(cards)
        for role in tried:
            findings += attacked(tools, seed, role, seconds)
    return len(findings)


if __name__ == "__main__":
    seconds = int(sys.argv[1]) if sys.argv[1:] else 300
    sys.exit(1 if main(seconds, *sys.argv[2:]) else 0)
