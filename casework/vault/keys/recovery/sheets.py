"""Sheets of recovery: 16 random bytes on paper for each officer; two of an allowed pair open the agency's secret.

The caller has loaded the agency with a fresh head: its rows are verified against the version of that head.
"""

import hmac
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import select

from casework.errors import BadInput, Conflict, VaultError
from casework.vault.crypto import aead, hpke
from casework.vault.crypto.aead import derive, new_key
from casework.vault.crypto.encoding import encode_fields
from casework.vault.crypto.hpke import public_key
from casework.vault.integrity import heads
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.recovery.models import Recovery, RecoveryOfficer, RecoveryPair
from casework.vault.models import Agency, AgencyEpoch, DutyRoster, EpochLink, Head, Wrap

SECRET_BYTES = 16
# A sheet as it is shown: its seat and its secret.
ShownSheet: TypeAlias = tuple[int, bytes]
_OTHER_ROWS: tuple[Any, ...] = (AgencyEpoch, EpochLink, Wrap, DutyRoster)
_RECOVERY_ROWS: tuple[Any, ...] = (RecoveryPair, RecoveryOfficer)


@dataclass(frozen=True)
class RecoverySheet:
    """What one officer keeps on paper; `partners` are the seats whose sheets fit this one."""

    agency_id: UUID
    number: int
    seat: int
    name: str
    secret: bytes
    partners: tuple[int, ...]

    def __repr__(self) -> str:
        return f"<sealed sheet {self.seat}>"


def renew(
    crypto: CryptoContext, keys: AgencyKeys, officers: Sequence[str], pairs: Collection[tuple[int, int]]
) -> tuple[RecoverySheet, ...]:
    """Make a new numbered recovery secret and its sheets at once, where nobody loses earlier ones by it."""
    return put_in_force(crypto, keys, plan(crypto, keys.agency_id, officers, pairs))


def plan(
    crypto: CryptoContext, agency_id: UUID, officers: Sequence[str], pairs: Collection[tuple[int, int]]
) -> tuple[RecoverySheet, ...]:
    """Draw the next set of sheets of an agency, to be put on paper; they open nothing until they are put in force."""
    earlier = crypto.session.get(Recovery, (crypto.commune_id, agency_id))
    return draw(agency_id, officers, pairs, number=earlier.number + 1 if earlier is not None else 1)


def draw(
    agency_id: UUID, officers: Sequence[str], pairs: Collection[tuple[int, int]], *, number: int = 1
) -> tuple[RecoverySheet, ...]:
    """Draw a set of sheets by its number, the first if the agency is yet to be made.

    Officers sit in their order from 1; raises BadInput for a pair of one seat or of a seat that nobody has.
    """
    allowed = _allowed(len(officers), pairs)
    return tuple(
        RecoverySheet(agency_id, number, seat, name, os.urandom(SECRET_BYTES), tuple(sorted(_partners(seat, allowed))))
        for seat, name in enumerate(officers, start=1)
    )


def put_in_force(
    crypto: CryptoContext, keys: AgencyKeys, planned: Sequence[RecoverySheet]
) -> tuple[RecoverySheet, ...]:
    """Make a new numbered recovery secret that planned sheets open; sheets of an earlier number open nothing any more.

    Raises Conflict if other sheets were made since these were drawn.
    """
    allowed = sorted({(min(one.seat, other), max(one.seat, other)) for one in planned for other in one.partners})
    number = _revoke_earlier(crypto, keys.agency_id)
    if {(sheet.agency_id, sheet.number) for sheet in planned} != {(keys.agency_id, number)}:
        raise Conflict("Trong lúc in đã có các tờ khác được làm. Hãy hủy các tờ vừa in rồi làm lại từ đầu.")
    seed, secrets = new_key(), {sheet.seat: sheet.secret for sheet in planned}
    ids: dict[str, Any] = {"commune_id": crypto.commune_id, "agency_id": keys.agency_id}
    recovery = Recovery(**ids, number=number, public_key=public_key(seed), epoch=keys.epoch, blob=b"")
    recovery.blob = _encrypted_secret(crypto, recovery, keys)
    crypto.session.add(recovery)
    for sheet in planned:
        tag = _tag(recovery, sheet.seat, sheet.secret)
        crypto.session.add(RecoveryOfficer(**ids, seat=sheet.seat, name=sheet.name, tag=tag, drilled=0))
    for first, second in allowed:
        key, context = _pair_key(recovery, (first, secrets[first]), (second, secrets[second]))
        blob = aead.encrypt(key, seed, context=context, key_ref=number)
        crypto.session.add(RecoveryPair(**ids, first=first, second=second, blob=blob))
    heads.mark_changed(crypto.session, _head(crypto, keys.agency_id))
    return tuple(planned)


