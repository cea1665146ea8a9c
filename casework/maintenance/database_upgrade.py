"""Brings a database up to this program: a copy is migrated and verified whole, and only then replaces the database.

The rehearsal is the upgrade. Until the copy takes over, the database is only read; if the new one does not verify in
its place, the old one is put back. After a crash at any step either the old or the new database is in place, and the
upgrade can be run again.
"""

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection, func, make_url, select

from casework import schema, unguarded_database
from casework.audit import outside_evidence
from casework.cases.states import ReferralState
from casework.config import Config, ConfigurationError
from casework.db import upgrade
from casework.errors import Busy, CaseworkError, Conflict
from casework.gate import ActContext, action, open_gate
from casework.maintenance import (
    backups,
    checkpoints,
    evidence_check,
    legacy_signatures,
    replacement_database,
    row_verification,
    startup,
)
from casework.maintenance.system_actors import commune_ids, console_of
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads
from casework.vault.keys import kek
from casework.vault.keys.kek import Kek
from casework.vault.models import Head

# States of a referral that the receiving agency has not accepted or declined.
_UNANSWERED = (ReferralState.SENT, ReferralState.OPENED, ReferralState.ASKED)
_REASON_LENGTH = 200
_LOG_BROKEN = "Nhật ký không đúng sau khi nâng cấp."
# The copy, what the migration rewrites in it, and the old database beside both.
_COPIES_ON_DISK = 3
STEPS = ("backup", "copy", "prove", "migrate", "sign", "check", "swap", "verify", "checkpoint", "clear")
# Programs of these revisions wrote no watermark beside their checkpoints.
_WITHOUT_WATERMARK = frozenset({"0001", "0002"})
REHEARSED = STEPS[1:6]
OnStep = Callable[[str], None]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UpgradeReport:
    """Between which revisions an upgrade went, how many rows verified before and after, and the backup made first."""

    before: str
    after: str
    verified_before: int
    verified_after: row_verification.VerifiedCounts
    backup: Path | None = None


def run(config: Config, *, reason: str = "", on_step: OnStep = lambda _: None) -> UpgradeReport | None:
    """Upgrade the database of an installation that nobody uses meanwhile; None if it is up to date.

    `on_step` is given the word of each step before it begins. `reason` overrides an urgent referral that waits for an
    answer, and is written to the log. Raises Conflict for such a referral, ConfigurationError for a database of another
    program, and whatever stops a step: then the database is as it was.
    """
    kek_in_use, before = kek.load(config.kek_file, demo=config.demo), _outdated_revision(config)
    if before is None:
        unguarded_database.remove_leftovers(config.database_url)
        return None
    urgent = unanswered_urgent_referrals(config)
    if urgent and not reason.strip():
        refusal = (
            f"{urgent} chuyển gửi khẩn chưa có ai trả lời, nên chưa nâng cấp. Hãy gọi cơ quan nhận trước. "
            "Nếu vẫn phải nâng cấp ngay, chạy lại với --reason 'lý do' (được ghi vào nhật ký). / Nobody has answered "
            f"{urgent} urgent referrals, so nothing was upgraded. Call those agencies first. If it must be now, run it "
            "again with --reason 'why' (it stands in the log)."
        )
        raise Conflict(refusal)
    _require_evidence(config, kek_in_use, before)
    backup = _back_up(config, on_step)
    note = [f"{before} -> {schema.newest()}", backup.name if backup else "", _override_words(urgent, reason)]
    try:
        report, lengths = _build_beside(config, kek_in_use, before, "; ".join(filter(None, note)), on_step)
        on_step("swap")
        unguarded_database.flush_wal(config.database_url)
        unguarded_database.swap_in(config.database_url, still=lambda old: _require_unchanged(old, lengths))
    except BaseException:
        unguarded_database.remove_leftovers(config.database_url)
        raise
    _confirm_in_place(config, kek_in_use, before, on_step)
    return replace(report, backup=backup)


def _require_evidence(config: Config, kek_in_use: Kek, before: str) -> None:
    """Raise LogRolledBack if the database differs from the evidence outside it: nothing is signed then."""
    gate = open_gate(config, kek_in_use)
    not_there_yet = {outside_evidence.GONE} if before in _WITHOUT_WATERMARK else set()
    try:
        evidence_check.require_agreement(gate, told_only=evidence_check.TOLD_ONLY | not_there_yet)
    finally:
        gate.database.engine.dispose()


def rehearse(config: Config, *, on_step: OnStep = lambda _: None) -> UpgradeReport | None:
    """Upgrade a copy, verify it and throw it away; the database may be in use. None if it is up to date."""
    kek_in_use, before = kek.load(config.kek_file, demo=config.demo), _outdated_revision(config)
    if before is None:
        return None
    try:
        return _build_beside(config, kek_in_use, before, "", on_step)[0]
    finally:
        unguarded_database.remove_leftovers(config.database_url)


def _outdated_revision(config: Config) -> str | None:
    """Return the revision from which there is a way up to this program, None if there is nothing to do."""
    current = startup.revision(config.database_url)
    if current == schema.newest():
        return None
    if not schema.can_upgrade(current):
        startup.require_current_schema(config.database_url)
    return current


