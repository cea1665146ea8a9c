"""The command as people run it: what serves and what stops another process in one of its own, the rest in ours."""

import json
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from casework.administration import data_folder_lock
from casework.codelists import overrides
from casework.oversight import policy_text
from tests.commands import call
from tests.demonstration import Built

PATIENCE = 90
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
ALLOWED = {"time", "level", "event", "status", "method", "route", "fault", "at", "act", "port", "row", "state"}


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "casework", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)


@contextmanager
def running(*words: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command that serves until the block ends."""
    command = [sys.executable, "-m", "casework", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def output_until_ready(process: subprocess.Popen[str]) -> str:
    """Read what the demo prints up to the address."""
    assert process.stdout
    assert process.stderr
    output = ""
    for line in process.stdout:
        output += line
        if "Ctrl-C" in line:
            return output
    raise AssertionError(f"the demo ended: {output}{process.stderr.read()}")


def ask(port: int, method: str, path: str, fields: dict[str, str] | None = None, cookies: dict[str, str] | None = None):
    """Send one request and return status, text and the cookies that came with it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    cookies = cookies if cookies is not None else {}
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    if fields is not None:
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    connection.request(method, path, urlencode(fields) if fields is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    for cookie in answer.headers.get_all("Set-Cookie") or ():
        name, _, value = cookie.partition(";")[0].partition("=")
        cookies[name] = value
    connection.close()
    return answer.status, text


def test_the_demo_lets_everybody_of_every_role_in_and_ends_cleanly(built: Built, tmp_path: Path):
    file = tmp_path / "accounts.json"
    words = ("demo", "--no-browser", "--data", str(built.config.data), "--accounts", str(file))
    with running(*words) as process:
        output = output_until_ready(process)
        addresses = set(re.findall(r"https?://\S+", output))
        assert len(addresses) == 1
        accounts = json.loads(file.read_text(encoding="utf-8"))
        assert addresses == {accounts["url"]}
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        url = urlsplit(accounts["url"])
        assert url.hostname == "127.0.0.1"
        for person in accounts["people"]:
            assert all(person[key] in output for key in ("name", "username", "password"))
        first_of_role = {person["role"]: person for person in reversed(accounts["people"])}
        for person in first_of_role.values():
            enter(url.port, person)
        ask(url.port, "GET", "/vu-viec/nguyen-thi-dao?ten=nguyen-thi-dao")
        _limits_and_listening(process.pid, url.port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stderr
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
        assert all(set(line) <= ALLOWED for line in lines)


def enter(port: int, person: dict[str, str]) -> None:
    """Sign a person in and look at their first page."""
    cookies: dict[str, str] = {}
    _, page = ask(port, "GET", "/dang-nhap", cookies=cookies)
    token = TOKEN.search(page)
    assert token
    fields = {"csrf_token": token[1], "username": person["username"], "passphrase": person["password"]}
    status, _ = ask(port, "POST", "/dang-nhap", fields, cookies)
    assert status == 303, person["role"]
    status, page = ask(port, "GET", "/", cookies=cookies)
    assert status == 200, person["role"]
    assert person["name"] in page
    assert "BẢN DÙNG THỬ" in page


def _limits_and_listening(pid: int, port: int) -> None:
    """No core dump is written, and nobody outside this machine is listened to."""
    if not sys.platform.startswith("linux"):
        return
    assert resource.prlimit(pid, resource.RLIMIT_CORE) == (0, 0)
    listening = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    listening_here = [line.split()[1] for line in listening if line.split()[1].endswith(f":{port:04X}")]
    assert set(listening_here) == {f"0100007F:{port:04X}"}


def test_an_installation_is_served_and_leaves_no_temporary_file(built: Built, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with running("serve", "--data", str(built.config.data), "--port", "8377") as process:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                status, text = ask(8377, "GET", "/healthz")
                break
            except OSError:
                time.sleep(0.1)
        assert (status, text) == (200, "ok\n")
        status, _ = ask(8377, "POST", "/dang-nhap", {"username": "x" * 900_000})
        assert status in (400, 403, 422)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
    assert [file.name for file in tmp_path.iterdir() if "argon" not in file.name] == []


def test_the_pages_of_a_server_speak_as_the_office_does(built: Built):
    folder = built.config.data / overrides.FOLDER
    folder.mkdir(mode=0o700)
    number = '[codes.peace_house]\nnumber = "1900 969 681"\nsource = "Thông báo của Ngôi nhà bình yên"\n'
    (folder / "hotline.toml").write_text(number, encoding="utf-8")
    try:
        with running("serve", "--data", str(built.config.data), "--port", "8379"):
            assert "1900 969 681" in answered(8379, "/dang-nhap")
    finally:
        shutil.rmtree(folder)


def answered(port: int, path: str) -> str:
    """The page of a server that is still starting."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask(port, "GET", path)[1]
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_the_log_is_verified_from_the_command_line(built: Built):
    done = call("verify", "--data", str(built.config.data))
    assert done.exit_code == 0
    assert "đúng" in done.stdout


def test_the_policy_is_printed_as_the_documentation_has_it():
    done = call("policy")
    assert (done.exit_code, done.stdout) == (0, policy_text.markdown())


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(built: Built):
    assert call("upgrade", "--data", str(built.config.data)).exit_code == 0


@pytest.mark.parametrize("command", ["serve", "verify", "upgrade"])
def test_a_folder_without_settings_is_refused_in_one_sentence(command: str, tmp_path: Path):
    done = call(command, "--data", str(tmp_path))
    assert done.exit_code == 1
    assert "casework.toml" in done.stderr


def test_the_demo_refuses_a_folder_that_is_not_its_own(tmp_path: Path):
    (tmp_path / "sổ.txt").write_text("thật")
    done = call("demo", "--no-browser", "--data", str(tmp_path))
    assert done.exit_code == 1
    assert "không phải bản dùng thử" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["sổ.txt"]


def test_nothing_runs_with_a_debugger_on():
    done = call("policy", FLASK_DEBUG="1")
    assert done.exit_code == 1
    assert "FLASK_DEBUG" in done.stderr
    assert call("policy", FLASK_DEBUG="0").exit_code == 0


def test_the_server_and_an_exchange_of_keys_never_run_at_once(built: Built):
    with data_folder_lock.exclusive(built.config.data):
        done = run("serve", "--data", str(built.config.data), "--port", "8378")
    assert done.returncode == 1
    assert "Đang đổi khóa" in done.stderr


def test_the_demo_has_no_keys_to_exchange(built: Built):
    done = call("rotate-keys", "kek", "--data", str(built.config.data))
    assert done.exit_code == 1
    assert "dùng thử" in done.stderr
