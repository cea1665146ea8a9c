"""A screen that is blank while somebody speaks: the member's seed under the cookie and a short code, five tries.

The short code keeps out whoever looks over a shoulder or sits down at the desk; it unlocks only, and never signs in.
"""

import os

from sqlalchemy import update
from sqlalchemy.orm import Session

from casework import secure_delete
from casework.errors import BadInput, VaultError, gettext_noop
from casework.vault.crypto import aead
from casework.vault.crypto.aead import derive
from casework.vault.crypto.encoding import encode_fields
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.enrolment.models import Interview
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.sessions import SessionToken, seed_of
from casework.vault.models import SessionRow

MAX_TRIES = 5
_SALT_BYTES = 16
_SHORTEST, _LONGEST = 4, 6


def lock_screen(crypto: CryptoContext, row: SessionRow, token: SessionToken, code: str) -> None:
    """Encrypt the seed of an open session under a short code of 4 to 6 digits; raise BadInput for another code."""
    if not (_SHORTEST <= len(code) <= _LONGEST and code.isascii() and code.isdigit()) or len(set(code)) == 1:
        raise BadInput(gettext_noop("Mã ngắn gồm 4 đến 6 chữ số, không phải một số lặp lại."))
    seed, salt = seed_of(row, token, crypto.server_keys), os.urandom(_SALT_BYTES)
    interview = Interview(sid=row.sid, commune_id=row.commune_id, member_id=row.member_id, salt=salt, blob=b"", tries=0)
    key = _key(crypto.server_keys, token, salt, code)
    interview.blob = aead.encrypt(key, seed, context=_context(interview), key_ref=crypto.server_keys.number)
    row.blob = None
    secure_delete.request(crypto.session)
    crypto.session.add(interview)


def count_try(session: Session, sid: bytes) -> None:
    """Count a try before it is made, in whichever worker; it is kept even where the act that follows is not."""
    session.execute(update(Interview).where(Interview.sid == sid).values(tries=Interview.tries + 1))


def may_try(interview: Interview) -> bool:
    """Tell whether the try that was just counted is one of the first five."""
    return interview.tries <= MAX_TRIES


def unlock_screen(crypto: CryptoContext, interview: Interview, token: SessionToken, code: str) -> bytes | None:
    """Decrypt the seed with cookie and short code; None for a wrong code."""
    key = _key(crypto.server_keys, token, interview.salt, code)
    try:
        return aead.decrypt(key, interview.blob, context=_context(interview), key_ref=crypto.server_keys.number)
    except VaultError:
        return None


def _key(server_keys: ServerKeys, token: SessionToken, salt: bytes, code: str) -> bytes:
    return derive(token.secret, "interview", salt, code, salt=server_keys.session)


def _context(interview: Interview) -> bytes:
    return encode_fields("cw/1/interview", interview.commune_id, interview.sid, interview.member_id)
