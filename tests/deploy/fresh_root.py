"""A fresh Debian in a folder: commands run in it as on a server, with scripts in the place of systemd.

There is no systemd in a folder. `systemctl` starts what ExecStart= of the unit says, as its account and with its
credential; `systemd-run` runs a command so.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.typist import groups_of_file

_MOUNTED = ("proc", "dev", "sys")
_SYSTEMCTL = r"""#!/bin/bash
# daemon-reload and enable are left out; postgresql is reloaded as Debian does it.
set -eu
serve() {
  unit=/etc/systemd/system/casework.service
  mkdir -p /run/credentials/casework.service
  install -o casework -g casework -m 0400 /etc/casework/kek /run/credentials/casework.service/kek
  setsid runuser -u casework -- env CREDENTIALS_DIRECTORY=/run/credentials/casework.service \
    $(sed -n 's/^ExecStart=//p' "$unit") >/run/casework.log 2>&1 &
  echo $! >/run/casework.pid
}
case "$*" in
  daemon-reload) ;;
  "enable --now casework.service casework-tick.timer" | "start casework.service casework-tick.timer") serve ;;
  "stop casework.service casework-tick.timer")
    kill -TERM -- "-$(cat /run/casework.pid)"
    while kill -0 -- "-$(cat /run/casework.pid)" 2>/dev/null; do sleep 0.2; done ;;
  "enable --now postgresql" | "reload postgresql")
    verb=${1/enable/start}
    for one in $(pg_lsclusters -h | tr -s ' ' | cut -d ' ' -f 1); do pg_ctlcluster "$one" main "$verb"; done ;;
  *) echo "systemctl: nobody has asked for: $*" >&2; exit 1 ;;
esac
"""
_SYSTEMD_RUN = r"""#!/bin/bash
set -eu
user=root box=$(mktemp -d /run/credentials.XXXXXX)
declare -a environment=("CREDENTIALS_DIRECTORY=$box")
while [ $# -gt 0 ]; do
  case $1 in
    --property=User=*) user=${1#--property=User=} ;;
    --property=LoadCredential=*)
      pair=${1#--property=LoadCredential=}
      install -m 0400 "${pair#*:}" "$box/${pair%%:*}" ;;
    --setenv=*) environment+=("${1#--setenv=}") ;;
    --*) ;;
    *) break ;;
  esac
  shift
done
chown -R "$user" "$box"
status=0
runuser -u "$user" -- env "${environment[@]}" "$@" || status=$?
rm -rf "$box"
exit "$status"
"""


class FreshRoot:
    """A Debian without anything of ours."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def run(self, script: str) -> str:
        """Run a block of commands as root and return what it printed; it must succeed to its last line."""
        done = self._start(script, stdin=subprocess.DEVNULL)
        shown, _ = done.communicate(timeout=900)
        assert done.returncode == 0, f"{script}\n{shown}"
        return shown

    def run_with_papers(self, script: str, papers: Path) -> str:
        """Run a block that prints sheets, and confirm them from the file as soon as it is whole."""
        process = self._start(script, stdin=subprocess.PIPE)
        file, until = self.place / papers.relative_to("/"), time.monotonic() + 300
        while not (file.exists() and file.read_text(encoding="utf-8").rstrip().endswith("</html>")):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < until, "the papers never came out"
            time.sleep(0.2)
        shown, _ = process.communicate("".join(f"{group}\n" for group in groups_of_file(file)), timeout=600)
        assert process.returncode == 0, f"{script}\n{shown}"
        return shown

    def _start(self, script: str, *, stdin: int) -> "subprocess.Popen[str]":
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        environment |= {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
        command = ["chroot", str(self.place), "/bin/bash", "-e", "-c", script]
        return subprocess.Popen(
            command, env=environment, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def write(self, name: str, text: str, *, mode: int = 0o644) -> None:
        file = self.place / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)


@contextmanager
def fresh_root(suite: str) -> Iterator[FreshRoot]:
    """Make a Debian in a folder by debootstrap, or from CASEWORK_ROOTS/suite.tgz; skip by name where that cannot be."""
    if os.geteuid() != 0:
        pytest.skip("root: a fresh root file system needs it")
    packed = Path(os.environ.get("CASEWORK_ROOTS", "/nonexistent"), f"{suite}.tgz")
    # A disk, for hundreds of megabytes, and one where programs may be run.
    place = Path(tempfile.mkdtemp(prefix="casework-root-", dir="/var/tmp"))
    place.chmod(0o755)
    try:
        if packed.exists():
            subprocess.run(["tar", "-xzf", str(packed), "-C", str(place)], check=True)
        else:
            _bootstrap(suite, place)
        with _mounted(place):
            yield _furnished(FreshRoot(place))
    finally:
        assert not any(os.path.ismount(place / name) for name in _MOUNTED), f"unmount what is in {place} by hand"
        subprocess.run(["rm", "-rf", "--one-file-system", str(place)], check=True)


def _furnished(root: FreshRoot) -> FreshRoot:
    shutil.copy("/etc/resolv.conf", root.place / "etc" / "resolv.conf")
    for name, text in (("systemctl", _SYSTEMCTL), ("systemd-run", _SYSTEMD_RUN)):
        root.write(f"/usr/local/bin/{name}", text, mode=0o755)
    return root


@contextmanager
def _mounted(place: Path) -> Iterator[None]:
    mounted = []
    try:
        for name in _MOUNTED:
            subprocess.run(["mount", "--bind", f"/{name}", str(place / name)], check=True)
            mounted.append(place / name)
        yield
    finally:
        _end_what_runs(place)
        for folder in reversed(mounted):
            subprocess.run(["umount", "--lazy", str(folder)], check=False)


def _bootstrap(suite: str, place: Path) -> None:
    program = shutil.which("debootstrap", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("debootstrap: it is not here")
    done = subprocess.run(
        [program, "--variant=minbase", suite, str(place), "http://deb.debian.org/debian"],
        check=False,
        capture_output=True,
        text=True,
        timeout=900,
    )
    if done.returncode:
        pytest.skip(f"debootstrap: {suite} cannot be had here")


def _end_what_runs(place: Path) -> None:
    """End every process whose root is this folder, and no other."""
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and (process / "root").readlink() == place.resolve():
                os.kill(int(process.name), 9)
        except OSError:
            continue
    time.sleep(0.5)
