"""The units of systemd, the samples of the proxies and the recipe for an office without a domain."""

import configparser
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.source import ROOT

DEPLOY = ROOT / "deploy"
SERVICES = ["casework.service", "casework-tick.service"]
ALERT = "casework-alert.service"
PROXIES = ["caddy/Caddyfile", "caddy/Caddyfile.office", "nginx/casework.conf"]


def unit(name: str) -> dict[str, str]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(DEPLOY / "systemd" / name, encoding="utf-8")
    return dict(parser["Service"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_unit_has_no_right_that_it_does_not_need(name: str):
    settings = unit(name)
    required = {"NoNewPrivileges", "PrivateTmp", "PrivateDevices", "MemoryDenyWriteExecute", "RestrictSUIDSGID"}
    assert {settings[key] for key in required} == {"yes"}
    assert settings["ProtectSystem"] == "strict"
    assert settings["CapabilityBoundingSet"] == settings["AmbientCapabilities"] == ""
    assert settings["LoadCredential"] == "kek:/etc/casework/kek"
    assert settings["LimitCORE"] == settings["MemorySwapMax"] == "0"
    assert settings["User"] == "casework"
    assert settings["UMask"] == "0077"
    assert "/var/lib/casework" in settings["ExecStart"]


@pytest.mark.parametrize("name", SERVICES)
def test_systemd_itself_finds_little_left_open(name: str):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd: there is no systemd-analyze")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=15", str(DEPLOY / "systemd" / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout[-300:]


@pytest.mark.parametrize("name", PROXIES)
def test_a_proxy_keeps_no_log_of_pages_and_passes_one_hop(name: str):
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert re.search(r"tls1\.2 tls1\.3|TLSv1\.2 TLSv1\.3", text)
    assert "11MB" in text or "11m" in text
    assert "Strict-Transport-Security" in text
    assert re.search(r"X-Forwarded-For (\{remote_host\}|\$remote_addr)", text)
    assert re.search(r"readyz[^\n]*404", text)
    assert not re.search(r"^\s*log(\s|$)", text, re.MULTILINE)
    assert text.count("access_log off") == text.count("server {")


@pytest.mark.parametrize("name", [*SERVICES, ALERT, "casework-tick.timer"])
def test_systemd_itself_reads_every_line_of_a_unit(name: str, tmp_path: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd: there is no systemd-analyze")
    for file in (DEPLOY / "systemd").iterdir():
        # The program is not installed where the unit says.
        text = file.read_text(encoding="utf-8").replace("/opt/casework/bin/casework", "/bin/true")
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", PROXIES)
def test_the_proxy_itself_accepts_its_sample(name: str, tmp_path: Path):
    program = name.partition("/")[0]
    if shutil.which(program) is None:
        pytest.skip(f"{program}: it is not here")
    if program == "caddy":
        command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(DEPLOY / name)]
    else:
        pair = ["-keyout", "key.pem", "-out", "fullchain.pem", "-subj", "/CN=soca.xa.example", "-days", "2"]
        make_pair = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *pair]
        subprocess.run(make_pair, cwd=tmp_path, check=True, capture_output=True, timeout=60)
        sample = (DEPLOY / name).read_text(encoding="utf-8").replace("/etc/ssl/casework", str(tmp_path))
        (tmp_path / "sample").write_text(sample.replace("/var/log/nginx", str(tmp_path)), encoding="utf-8")
        whole = f"events {{}}\npid {tmp_path}/pid;\nerror_log {tmp_path}/log;\nhttp {{ include {tmp_path}/sample; }}\n"
        (tmp_path / "whole").write_text(whole, encoding="utf-8")
        command = ["nginx", "-t", "-c", str(tmp_path / "whole")]
    places = {"XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    done = subprocess.run(command, env=os.environ | places, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "[warn]" not in done.stderr


def test_the_recipe_for_an_office_makes_a_certificate_for_its_name_alone(tmp_path: Path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl: it is not here")
    text = (DEPLOY / "TLS.md").read_text(encoding="utf-8")
    recipe = next(block for block in re.findall(r"```\n(.*?)```", text, re.DOTALL) if "nameConstraints" in block)
    # The passphrase of the root is asked of a person; here it is given.
    recipe = recipe.replace("ec -aes256", "ec -aes256 -passout pass:x")
    recipe = re.sub(r"-(key|CAkey) root\.key", r"\g<0> -passin pass:x", recipe)
    done = subprocess.run(
        ["bash", "-euc", recipe], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "cert.pem: OK" in done.stdout
    for name, right in (("soca.lan", True), ("bank.example", False)):
        command = ["openssl", "verify", "-x509_strict", "-verify_hostname", name, "-CAfile", "root.crt", "cert.pem"]
        verified = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=60)
        assert (verified.returncode == 0) == right


def test_a_run_that_fails_starts_a_unit_that_is_there_and_has_no_key():
    text = (DEPLOY / "systemd" / "casework-tick.service").read_text(encoding="utf-8")
    assert f"OnFailure={ALERT}" in text
    alert = unit(ALERT)
    assert alert["DynamicUser"] == alert["NoNewPrivileges"] == "yes"
    assert "LoadCredential" not in alert
    assert "casework.toml" not in alert["ExecStart"]


def test_a_mail_server_is_reached_by_a_drop_in_that_opens_one_address_alone():
    assert {unit(name)["IPAddressDeny"] for name in SERVICES} == {"any"}
    opened = unit("casework-mail.conf")
    assert set(opened) == {"IPAddressAllow", "LoadCredential"}
    assert re.fullmatch(r"[0-9.]+", opened["IPAddressAllow"])
