"""Makes agencies and circles, wraps their keys for members, and makes members with a key of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from casework.vault.crypto import passwords
from casework.vault.crypto.aead import new_key
from casework.vault.crypto.hpke import public_key
from casework.vault.crypto.passwords import WrappedSeed
from casework.vault.integrity import heads
from casework.vault.keys.context import CryptoContext
from casework.vault.keys.kek import ServerKeys
from casework.vault.keys.keyring import AgencyKeys, new_agency_keys, wrap
from casework.vault.models import Agency, AgencyEpoch, Member, Wrap
from casework.vault.states import AgencyState, MemberState

CIRCLE = "circle"
# A circle to which something was sent by name: whoever sent it can read it as well, so nothing is lost with its key.
ADDRESSEES = "addressees"


@dataclass(frozen=True)
class Enrolment:
    """A new member's public key and the slot of its seed, made before any transaction because Argon2 takes its time."""

    public_key: bytes
    slot: WrappedSeed

    @property
    def member_id(self) -> UUID:
        return self.slot.member_id


@dataclass(frozen=True)
class NewMember:
    """What the database holds about a person from enrolment on; none of it is encrypted."""

    username: str
    name: str
    roles: tuple[str, ...]
    agency_id: UUID | None


def new_enrolment(server_keys: ServerKeys, passphrase: str) -> Enrolment:
    """Make the key pair of a new member, whose seed only the passphrase opens."""
    seed = new_key()
    slot = passwords.wrap_with_passphrase(server_keys, seed, passphrase, member_id=uuid4())
    return Enrolment(public_key(seed), slot)


def make_agency(
    crypto: CryptoContext,
    *,
    kind: str,
    name: str,
    circle: bool = False,
    duty_phone: str = "",
    state: AgencyState = AgencyState.ACTIVE,
    agency_id: UUID | None = None,
) -> AgencyKeys:
    """Make an agency or a circle with a key of its own and return that key, so that it can be given to members.

    `agency_id` is an id that was drawn before, as for sheets that are on paper already.
    """
    agency_id = agency_id or uuid4()
    keys = new_agency_keys(agency_id)
    heads.create(crypto.session, crypto.commune_id, "agency", agency_id)
    crypto.session.add(
        Agency(
            commune_id=crypto.commune_id,
            id=agency_id,
            kind=kind,
            name=name,
            circle=circle,
            epoch=keys.epoch,
            rotation_due=False,
            state=state,
            duty_phone=duty_phone,
        )
    )
    crypto.session.flush()
    epoch = AgencyEpoch(commune_id=crypto.commune_id, agency_id=agency_id, epoch=keys.epoch)
    epoch.public_key = keys.public_key
    crypto.session.add(epoch)
    crypto.session.flush()
    return keys


def make_circle(crypto: CryptoContext, members: Iterable[Member], *, kind: str = CIRCLE) -> AgencyKeys:
    """Make a circle of named members, each of whom can open what is encrypted to it; its name tells nothing."""
    keys = make_agency(crypto, kind=kind, name="", circle=True)
    for member in members:
        wrap_for_member(crypto, keys, member)
    return keys


def wrap_for_member(crypto: CryptoContext, keys: AgencyKeys, member: Member) -> None:
    """Wrap an agency's secret for one member, whose row must have been loaded with a fresh head."""
    blob = wrap(keys, member.public_key, commune_id=crypto.commune_id, member_id=member.id)
    crypto.session.add(
        Wrap(commune_id=crypto.commune_id, member_id=member.id, agency_id=keys.agency_id, epoch=keys.epoch, blob=blob)
    )


def make_member(crypto: CryptoContext, new: NewMember, enrolment: Enrolment) -> Member:
    """Add a member with the public key and the slot that the passphrase opens."""
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
    crypto.session.add(enrolment.slot.row())
    return member
