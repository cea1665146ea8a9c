"""The form of a line of the ledger of removals, and how the whole ledger is read, checked and summed up."""

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

from casework.errors import VaultError
from casework.vault.bytes import lp
from casework.vault.kek import Control

START = bytes(32)
_FIELDS = 4


@dataclass(frozen=True)
class Line:
    """Line `seq`: canonical JSON, the hash that chains it to the line before, and a MAC with the id of its KEK."""

    seq: int
    text: str
    h: bytes
    mac: bytes

    @cached_property
    def body(self) -> Mapping[str, Any]:
        """Return what the line says."""
        said: Mapping[str, Any] = json.loads(self.text)
        return said

    @property
    def commune_id(self) -> UUID:
        """Return the commune that the line belongs to."""
        return UUID(hex=self.body["commune"])

    def written(self) -> bytes:
        """Return the line as it stands in the file."""
        return f"{self.seq}\t{self.text}\t{self.h.hex()}\t{self.mac.hex()}\n".encode()

    @classmethod
    def read(cls, raw: bytes) -> "Line":
        """Read a line without its end; raise VaultError if it is none."""
        try:
            seq, text, h, mac = raw.decode().split("\t", _FIELDS - 1)
            line = cls(int(seq), text, bytes.fromhex(h), bytes.fromhex(mac))
            UUID(hex=line.body["commune"])
        except (ValueError, KeyError, TypeError) as cause:
            raise VaultError("unopened") from cause
        return line


def packed(body: Mapping[str, Any]) -> str:
    """Return the one JSON text of a line."""
    return json.dumps(body, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def link(seq: int, prev: bytes, text: str) -> bytes:
    """Return the hash that chains a line."""
    return sha256(lp("cw/1/removal", seq, prev, text)).digest()


def sign(control: Control, seq: int, h: bytes) -> bytes:
    """Return the MAC of a line under K_ctl, with the id of its KEK before it."""
    return control.number.to_bytes(4, "big") + control.tag(lp("cw/1/removal", control.commune_id, seq, h))


def parse(raw: bytes) -> list[Line]:
    """Read all lines and check their chain; an unfinished last line was never relied on and is left out."""
    lines, prev = [], START
    for seq, part in enumerate(raw.split(b"\n")[:-1], start=1):
        line = Line.read(part)
        if (line.seq, line.h) != (seq, link(seq, prev, line.text)):
            raise VaultError("unopened")
        lines.append(line)
        prev = line.h
    return lines


def vouched(lines: Sequence[Line], controls: Mapping[UUID, Control]) -> int:
    """Return up to which line this machine's keys answer for the ledger; raise VaultError if a MAC does not hold.

    A line of an earlier key is answered for by any later line of the present one, for each holds the hash before it.
    """
    upto = 0
    for line in lines:
        control = controls.get(line.commune_id)
        if control is None or line.mac[:4] != control.number.to_bytes(4, "big"):
            continue
        if not hmac.compare_digest(line.mac, sign(control, line.seq, line.h)):
            raise VaultError("unopened")
        upto = line.seq
    return upto


@dataclass(frozen=True)
class Left:
    """What was left under a head when something was last taken from it; without a version all of it is gone."""

    head: UUID
    v: int | None
    rows: str
    told: Mapping[str, Mapping[str, Any]]
    act: str


def newest(lines: Iterable[Line], commune_id: UUID) -> dict[UUID, Left]:
    """Return the newest statement about each head of a commune; struck lines count for nothing."""
    mine = [line for line in lines if line.commune_id == commune_id]
    struck = {line.body["void"] for line in mine if "void" in line.body}
    left: dict[UUID, Left] = {}
    for line in mine:
        for one in line.body.get("heads", ()) if line.seq not in struck else ():
            head = UUID(hex=one["head"])
            left[head] = Left(head, one["v"], one["rows"], one["told"], line.body["act"])
    return left
