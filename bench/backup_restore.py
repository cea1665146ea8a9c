"""How long a backup, a restore drill and a restore on the same machine take: in seconds, each done once."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

from bench import installation
from bench.timing import Run
from casework.gate import open_gate
from casework.maintenance import backups, restore
from casework.maintenance.restore import RestoreOrder
from casework.vault.crypto import signatures
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys import kek

_CASES = 5000
# A restore must end within 15 minutes; the operator needs most of them to fetch the paper from the safe.
_TO_HOLD = 300.0


def figures(cases: int = _CASES) -> Iterator[Run]:
    """Back up a commune with so many cases, rehearse its restore, and restore it."""
    with tempfile.TemporaryDirectory() as folder:
        built = installation.build(Path(folder) / "installation", sizes=(cases,))
        signer, seed = signatures.create(built.config.data / "checkpoint-key"), new_key()
        config = replace(
            built.config,
            checkpoint_file=built.config.data / "checkpoint-key",
            checkpoint_public=(signatures.encode_public(signer.public),),
            backup_public=signatures.encode_public(public_key(seed)),
        )
        gate = open_gate(config, kek.load(config.kek_file, demo=True))
        yield _run(f"back up {cases} cases", lambda: backups.make(config, gate))
        gate.database.engine.dispose()
        order = RestoreOrder(backups.list_backups(config)[0], seed)
        yield _run(f"rehearse restoring {cases} cases", lambda: restore.drill(config, order))
        yield _run(f"restore {cases} cases", lambda: restore.restore(config, order, announced=lambda _: nullcontext()))


def _run(name: str, call: Callable[[], object]) -> Run:
    before = time.perf_counter()
    call()
    return Run(name, time.perf_counter() - before, _TO_HOLD)
