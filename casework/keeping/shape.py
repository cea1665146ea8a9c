"""Refuses to work on a database whose tables are those of another version of the program."""

from pathlib import Path

from sqlalchemy import make_url

from casework import bare, schema
from casework.config import ConfigurationError


def must_fit(url: str) -> None:
    """Raise ConfigurationError unless the tables of a database are the ones that this program was written for."""
    stands, needed = revision(url), schema.newest()
    if stands == needed:
        return
    if schema.older(stands):
        raise ConfigurationError(
            f"Cơ sở dữ liệu ở bản {stands}, chương trình cần bản {needed}. "
            "Sổ chưa mở, không có gì bị thay đổi. Hãy chạy: casework upgrade."
        )
    raise ConfigurationError(
        f"Cơ sở dữ liệu ở bản {stands or 'trống'}, chương trình này chỉ biết đến bản {needed}. "
        "Không có gì bị thay đổi: hãy dùng bản chương trình mới hơn."
    )


def revision(url: str) -> str:
    """Return at which revision a database stands; raise ConfigurationError if there is no such file."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).is_file():
        raise ConfigurationError(f"Không thấy cơ sở dữ liệu {parsed.database}.")
    with bare.snapshot(url) as connection:
        return schema.found(connection)
