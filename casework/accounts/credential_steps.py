"""What the pages of keys need before the gate: a passphrase to offer and to judge, a phone to pair, tries to count."""

from dataclasses import dataclass
from uuid import UUID

import segno
from flask_babel import lazy_gettext as _

from casework import clock
from casework.accounts.admission_acts import AdmittedMember
from casework.errors import BadInput
from casework.vault.keys.enrolment import credentials, passphrase_policy, privacy_screen, totp, wordlist
from casework.vault.keys.enrolment.credentials import NewCredentials
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.web.current_user import gate
from casework.web.session_loading import SignedInMember

WRONG_DIGITS = _("Mã 6 số chưa đúng. Hãy chờ mã mới rồi gõ lại; xem giờ của điện thoại có đúng không.")


# The quiet zone around a QR code, in modules.
_QUIET = 4


@dataclass(frozen=True)
class QrCode:
    """The side of the drawing in modules, and the path that is filled black on white."""

    side: int
    path: str


@dataclass(frozen=True)
class PairingOffer:
    """A phone's seed as the page shows it: drawn, in words to type, as an address to tap, and sealed for the form."""

    sealed: str
    drawing: QrCode
    secret: str
    address: str


def suggest_passphrase() -> str:
    """Return five random words that would be taken."""
    while True:
        phrase = wordlist.passphrase()
        try:
            passphrase_policy.check(phrase, about=())
        except BadInput:
            continue
        return phrase


def replacement_credentials(member: SignedInMember, passphrase: str) -> NewCredentials:
    """Judge a new passphrase and make the key behind it; raise BadInput with what to do."""
    passphrase_policy.check(passphrase, about=(member.name, member.username, member.agency_name, member.commune_name))
    return credentials.new_credentials(gate().server_keys(member.person.commune_id), passphrase, member.id)


def first_credentials(admitted: AdmittedMember, passphrase: str) -> NewCredentials:
    """Judge a newcomer's passphrase and make the key behind it; raise BadInput with what to do."""
    passphrase_policy.check(
        passphrase, about=(admitted.name, admitted.username, admitted.agency_name, admitted.commune_name)
    )
    return credentials.new_credentials(gate().server_keys(admitted.commune_id), passphrase, admitted.member_id)


def offer_pairing(commune_id: UUID, member_id: UUID, username: str, sealed: str) -> PairingOffer:
    """Return the phone's seed that was offered before, or a new one."""
    server_keys = gate().server_keys(commune_id)
    sealed = sealed or totp.offer(server_keys, member_id)
    seed = totp.seed_of(server_keys, member_id, sealed)
    address = totp.address(seed, username)
    return PairingOffer(sealed, qr_code(address), totp.secret_text(seed), address)


def pair_phone(commune_id: UUID, member_id: UUID, sealed: str, digits: str) -> PairedPhone | None:
    """Return the phone that shows these digits; None if they do not fit the seed that was offered."""
    return totp.proved(gate().server_keys(commune_id), member_id, sealed, digits=digits, at=clock.micros())


def seal_phone(commune_id: UUID, member_id: UUID, phone: PairedPhone) -> str:
    """Return a paired phone sealed for the next page."""
    return totp.proof(gate().server_keys(commune_id), member_id, phone)


def open_phone(commune_id: UUID, member_id: UUID, sealed: str) -> PairedPhone:
    """Open a paired phone of the page before."""
    return totp.phone_of(gate().server_keys(commune_id), member_id, sealed)


def count_short_code_attempt(sid: bytes) -> None:
    """Count a try to take the cover away, before it is made."""
    with gate().database.transaction(None, None) as session:
        privacy_screen.count_try(session, sid)


def qr_code(text: str) -> QrCode:
    """Draw a text as a QR code: one path of an SVG, so that no markup is trusted and no style stands inside."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    squares = [
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    ]
    return QrCode(len(rows) + 2 * _QUIET, "".join(squares))
