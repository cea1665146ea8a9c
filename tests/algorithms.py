"""A second algorithm of each kind, as a later version of the program would know it; and what was sealed with which."""

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from casework.vault.algorithms import E1, E2
from tests.house import House
from tests.tampering import stolen

# Tables and columns with E1 and E2; what lives a day at most, and what only sheets or a passphrase open, stands apart.
KEPT = (("slot", "blob"), ("totp", "blob"), ("epoch_link", "blob"), ("session", "blob"), ("interview", "blob"))
SENT = (("wrap", "blob"), ("recovery", "blob"))


def know_a_second(patch: pytest.MonkeyPatch) -> None:
    """Let the program seal with 0x02 (ChaCha20-Poly1305) and suite 0x03, and open what the first ones sealed."""
    patch.setitem(E1.known, 2, ChaCha20Poly1305)
    patch.setitem(E2.known, 3, Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA512, AEAD.CHACHA20_POLY1305))
    patch.setattr(E1, "current", 2)
    patch.setattr(E2, "current", 3)


def outdated(house: House, commune_id: UUID) -> set[str]:
    """Which tables hold a blob that was not sealed with the current algorithm."""
    found = set()
    with stolen(house) as thief:
        for register, columns in ((E1, KEPT), (E2, SENT)):
            for table, column in columns:
                rows = thief.rows(table, commune_id=commune_id)
                found |= {table for row in rows if register.outdated(row[column])}
        if E1.outdated(thief.rows("commune", id=commune_id)[0]["marks"]):
            found.add("commune")
        for row in thief.rows("envelope", commune_id=commune_id):
            if (E1 if row["kind"] == "kept" else E2).outdated(row["blob"]):
                found.add("envelope")
    return found
