"""Says in words why a backup cannot be used: damaged, of another installation, another sheet, another key.

What is told stands in the header in the clear, or is told only once the file was opened with its sheet.
"""

import hmac
from collections.abc import Iterable, Mapping
from typing import Any, BinaryIO

from sqlalchemy import func, select

from casework import unguarded_database
from casework.audit.chain import sign
from casework.audit.models import AuditLine
from casework.errors import VaultError
from casework.vault.crypto import backup_archive, signatures
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.kek import Kek, server_keys_of

_DAMAGED = (
    "Tệp này không phải bản sao lưu còn nguyên: bị cắt, bị sửa, hoặc đĩa hỏng. Sổ đang dùng không bị đụng đến. "
    "Hãy chép lại từ đĩa sao lưu, hoặc dùng bản sao lưu của ngày khác. / This file is no whole backup: cut, changed, "
    "or the disk fails. Copy it again, or use another day's. The book in use was not touched."
)


def verified_header(archive: BinaryIO, publics: Iterable[bytes]) -> dict[str, Any]:
    """Return the header of a whole file that a pinned key has signed; raise VaultError in words for any other."""
    known = tuple(publics)
    try:
        return backup_archive.verify_archive(archive, known)
    except VaultError as cause:
        signed_by = _claimed_signer(archive)
        if signed_by is not None and signed_by not in {signatures.fingerprint(public) for public in known}:
            raise VaultError(
                f"Bản sao lưu này do khóa ký khác ký, của sổ khác hoặc của máy khác: dấu {signed_by}. "
                "Sổ đang dùng không bị đụng đến. Hãy so dấu trên tờ “Dấu của các khóa” rồi chọn đúng tệp. / Another "
                f"key has signed this backup, that of another book or machine: {signed_by}. Compare it with the sheet "
                "of fingerprints, then choose the right file."
            ) from cause
        raise VaultError(_DAMAGED) from cause


def claimed_header(archive: BinaryIO) -> dict[str, Any]:
    """Return the header of a file before anything says that it is true; raise VaultError in words if it has none."""
    try:
        header = backup_archive.read_header(archive)
    except VaultError as cause:
        raise VaultError(
            "Tệp này không phải bản sao lưu của Sổ ca, hoặc đã hỏng ngay từ đầu: chọn tệp khác. / This file is no "
            "backup of casework, or is damaged from its beginning: choose another file."
        ) from cause
    if not {"kek", "signed_by", "publics"} <= set(header):
        raise VaultError(
            "Bản sao lưu này do bản chương trình cũ làm, không mang theo cài đặt: chỉ khôi phục được vào thư mục còn "
            "casework.toml và checkpoint-key. Hãy dùng một bản sao lưu mới hơn. / An older program made this backup, "
            "without settings: it goes only into a folder that has casework.toml and checkpoint-key. Use a newer one."
        )
    lists = {"kek": int, "publics": str}
    if not all(_is_list_of(kind, header[name]) for name, kind in lists.items()):
        raise VaultError(_DAMAGED)
    return header


def _is_list_of(kind: type, found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(type(one) is kind for one in found)


def _claimed_signer(archive: BinaryIO) -> str | None:
    """Return who has signed a file as its header says, whole or not; None if there is no header."""
    try:
        return str(backup_archive.read_header(archive)["signed_by"])
    except (VaultError, KeyError):
        return None


def require_sheet(header: Mapping[str, Any], seed: bytes) -> None:
    """Raise VaultError unless a backup is sealed to the sheet that was typed."""
    if header["sealed_to"] != signatures.fingerprint(public_key(seed)):
        raise VaultError(
            f"Tờ khóa sao lưu này không mở được bản sao lưu: cần tờ có dấu khóa sao lưu {header['sealed_to']}. "
            "Sổ đang dùng không bị đụng đến. / This sheet of a backup key does not open the backup: the one with the "
            f"fingerprint {header['sealed_to']} is needed. The book in use was not touched."
        )


def require_kek(url: str, used_kek: Kek) -> None:
    """Raise VaultError if no newest line of any log in a new database is signed by the KEK that was typed."""
    line = AuditLine.__table__.c
    newest = select(line.commune_id, func.max(line.n).label("n")).group_by(line.commune_id).subquery()
    rows = select(line.commune_id, line.n, line.h, line.mac).where(
        line.commune_id == newest.c.commune_id, line.n == newest.c.n
    )
    with unguarded_database.snapshot(url) as connection:
        found = connection.execute(rows).all()
    if found and not any(
        hmac.compare_digest(row.mac, sign(server_keys_of(used_kek, row.commune_id), row.n, row.h)) for row in found
    ):
        raise VaultError(
            f"Khóa máy chủ số {used_kek.number} này không phải khóa của bản sao lưu. Hãy so lại hai dòng của tờ khóa "
            f"máy chủ. Sổ đang dùng không bị đụng đến. / Key {used_kek.number} is not that of the backup. Compare both "
            "lines with the sheet of the server's key. The book in use was not touched."
        )
