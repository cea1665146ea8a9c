"""Diagnostics of an installation: finds what is wrong and says in plain words what to do about it."""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from casework import clock, config, schema, unguarded_database
from casework.accounts import key_holders
from casework.administration import server_key_rotation
from casework.administration.problem import Problem
from casework.audit.models import AuditLine
from casework.config import SETTINGS, Config
from casework.db import Database
from casework.errors import CaseworkError
from casework.gate import Gate
from casework.mail import state
from casework.mail.smtp import FAULTS
from casework.maintenance import evidence_check, startup
from casework.vault.crypto import signatures
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import kek, keyfile
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment.models import Admission
from casework.vault.keys.kek import Kek

_LEAST_FREE = 1024**3
_RESTORE = "Dừng sổ, chép nguyên thư mục sang đĩa khác, kiểm đĩa, rồi `casework restore` bản sao lưu mới nhất."
_CODE_LIFETIME = 24 * 3600 * clock.MICROSECOND
_OLDEST_PYTHON, _OLDEST_LIBRARY = (3, 11), 50


Check: TypeAlias = Callable[[Config], Iterator[Problem]]


def check(folder: Path) -> list[Problem]:
    """Run every check; what cannot be read is a problem, never an error."""
    try:
        settings = config.load(folder)
    except (CaseworkError, ValueError, TypeError) as cause:
        return [Problem(str(cause), f"Sửa {folder / SETTINGS}, hoặc lập sổ bằng `casework init`.")]
    return [problem for run_check in _CHECKS for problem in _problems_of(run_check, settings)]


def _problems_of(run_check: Check, settings: Config) -> list[Problem]:
    problems = []
    try:
        for problem in run_check(settings):
            problems.append(problem)
    except CaseworkError as cause:
        problems.append(Problem(str(cause) or "Có dòng không đúng.", "Chạy `casework verify` rồi gọi người phụ trách."))
    except (OSError, SQLAlchemyError) as cause:
        problems.append(Problem(f"Không đọc được: {type(cause).__name__}.", "Xem lại đường dẫn và quyền của tệp."))
    return problems


def _check_files(settings: Config) -> Iterator[Problem]:
    """The folder and its files are private to the account that runs the program; no stranger reads keys elsewhere."""
    owner = settings.data.stat().st_uid
    for key in (settings.kek_file, settings.checkpoint_file):
        if key is not None and key.parent != settings.data and key.exists() and key.stat().st_mode & 0o007:
            yield Problem(f"{key} để người khác đọc được.", f"chmod o-rwx {key}")
    for path in (settings.data, *sorted(settings.data.iterdir())):
        mode, same_owner = stat.S_IMODE(path.stat().st_mode), path.stat().st_uid == owner
        if mode & 0o077:
            yield Problem(f"{path} để người khác đọc được ({mode:o}).", f"chmod go-rwx {path}")
        if not same_owner:
            yield Problem(f"{path} thuộc về tài khoản khác với thư mục.", f"chown theo chủ của {settings.data}")
    if os.geteuid() != owner:
        yield Problem("Lệnh này chạy bằng tài khoản khác của máy.", "Chạy bằng chủ của thư mục dữ liệu.")


def _check_keys(settings: Config) -> Iterator[Problem]:
    """The key file fits the database, and the keys that sign and seal are the pinned ones."""
    keys = kek.load_all(settings.kek_file)
    if len(keys) > 1:
        yield Problem("Việc đổi khóa chưa xong.", "Chạy lại `casework rotate-keys kek`.")
    if settings.demo or keys[-1].number == kek.DEMO_ID:
        yield Problem("Đây là bản dùng thử hoặc khóa dùng thử.", "Không ghi vụ việc thật: `casework init` lập sổ thật.")
    with _open_database(settings) as database:
        used_number = server_key_rotation.communes_and_kek_number(database)[1]
    if used_number not in {key.number for key in keys}:
        wrong = f"Cơ sở dữ liệu dùng khóa số {used_number}, tệp khóa có số {keys[-1].number}."
        yield Problem(wrong, "Tìm tờ khóa đúng số rồi chạy `casework key-file`.")
    pinned = [signatures.decode_public(text) for text in settings.checkpoint_public]
    if settings.checkpoint_file is not None and signatures.load(settings.checkpoint_file).public not in pinned[:1]:
        yield Problem("Khóa ký mốc không phải khóa ghi trong casework.toml.", "Chạy `casework rotate-keys checkpoint`.")
    if not settings.backup_public:
        yield Problem("Chưa có khóa sao lưu.", "Chạy `casework rotate-keys backup` rồi cất hai tờ.")