def unanswered_urgent_referrals(config: Config) -> int:
    """Count the urgent referrals that nobody has answered, in a database of any program."""
    with unguarded_database.snapshot(config.database_url) as connection:
        referral = unguarded_database.reflected(connection).tables["referral"]
        unanswered = referral.c.urgent, referral.c.state.in_(_UNANSWERED)
        return connection.execute(select(func.count()).select_from(referral).where(*unanswered)).scalar_one()


def _override_words(urgent: int, reason: str) -> str:
    return f"{urgent} urgent: {' '.join(reason.split())[:_REASON_LENGTH]}" if urgent else ""


def _back_up(config: Config, on_step: OnStep) -> Path | None:
    """Make a backup that the old program can restore; a demo has no key for one."""
    on_step("backup")
    return None if config.demo else backups.write(config).path


def _build_beside(
    config: Config, kek_in_use: Kek, before: str, note: str, on_step: OnStep
) -> tuple[UpgradeReport, dict[UUID, int]]:
    """Make the whole new database beside the old one and verify it; return also the lengths of the old logs."""
    on_step("copy")
    _require_disk_space(config)
    fresh = replace(config, database_url=unguarded_database.url_beside(config.database_url))
    unguarded_database.clear_beside(config.database_url)
    if not fresh.database_url.startswith("sqlite"):
        upgrade(fresh.database_url, to=before)
    unguarded_database.copy_beside(config.database_url, without=legacy_signatures.NOT_COPIED)
    with replacement_database.new_database(fresh, kek_in_use) as gate:
        on_step("prove")
        with unguarded_database.snapshot(fresh.database_url) as connection:
            verified_before, lengths = (
                legacy_signatures.verify_all(connection, before, gate.server_keys),
                backups.log_lengths(connection),
            )
        on_step("migrate")
        upgrade(fresh.database_url)
        on_step("sign")
        with unguarded_database.open_for_writing(fresh.database_url) as connection:
            changed = legacy_signatures.sign_changed_tables(connection, before, gate.server_keys)
        on_step("check")
        for commune_id in lengths:
            gate.perform(console_of(commune_id), note_upgrade, note, heads_signed=Head.__tablename__ in changed)
        verified_after = replacement_database.verify_everything(gate, fresh, refusal=_LOG_BROKEN)
    return UpgradeReport(before, schema.newest(), verified_before, verified_after), lengths


@action(Act.UPGRADE_RUN)
def note_upgrade(context: ActContext, note: str, *, heads_signed: bool) -> None:
    """Write to the log between which revisions the database went; heads that were signed again each get a line."""
    if heads_signed:
        for row in context.session.execute(select(Head).where(Head.commune_id == context.commune_id)).scalars():
            heads.mark_changed(context.session, row)
    context.reason = note


def _confirm_in_place(config: Config, kek_in_use: Kek, before: str, on_step: OnStep) -> None:
    """Verify the logs once more in place; if one does not, put the old database back."""
    gate = open_gate(config, kek_in_use)
    try:
        on_step("verify")
        # What it writes to the log is lost if the old database is put back, so nothing outside may know of it.
        replacement_database.verify_logs(replace(gate, evidence=None), refusal=_LOG_BROKEN)
    except BaseException:
        gate.database.engine.dispose()
        unguarded_database.swap_back(config.database_url)
        raise
    try:
        if before in _WITHOUT_WATERMARK:
            for commune_id in commune_ids(gate):
                checkpoints.begin_watermark(gate, commune_id)
        on_step("checkpoint")
        if checkpoints.configured(config):
            checkpoints.write_all(config, gate)
    except (CaseworkError, OSError):
        # The database is valid: a folder for checkpoints that is away is written to by the next periodic run.
        log.exception("upgrade: no checkpoint")
    finally:
        gate.database.engine.dispose()
    on_step("clear")
    unguarded_database.drop_aside(config.database_url)


def _require_unchanged(old: Connection, lengths: dict[UUID, int]) -> None:
    """Raise Busy if somebody has written to the old database since, as a server on another machine may."""
    if backups.log_lengths(old) != lengths:
        raise Busy("Có người vừa ghi vào sổ trong lúc nâng cấp. Hãy dừng mọi máy chủ dùng sổ này rồi chạy lại.")


def _require_disk_space(config: Config) -> None:
    """Raise ConfigurationError if a SQLite file and its copy would fill the disk."""
    parsed = make_url(config.database_url)
    if parsed.get_backend_name() != "sqlite":
        return
    file = Path(str(parsed.database))
    needed = _COPIES_ON_DISK * file.stat().st_size
    if shutil.disk_usage(file.parent).free < needed:
        megabytes = needed // 1024**2 + 1
        raise ConfigurationError(
            f"Đĩa cần còn trống {megabytes} MB để nâng cấp. Hãy dọn đĩa trước. / An upgrade needs {megabytes} MB free "
            "on the disk. Make room first."
        )
