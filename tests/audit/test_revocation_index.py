"""The revocation log in memory: what it says of a head counts from the commit on, whoever wrote it."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from casework.audit.revocation_index import RevocationIndex
from casework.audit.revocation_log import RevocationEntry, RevocationLog, link, packed, sign
from casework.errors import LogRolledBack, OutdatedHead
from casework.vault.keys.kek import Kek, ServerKeys, server_keys_of
from tests.people import DONG_HAI, KEK, THANH_SON

HEAD, OTHER = UUID(int=1), UUID(int=2)


def keys_of(commune_id: UUID) -> ServerKeys:
    return server_keys_of(KEK, commune_id)


class Ledger:
    """A revocation log that a test writes line by line."""

    def __init__(self, path: Path) -> None:
        self.log = RevocationLog(path)
        self.index = RevocationIndex(self.log)

    def writes(self, body: dict[str, Any], *, commune_id: UUID = THANH_SON, key: Kek = KEK) -> None:
        """Append a line."""
        seq, prev = self.log.end()
        text = packed(body | {"commune": commune_id.hex})
        h = link(seq + 1, prev, text)
        line = RevocationEntry(seq + 1, text, h, sign(server_keys_of(key, commune_id), seq + 1, h))
        with self.log.path.open("ab") as file:
            file.write(line.written())

    def revokes(self, v: int | None, *, head: UUID = HEAD, commune_id: UUID = THANH_SON) -> None:
        """Append what an act revoked."""
        heads: list[dict[str, Any]] = [{"head": head.hex, "v": v, "rows": "", "told": {}}]
        self.writes({"act": "x", "at": 1, "heads": heads, "n": 1, "h": "00"}, commune_id=commune_id)

    def refuses(self, v: int, *, head: UUID = HEAD, commune_id: UUID = THANH_SON) -> bool:
        """Tell whether a head of this version is refused now."""
        self.index.follow(keys_of)
        try:
            self.index.view().require_current(SimpleNamespace(commune_id=commune_id, id=head, v=v, kind="case"))
        except OutdatedHead:
            return True
        return False


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "removals")


def test_a_line_counts_once_its_act_is_committed(ledger: Ledger):
    assert not ledger.refuses(1)
    ledger.revokes(3)
    assert not ledger.refuses(2)
    pending = ledger.index.pending(THANH_SON)
    assert pending is not None
    ledger.index.confirm(pending)
    assert ledger.index.pending(THANH_SON) is None
    assert ledger.refuses(2)
    assert not ledger.refuses(3)
    assert not ledger.refuses(2, head=OTHER)
    assert not ledger.refuses(2, commune_id=DONG_HAI)


def test_a_later_line_of_the_same_commune_confirms_the_one_before_or_makes_it_void(ledger: Ledger):
    ledger.revokes(3)
    ledger.revokes(1, head=OTHER, commune_id=DONG_HAI)
    assert not ledger.refuses(2)
    ledger.writes({"at": 1, "word": "kek"})
    assert ledger.refuses(2)
    ledger.revokes(5)
    ledger.writes({"void": 4})
    assert not ledger.refuses(3)
    ledger.revokes(None)
    ledger.writes({"at": 1, "word": "kek"})
    assert ledger.refuses(99), "it was erased"


def test_a_snapshot_from_before_a_line_is_not_held_against_it(ledger: Ledger):
    ledger.revokes(3)
    ledger.index.follow(keys_of)
    view = ledger.index.view()
    ledger.writes({"at": 1, "word": "kek"})
    ledger.index.follow(keys_of)
    head = SimpleNamespace(commune_id=THANH_SON, id=HEAD, v=2, kind="case")
    view.require_current(head)
    with pytest.raises(OutdatedHead):
        ledger.index.view().require_current(head)


def test_an_unfinished_line_waits_until_it_is_whole(ledger: Ledger):
    ledger.revokes(3)
    ledger.writes({"at": 1, "word": "kek"})
    raw = ledger.log.path.read_bytes()
    ledger.log.path.write_bytes(raw[:-9])
    assert not ledger.refuses(2)
    with ledger.log.path.open("ab") as file:
        file.write(raw[-9:])
    assert ledger.refuses(2)


def _cut(path: Path, raw: bytes) -> None:
    path.write_bytes(raw[: raw.index(b"\n") + 1])


def _lose(path: Path, _raw: bytes) -> None:
    path.unlink()


def _fork(path: Path, raw: bytes) -> None:
    """Put another log of the same length in its place, which this program has written too."""
    path.unlink()
    other = Ledger(path)
    for _ in raw.splitlines():
        other.writes({"at": 2, "word": "restored"})


def _forge(path: Path, _raw: bytes) -> None:
    Ledger(path).writes({"at": 1, "word": "kek"}, key=Kek(KEK.number, bytes(32)))


def _change(path: Path, raw: bytes) -> None:
    path.write_bytes(raw.replace(b'"v":3', b'"v":1'))
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("spoil", [_cut, _lose, _fork, _forge, _change])
def test_lines_that_are_gone_or_not_ours_are_noticed(ledger: Ledger, spoil: Callable[[Path, bytes], None]):
    ledger.revokes(3)
    ledger.writes({"at": 1, "word": "kek"})
    assert ledger.refuses(2)
    spoil(ledger.log.path, ledger.log.path.read_bytes())
    with pytest.raises(LogRolledBack):
        ledger.refuses(2)


def test_a_copy_that_goes_on_from_what_was_known_takes_its_place(ledger: Ledger, tmp_path: Path):
    ledger.revokes(3)
    assert not ledger.refuses(2)
    copy = Ledger(tmp_path / "copy")
    copy.log.path.write_bytes(ledger.log.path.read_bytes())
    copy.writes({"at": 1, "word": "kek"})
    copy.log.path.replace(ledger.log.path)
    assert ledger.refuses(2)


def test_a_log_whose_end_nobody_vouches_for_is_refused_at_the_start(ledger: Ledger):
    ledger.revokes(3)
    ledger.writes({"at": 1, "word": "kek"}, key=Kek(KEK.number + 1, bytes(32)))
    with pytest.raises(LogRolledBack):
        ledger.refuses(2)