def open_with_pair(crypto: CryptoContext, agency_id: UUID, one: ShownSheet, other: ShownSheet) -> AgencyKeys:
    """Open an agency's secret with two sheets; raise VaultError, which says which of them is wrong, or both together.

    Whoever reads it is at the console beside the database, whose tags and pairs say the same; of the agency's key it
    says nothing.
    """
    first, second = sorted((one, other))
    recovery = _recovery(crypto, agency_id)
    for seat, secret in (first, second):
        _require_present(crypto, recovery, seat, secret)
    pair = crypto.session.get(RecoveryPair, (crypto.commune_id, agency_id, first[0], second[0]))
    if pair is None:
        raise VaultError(_no_pair(first[0], second[0], pairs_of(crypto, agency_id)))
    key, context = _pair_key(recovery, first, second)
    seed = aead.decrypt(key, pair.blob, context=context, key_ref=recovery.number)
    secret = hpke.open_sealed(seed, recovery.blob, context=_context(crypto, recovery))
    keys = AgencyKeys(agency_id=agency_id, epoch=recovery.epoch, secret=secret)
    newest = crypto.session.get_one(Agency, (crypto.commune_id, agency_id))
    public = crypto.session.get_one(AgencyEpoch, (crypto.commune_id, agency_id, newest.epoch)).public_key
    if keys.epoch != newest.epoch or not hmac.compare_digest(public, keys.public_key):
        raise VaultError("unopened")
    return keys


def seal_new_epoch(crypto: CryptoContext, keys: AgencyKeys) -> None:
    """Encrypt the secret of a new epoch to the recovery key too, if the agency has one."""
    recovery = crypto.session.get(Recovery, (crypto.commune_id, keys.agency_id))
    if recovery is not None:
        recovery.epoch = keys.epoch
        recovery.blob = _encrypted_secret(crypto, recovery, keys)


def drill(crypto: CryptoContext, agency_id: UUID, seat: int, secret: bytes) -> None:
    """Note that an officer has shown the sheet; raise VaultError for another agency's, an old one or a wrong one."""
    recovery = _recovery(crypto, agency_id)
    _require_present(crypto, recovery, seat, secret).drilled = crypto.at


def drilled_since(crypto: CryptoContext, agency_id: UUID) -> int:
    """Return since when (microseconds) it is known that some allowed pair has both its sheets; 0 if it never was."""
    drilled = {officer.seat: officer.drilled for officer in officers(crypto, agency_id)}
    pairs = _rows(crypto, agency_id, RecoveryPair)
    return max((min(drilled[pair.first], drilled[pair.second]) for pair in pairs), default=0)


def officers(crypto: CryptoContext, agency_id: UUID) -> list[RecoveryOfficer]:
    """Return who keeps a sheet of the newest recovery secret, by seat."""
    return sorted(_rows(crypto, agency_id, RecoveryOfficer), key=lambda officer: officer.seat)


def pairs_of(crypto: CryptoContext, agency_id: UUID) -> list[tuple[int, int]]:
    return sorted((pair.first, pair.second) for pair in _rows(crypto, agency_id, RecoveryPair))


