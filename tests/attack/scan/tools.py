"""bandit, wapiti and sqlmap in an environment of their own, each bounded in time; what they find is a list of lines."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from tests.attack.scan.somebody import LEFT_OUT, Target

PINNED = ("bandit==1.9.4", "wapiti3==3.2.3", "sqlmap==1.10.10")
# Not among them: what needs TLS or a machine outside; ldap, for there is none here, and it takes the refusal of a NUL
# for an answer; csrf, which sends its type of content twice and so no form at all: `unguarded` asks that itself.
MODULES = (
    "backup,cookieflags,crlf,csp,exec,file,http_headers,htaccess,"
    "methods,permanentxss,redirect,sql,timesql,upload,xss,xxe"
)
# sqlmap is told to go on where an answer refuses.
_CALM = "400,403,404,409,413,422,429"
_LEAST_SECONDS = 4
_INJECTED = ("injection point", "is vulnerable", "' injectable", "might be injectable")
# What sqlmap says once it has tried to refute itself.
_CONFIRMED = "identified the following injection point"
_SECONDS_TO_CONFIRM = 240
# Error, union, stacked and time-based: what remains where the answers to one and the same request differ, as those of
# an export of the log do, which has one more line each time. To compare pages ("boolean-based") says nothing there.
_WITHOUT_COMPARING = "EUSTQ"
_PLACE = re.compile(r"(?:GET|POST|User-Agent|Referer|Cookie|Host|URI)[^']*'([^']+)'")


@dataclass(frozen=True)
class Tools:
    """The programs in their environment."""

    bin: Path
    folder: Path

    def of_source(self, root: Path) -> list[str]:
        """Let bandit read the program."""
        ran = self._run("bandit", "--quiet", "--format", "json", "--recursive", root / "casework", root / "migrations")
        return [
            f"{result['filename']}:{result['line_number']} {result['issue_text']}"
            for result in json.loads(ran)["results"]
        ]

    def of_pages(self, site: str, cookie: str, *, seconds: int, least: int) -> list[str]:
        """Let wapiti crawl and attack for so many seconds a half, and return vulnerabilities and anomalies.

        Fewer pages than `least` are a finding too: then it says nothing.
        """
        report = self.folder / "wapiti.json"
        left_out = [word for path in LEFT_OUT for word in ("-x", site + path + "*")]
        limits = ("--max-scan-time", str(seconds), "--max-attack-time", str(max(3, seconds // 10)), "-d", "8")
        few = ("--max-links-per-page", "60", "--max-files-per-dir", "8", "--max-parameters", "40")
        quiet = (
            "--flush-session",
            "--no-bugreport",
            "--store-session",
            self.folder,
            "-v",
            "0",
            "-f",
            "json",
            "-o",
            report,
        )
        header = ("-H", f"Cookie: {cookie}", "--tasks", "4")
        self._run(
            "wapiti", "-u", site + "/", "--scope", "folder", "-m", MODULES, *header, *left_out, *limits, *few, *quiet
        )
        summary = json.loads(report.read_text(encoding="utf-8"))
        kinds = {**summary["vulnerabilities"], **summary["anomalies"]}
        pages = summary["infos"].get("crawled_pages_nbr", 0)
        lines = [
            f"{kind}: {form['method']} {form['path']} {form['info']}"
            for kind, findings in kinds.items()
            for form in findings
        ]
        return [*lines, *([f"wapiti saw {pages} pages: too few to say anything"] if pages < least else [])]

    def of_parameters(
        self, targets: Sequence[Target], cookie: str, *, seconds: int, varies: Callable[[Target], bool]
    ) -> list[str]:
        """Let sqlmap try every parameter of each target, an equal part of so many seconds each.

        What it suspects is tried again at length, and told only if it stands; without comparing pages where `varies`
        says that the answers to one and the same request differ.
        """
        findings, each = [], max(_LEAST_SECONDS, seconds // max(1, len(targets)))
        for target in targets:
            ran = self._sqlmap(target, cookie, "--time-limit", str(each))
            lines = [line for line in ran.splitlines() if any(word in line for word in _INJECTED)]
            suspected = [f"{target.url} {line}" for line in lines if "false positive" not in line]
            if suspected and self._stands(target, cookie, suspected, varies=varies(target)):
                findings += suspected
        return findings

    def _stands(self, target: Target, cookie: str, suspected: Sequence[str], *, varies: bool) -> bool:
        named = {match.group(1) for line in suspected if (match := _PLACE.search(line))}
        only = ("-p", ",".join(sorted(named))) if named else ()
        how = ("--technique", _WITHOUT_COMPARING) if varies else ()
        ran = self._sqlmap(target, cookie, "--time-limit", str(_SECONDS_TO_CONFIRM), *only, *how)
        stands = _CONFIRMED in ran or ("false positive" not in ran and "do not appear to be injectable" not in ran)
        click.echo(f"{suspected[0]}: {'stands' if stands else 'refuted'}, answers {'vary' if varies else 'are alike'}")
        return stands

    def _sqlmap(self, target: Target, cookie: str, *more: str) -> str:
        data = ("--data", target.data) if target.data else ()
        fixed = ("--cookie", cookie, "--skip", "csrf_token", "--ignore-code", _CALM)
        how = ("--batch", "--level", "3", "--risk", "2", "--flush-session", "--disable-coloring", "--ignore-redirects")
        where = ("--param-exclude", "csrf_token|__Host", "--output-dir", self.folder)
        return self._run("sqlmap", "-u", target.url, *data, *fixed, *how, *where, *more)

    def _run(self, name: str, *words: str | Path) -> str:
        command = [self.bin / name, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=3600).stdout


def installed(folder: Path) -> Tools:
    """Make the environment in a folder, away from what the product is locked to."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = str(folder / "venv/bin/python")
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINNED]
    subprocess.run(pip, check=True)
    return Tools(folder / "venv/bin", folder)
