"""Admission: a code is handed over face to face, a new key comes back under it, a colleague wraps the agency's for it.

The server never suffices: the code is encrypted to the agency, so only a colleague's session can verify that the
new key was made by whoever held the code, and only there can the agency's secret be wrapped for it.
"""

import hmac
from hashlib import sha256
from uuid import UUID, uuid4

from casework.clock import MICROSECOND
from casework.errors import VaultError
from casework.vault.crypto import aead, hpke
from casework.vault.crypto.aead import derive
from casework.vault.crypto.encoding import encode_fields
from casework.vault.crypto.hpke import public_key
from casework.vault.integrity import heads
from casework.vault.keys import provisioning
from casework.vault.keys.context import CryptoContext, RecipientKey
from casework.vault.keys.enrolment import credentials
from casework.vault.keys.enrolment.credentials import NewCredentials
from casework.vault.keys.enrolment.models import Admission
from casework.vault.keys.enrolment.paper_codes import new_code, read_code
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.models import Head, Member
from casework.vault.states import MemberState

# A code has been made; a new key waits for a colleague.
OPEN, WAITS = "open", "waiting"
LASTS_SECONDS = 24 * 3600


def code_index(server_keys: ServerKeys, code: bytes) -> bytes:
    """Return the HMAC by which the row of a code is found; the code itself stands nowhere."""
    return server_keys.tag(encode_fields("cw/1/finder", server_keys.commune_id, code))


def is_open(row: Admission, *, at: int) -> bool:
    """Tell whether a code may still be used: once, within 24 hours, and a clock moved back revives nothing."""
    return row.state == OPEN and row.created <= at < row.created + LASTS_SECONDS * MICROSECOND


def invite(
    crypto: CryptoContext,
    head: Head,
    member: Member,
    recipient: RecipientKey | None,
    *,
    by: UUID | None,
    carry: AgencyKeys | None = None,
    printed: str = "",
) -> str:
    """Make the code of a member, replacing one made before, and return it to be shown once.

    `carry` is the agency's key, encrypted under the code itself: for the console alone, before there is a colleague.
    `printed` is a code that is on paper already, which becomes good with this.
    """
    if earlier := heads.rows_of_member(crypto.session, member, Admission):
        heads.revoke_rows(crypto.session, head, member, earlier)
    text = printed or new_code()
    code = read_code(text)
    row = Admission(
        commune_id=member.commune_id,
        id=uuid4(),
        member_id=member.id,
        agency_id=recipient.agency_id if recipient else None,
        by_id=by,
        state=OPEN,
        created=crypto.at,
        epoch=recipient.epoch if recipient else 0,
        finder=code_index(crypto.server_keys, code),
        sealed=None,
        carry=None,
        tag=None,
    )
    if recipient is not None:
        row.sealed = hpke.seal(recipient.public_key, code, context=_sealed_context(row))
    if carry is not None:
        row.carry = aead.encrypt(_carry_key(code), carry.secret, context=_carry_context(row), key_ref=carry.epoch)
    crypto.session.add(row)
    return text


def enrol(
    crypto: CryptoContext,
    head: Head,
    member: Member,
    row: Admission,
    *,
    code: bytes,
    new: NewCredentials,
    phone: PairedPhone,
) -> bool:
    """Give a member the new key; True if active at once, False if a colleague must confirm it.

    Whatever opened the account before is gone. The agency's head must have been read if its key is carried.
    """
    agency_keys = _carried_keys(row, code)
    member.state = MemberState.ACTIVE if agency_keys is not None or row.agency_id is None else MemberState.WAITING
    row.state, row.tag = WAITS, _tag(code, member.commune_id, member.id, public_key(new.seed))
    credentials.replace_key(crypto, head, member, new, phone)
    if agency_keys is not None:
        provisioning.wrap_for_member(crypto, agency_keys, member)
    if member.state == MemberState.ACTIVE:
        crypto.session.delete(row)
    return bool(member.state == MemberState.ACTIVE)


def confirm(crypto: CryptoContext, member: Member, row: Admission) -> None:
    """Verify in a colleague's session that the new key was made under the code, and wrap the agency's secret for it.

    The heads of the member and of the agency must have been read; VaultError for a key that the code did not make.
    """
    if row.agency_id is None or row.sealed is None or row.tag is None or row.state != WAITS:
        raise VaultError("unopened")
    keys = crypto.keys(row.agency_id)
    if keys.epoch != row.epoch:
        raise VaultError("unopened")
    code = hpke.open_sealed(keys.seed, row.sealed, context=_sealed_context(row))
    if not hmac.compare_digest(row.tag, _tag(code, member.commune_id, member.id, member.public_key)):
        raise VaultError("unopened")
    provisioning.wrap_for_member(crypto, keys, member)
    member.state = MemberState.ACTIVE
    crypto.session.delete(row)


def _carried_keys(row: Admission, code: bytes) -> AgencyKeys | None:
    if row.carry is None or row.agency_id is None:
        return None
    secret = aead.decrypt(_carry_key(code), row.carry, context=_carry_context(row), key_ref=row.epoch)
    return AgencyKeys(row.agency_id, row.epoch, secret)


def _carry_key(code: bytes) -> bytes:
    return derive(code, "carry")


def _tag(code: bytes, commune_id: UUID, member_id: UUID, key: bytes) -> bytes:
    return hmac.digest(derive(code, "tag"), encode_fields("cw/1/admission", commune_id, member_id, key), sha256)


def _sealed_context(row: Admission) -> bytes:
    return encode_fields("cw/1/invite", row.commune_id, row.member_id, row.agency_id, row.epoch)


def _carry_context(row: Admission) -> bytes:
    return encode_fields("cw/1/carry", row.commune_id, row.member_id, row.agency_id, row.epoch)
