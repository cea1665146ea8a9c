"""What each backup carries besides the tables, sealed with them: settings, calendar, overrides and revocation log.

So a restore needs nothing from the disk that is gone. No secret travels: neither a key nor the password of a database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import URL, make_url

from casework import files
from casework.audit.revocation_log import RevocationLog
from casework.codelists import overrides
from casework.config import CALENDAR, Config, ConfigurationError, require_usable

# What a machine decides for itself, and what says that this is no real installation. A program to run is never taken
# from a file: whoever could write settings on the old machine would have it run on the new one.
_OF_THE_MACHINE = frozenset({"data", "kek_file", "checkpoint_file", "mail_password_file", "demo", "alert_command"})
# Of what stands behind the "?" of an address: where the server is. Passwords can stand there too.
_PLACES = frozenset({"host", "hostaddr", "port", "dbname", "sslmode", "sslrootcert"})
_URLS = ("database_url", "counts_url")
_PLACE = "casework.toml trong bản sao lưu (in the backup)"
_UNREADABLE = (
    "Cài đặt trong bản sao lưu này không đọc được, nên không khôi phục. Hãy dùng bản sao lưu khác. / The settings in "
    "this backup cannot be read, so it is not restored. Use another backup."
)


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
    """Return the settings of a backup, those that this program knows; raise ConfigurationError for another kind."""
    known = {field.name for field in fields(Config)} - _OF_THE_MACHINE
    carried = about.get("carried")
    texts = [carried.get(name) for name in ("calendar", "removals")] if isinstance(carried, Mapping) else []
    if not isinstance(carried, Mapping) or not isinstance(carried.get("settings"), Mapping) or not _are_texts(texts):
        raise ConfigurationError(_UNREADABLE)
    settings = {name: value for name, value in carried["settings"].items() if name in known}
    require_usable(settings, place=_PLACE)
    return settings | {"checkpoint_public": tuple(settings.get("checkpoint_public", ()))}


def _are_texts(found: Sequence[object]) -> bool:
    return all(isinstance(text, str) for text in found)


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
