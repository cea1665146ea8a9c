"""Somebody who writes without end, in a process of their own, and notes outside the database what was acknowledged."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from uuid import UUID

from casework.audit.verify import verify
from casework.desk import actions as desk
from casework.policy.vocabulary import Section
from tests.house import House, Someone, opened
from tests.processes import processes

_PATIENCE = 60
Acknowledged = dict[UUID, set[str]]


def write_for_ever(url: str, folder: Path, journal: Path) -> None:
    """Open a case and add notes to it, over and over; a line of the journal is on the disk before the next act."""
    with opened(url, folder) as house, journal.open("a", encoding="utf-8") as acknowledged:
        lan, number = house["lan"], 0
        while True:
            case_id = lan.opens_a_case()
            _note(acknowledged.fileno(), f"{case_id} -")
            for _ in range(12):
                number += 1
                words = f"ghi-{os.getpid()}-{number}"
                lan.does(desk.add_note, case_id, words)
                _note(acknowledged.fileno(), f"{case_id} {words}")


def _note(journal: int, line: str) -> None:
    os.write(journal, f"{line}\n".encode())
    os.fsync(journal)


@contextmanager
def writing(url: str, folder: Path, journal: Path) -> Iterator[BaseProcess]:
    """Run a writer until one act was acknowledged; it is killed at the end of the block, whatever it is doing."""
    before = journal.stat().st_size if journal.exists() else 0
    process = processes.Process(target=write_for_ever, args=(url, folder, journal), daemon=True)
    process.start()
    try:
        until = time.monotonic() + _PATIENCE
        while not journal.exists() or journal.stat().st_size == before:
            assert process.is_alive(), "the writer ended by itself"
            assert time.monotonic() < until, "the writer wrote nothing"
            time.sleep(0.005)
        yield process
    finally:
        process.kill()
        process.join(_PATIENCE)


def acknowledged(journal: Path, *, since: int = 0) -> Acknowledged:
    """Read the journal from an offset on: the notes of each case."""
    notes: Acknowledged = defaultdict(set)
    for line in journal.read_bytes()[since:].decode().splitlines():
        case_id, words = line.split()
        notes[UUID(case_id)] |= {words} - {"-"}
    return notes


def lost(reader: Someone, noted: Acknowledged) -> list[str]:
    """Open every acknowledged case and return what is not there."""
    missing = []
    for case_id, words in noted.items():
        notes = reader.does(desk.read_section, case_id, Section.COUNSELLING, may_be_missing=True)
        kept = {str(note.data.to_json()["words"]) for note in notes if note.revision}
        missing += sorted(words - kept)
    return missing


def log_holds(house: House) -> bool:
    """Walk the whole log of the house."""
    with house.crypto() as crypto:
        return verify(crypto).holds
