"""What the model of people, keys and cases knows, and how somebody with a new key comes in."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from casework import clock
from casework.accounts import actions as accounts
from casework.accounts import admission_acts
from casework.accounts.actions import Unwrapped
from casework.accounts.sign_in_acts import second_factor
from casework.administration import agency_recovery
from casework.administration.agency_recovery import Recovered
from casework.policy.words import Role
from casework.vault.crypto import passwords
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment import totp
from casework.vault.keys.enrolment.credentials import NewCredentials, PaperCode
from casework.vault.keys.enrolment.paper_codes import new_code, read_code
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.keys.enrolment.wordlist import fingerprint
from casework.vault.keys.recovery.recovery_sheets import RecoverySheet
from tests.accounts.arrivals import SEED
from tests.cases.keys import agency_id
from tests.house import House, Someone
from tests.tampering import stolen

PEOPLE = ("lan", "mai", "hoa", "binh")
LEADS = ("hoa", "binh")


@dataclass
class Kept:
    """What the model knows of a case: who holds its circle's key if it is restricted, and whether the police read."""

    circle: set[str] | None = None
    sent: UUID | None = None


@dataclass
class World:
    """Who is in which state and with which key, who leads, the codes and sheets that are out, and the cases."""

    state: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PEOPLE, "active"))
    leads: set[str] = field(default_factory=lambda: set(LEADS))
    seeds: dict[str, bytes] = field(default_factory=dict)
    codes: dict[str, tuple[str, int]] = field(default_factory=dict)
    dealt: tuple[RecoverySheet, ...] = ()
    cases: dict[UUID, Kept] = field(default_factory=dict)

    def able(self) -> list[str]:
        return [name for name in PEOPLE if self.state[name] == "active"]

    def enrolled(self, name: str, seed: bytes) -> None:
        """She is there with a new key: nothing that was sealed to the one before is hers."""
        self.state[name], self.seeds[name] = "active", seed
        self.codes.pop(name, None)
        for kept in self.cases.values():
            kept.circle = kept.circle - {name} if kept.circle is not None else None


def made(server_keys: Any, member_id: UUID) -> NewCredentials:
    """A new key as her browser would ask for it; nobody types its passphrase, so Argon2's time is not spent."""
    seed, code = new_key(), new_code()
    paper = passwords.wrap_with_code(server_keys, seed, read_code(code), member_id=member_id)
    typed = replace(paper, id=uuid4(), kind="password", memory_kib=passwords.MEMORY_KIB, passes=passwords.PASSES)
    return NewCredentials(seed, typed, PaperCode(code, paper))


def enrols(house: House, name: str, code: str) -> tuple[bytes, bool]:
    """Let her take her account with a code; return her new key and whether it may be used at once."""
    somebody = house[name]
    new = made(house.gate.server_keys(somebody.card.commune_id), somebody.id)
    given = (read_code(code), new, PairedPhone(SEED, 0))
    return new.seed, house.gate.perform(house.stranger(), admission_acts.enrol, *given)


def let_in(house: House, name: str, colleague: Someone) -> bytes:
    """Let a colleague make her code and confirm her four words; return her new key."""
    _, code = colleague.does(admission_acts.invite, house[name].id)
    seed, ready = enrols(house, name, code)
    assert not ready
    colleague.does(admission_acts.confirm, house[name].id, fingerprint(public_key(seed)))
    return seed


def recovers(house: House, dealt: tuple[RecoverySheet, ...], pair: tuple[int, int], name: str) -> Recovered:
    """Let somebody of the Women's Union in again at the console with two of the sheets."""
    one, other = ((dealt[at].seat, dealt[at].secret) for at in pair)
    union = agency_id(house, "womens_union")
    return house.gate.perform(house.stranger(Role.CONSOLE), agency_recovery.recover, union, one, other, name)


def comes_in(house: House, name: str, seed: bytes) -> Someone:
    """Let her sign in with her new key and phone."""
    somebody, visitor = house[name], house.stranger()
    begun = house.gate.perform(visitor, accounts.sign_in, Unwrapped(somebody.id, seed), before=None)
    somebody.waits_for_new_digits()
    digits = totp.code_at(SEED, clock.micros())
    somebody._cookie = house.gate.perform(visitor, second_factor, begun.token, digits).token.cookie()
    return somebody


def deals(house: House) -> tuple[RecoverySheet, ...]:
    """Make the first recovery sheets of the Women's Union, as founding does."""
    keyring = house["hoa"].person.keyring
    assert keyring is not None
    keys = keyring.holding(agency_id(house, "womens_union"))
    dealt: tuple[RecoverySheet, ...] = house.gate.perform(
        house.stranger(Role.CONSOLE), agency_recovery.renew, keys, ("Ông A", "Bà B", "Bà C"), [(1, 2), (1, 3)]
    )
    return dealt


def epoch_of(house: House) -> int:
    """Return the newest epoch of the Women's Union."""
    with stolen(house) as thief:
        return int(thief.rows("agency", id=agency_id(house, "womens_union"))[0]["epoch"])
