"""Acts of the sending agency on who at the receiving side reads a referral by name: see them, and change them."""

from collections.abc import Collection
from uuid import UUID

from casework.accounts import staff
from casework.audit import freshness
from casework.cases import access_grants, case_labels, duty_numbers, key_rotation, reading
from casework.cases.sections import Label
from casework.errors import gettext_noop
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.referrals import lookup, named_readers
from casework.referrals.lookup import VerifiedReferral
from casework.referrals.named_readers import WrongReaders
from casework.referrals.preview_view_models import OUTDATED
from casework.referrals.receiving_side import ReferralReaders
from casework.vault.models import Document
from casework.vault.states import AgencyState


@action(Act.REFERRAL_READERS)
def read_readers(context: ActContext, case_id: UUID, referral_id: UUID) -> ReferralReaders:
    """Return who at the receiving side reads a referral of ours, and who could."""
    referral = lookup.find_sent(context, case_id, referral_id)
    referral.require(Act.REFERRAL_CHANGE)
    receiver = freshness.agency(context.session, context.commune_id, referral.ground.receiver_id)
    label = case_labels.label(context, referral.verified) or Label()
    return ReferralReaders(
        case_id=case_id,
        referral_id=referral_id,
        code=label.code,
        agency=receiver.name,
        kind=receiver.kind,
        numbers=duty_numbers.called(context, receiver, without=duty_numbers.must_not_know(context, referral.verified)),
        side=named_readers.propose(context, referral.verified, referral.ground, changing=referral_id),
        reading=frozenset(staff.key_holder_ids(context, referral.row.to_id)),
    )


@action(Act.REFERRAL_CHANGE)
def change_readers(
    context: ActContext, case_id: UUID, referral_id: UUID, without: Collection[UUID], shown: str = ""
) -> None:
    """Let all but these read a referral on the receiving side; who is left out is cut off in this commit.

    `shown` is the mark of the list on which this was decided: WrongReaders if somebody works there who was not on it.
    The sender holds no key of theirs, so the readers get a circle of their own again, and the letters go with it. What
    they wrote for themselves stays under the former key with those of them who go on: raises WrongReaders if nobody
    does.
    """
    referral = lookup.find_sent(context, case_id, referral_id)
    referral.step(context.permit.act)
    from_id = referral.row.to_id
    agency, former = (
        freshness.agency(context.session, context.commune_id, from_id),
        staff.key_holder_ids(context, from_id),
    )
    side = named_readers.propose(context, referral.verified, referral.ground, changing=referral_id)
    if shown and shown != side.mark:
        raise WrongReaders(OUTDATED, about=case_id)
    chosen = named_readers.choose(context, referral.verified, referral.ground, without=without, changing=referral_id)
    if chosen == (former if agency.circle else None):
        return
    reading_on = former if chosen is None else former & chosen
    _require_keeper_of_record(context, referral, reading_on)
    referral.row.to_id = named_readers.receiving_end(context, referral.ground, chosen)
    _move_access(context, referral, from_id)
    if agency.circle and agency.state == AgencyState.ACTIVE and former - reading_on:
        key_rotation.take_key(context, agency, former - reading_on)


def _move_access(context: ActContext, referral: VerifiedReferral, from_id: UUID) -> None:
    """Give what was shared, and the letters, to whom the referral is sealed now, and cut off the former readers."""
    context.session.flush()
    [recipient] = access_grants.recipient_keys(context, [referral.row.to_id])
    access_grants.grant_access(context, referral.verified, referral.ground, referral.row, recipient)
    access_grants.transfer_letters(context, referral.verified, referral.row, from_id)
    access_grants.revoke_access(context, referral.verified, from_id)


def _require_keeper_of_record(context: ActContext, referral: VerifiedReferral, staying: Collection[UUID]) -> None:
    """Raise WrongReaders if nobody who can open the receiving side's own record would read on."""
    records = [
        document
        for document in reading.rows_of_case(context, referral.verified, Document)
        if document.owner_id == referral.row.to_id and document.section != Section.LETTER
    ]
    if records and not staying:
        raise WrongReaders(
            gettext_noop("Hãy để lại ít nhất một người đang đọc: người ấy giữ phần mà nơi nhận tự ghi."),
            about=referral.verified.id,
        )