def _check_places(settings: Config) -> Iterator[Problem]:
    """Nothing that is to outlive the database, or to tell of a change in it, lies beside it."""
    if settings.demo:
        return
    beside = {
        settings.kek_file: ("Tệp khóa máy chủ", "kek_file", "ai lấy được thư mục thì chỉ còn mật khẩu giữ lại"),
        settings.checkpoint_file: ("Khóa ký mốc", "checkpoint_file", "ai sửa được sổ thì ký được mốc giả"),
        settings.checkpoints_folder: ("Các mốc nhật ký", "checkpoint_dir", "ai sửa được sổ thì sửa được cả mốc"),
        settings.backups_folder: ("Bản sao lưu", "backup_dir", "đĩa hỏng thì mất cả hai"),
    }
    data = settings.data.resolve()
    for place, (what, setting, danger) in beside.items():
        if place is not None and data in place.resolve().parents:
            wrong = f"{what} nằm cùng thư mục với cơ sở dữ liệu: {danger}."
            yield Problem(wrong, f"Dời sang đĩa khác rồi ghi chỗ mới vào casework.toml ({setting}).")


def _check_damage(settings: Config) -> Iterator[Problem]:
    """The file of the database is whole, page by page."""
    _require_database_file(settings)
    for words in unguarded_database.find_damage(settings.database_url):
        yield Problem(f"Tệp cơ sở dữ liệu bị hỏng: {words}.", _RESTORE)


def _check_schema(settings: Config) -> Iterator[Problem]:
    current, needed = startup.revision(settings.database_url), schema.newest()
    if current != needed:
        yield Problem(f"Cơ sở dữ liệu ở bản {current}, chương trình cần bản {needed}.", "Chạy `casework upgrade`.")
    if not unguarded_database.has_no_leftovers(settings.database_url):
        wrong = "Còn bản cũ của một lần khôi phục hay nâng cấp bị ngắt, hoặc lần ấy đang chạy."
        yield Problem(wrong, "Nếu không đang chạy: dừng sổ rồi chạy lại `casework upgrade`.")


def _check_communes(settings: Config) -> Iterator[Problem]:
    """No agency depends on one key holder, no admission code expired unused, the clock has not gone back."""
    with _open_database(settings) as database:
        communes, number = server_key_rotation.communes_and_kek_number(database)
        key = next((held for held in kek.load_all(settings.kek_file) if held.number == number), None)
        for commune_id in communes if key else ():
            yield from _check_commune(Gate(database, key or Kek(0, b"")).server_keys(commune_id), database)


def _check_commune(server_keys: kek.ServerKeys, database: Database) -> Iterator[Problem]:
    now = clock.micros()
    with database.read_only() as session:
        attach_keys(session, server_keys)
        for agency in key_holders.agencies_at_risk(CryptoContext(session, server_keys, None, now)):
            wrong = f"{agency.name}: chỉ {agency.holders} người giữ khóa, và 180 ngày nay chưa tập khôi phục."
            yield Problem(wrong, "Mời thêm một người, hoặc chạy `casework drill` với hai tờ của một cặp.")
        in_commune = Admission.commune_id == server_keys.commune_id
        expired = select(func.count()).where(in_commune, Admission.created < now - _CODE_LIFETIME)
        if count := session.execute(expired).scalar_one():
            yield Problem(f"{count} mã nhận tài khoản đã hết hạn mà chưa dùng xong.", "Làm mã mới cho những người ấy.")
        newest_line = select(func.max(AuditLine.at)).where(AuditLine.commune_id == server_keys.commune_id)
        if (session.execute(newest_line).scalar_one() or 0) > now + 60 * clock.MICROSECOND:
            yield Problem("Đồng hồ máy chậm hơn dòng nhật ký cuối cùng.", "Chỉnh giờ máy (timedatectl) trước đã.")


