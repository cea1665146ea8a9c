"""Admission codes made at the console: they carry the agency's key, where no colleague is there to confirm."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from casework.audit import freshness
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Role
from casework.vault.integrity import heads
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.enrolment import admission
from casework.vault.keys.enrolment.models import Admission
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.models import KeptForm, Member, Slot
from casework.vault.states import MemberState


@dataclass(frozen=True)
class FirstMember:
    """A member who is invited when an installation is set up."""

    username: str
    name: str
    roles: tuple[Role, ...]
    agency_id: UUID | None


@action(Act.FIRST_INVITE)
def invite_first(context: ActContext, person: FirstMember, carry: AgencyKeys | None, printed: str) -> None:
    """Add one of the first members, without any key; `printed` is their admission code, which is on paper already."""
    head = heads.create(context.session, context.commune_id, "member", uuid4())
    member = Member(
        commune_id=context.commune_id,
        id=head.id,
        agency_id=person.agency_id,
        username=person.username,
        name=person.name,
        roles=",".join(person.roles),
        state=MemberState.INVITED,
        public_key=b"",
    )
    context.session.add(member)
    context.session.flush()
    context.about = member.id
    new_code(context, member, carry, printed)


def invite_again(context: ActContext, member: Member, carry: AgencyKeys | None, printed: str) -> str:
    """Let a member be admitted again by a code that is on paper already; slots, phones and sessions go at once."""
    head = freshness.head(context.session, context.commune_id, member.id)
    member.state = MemberState.INVITED
    heads.revoke_rows(
        context.session,
        head,
        member,
        heads.rows_of_member(
            context.session, member, Admission, Slot, KeptForm, *heads.SECOND_FACTORS, *heads.SESSIONS
        ),
    )
    return new_code(context, member, carry, printed)


def new_code(context: ActContext, member: Member, carry: AgencyKeys | None, printed: str) -> str:
    """Make a code good that is on paper; with a key in `carry` no colleague has to confirm the member."""
    head = freshness.head(context.session, context.commune_id, member.id)
    recipient = RecipientKey(carry.agency_id, carry.epoch, carry.public_key) if carry else None
    return admission.invite(context.crypto, head, member, recipient, by=None, carry=carry, printed=printed)
