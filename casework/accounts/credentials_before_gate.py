"""New credentials before the gate: suggest and check a passphrase, pair a phone as second factor (TOTP)."""

from dataclasses import dataclass
from uuid import UUID

import segno
from flask_babel import lazy_gettext as _

from casework import clock
from casework.accounts.admission_actions import AdmittedMember
from casework.errors import BadInput
from casework.vault.keys.enrolment import credentials, passphrase_policy, passphrase_words, totp
from casework.vault.keys.enrolment.credentials import NewCredentials
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.web.current_user import gate
from casework.web.session_loading import SignedInMember

WRONG_DIGITS = _("Mã 6 số chưa đúng. Hãy chờ mã mới rồi gõ lại; xem giờ của điện thoại có đúng không.")
# The quiet zone around a QR code, in modules (ISO/IEC 18004).
_QUIET = 4


@dataclass(frozen=True)
class QrCode:
    """A QR code: its side in modules, and the path of an SVG that is filled black on white."""

    side: int
    path: str


@dataclass(frozen=True)
class PairingOffer:
    """A TOTP seed as the page shows it: a QR code, base32 to type, an otpauth: address, and sealed for the form."""

    sealed: str
    drawing: QrCode
    secret: str
    address: str


def suggest_passphrase() -> str:
    """Return a random passphrase of five words that the policy takes."""
    while True:
        phrase = passphrase_words.passphrase()
        try:
            passphrase_policy.check(phrase, about=())
        except BadInput:
            continue
        return phrase


def replacement_credentials(member: SignedInMember, passphrase: str) -> NewCredentials:
    """Check a member's new passphrase and make new credentials with it; raise BadInput with what to do."""
    passphrase_policy.check(passphrase, about=(member.name, member.username, member.agency_name, member.commune_name))
    return credentials.new_credentials(gate().server_keys(member.person.commune_id), passphrase, member.id)


def first_credentials(admitted: AdmittedMember, passphrase: str) -> NewCredentials:
    """Check a newcomer's passphrase and make credentials with it; raise BadInput with what to do."""
    passphrase_policy.check(
        passphrase, about=(admitted.name, admitted.username, admitted.agency_name, admitted.commune_name)
    )
    return credentials.new_credentials(gate().server_keys(admitted.commune_id), passphrase, admitted.member_id)


def offer_pairing(commune_id: UUID, member_id: UUID, username: str, sealed: str) -> PairingOffer:
    """Offer the TOTP seed in `sealed`, or a new one if that is empty."""
    server_keys = gate().server_keys(commune_id)
    sealed = sealed or totp.offer_seed(server_keys, member_id)
    seed = totp.offered_seed(server_keys, member_id, sealed)
    address = totp.provisioning_uri(seed, username)
    return PairingOffer(sealed, qr_code(address), totp.secret_text(seed), address)


def pair_phone(commune_id: UUID, member_id: UUID, sealed: str, digits: str) -> PairedPhone | None:
    """Return the phone that shows this TOTP code; None if the code does not fit the offered seed."""
    return totp.paired_phone(gate().server_keys(commune_id), member_id, sealed, digits=digits, at=clock.micros())


def seal_phone(commune_id: UUID, member_id: UUID, phone: PairedPhone) -> str:
    """Seal a paired phone for the form of the next page."""
    return totp.encrypt_phone(gate().server_keys(commune_id), member_id, phone)


def open_phone(commune_id: UUID, member_id: UUID, sealed: str) -> PairedPhone:
    """Open a paired phone that `seal_phone` sealed."""
    return totp.decrypt_phone(gate().server_keys(commune_id), member_id, sealed)


def qr_code(text: str) -> QrCode:
    """Draw a text as a QR code: one path of an SVG, so that no markup is trusted and no style stands inside."""
    rows = [bytes(row) for row in segno.make(text, error="m", micro=False).matrix]
    squares = [
        f"M{x + _QUIET} {y + _QUIET}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    ]
    return QrCode(len(rows) + 2 * _QUIET, "".join(squares))
