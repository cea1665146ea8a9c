"""What the console does: found a commune, add its agencies, enrol its first members."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from casework import clock
from casework.audit import freshness
from casework.codelists import agencies, codelist
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act
from casework.vault.integrity import heads
from casework.vault.keys import blind_index, count_ledger, provisioning
from casework.vault.keys.context import RecipientKey
from casework.vault.keys.keyring import AgencyKeys
from casework.vault.keys.provisioning import Enrolment, NewMember
from casework.vault.models import Commune, Member
from casework.vault.states import AgencyState

# The size of most communes.
_SIZE = "S1"


@action(Act.COMMUNE_FOUND)
def found_commune(context: ActContext, name: str, hamlets: Sequence[str], *, size_class: str = _SIZE) -> UUID:
    """Create the commune whose server keys the console holds.

    `size_class` is a code of the list of that name; raises UnknownCode for another.
    """
    size = codelist("size_class").get(size_class).code
    heads.create(context.session, context.commune_id, "commune", context.commune_id)
    commune = Commune(
        id=context.commune_id, name=name, hamlets="\n".join(hamlets), size_class=size, created=context.crypto.at
    )
    commune.marks = blind_index.new_index_key(context.crypto.server_keys)
    context.session.add(commune)
    context.session.flush()
    return context.commune_id


@action(Act.AGENCY_ADD)
def add_agency(
    context: ActContext, kind: str, name: str, *, duty_phone: str = "", agency_id: UUID | None = None
) -> AgencyKeys:
    """Create an agency; the console holds its keys until they have been wrapped for the first members.

    The coordinating agency's ledger of counts begins with it. An agency that is added when there are members already
    receives nothing until the coordinating agency has confirmed it.
    """
    a_member = context.session.execute(
        select(Member.id).where(Member.commune_id == context.commune_id).limit(1)
    ).first()
    state = AgencyState.NEW if a_member else AgencyState.ACTIVE
    keys = provisioning.make_agency(
        context.crypto, kind=kind, name=name, duty_phone=duty_phone, state=state, agency_id=agency_id
    )
    if kind == agencies.coordinating():
        founded = clock.local(freshness.commune(context.session, context.commune_id).created)
        count_ledger.begin(context.crypto, RecipientKey(keys.agency_id, keys.epoch, keys.public_key), year=founded.year)
    context.about = keys.agency_id
    return keys


@action(Act.ENROL)
def enrol(context: ActContext, new: NewMember, enrolment: Enrolment, *, keys: AgencyKeys | None) -> UUID:
    """Create a member; with `keys`, wrap the agency's key for them."""
    member = provisioning.make_member(context.crypto, new, enrolment)
    context.about = member.id
    if keys is not None:
        freshness.agency(context.session, context.commune_id, keys.agency_id)
        provisioning.wrap_for_member(context.crypto, keys, member)
    return member.id