def _check_evidence(settings: Config) -> Iterator[Problem]:
    """The newest comparison with what lies outside the database found no difference, or the operator has decided."""
    if evidence_check.rings(settings):
        yield Problem(
            "Sổ khác bằng chứng bên ngoài: có thể ai đó đã đặt lại một bản cũ.",
            "Giữ nguyên máy, gọi người hỗ trợ, xem `casework verify`; khi đã rõ: `casework accept-log`.",
        )


def _check_machine(settings: Config) -> Iterator[Problem]:
    if shutil.disk_usage(settings.data).free < _LEAST_FREE:
        yield Problem("Đĩa còn dưới 1 GB.", "Dọn đĩa: hết chỗ thì sổ ngừng nhận, dù không mất gì.")
    if sys.version_info < _OLDEST_PYTHON or int(version("cryptography").split(".")[0]) < _OLDEST_LIBRARY:
        yield Problem("Python hoặc thư viện cryptography quá cũ.", "Cần Python 3.11 và cryptography 50 trở lên.")
    if not settings.demo and not settings.public_url.startswith("https://"):
        yield Problem(f"public_url là {settings.public_url or 'trống'}.", "Ghi địa chỉ https:// vào casework.toml.")
    kek.self_test()


def _check_mail(settings: Config) -> Iterator[Problem]:
    """The mail server takes messages, and what is run when something is red can be run."""
    if settings.mail_host and settings.mail_user and settings.mail_password_file is not None:
        try:
            keyfile.read(settings.mail_password_file)
        except CaseworkError as cause:
            yield Problem(f"Mật khẩu thư: {cause}", f"Ghi mật khẩu vào {settings.mail_password_file}, chmod 600.")
    server = state.read(settings.mail_state_file).server
    if settings.mail_host and server.fault:
        wrong = f"Thư không gửi được: {FAULTS[server.fault]}."
        yield Problem(wrong, "Xem lại các dòng mail_ trong casework.toml, rồi gửi thử ở trang tài khoản.")
    if settings.alert_command and not os.access(settings.alert_command, os.X_OK):
        yield Problem(f"Không chạy được {settings.alert_command}.", "Sửa alert_command, hoặc chmod +x tệp ấy.")


def mail_in_words(folder: Path) -> str:
    """Say when mail last went out and last failed; empty where it is off or the settings cannot be read."""
    try:
        settings = config.load(folder)
    except (CaseworkError, ValueError, TypeError):
        return ""
    if not settings.mail_host:
        return ""
    server = state.read(settings.mail_state_file).server
    sent, failed = (_minute(at) if at else "chưa lần nào / never" for at in (server.sent, server.failed))
    return f"Thư / mail: gửi được lần cuối / last sent {sent}; hỏng lần cuối / last failed {failed}."


def _minute(at: int) -> str:
    return clock.local(at).isoformat(timespec="minutes")


@contextmanager
def _open_database(settings: Config) -> Iterator[Database]:
    """Open the database for a check; raise CaseworkError for a SQLite file that is not there, instead of making it."""
    _require_database_file(settings)
    database = Database(settings.database_url)
    try:
        yield database
    finally:
        database.engine.dispose()


def _require_database_file(settings: Config) -> None:
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise CaseworkError(f"Không thấy cơ sở dữ liệu {url.database}.")


_CHECKS: tuple[Check, ...] = (
    _check_damage,
    _check_files,
    _check_keys,
    _check_places,
    _check_schema,
    _check_communes,
    _check_evidence,
    _check_machine,
    _check_mail,
)
