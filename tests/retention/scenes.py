"""Cases that are about to be erased, and what the database and its files hold of them."""

from pathlib import Path
from uuid import UUID

from casework.retention import actions as retention
from tests.house import House, Someone
from tests.tampering import Row, stolen

CASE_TABLES = {
    "envelope": "case_id",
    "document": "case_id",
    "referral": "case_id",
    "ground": "case_id",
    "notice": "case_id",
}
OWN = {"case_file": "id", "head": "id"}


def asked(by: Someone, case_id: UUID, second: Someone, basis: str = "own_wish") -> None:
    by.does(retention.request_erasure, case_id, basis=basis, second=second.id, words="Chị ấy xin xóa")


def rows_of(house: House, case_id: UUID) -> dict[str, list[Row]]:
    with stolen(house) as thief:
        return {name: thief.rows(name, **{column: case_id}) for name, column in (CASE_TABLES | OWN).items()}


def sealed_in(rows: dict[str, list[Row]]) -> list[bytes]:
    """Everything sealed of a case: bodies, commitments and the keys in envelopes."""
    documents = [row[name] for row in rows["document"] for name in ("body", "commit_tag")]
    return [*documents, *(row["blob"] for row in rows["envelope"])]


def files(house: House) -> dict[str, bytes]:
    folder: Path = house.config.data
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.name != "lock"}


def found_in(parts: list[bytes], contents: dict[str, bytes]) -> list[bytes]:
    return [part for part in parts if any(part in content for content in contents.values())]
