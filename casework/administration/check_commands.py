"""The console commands that look and change nothing: what is wrong with an installation, and whether its log holds."""

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from casework import clock, config, unguarded_database
from casework.administration import copies_check, diagnostics, machine_check, versions
from casework.administration.console_input import DATA_OPTION
from casework.administration.console_output import JSON_OPTION, say, say_json, spoken
from casework.administration.copies_check import Copies
from casework.administration.maintenance_commands import opened
from casework.administration.problem import Problem, Severity
from casework.config import Config
from casework.errors import CaseworkError
from casework.maintenance import verify_database
from casework.oversight.actions import verify_all

_WARNINGS, _ERRORS = 1, 2
_STATUS = {"ok": 0, Severity.WARNING: _WARNINGS, Severity.ERROR: _ERRORS}
_WORDS = {
    Severity.ERROR: "SAI / ERROR",
    Severity.WARNING: "Cần làm / Warning",
}


@click.command()
@DATA_OPTION
@JSON_OPTION
def check(data: Path, as_json: bool) -> None:
    """Khám sổ: có gì sai, phải làm gì. / Say what is wrong and what to do; status 1 for warnings, 2 for errors."""
    folder = data.absolute()
    problems = diagnostics.check(folder)
    worst = max((problem.severity for problem in problems), key=lambda one: _STATUS[one], default="ok")
    settings, copies = _settings(folder), _copies(folder)
    if as_json:
        say_json(_as_object(settings, copies, problems, str(worst)))
    else:
        _tell_facts(folder, settings, copies)
        for number, problem in enumerate(problems, start=1):
            click.echo(
                f"{number}. {spoken(_WORDS[problem.severity])}: {spoken(problem.wrong)}\n   -> {spoken(problem.todo)}"
            )
        if not problems:
            say("Không thấy gì sai. / Nothing is wrong.")
    raise click.exceptions.Exit(_STATUS[worst])


def _settings(folder: Path) -> Config | None:
    with suppress(CaseworkError, OSError):
        return config.load(folder)
    return None


def _copies(folder: Path) -> Copies | None:
    """Return where copies lie and how old they are; None where that cannot be found out, which is a problem already."""
    with suppress(CaseworkError, SQLAlchemyError, OSError), opened(folder) as installation:
        return copies_check.find_copies(installation.config, installation.gate)
    return None


def _database_version(settings: Config) -> str:
    if make_url(settings.database_url).get_backend_name() == "sqlite":
        return f"SQLite {versions.current().sqlite}"
    with suppress(SQLAlchemyError), unguarded_database.snapshot(settings.database_url) as connection:
        return "PostgreSQL " + ".".join(map(str, connection.dialect.server_version_info or ()))
    return "PostgreSQL"


def _as_object(
    settings: Config | None, copies: Copies | None, problems: list[Problem], worst: str
) -> dict[str, object]:
    return {
        "severity": worst,
        "problems": [
            {"severity": one.severity, "wrong": spoken(one.wrong), "todo": spoken(one.todo)} for one in problems
        ],
        "versions": asdict(versions.current()),
        "database": _database_version(settings) if settings else None,
        "public_url": settings.public_url if settings else None,
        "copies": {name: _plain(value) for name, value in asdict(copies).items()} if copies else None,
    }


def _plain(value: Path | int | None) -> str | None:
    if isinstance(value, Path):
        return str(value)
    return _moment(value) if value else None


def _moment(at: int) -> str:
    moment: datetime = clock.local(at)
    return moment.isoformat(timespec="minutes")


def _tell_facts(folder: Path, settings: Config | None, copies: Copies | None) -> None:
    click.echo(versions.in_words())
    if settings is not None:
        database, url = _database_version(settings), settings.public_url
        say(f"Cơ sở dữ liệu: {database}; mở ở {url} / Database: {database}; opened at {url}")
    if copies is not None:
        backup, note, tick = (
            _moment(at) if at else "-" for at in (copies.backup_at, copies.checkpoint_at, copies.tick_at)
        )
        say(f"Sao lưu: {backup}, ở {copies.backups} / Backup: {backup}, in {copies.backups}")
        say(f"Mốc nhật ký: {note}, ở {copies.checkpoints} / Checkpoint: {note}, in {copies.checkpoints}")
        say(f"Việc định kỳ: {tick} / Periodic jobs: {tick}")
    if mail := machine_check.mail_in_words(folder):
        say(mail)


@click.command()
@DATA_OPTION
@JSON_OPTION
def verify(data: Path, as_json: bool) -> None:
    """Kiểm tra nhật ký của từng xã. / Verify the log of every commune; status 1 if anything does not hold."""
    with opened(data) as installation:
        findings = verify_database.find_all_faults(installation.config, installation.gate)
        verdicts = verify_all(installation.gate, rows_hold=not findings)
    holds = not findings and all(verdict.holds for _, verdict in verdicts)
    if as_json:
        logs = [
            {"commune": name, "lines": verdict.lines, "hash": verdict.short, "holds": verdict.holds}
            for name, verdict in verdicts
        ]
        faults = [
            {"table": one.table, "about": one.about and str(one.about), "words": spoken(one.words)} for one in findings
        ]
        say_json({"holds": holds, "logs": logs, "faults": faults})
    else:
        for name, verdict in verdicts:
            state = spoken("đúng / holds" if verdict.holds else "SAI / BROKEN")
            click.echo(f"{name}: {verdict.lines} {spoken('dòng / lines')}, {verdict.short}, {state}")
        for finding in findings:
            click.echo(f"- {finding.table} {finding.about or ''}: {spoken(finding.words)}")
    if not holds:
        raise click.exceptions.Exit(1)


COMMANDS = (check, verify)
