"""The model of members, keys and cases, and the steps by which a member with a new key is admitted and signs in."""

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

from casework import clock
from casework.accounts import admission_actions, sign_in_actions
from casework.accounts.sign_in_actions import Unwrapped, second_factor
from casework.administration import agency_recovery
from casework.administration.agency_recovery import PlannedRecovery
from casework.policy.vocabulary import Role
from casework.vault.crypto import passwords
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.keys.enrolment import totp
from casework.vault.keys.enrolment.credentials import NewCredentials, PaperCode
from casework.vault.keys.enrolment.paper_codes import new_code, read_code
from casework.vault.keys.enrolment.passphrase_words import fingerprint
from casework.vault.keys.enrolment.totp import PairedPhone
from casework.vault.keys.recovery.sheets import RecoverySheet
from tests.accounts.newcomers import SEED
from tests.cases.keys import agency_id
from tests.house import House, Someone
from tests.tampering import stolen

PEOPLE = ("lan", "mai", "hoa", "binh")
LEADS = ("hoa", "binh")


@dataclass
class CaseModel:
    """A case in the model: the holders of its circle's key if restricted, and its referral to the police if any.

    `kept` has left with the last key of the circle, which stays until somebody else renews it.
    """

    circle: set[str] | None = None
    kept: str = ""
    sent: UUID | None = None


@dataclass
class StaffingModel:
    """Members' states and keys, the leads, admission codes and recovery sheets that are out, and the cases."""

    state: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PEOPLE, "active"))
    leads: set[str] = field(default_factory=lambda: set(LEADS))
    seeds: dict[str, bytes] = field(default_factory=dict)
    codes: dict[str, tuple[str, int]] = field(default_factory=dict)
    dealt: tuple[RecoverySheet, ...] = ()
    cases: dict[UUID, CaseModel] = field(default_factory=dict)

    def able(self) -> list[str]:
        return [name for name in PEOPLE if self.state[name] == "active"]

    def enrolled(self, name: str, seed: bytes) -> None:
        """Note a member's new key: nothing that was sealed to the former one can be opened."""
        self.state[name], self.seeds[name] = "active", seed
        self.codes.pop(name, None)
        for kept in self.cases.values():
            kept.circle = kept.circle - {name} if kept.circle is not None else None


def new_credentials(server_keys: Any, member_id: UUID) -> NewCredentials:
    """New credentials whose passphrase nobody types, so that Argon2's time is not spent."""
    seed, code = new_key(), new_code()
    paper = passwords.wrap_with_code(server_keys, seed, read_code(code), member_id=member_id)
    typed = replace(paper, id=uuid4(), kind="password", memory_kib=passwords.MEMORY_KIB, passes=passwords.PASSES)
    return NewCredentials(seed, typed, PaperCode(code, paper))


def enrol(house: House, name: str, code: str) -> tuple[bytes, bool]:
    """Enrol a member with an admission code; return the new key, and whether it is active at once."""
    member = house[name]
    new = new_credentials(house.gate.server_keys(member.card.commune_id), member.id)
    arguments = (read_code(code), new, PairedPhone(SEED, 0))
    return new.seed, house.gate.perform(house.stranger(), admission_actions.enrol, *arguments)


def admit(house: House, name: str, colleague: Someone) -> bytes:
    """Let a colleague invite and confirm a member; return the new key."""
    _, code = colleague.does(admission_actions.invite, house[name].id)
    seed, ready = enrol(house, name, code)
    assert not ready
    colleague.does(admission_actions.confirm, house[name].id, fingerprint(public_key(seed)))
    return seed


def recover_with_sheets(
    house: House, sheets: tuple[RecoverySheet, ...], pair: tuple[int, int], name: str
) -> PlannedRecovery:
    """Re-admit a member of the Women's Union at the console with two recovery sheets; new ones are printed first."""
    first, second = ((sheets[at].seat, sheets[at].secret) for at in pair)
    union = agency_id(house, "womens_union")
    console = house.stranger(Role.CONSOLE)
    planned = house.gate.perform(console, agency_recovery.plan_recovery, union, first, second, name)
    house.gate.perform(console, agency_recovery.recover, union, first, second, planned)
    return planned


def sign_in_with(house: House, name: str, seed: bytes) -> Someone:
    """Sign in with a new key and phone."""
    member, visitor = house[name], house.stranger()
    started = house.gate.perform(visitor, sign_in_actions.sign_in, Unwrapped(member.id, seed), before=None)
    member.waits_for_new_digits()
    digits = totp.code_at(SEED, clock.micros())
    member._cookie = house.gate.perform(visitor, second_factor, started.token, digits).token.cookie()
    return member


def make_sheets(house: House) -> tuple[RecoverySheet, ...]:
    """Make the first recovery sheets of the Women's Union, as founding does."""
    keyring = house["hoa"].person.keyring
    assert keyring is not None
    keys = keyring.keys_of(agency_id(house, "womens_union"))
    sheets: tuple[RecoverySheet, ...] = house.gate.perform(
        house.stranger(Role.CONSOLE), agency_recovery.renew_sheets, keys, ("Ông A", "Bà B", "Bà C"), [(1, 2), (1, 3)]
    )
    return sheets


def epoch_of(house: House) -> int:
    """Return the newest epoch of the Women's Union."""
    union = agency_id(house, "womens_union")
    with stolen(house) as thief:
        return int(thief.rows("agency", id=union)[0]["epoch"])
