"""Makes agencies and circles, gives their keys to members, and makes members with a key of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from casework.vault.crypto import passwords
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.integrity import heads
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.keyring import AgencyKeys, new_agency_keys, wrap
from casework.vault.models import Agency, AgencyEpoch, Member, Wrap
from casework.vault.states import AgencyState, MemberState

CIRCLE = "circle"


@dataclass(frozen=True)
class Enrolment:
    """A new member's ids and keys, made before any transaction because Argon2 takes its time."""

    member_id: UUID
    slot_id: UUID
    public_key: bytes
    secret: passwords.WrappedSeed


@dataclass(frozen=True)
class NewMember:
    """What the book writes down about a person when she is enrolled."""

    username: str
    name: str
    roles: tuple[str, ...]
    agency_id: UUID | None


def new_enrolment(server_keys: ServerKeys, passphrase: str) -> Enrolment:
    """Make a member's key pair that only her passphrase opens."""
    seed, member_id, slot_id = new_key(), uuid4(), uuid4()
    secret = passwords.wrap_with_passphrase(server_keys, seed, passphrase, member_id=member_id, slot_id=slot_id)
    return Enrolment(member_id, slot_id, public_key(seed), secret)


def make_agency(
    crypto: CryptoContext,
    *,
    kind: str,
    name: str,
    circle: bool = False,
    duty_phone: str = "",
    state: AgencyState = AgencyState.ACTIVE,
) -> AgencyKeys:
    """Make an agency or a circle with a key of its own and return that key, so that it can be given to members."""
    agency_id = uuid4()
    keys = new_agency_keys(agency_id)
    heads.create(crypto.session, crypto.commune_id, "agency", agency_id)
    common = {"commune_id": crypto.commune_id}
    crypto.session.add(
        Agency(
            id=agency_id,
            kind=kind,
            name=name,
            circle=circle,
            epoch=keys.epoch,
            rotation_due=False,
            state=state,
            duty_phone=duty_phone,
            **common,
        )
    )
    crypto.session.flush()
    epoch = AgencyEpoch(commune_id=crypto.commune_id, agency_id=agency_id, epoch=keys.epoch)
    epoch.public_key = keys.public_key
    crypto.session.add(epoch)
    crypto.session.flush()
    return keys


def make_circle(crypto: CryptoContext, members: Iterable[Member]) -> AgencyKeys:
    """Make a circle of named members, each of whom can open what is sealed to it; its name tells nothing."""
    keys = make_agency(crypto, kind=CIRCLE, name="", circle=True)
    for member in members:
        wrap_for_member(crypto, keys, member)
    return keys


def wrap_for_member(crypto: CryptoContext, keys: AgencyKeys, member: Member) -> None:
    """Give an agency's key to one member; the member row must have been loaded with a fresh head."""
    blob = wrap(keys, member.public_key, commune_id=crypto.commune_id, member_id=member.id)
    crypto.session.add(
        Wrap(commune_id=crypto.commune_id, member_id=member.id, agency_id=keys.agency_id, epoch=keys.epoch, blob=blob)
    )


def make_member(crypto: CryptoContext, new: NewMember, enrolment: Enrolment) -> Member:
    """Write down a member with her public key and the slot that her passphrase opens."""
    member_id = enrolment.member_id
    heads.create(crypto.session, crypto.commune_id, "member", member_id)
    member = Member(
        commune_id=crypto.commune_id,
        id=member_id,
        agency_id=new.agency_id,
        username=new.username,
        name=new.name,
        roles=",".join(new.roles),
        state=MemberState.ACTIVE,
        public_key=enrolment.public_key,
    )
    crypto.session.add(member)
    crypto.session.flush()
    crypto.session.add(passwords.slot_row(member, "password", enrolment.slot_id, enrolment.secret))
    return member
