"""What each backup carries besides the tables, sealed with them: settings, calendar, overrides and revocation log.

So a restore needs nothing from the disk that is gone. No secret travels: neither a key nor the password of a database.
"""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

from casework import files
from casework.audit.revocation_log import RevocationLog
from casework.codelists import overrides
from casework.config import CALENDAR, Config

# What a machine decides for itself, and what says that this is no real installation. A program to run is never taken
# from a file: whoever could write settings on the old machine would have it run on the new one.
_OF_THE_MACHINE = frozenset({"data", "kek_file", "checkpoint_file", "mail_password_file", "demo", "alert_command"})
# Of what stands behind the "?" of an address: where the server is. Passwords can stand there too.
_PLACES = frozenset({"host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert"})
_URLS = ("database_url", "counts_url")


def read(config: Config) -> dict[str, Any]:
    """Return what a backup carries of an installation: its settings by name, and the text of its files."""
    settings = {field.name: getattr(config, field.name) for field in fields(Config)}
    for name in _URLS:
        settings[name] = _without_password(settings[name])
    calendar, removals = config.data / CALENDAR, config.revocation_log_file
    return {
        "settings": {name: value for name, value in settings.items() if name not in _OF_THE_MACHINE},
        "calendar": calendar.read_text(encoding="utf-8") if calendar.exists() else "",
        "overrides": overrides.texts(config.data / overrides.FOLDER),
        "removals": b"".join(line.written() for line in RevocationLog(removals).lines()).decode(),
    }


def _without_password(url: str) -> str:
    if not url:
        return ""
    known = make_url(url)
    query = {name: value for name, value in known.query.items() if name in _PLACES}
    parts = (known.host, known.port, known.database, query)
    return URL.create(known.drivername, known.username, None, *parts).render_as_string(hide_password=False)


def settings_of(about: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a backup, those that this program knows."""
    known = {field.name for field in fields(Config)} - _OF_THE_MACHINE
    settings = {name: value for name, value in about["carried"]["settings"].items() if name in known}
    return settings | {"checkpoint_public": tuple(settings["checkpoint_public"])}


def write(folder: Path, about: Mapping[str, Any]) -> None:
    """Write calendar, overrides and revocation log into a data folder that has none; what is there already stays."""
    for name, text in ((CALENDAR, about["carried"]["calendar"]), ("removals", about["carried"]["removals"])):
        if text and not (folder / name).exists():
            files.write_new(folder / name, text)
    # Backups of earlier versions carry none.
    carried = {name: text for name, text in about["carried"].get("overrides", {}).items() if overrides.is_ours(name)}
    place = folder / overrides.FOLDER
    if carried and not place.exists():
        place.mkdir(mode=0o700)
        for name, text in carried.items():
            files.write_new(place / name, text)
