"""The revocation log and its copy in the folder of checkpoints: the longer one is used once it is verified."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from uuid import UUID

from casework import files
from casework.audit.checkpoint import Checkpoint, CheckpointStore
from casework.audit.commune_removals import RemovedCommune, removed
from casework.audit.revocation_log import RevocationEntry, RevocationLog, verified
from casework.config import Config, ConfigurationError
from casework.errors import VaultError
from casework.gate import Gate
from casework.maintenance import checkpoints
from casework.maintenance.system_actors import commune_ids

_COPY = "removals"


def copy(config: Config) -> None:
    """Copy the revocation log to the folder of checkpoints, whole or not at all; a longer copy stays."""
    own, copied = RevocationLog(config.revocation_log_file), RevocationLog(config.checkpoints_folder / _COPY)
    if len(own.lines()) > len(copied.lines()):
        config.checkpoints_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(own, copied)


def restore_from_copy(config: Config) -> None:
    """Put the copy in the place of a revocation log that was lost with the machine."""
    own, copied = RevocationLog(config.revocation_log_file), RevocationLog(config.checkpoints_folder / _COPY)
    if len(copied.lines()) > len(own.lines()):
        _replace(copied, own)


def _replace(source: RevocationLog, target: RevocationLog) -> None:
    files.replace(target.path, (line.written() for line in source.lines()))


def repair(config: Config) -> list[RevocationEntry]:
    """Return the lines of the longer of the two, put in its place; a file that cannot be read is set aside."""
    own = RevocationLog(config.revocation_log_file)
    try:
        own.lines()
    except VaultError:
        own.path.replace(own.path.with_name(f"{own.path.name}.set_aside"))
    with suppress(VaultError):
        restore_from_copy(config)
    return own.lines()


def vouched_removals(
    config: Config, gate: Gate, entries: Sequence[RevocationEntry], *, without_revocation_log: bool
) -> Mapping[UUID, RemovedCommune]:
    """Return the communes that were removed, once the MAC of a later line or a signed checkpoint vouches for it.

    Any other line can be believed unverified, for it takes something away that can be given again. This one takes a
    whole commune away: raises VaultError where nobody vouches for it, unless the operator goes on without the log.
    """
    keys = {line.commune_id: gate.server_keys(line.commune_id) for line in entries}
    upto = max(verified(entries, keys), _checkpointed_end(config, commune_ids(gate))[0])
    if all(commune.seq <= upto for commune in removed(entries).values()):
        return removed(entries)
    if not without_revocation_log:
        raise VaultError(
            "Sổ thu hồi có dòng xóa một xã mà không khóa nào và không mốc đã ký nào xác nhận, nên không khôi phục. Hãy "
            "gọi người phụ trách; nếu chắc chắn xã ấy phải còn, chạy lại với --without-removals. / The revocation log "
            "removes a commune, and no key and no signed checkpoint vouches for that, so nothing was restored. Call "
            "for help; if that commune must stay, run it again with --without-removals."
        )
    return removed(entries[:upto])


def trusted_entries(config: Config, gate: Gate, *, lost_kek: bool, allow_missing: bool) -> list[RevocationEntry]:
    """Return the entries of the revocation log once verified.

    They are verified by their MACs or, if the KEK is lost, by the count and hash in a signed checkpoint. Entries after
    the checkpoint are from the last hour: unverified they are accepted, for an entry can only revoke. One that says
    another is void gives back: it is left out where neither a key nor a checkpoint vouches for it. Raises VaultError
    for a log that was changed, ConfigurationError for one shorter than the checkpoint says unless `allow_missing`.
    """
    entries = max(
        RevocationLog(config.revocation_log_file).lines(),
        RevocationLog(config.checkpoints_folder / _COPY).lines(),
        key=len,
    )
    upto = 0
    if not lost_kek:
        upto = verified(entries, {line.commune_id: gate.server_keys(line.commune_id) for line in entries})
    count, last_hash = _checkpointed_end(config, commune_ids(gate))
    if len(entries) < count and not allow_missing:
        raise ConfigurationError(
            f"Sổ thu hồi chỉ có {len(entries)} dòng, mốc đã ký ghi {count} dòng: hãy tìm lại tệp removals. Nếu chắc "
            f"chắn không còn, chạy lại với --without-removals. / The revocation log has {len(entries)} lines, the "
            f"signed checkpoint says {count}: find the file removals. If it is gone for good, add --without-removals."
        )
    if 0 < count <= len(entries) and entries[count - 1].h != last_hash:
        raise VaultError(
            "Sổ thu hồi không khớp với mốc đã ký: lấy lại tệp removals từ thư mục mốc. / The revocation log does not "
            "fit the signed checkpoint: bring the file removals back from the folder of checkpoints."
        )
    return [line for line in entries if "void" not in line.body or line.seq <= max(upto, count)]


def _checkpointed_end(config: Config, communes: Iterable[UUID]) -> tuple[int, bytes]:
    """Return the length of the revocation log in the newest valid checkpoint, and the hash of its last entry then."""
    newest = (
        _newest_valid(CheckpointStore.of(config.checkpoints_folder, checkpoint), checkpoints.publics(config))
        for checkpoint in communes
    )
    return max((checkpoint.revocation_log for checkpoint in newest if checkpoint is not None), default=(0, b""))


def _newest_valid(store: CheckpointStore, publics: Sequence[bytes]) -> Checkpoint | None:
    for seq in reversed(store.numbers()):
        with suppress(VaultError, OSError):
            return store.checked(seq, publics)
    return None
