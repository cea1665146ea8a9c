"""The wrapper that runs a command as the service does: papers come out to whoever called it, and nothing stays behind.

In the place of systemd-run stands a script that takes /tmp away and runs the command, as PrivateTmp does.
"""

import os
import pwd
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from casework import config
from casework.vault.crypto import signatures
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment.paper_codes import read_code
from tests.administration.new_installation import CODE, founded
from tests.administration.several_communes import answers_of
from tests.source import ROOT
from tests.typist import groups_of_file

WRAPPER = ROOT / "deploy" / "casework-as-service"
_SYSTEMD_RUN = """#!/bin/sh
for word; do
  case $word in --*) shift; echo "$word" >>"$SEEN" ;; *) break ;; esac
done
exec "$@"
"""


class Server:
    """A server with the program, an installation and a USB disk."""

    def __init__(self, place: Path) -> None:
        self.data, self.usb, self.memory = place / "sổ", place / "usb", place / "run"
        self.seen = place / "seen"
        for folder in (self.usb, self.memory, place / "bin", place / "casework" / "bin"):
            folder.mkdir(parents=True)
        for name, text in (
            ("bin/systemd-run", _SYSTEMD_RUN),
            ("casework/bin/casework", f'#!/bin/sh\ncd "{ROOT}"\nexec "{sys.executable}" -m casework "$@"\n'),
        ):
            (place / name).write_text(text, encoding="utf-8")
            (place / name).chmod(0o755)
        founded(self.data)
        self.environment = os.environ | {
            "PATH": f"{place / 'bin'}:{os.environ['PATH']}",
            "SEEN": str(self.seen),
            "CASEWORK": str(place / "casework"),
            "CASEWORK_DATA": str(self.data),
            "CASEWORK_USER": pwd.getpwuid(os.getuid()).pw_name,
            "CASEWORK_RUNTIME": str(self.memory),
        }

    @contextmanager
    def runs(self, *words: str) -> Iterator["subprocess.Popen[str]"]:
        command = ["sh", str(WRAPPER), *words]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, env=self.environment, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
        ) as run:
            yield run

    def waits_for(self, file: Path) -> Path:
        """Wait until a file is whole, as somebody does who looks at the disk."""
        until = time.monotonic() + 60
        while not (file.exists() and file.read_text(encoding="utf-8").rstrip().endswith("</html>")):
            assert time.monotonic() < until, "the papers never came out"
            time.sleep(0.1)
        return file


@pytest.fixture
def server(tmp_path: Path) -> Server:
    return Server(tmp_path)


def test_papers_come_out_while_the_command_waits_and_nothing_stays_on_the_machine(server: Server):
    with server.runs("rotate-keys", "backup", "--papers", str(server.usb / "giấy.html")) as run:
        file = server.waits_for(server.usb / "giấy.html")
        shown, _ = run.communicate("".join(f"{group}\n" for group in groups_of_file(file)), timeout=60)
    assert run.returncode == 0, shown
    assert str(file) in shown
    assert (file.stat().st_mode & 0o777, file.stat().st_uid) == (0o600, os.getuid())
    first, second, *_ = CODE.findall(file.read_text(encoding="utf-8"))
    pinned = signatures.decode_public(config.load(server.data).backup_public)
    assert pinned == public_key(read_code(first) + read_code(second))
    assert list(server.memory.iterdir()) == []
    seen = server.seen.read_text(encoding="utf-8")
    assert f"ReadWritePaths={server.memory}/casework-papers." in seen
    assert "PrivateTmp=yes" in seen
    assert str(server.usb) not in seen


def test_a_place_that_cannot_be_written_to_is_named_before_anything_is_run(server: Server):
    (server.usb / "cũ.html").write_text("cũ", encoding="utf-8")
    for place, words in ((server.usb / "không" / "x.html", "Không ghi được"), (server.usb / "cũ.html", "đã có")):
        with server.runs("rotate-keys", "backup", f"--papers={place}") as run:
            shown, _ = run.communicate(timeout=60)
        assert (run.returncode, words in shown) == (1, True), shown
    assert not server.seen.exists()
    assert (server.usb / "cũ.html").read_text(encoding="utf-8") == "cũ"


def test_a_command_that_is_not_confirmed_leaves_neither_a_key_nor_a_folder(server: Server):
    before = config.load(server.data).backup_public
    with server.runs("rotate-keys", "backup", "--papers", str(server.usb / "giấy.html")) as run:
        server.waits_for(server.usb / "giấy.html")
        shown, _ = run.communicate("0000\n", timeout=60)
    assert (run.returncode, "Chưa có gì thay đổi" in shown) == (1, True), shown
    assert config.load(server.data).backup_public == before
    assert list(server.memory.iterdir()) == []


def test_words_go_to_the_command_as_they_were_given(server: Server):
    with server.runs("check") as run:
        run.communicate(timeout=60)
    assert run.returncode == 2, "its keys lie beside the database"
    assert "LoadCredential" not in server.seen.read_text(encoding="utf-8"), "without a key outside there is none"


def test_a_command_of_two_words_is_run_by_it_as_well(server: Server, tmp_path: Path):
    answers = answers_of(tmp_path / "answers", "xã Bình Minh", ".bm")
    out = server.usb / "xa.html"
    with server.runs("commune", "add", "--answers", str(answers), "--papers", str(out)) as run:
        typed = "".join(f"{group}\n" for group in groups_of_file(server.waits_for(out)))
        said, _ = run.communicate(typed, timeout=120)
    assert run.returncode == 0, said
    with server.runs("commune", "list") as run:
        said, _ = run.communicate(timeout=120)
    assert (run.returncode, "xã Bình Minh" in said) == (0, True), said
    with server.runs("commune") as run:
        run.communicate(timeout=120)
    assert run.returncode != 0
