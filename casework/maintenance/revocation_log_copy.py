"""The ledger of removals and its copy in the second place: whichever knows more, if both tell the same."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from uuid import UUID

from casework import files
from casework.audit.checkpoint import Checkpoint, CheckpointStore
from casework.audit.revocation_log import RevocationEntry, RevocationLog, verified
from casework.config import Config, ConfigurationError
from casework.errors import VaultError
from casework.gate import Gate
from casework.maintenance import checkpoints

_COPY = "removals"


def copy(config: Config) -> None:
    """Copy the ledger to the second place, whole or not at all; a longer copy that is there already stays."""
    live, second = RevocationLog(config.revocation_log_file), RevocationLog(config.checkpoints_folder / _COPY)
    if len(live.lines()) > len(second.lines()):
        config.checkpoints_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _put(live, second)


def put_back(config: Config) -> None:
    """Put the copy in the place of a ledger that was lost with the machine."""
    live, second = RevocationLog(config.revocation_log_file), RevocationLog(config.checkpoints_folder / _COPY)
    if len(second.lines()) > len(live.lines()):
        _put(second, live)


def _put(source: RevocationLog, target: RevocationLog) -> None:
    files.replace(target.path, (line.written() for line in source.lines()))


def settle(gate: Gate) -> None:
    """Strike the last line of each commune if its act was never committed, as after a crash between the two.

    It waits for whoever is writing, whose line stands in the ledger already and whose commit is still to come.
    """
    for commune_id in checkpoints.communes(gate):
        with gate.database.transaction(None, commune_id) as session:
            if gate.revocation_log is not None:
                gate.revocation_log.settle(session, gate.server_keys(commune_id))


def trusted(config: Config, gate: Gate, *, lost_kek: bool, without: bool) -> list[RevocationEntry]:
    """Return the lines of the ledger that may be believed; raise if it was changed, or is shorter than was signed.

    Lines are answered for by this machine's key, or by the count and hash in a signed checkpoint. The lines after
    that were written in the last hour; without a key to check them they only take away, and are believed.
    """
    lines = max(
        RevocationLog(config.revocation_log_file).lines(),
        RevocationLog(config.checkpoints_folder / _COPY).lines(),
        key=len,
    )
    if not lost_kek:
        verified(lines, {commune_id: gate.server_keys(commune_id) for commune_id in checkpoints.communes(gate)})
    count, h = _noted(config, checkpoints.communes(gate))
    if len(lines) < count and not without:
        raise ConfigurationError(
            f"Sổ thu hồi chỉ có {len(lines)} dòng, mốc đã ký ghi {count} dòng: hãy tìm lại tệp removals. "
            "Nếu chắc chắn không còn, chạy lại với --without-removals."
        )
    if 0 < count <= len(lines) and lines[count - 1].h != h:
        raise VaultError("Sổ thu hồi không khớp với mốc đã ký.")
    return lines


def _noted(config: Config, communes: Iterable[UUID]) -> tuple[int, bytes]:
    """Return how long the newest checkpoints that hold say the ledger was, and the hash of its last line then."""
    found = (
        _newest(CheckpointStore.of(config.checkpoints_folder, one), checkpoints.publics(config)) for one in communes
    )
    return max((one.revocation_log for one in found if one is not None), default=(0, b""))


def _newest(shelf: CheckpointStore, publics: Sequence[bytes]) -> Checkpoint | None:
    for seq in reversed(shelf.numbers()):
        with suppress(VaultError, OSError):
            return shelf.checked(seq, publics)
    return None
