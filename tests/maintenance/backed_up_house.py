"""A house with pinned keys for checkpoints and backups, and the private half of the backup key."""

from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from casework.audit.outside_evidence import of_installation
from casework.config import Config
from casework.gate import open_gate
from casework.maintenance import backups, restore
from casework.maintenance.restore import RestoreOrder, RestoreReport
from casework.vault.crypto import signatures
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys import kek
from casework.vault.keys.enrolment.paper_codes import write_code
from tests.house import House


@dataclass
class BackedUpHouse:
    """The house, its configuration, and the private half of its backup key."""

    house: House
    config: Config
    seed: bytes

    def backs_up(self) -> Path:
        """Make a backup and return its file."""
        return backups.make(self.config, self.house.gate).path

    def order(self, file: Path, **more: Any) -> RestoreOrder:
        """Return an order with the right backup key."""
        return RestoreOrder(file, self.seed, **more)

    def restores(self, file: Path, **more: Any) -> RestoreReport:
        """Restore a backup; everybody signs in again."""
        self.house.gate.database.engine.dispose()
        done = restore.restore(self.config, self.order(file, **more), announced=lambda _: nullcontext())
        self.reopens()
        return done

    def writes_settings(self) -> None:
        """Write casework.toml for a command in a process of its own."""
        lines = (
            f"database_url = '{self.config.database_url}'",
            f"checkpoint_public = ['{self.config.checkpoint_public[0]}']",
            f"backup_public = '{self.config.backup_public}'",
            f"checkpoint_dir = '{self.config.checkpoint_dir}'",
        )
        (self.config.data / "casework.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def key_on_paper(self) -> str:
        """Return the two lines of the backup key's sheet."""
        return f"{write_code(self.seed[:16])}\n{write_code(self.seed[16:])}\n"

    def reopens(self) -> None:
        """Open the gate of the database that is now in place."""
        self.house.gate = open_gate(self.config, kek.load(self.config.kek_file, demo=False))
        self.house.people.clear()


def with_backups(house: House) -> BackedUpHouse:
    """Give a house keys for checkpoints and backups."""
    file = house.config.data / "checkpoint-key"
    signer, seed = signatures.create(file), new_key()
    house.config = replace(
        house.config,
        checkpoint_file=file,
        checkpoint_public=(signatures.encode_public(signer.public),),
        backup_public=signatures.encode_public(public_key(seed)),
        checkpoint_dir=str(house.config.data / "second"),
    )
    house.gate = replace(house.gate, evidence=of_installation(house.config))
    return BackedUpHouse(house, house.config, seed)
