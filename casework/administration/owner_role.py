"""The role that owns the tables on PostgreSQL: some commands need it, the service never has it."""

from dataclasses import replace

import click

from casework.config import Config, require_usable

OWNER_OPTION = click.option(
    "--owner-url",
    metavar="URL",
    help="PostgreSQL: địa chỉ với vai làm được bảng. / PostgreSQL: its address as the role that owns the tables.",
)


def as_owner(settings: Config, url: str | None) -> Config:
    """Return the settings with the role that owns the tables; raise ConfigurationError for what is no address."""
    if not url:
        return settings
    require_usable({"database_url": url}, place="--owner-url")
    return replace(settings, database_url=url)
