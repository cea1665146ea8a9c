"""What somebody typed into a form and has not sent: encrypted to their own key, small, few, and for a week."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from casework import secure_delete
from casework.clock import MICROSECOND
from casework.vault.crypto import hpke
from casework.vault.crypto.encoding import encode_fields, pad, unpad
from casework.vault.keys.context import CryptoContext
from casework.vault.models import Head, KeptForm, Member

# The longest text that a form takes has 20,000 letters; most forms hold one of them.
MOST_BYTES = 256 * 1024
MOST_FORMS = 20
DAYS = 7
# Stands for the page of a ledger that is being imported, which is no form and has a list of its own.
LEDGER = "ledger"


def keep(crypto: CryptoContext, member: Member, row: KeptForm, text: bytes) -> None:
    """Encrypt what was typed to the member's public key, in the place of what the same form held before.

    The head of the member must have been read. Of more than MOST_FORMS the oldest is deleted.
    """
    row.at = crypto.at
    row.blob = hpke.seal(member.public_key, pad(text), context=_context(row))
    delete_one(crypto.session, member, row.id)
    crypto.session.add(row)
    crypto.session.flush()
    alike = of_member(crypto.session, member, ledgers=row.page == LEDGER)
    others = [other for other in alike if other.id != row.id]
    for old in others[MOST_FORMS - 1 :]:
        delete_one(crypto.session, member, old.id)
    delete_expired(crypto.session, at=crypto.at)


def of_member(session: Session, member: Member, *, ledgers: bool = False) -> list[KeptForm]:
    """Return the forms of a member whose head has been read, or the ledgers, verified, the newest first."""
    own = select(KeptForm).where(KeptForm.commune_id == member.commune_id, KeptForm.member_id == member.id)
    own = own.where(KeptForm.page == LEDGER if ledgers else KeptForm.page != LEDGER)
    return list(session.execute(own.order_by(KeptForm.at.desc(), KeptForm.id)).scalars())


def text_of(row: KeptForm, seed: bytes) -> bytes:
    """Decrypt what was typed; raise VaultError if it was encrypted to another key or for another place."""
    return unpad(hpke.open_sealed(seed, row.blob, context=_context(row)))


def seal_anew(rows: Iterable[KeptForm], seed: bytes, public_key: bytes) -> None:
    """Encrypt to a member's new key what was encrypted to the one before."""
    for row in rows:
        row.blob = hpke.seal(public_key, pad(text_of(row, seed)), context=_context(row))


def expires_before(at: int) -> int:
    """Return the moment before which a form is too old to be offered."""
    return at - DAYS * 24 * 3600 * MICROSECOND


def case_is_there(session: Session, commune_id: UUID, case_id: UUID) -> bool:
    """Tell whether a case has not been erased: nothing typed about it may outlive it."""
    known = select(Head.id).where(Head.commune_id == commune_id, Head.id == case_id)
    return session.execute(known).one_or_none() is not None


def delete_one(session: Session, member: Member, form_id: UUID) -> None:
    """Delete one form of a member; that of somebody else stays."""
    own = (KeptForm.commune_id == member.commune_id, KeptForm.member_id == member.id)
    session.execute(delete(KeptForm).where(*own, KeptForm.id == form_id))
    secure_delete.request(session)


def delete_of_case(session: Session, commune_id: UUID, case_id: UUID) -> None:
    """Delete what anybody had typed about a case and not sent, as what is written of it is erased."""
    session.execute(delete(KeptForm).where(KeptForm.commune_id == commune_id, KeptForm.case_id == case_id))


def delete_expired(session: Session, *, at: int) -> None:
    """Delete every form that nobody has gone on with for a week."""
    session.execute(delete(KeptForm).where(KeptForm.at < expires_before(at)))


def _context(row: KeptForm) -> bytes:
    return encode_fields("cw/1/form", row.commune_id, row.member_id, row.id, row.case_id, row.page, row.at)
