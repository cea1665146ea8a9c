"""Diagnostics of what comes round: how old backups, checkpoints and the newest periodic run are, and where they lie."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select

from casework import clock
from casework.administration.problem import Problem, Severity
from casework.audit.checkpoint import MISSING_AFTER
from casework.config import Config
from casework.gate import Gate
from casework.maintenance import backups, checkpoints, clock_check
from casework.maintenance.alarms import Alarms
from casework.maintenance.system_actors import commune_ids
from casework.statistics.models import Release
from casework.vault.keys import count_ledger
from casework.vault.models import Commune, Head

_HOUR = 3600 * clock.MICROSECOND
_LATE_TICK = 3 * _HOUR
_START = (
    "Xem hẹn giờ: systemctl status casework-tick.timer; rồi chạy `casework tick`. / Look at casework-tick.timer, then "
    "run `casework tick`."
)
_VERIFY = (
    "Giữ nguyên máy, chạy `casework verify`, gọi người phụ trách. / Leave the machine as it is, run `casework verify`."
)
_COUNTS = "Sổ số liệu không khớp với số đã công bố. / The ledger of counts does not fit what was released."
_ALARMS = {
    "log": ("Lần kiểm nhật ký gần nhất thấy có chỗ sai. / The newest verification of the log found a fault.", _VERIFY),
    "rows": ("Có dòng không như chương trình đã ghi. / There are rows that the program did not write so.", _VERIFY),
    "clock": (
        "Đồng hồ máy đáng ngờ, nên không có gì bị cắt. / The clock is in doubt, so nothing expires.",
        "Xem lại giờ (timedatectl) rồi chạy `casework tick --confirm-clock`. / Look at the clock, then run `casework "
        "tick --confirm-clock`.",
    ),
}


@dataclass(frozen=True)
class Copies:
    """Where copies lie and when the newest was made (microseconds; None if there is none), and the newest full run."""

    backups: Path
    backup_at: int | None
    checkpoints: Path
    checkpoint_at: int | None
    tick_at: int | None


def find_copies(settings: Config, gate: Gate) -> Copies:
    """Look at the places of an installation; the oldest of the newest checkpoints of its communes counts."""
    at = clock.micros()
    ages = [checkpoints.age(settings, commune_id, at=at) for commune_id in commune_ids(gate)]
    known = [age for age in ages if age is not None]
    since = clock_check.since_trusted(settings, at=at)
    return Copies(
        settings.backups_folder,
        backups.newest_named_at(settings),
        settings.checkpoints_folder,
        at - max(known) if known and len(known) == len(ages) else None,
        None if since is None else at - since,
    )


def check_copies(settings: Config, gate: Gate) -> Iterator[Problem]:
    """Yield what is too old or gone; in the first day of an installation nothing is."""
    for name, place in (("backup_dir", settings.backup_dir), ("checkpoint_dir", settings.checkpoint_dir)):
        if place and not Path(place).is_dir():
            wrong = f"Không thấy {place} ({name}). / {place} is not there ({name})."
            yield Problem(wrong, "Gắn đĩa ấy, hoặc sửa casework.toml. / Attach that disk, or mend casework.toml.")
    at, alarms = clock.micros(), Alarms(settings, gate)
    words = {word for commune_id in commune_ids(gate) for word in alarms.current(commune_id)}
    yield from (Problem(*_ALARMS[word]) for word in sorted(words & _ALARMS.keys()))
    yield from _check_counts(gate)
    if not settings.demo and at - _founded_at(gate) > MISSING_AFTER:
        yield from _check_ages(settings, find_copies(settings, gate), at)


def _check_ages(settings: Config, copies: Copies, at: int) -> Iterator[Problem]:
    if settings.backup_public and (copies.backup_at is None or at - copies.backup_at > MISSING_AFTER):
        yield _too_old("Bản sao lưu", "backup", copies.backups, copies.backup_at, at)
    elif settings.backup_public and not backups.is_valid(settings, newest := backups.list_backups(settings)[-1]):
        wrong = f"Bản sao lưu {newest} không còn nguyên. / The backup {newest} is not whole."
        yield Problem(wrong, "Kiểm đĩa ấy, chạy `casework backup`. / Check that disk, run `casework backup`.")
    if checkpoints.configured(settings) and (copies.checkpoint_at is None or at - copies.checkpoint_at > MISSING_AFTER):
        yield _too_old("Mốc nhật ký", "checkpoint", copies.checkpoints, copies.checkpoint_at, at)
    if copies.tick_at is None or at - copies.tick_at > _LATE_TICK:
        severe = copies.tick_at is None or at - copies.tick_at > MISSING_AFTER
        hours = "-" if copies.tick_at is None else str((at - copies.tick_at) // _HOUR)
        wrong = (
            f"Việc định kỳ chạy xong lần cuối cách đây {hours} giờ. / The periodic jobs ended well {hours} hours ago."
        )
        yield Problem(wrong, _START, Severity.ERROR if severe else Severity.WARNING)


def _too_old(vietnamese: str, english: str, place: Path, made_at: int | None, at: int) -> Problem:
    if made_at is None:
        return Problem(f"{vietnamese}: chưa có ở {place}. / There is no {english} in {place}.", _START)
    hours = (at - made_at) // _HOUR
    wrong = f"{vietnamese} mới nhất ở {place} đã {hours} giờ. / The newest {english} in {place} is {hours} hours old."
    return Problem(wrong, _START)


def _check_counts(gate: Gate) -> Iterator[Problem]:
    """The newest released counts are those that the ledger of counts lists."""
    with gate.database.read_only() as session:
        for commune_id in commune_ids(gate):
            released = select(func.max(Release.number)).where(Release.commune_id == commune_id)
            ledger = (Head.commune_id == commune_id, Head.id == count_ledger.ledger_id(commune_id))
            listing = session.execute(select(Head.listing).where(*ledger)).scalar_one_or_none()
            newest = count_ledger.newest_release(listing) if listing is not None else None
            if (session.execute(released).scalar_one() or 0) != (newest.revision if newest else 0):
                wrong = (
                    "Sổ số liệu không khớp với số đã công bố. / The ledger of counts does not fit what was released."
                )
                yield Problem(wrong, _VERIFY)


def _founded_at(gate: Gate) -> int:
    """Return when the newest commune was founded, in microseconds."""
    with gate.database.read_only() as session:
        return session.execute(select(func.max(Commune.created))).scalar_one() or 0