def _allowed(seats: int, pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs with the smaller seat first, each once."""
    allowed = sorted({(min(pair), max(pair)) for pair in pairs})
    if not allowed or any(first == second for first, second in allowed):
        raise BadInput("Phải có ít nhất một cặp, và mỗi cặp là hai người khác nhau.")
    if set(chain.from_iterable(allowed)) != set(range(1, seats + 1)):
        raise BadInput("Mỗi người giữ tờ khôi phục phải có trong ít nhất một cặp, và mỗi cặp phải là người có tên.")
    return allowed


def _partners(seat: int, allowed: Iterable[tuple[int, int]]) -> Iterable[int]:
    return (first if seat == second else second for first, second in allowed if seat in (first, second))


def _revoke_earlier(crypto: CryptoContext, agency_id: UUID) -> int:
    """Revoke an earlier recovery secret with its pairs and return the number of the next one."""
    earlier = crypto.session.get(Recovery, (crypto.commune_id, agency_id))
    if earlier is None:
        return 1
    for row in chain([earlier], *(_rows(crypto, agency_id, kind) for kind in _RECOVERY_ROWS)):
        crypto.session.delete(row)
    crypto.session.flush()
    agency = crypto.session.get_one(Agency, (crypto.commune_id, agency_id))
    remaining = chain([agency], *(_rows(crypto, agency_id, kind) for kind in _OTHER_ROWS))
    heads.revoke(crypto.session, _head(crypto, agency_id), list(remaining))
    return earlier.number + 1


def _head(crypto: CryptoContext, agency_id: UUID) -> Head:
    return heads.changed_heads(crypto.session).get(agency_id) or crypto.session.get_one(
        Head, (crypto.commune_id, agency_id)
    )


def _recovery(crypto: CryptoContext, agency_id: UUID) -> Recovery:
    recovery = crypto.session.get(Recovery, (crypto.commune_id, agency_id))
    if recovery is None:
        raise VaultError(
            "Cơ quan này không có tờ khôi phục nào: làm bằng `casework new-sheets`, hoặc hỏi người giữ khóa. / There "
            "are no recovery sheets of this agency."
        )
    return recovery


def _require_present(crypto: CryptoContext, recovery: Recovery, seat: int, secret: bytes) -> RecoveryOfficer:
    """Return who keeps a sheet; raise VaultError for a seat that nobody has, and for any sheet but the present one."""
    officer = crypto.session.get(RecoveryOfficer, (crypto.commune_id, recovery.agency_id, seat))
    if officer is None:
        raise VaultError(f"Cơ quan này không có tờ số {seat}. Hãy xem số trên tờ. / This agency has no sheet {seat}.")
    if not hmac.compare_digest(officer.tag, _tag(recovery, seat, secret)):
        raise VaultError(
            f"Tờ số {seat} không phải tờ đang dùng: là tờ cũ, của cơ quan khác, hoặc của số khác. Hãy lấy tờ có “Bộ "
            f"số {recovery.number}” của cơ quan này. / Sheet {seat} is not the present one: an old one, another "
            f"agency's, or of another number. Take the one of set {recovery.number}."
        )
    return officer


def _no_pair(first: int, second: int, pairs: Iterable[tuple[int, int]]) -> str:
    allowed = ", ".join(f"{one}-{other}" for one, other in pairs)
    return (
        f"Tờ {first} và tờ {second} không phải một cặp mở được. Các cặp: {allowed}. / Sheets {first} and {second} are "
        f"no pair that opens. The pairs are {allowed}."
    )


def _rows(crypto: CryptoContext, agency_id: UUID, kind: Any) -> list[Any]:
    of_agency = (kind.commune_id == crypto.commune_id, kind.agency_id == agency_id)
    return list(crypto.session.execute(select(kind).where(*of_agency)).scalars())


def _encrypted_secret(crypto: CryptoContext, recovery: Recovery, keys: AgencyKeys) -> bytes:
    return hpke.seal(recovery.public_key, keys.secret, context=_context(crypto, recovery))


def _context(crypto: CryptoContext, recovery: Recovery) -> bytes:
    return encode_fields("cw/1/recover", crypto.commune_id, recovery.agency_id, recovery.epoch, recovery.number)


def _pair_key(recovery: Recovery, first: ShownSheet, second: ShownSheet) -> tuple[bytes, bytes]:
    """Return the key that two sheets make together, and the context of what is encrypted under it."""
    place = (recovery.commune_id, recovery.agency_id, recovery.number, first[0], second[0])
    return derive(first[1] + second[1], "pair", *place), encode_fields("cw/1/pair", *place)


def _tag(recovery: Recovery, seat: int, secret: bytes) -> bytes:
    """Return what recognises a sheet: 16 random bytes cannot be found from it."""
    return derive(secret, "sheet", recovery.commune_id, recovery.agency_id, recovery.number, seat)
