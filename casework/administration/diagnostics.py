"""Diagnostics of an installation: finds what is wrong and says in plain words what to do about it."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from casework import clock, config, schema, unguarded_database
from casework.accounts import administrators, key_holders
from casework.administration import local_files, server_key_rotation
from casework.administration.command_failures import explained
from casework.administration.copies_check import check_copies
from casework.administration.machine_check import check_machine, check_mail
from casework.administration.problem import Problem, Severity
from casework.audit import freshness
from casework.audit.models import AuditLine
from casework.config import SETTINGS, Config
from casework.db import Database
from casework.errors import CaseworkError
from casework.gate import Gate
from casework.maintenance import evidence_check, startup
from casework.vault.crypto import signatures
from casework.vault.integrity.signed_rows import attach_keys
from casework.vault.keys import kek
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment.models import Admission
from casework.vault.keys.kek import Kek
from casework.vault.models import Commune

_RESTORE = (
    "Dừng sổ, chép nguyên thư mục sang đĩa khác, kiểm đĩa, rồi `casework restore` bản sao lưu mới nhất. / Stop the "
    "book, copy the whole folder to another disk, check the disk, then `casework restore` the newest backup."
)
_VERIFY = "Chạy `casework verify` rồi gọi người phụ trách. / Run `casework verify`, then call for help."
_FIRST_DAYS = 30 * 24 * 3600 * clock.MICROSECOND
_CODE_LIFETIME = 24 * 3600 * clock.MICROSECOND


Check: TypeAlias = Callable[[Config], Iterator[Problem]]


def check(folder: Path) -> list[Problem]:
    """Run every check; what cannot be read is a problem, never an exception. Errors come first."""
    try:
        settings = config.load(folder)
    except (CaseworkError, ValueError, TypeError) as cause:
        return [
            Problem(
                str(cause),
                f"Sửa {folder / SETTINGS}, hoặc lấy lại từ bản sao lưu; chưa có sổ thì `casework init`. / Mend "
                f"{folder / SETTINGS}, or restore it from a backup; where there is no book yet, run `casework init`.",
            )
        ]
    found = [problem for run_check in _CHECKS for problem in _problems_of(run_check, settings)]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.severity is not Severity.ERROR)


def is_red(folder: Path) -> bool:
    """Tell whether a check finds an error; warnings wait for a working day."""
    return any(problem.severity is Severity.ERROR for problem in check(folder))


def _problems_of(run_check: Check, settings: Config) -> list[Problem]:
    problems = []
    try:
        for problem in run_check(settings):
            problems.append(problem)
    except CaseworkError as cause:
        problems.append(Problem(explained(cause)[0], _VERIFY))
    except (OSError, SQLAlchemyError) as cause:
        problems.append(Problem(explained(cause)[0], "Sửa rồi chạy lại `casework check`. / Mend it and check again."))
    return problems


def _check_files(settings: Config) -> Iterator[Problem]:
    """The folder and its files are private to the account that runs the program; no stranger reads keys elsewhere."""
    owner = settings.data.stat().st_uid
    for key in (settings.kek_file, settings.checkpoint_file):
        if key is not None and key.parent != settings.data and key.exists() and key.stat().st_mode & 0o007:
            yield Problem(f"{key} để người khác đọc được. / Others may read {key}.", f"chmod o-rwx {key}")
    for path in (settings.data, *sorted(settings.data.iterdir())):
        mode, same_owner = stat.S_IMODE(path.stat().st_mode), path.stat().st_uid == owner
        if mode & 0o077:
            wrong = f"{path} để người khác đọc được ({mode:o}). / Others may read {path} ({mode:o})."
            yield Problem(wrong, f"chmod go-rwx {path}")
        if not same_owner:
            wrong = f"{path} thuộc về tài khoản khác với thư mục. / {path} belongs to another account than the folder."
            yield Problem(wrong, f"chown --reference={settings.data} {path}")
    if os.geteuid() != owner:
        yield Problem(
            "Lệnh này chạy bằng tài khoản khác của máy. / This runs as another account of the machine.",
            "Chạy bằng chủ của thư mục dữ liệu: casework-as-service check. / Run it as the owner of the data folder.",
            Severity.WARNING,
        )


def _check_keys(settings: Config) -> Iterator[Problem]:
    """The key file fits the database, and the keys that sign and seal are the pinned ones."""
    keys = kek.load_all(settings.kek_file)
    if len(keys) > 1:
        yield Problem(
            "Việc đổi khóa chưa xong. / A rotation of the key was broken off.",
            "Chạy lại `casework rotate-keys kek`. / Run `casework rotate-keys kek` again.",
        )
    if settings.demo or keys[-1].number == kek.DEMO_ID:
        yield Problem(
            "Đây là bản dùng thử hoặc khóa dùng thử. / This is the demo, or the demo's key.",
            "Không ghi vụ việc thật: `casework init` lập sổ thật. / Write no real case here: `casework init` first.",
            Severity.WARNING,
        )
    with _open_database(settings) as database:
        used_number = server_key_rotation.communes_and_kek_number(database)[1]
    if used_number not in {key.number for key in keys}:
        number = keys[-1].number
        wrong = (
            f"Cơ sở dữ liệu dùng khóa số {used_number}, tệp khóa có số {number}. / The database uses key "
            f"{used_number}, the file holds key {number}."
        )
        yield Problem(
            wrong,
            "Tìm tờ khóa đúng số rồi chạy `casework key-file`. / Find the sheet of that number, run `casework "
            "key-file`.",
        )
    pinned = [signatures.decode_public(text) for text in settings.checkpoint_public]
    if settings.checkpoint_file is not None and signatures.load(settings.checkpoint_file).public not in pinned[:1]:
        yield Problem(
            "Khóa ký mốc không phải khóa ghi trong casework.toml. / The key that signs checkpoints is not the pinned "
            "one.",
            "Chạy `casework rotate-keys checkpoint`. / Run `casework rotate-keys checkpoint`.",
        )
    if not settings.backup_public:
        yield Problem(
            "Chưa có khóa sao lưu. / There is no backup key.",
            "Chạy `casework rotate-keys backup` rồi cất hai tờ. / Run `casework rotate-keys backup`, keep both sheets.",
        )


def _check_places(settings: Config) -> Iterator[Problem]:
    """Nothing that is to outlive the database, or to tell of a change in it, lies beside it."""
    if settings.demo:
        return
    beside = {
        settings.kek_file: "kek_file",
        settings.checkpoint_file: "checkpoint_file",
        settings.checkpoints_folder: "checkpoint_dir",
        settings.backups_folder: "backup_dir",
    }
    data = settings.data.resolve()
    for place, setting in beside.items():
        if place is not None and data in place.resolve().parents:
            wrong, severity = _BESIDE[setting]
            todo = (
                f"Dời sang đĩa khác rồi ghi chỗ mới vào casework.toml ({setting}). / Move it to another disk and write "
                f"the place into casework.toml ({setting})."
            )
            yield Problem(wrong, todo, severity)


_BESIDE = {
    "kek_file": (
        "Tệp khóa máy chủ nằm cùng thư mục với cơ sở dữ liệu: ai lấy được thư mục thì chỉ còn mật khẩu giữ lại. / The "
        "server's key lies beside the database: whoever takes the folder meets passphrases alone.",
        Severity.ERROR,
    ),
    "checkpoint_file": (
        "Khóa ký mốc nằm cùng thư mục với cơ sở dữ liệu: ai sửa được sổ thì ký được mốc giả. / The key that signs "
        "checkpoints lies beside the database: whoever changes the book can sign a false one.",
        Severity.WARNING,
    ),
    "checkpoint_dir": (
        "Các mốc nhật ký nằm cùng thư mục với cơ sở dữ liệu: ai sửa được sổ thì sửa được cả mốc. / Checkpoints lie "
        "beside the database: whoever changes the book can change them too.",
        Severity.WARNING,
    ),
    "backup_dir": (
        "Bản sao lưu nằm cùng thư mục với cơ sở dữ liệu: đĩa hỏng thì mất cả hai. / Backups lie beside the database: a "
        "failing disk takes both.",
        Severity.ERROR,
    ),
}


def _check_damage(settings: Config) -> Iterator[Problem]:
    """The file of the database is whole, page by page."""
    _require_database_file(settings)
    for words in unguarded_database.find_damage(settings.database_url):
        yield Problem(f"Tệp cơ sở dữ liệu bị hỏng: {words}. / The file of the database is damaged: {words}.", _RESTORE)


def _check_schema(settings: Config) -> Iterator[Problem]:
    current, needed = startup.revision(settings.database_url), schema.newest()
    if current != needed:
        yield Problem(
            f"Cơ sở dữ liệu ở bản {current}, chương trình cần bản {needed}. / The database is at {current}, the "
            f"program needs {needed}.",
            "Chạy `casework upgrade`. / Run `casework upgrade`.",
        )
    if not unguarded_database.has_no_leftovers(settings.database_url):
        yield Problem(
            "Còn bản cũ của một lần khôi phục hay nâng cấp bị ngắt, hoặc lần ấy đang chạy. / What a broken-off "
            "restore or upgrade left is there, or it is running.",
            "Nếu không đang chạy: dừng sổ rồi chạy lại `casework upgrade`. / If it is not running: stop the book, run "
            "`casework upgrade` again.",
            Severity.WARNING,
        )


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
        founded = select(Commune.created).where(Commune.id == server_keys.commune_id)
        is_new = now - (session.execute(founded).scalar_one_or_none() or 0) < _FIRST_DAYS
        crypto = CryptoContext(session, server_keys, None, now)
        yield from _check_administrators(crypto)
        for agency in key_holders.agencies_at_risk(crypto):
            yield _of_holders(agency, is_new=is_new)
        in_commune = Admission.commune_id == server_keys.commune_id
        expired = select(func.count()).where(in_commune, Admission.created < now - _CODE_LIFETIME)
        if count := session.execute(expired).scalar_one():
            yield Problem(
                f"{count} mã nhận tài khoản đã hết hạn mà chưa dùng xong. / {count} codes of admission died unused.",
                "Làm mã mới: đồng nghiệp, `casework recover` hoặc `casework readmit`. / Make new codes: a colleague, "
                "`casework recover` or `casework readmit`.",
                Severity.WARNING,
            )
        newest_line = select(func.max(AuditLine.at)).where(AuditLine.commune_id == server_keys.commune_id)
        if (session.execute(newest_line).scalar_one() or 0) > now + 60 * clock.MICROSECOND:
            yield Problem(
                "Đồng hồ máy chậm hơn dòng nhật ký cuối cùng. / The clock stands before the newest line of the log.",
                "Chỉnh giờ máy (timedatectl) trước đã. / Set the clock first (timedatectl).",
            )


def _of_holders(agency: key_holders.TooFewKeyHolders, *, is_new: bool) -> Problem:
    """Return what is to be done about an agency with too few key holders: in the first days that is how it must be."""
    name, count = agency.name, agency.holders
    if is_new:
        return Problem(
            f"{name}: mới {count} người nhận tài khoản và giữ khóa. / {name}: {count} people hold its key so far.",
            "Trao mã nhận tài khoản, mời đủ hai người; tập `casework drill` với hai tờ của một cặp. / Hand over the "
            "codes of admission until there are two; try both sheets of a pair with `casework drill`.",
            Severity.WARNING,
        )
    return Problem(
        f"{name}: chỉ {count} người giữ khóa, và 180 ngày nay chưa tập khôi phục. / {name}: {count} people hold its "
        "key, and no drill for 180 days.",
        "Mời thêm một người, hoặc chạy `casework drill` với hai tờ của một cặp. / Invite one more, or run `casework "
        "drill` with both sheets of a pair.",
    )


def _check_administrators(crypto: CryptoContext) -> Iterator[Problem]:
    """A commune has as many administrators as it was founded with, or they are on the way."""
    if few := administrators.too_few(crypto):
        commune = freshness.commune(crypto.session, crypto.commune_id).name
        waiting = f", {few.invited} người nữa có mã chưa dùng" if few.invited else ""
        coming = f", {few.invited} more have a code that was not used" if few.invited else ""
        yield Problem(
            f"{commune}: chỉ {few.active} người quản trị đăng nhập được{waiting}; cần ít nhất hai. / {commune}: only "
            f"{few.active} administrators can sign in{coming}; at least two are needed.",
            "Người quản trị còn lại ghi tên thêm một người, hoặc chạy `casework readmit` với hai tờ. / Let the one who "
            "is left write down another, or run `casework readmit` with two sheets.",
        )


def _check_evidence(settings: Config) -> Iterator[Problem]:
    """The newest comparison with what lies outside the database found no difference, or the operator has decided."""
    if evidence_check.rings(settings):
        yield Problem(
            "Sổ khác bằng chứng bên ngoài: có thể ai đó đã đặt lại một bản cũ. / The book differs from the evidence "
            "outside: somebody may have put an older one back.",
            "Giữ nguyên máy, gọi người hỗ trợ, xem `casework verify`; khi đã rõ: `casework accept-log`. / Leave the "
            "machine as it is, call for help, see `casework verify`; once it is clear: `casework accept-log`.",
        )


def _check_local_files(settings: Config) -> Iterator[Problem]:
    """What the office wrote for the program in its folder can be read."""
    for wrong, todo in local_files.find_wrong(settings):
        yield Problem(wrong, todo)
    with _whole_gate(settings) as gate:
        for wrong, todo in local_files.find_changed_by_hand(settings, gate) if gate else ():
            yield Problem(wrong, todo)


def _check_copies(settings: Config) -> Iterator[Problem]:
    """Backups, checkpoints and the periodic jobs are as old as they may be; the log held when it was last verified."""
    with _whole_gate(settings) as gate:
        if gate:
            yield from check_copies(settings, gate)


@contextmanager
def _whole_gate(settings: Config) -> Iterator[Gate | None]:
    """Open the gate; None amid a rotation of the key or at another revision, which other checks have told."""
    with _open_database(settings) as database:
        keys = kek.load_all(settings.kek_file)
        is_usable = len(keys) == 1 and startup.revision(settings.database_url) == schema.newest()
        yield Gate(database, keys[0]) if is_usable else None


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
        raise CaseworkError(f"Không thấy cơ sở dữ liệu {url.database}. / There is no database {url.database}.")


_CHECKS: tuple[Check, ...] = (
    _check_damage,
    _check_files,
    _check_keys,
    _check_places,
    _check_schema,
    _check_communes,
    _check_evidence,
    _check_copies,
    check_machine,
    check_mail,
    _check_local_files,
)
