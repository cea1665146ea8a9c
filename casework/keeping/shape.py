"""Refuses to work on a database whose tables are those of another version of the program."""

from casework import bare
from casework.config import ConfigurationError


def must_fit(url: str) -> None:
    """Raise ConfigurationError unless the tables of a database are the ones that this program was written for."""
    with bare.snapshot(url) as connection:
        found, needed = bare.revision(connection), bare.newest_revision()
    if found == needed:
        return
    if found and found < needed:
        raise ConfigurationError(
            f"Cơ sở dữ liệu ở bản {found}, chương trình cần bản {needed}. Hãy chạy: casework upgrade."
        )
    raise ConfigurationError(
        f"Cơ sở dữ liệu ở bản {found or 'trống'}, chương trình này chỉ biết đến bản {needed}. "
        "Không có gì bị thay đổi: hãy dùng bản chương trình mới hơn."
    )
