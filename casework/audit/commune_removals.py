"""Which communes were removed from an installation: lines of the revocation log, so that no backup brings one back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from casework.audit.revocation_log import RevocationEntry, RevocationLog
from casework.audit.watermark import End
from casework.vault.keys.kek import ServerKeys

_WORD = "removed"


@dataclass(frozen=True)
class RemovedCommune:
    """A commune that was removed: its name then, when (microseconds) and why, and the number of the line that says so.

    `n` is how many lines its log had at last.
    """

    commune_id: UUID
    name: str
    at: int
    reason: str
    n: int
    seq: int


def note(
    log: RevocationLog, server_keys: ServerKeys, *, name: str, reason: str, act: str, at: int, before: End, end: End
) -> None:
    """Write down that the open transaction removes a commune; raise Busy if the disk is full.

    The line says, as each line about a revocation does, where the commune's log ends before and with the act: one that
    a crash has stopped is void as soon as anything is done in the commune, which is there as it was.
    """
    body = {"act": act, "at": at, "before": [before[0], before[1].hex()], "heads": [], "n": end[0], "h": end[1].hex()}
    log.append_body(server_keys, body | {"word": _WORD, "name": name, "reason": reason})


def removed(lines: Iterable[RevocationEntry]) -> Mapping[UUID, RemovedCommune]:
    """Return the communes that were removed, by their ids; a line that is void counts for nothing."""
    found: dict[UUID, RemovedCommune] = {}
    for line in lines:
        known = found.get(line.commune_id)
        if line.body.get("word") == _WORD:
            body = line.body
            found[line.commune_id] = RemovedCommune(
                line.commune_id, body["name"], body["at"], body["reason"], body["n"], line.seq
            )
        elif known is not None and line.body.get("void") == known.seq:
            del found[line.commune_id]
    return found
