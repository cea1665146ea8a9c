"""Grounds for sharing: consent, duty by law, danger to life; each entry is sealed, its routing stands in a row."""

from uuid import uuid4

from casework.audit import freshness
from casework.cases import writing
from casework.cases.models import Ground
from casework.cases.reading import VerifiedCase
from casework.cases.sections import GroundEntry
from casework.cases.states import GroundState
from casework.clock import MICROSECOND
from casework.codelists import codelist
from casework.errors import BadInput, Ungrounded
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.states import AgencyState

# Consent is asked again after six months (183 days); the other grounds end with their referral.
_CONSENT_DAYS = 183


def record(context: ActContext, case: VerifiedCase, entry: GroundEntry) -> Ground:
    """Write one entry: sealed words for the owner, and a row that says to whom, which sections and until when."""
    receiver = freshness.agency_of_kind(context.crypto, entry.receiver)
    if receiver is None:
        raise BadInput("Xã chưa ghi cơ quan nhận này vào sổ.")
    if receiver.state != AgencyState.ACTIVE:
        raise BadInput("Cơ quan này mới ghi vào sổ, Chủ tịch Hội Phụ nữ chưa xác nhận, nên chưa nhận được gì.")
    if receiver.id in context.actor.agencies:
        raise BadInput("Cơ quan giữ vụ việc đã đọc được rồi, không cần căn cứ.")
    kind = codelist("ground_kind").get(entry.kind).code
    if not may_receive(entry.receiver, kind):
        raise Ungrounded("Nguy hiểm thì báo Chủ tịch bằng tin báo không ghi tên: về trang vụ việc, bấm Báo Chủ tịch.")
    is_consent = kind == "consent"
    if is_consent:
        codelist("consent_state").get(entry.consent)
    ground = Ground(
        commune_id=context.commune_id,
        id=uuid4(),
        case_id=case.id,
        receiver_id=receiver.id,
        sections=",".join(
            str(Section[code.upper()].value) for code in codelist("bundle").get(entry.receiver).texts("sections")
        ),
        state=_initial_state(kind, entry.consent),
        until=context.crypto.at + _CONSENT_DAYS * 86_400 * MICROSECOND if is_consent else None,
    )
    context.session.add(ground)
    writing.save_json(context, case, Section.GROUNDS, entry.to_json(), series=ground.id)
    return ground


def may_receive(receiver: str, kind: str) -> bool:
    """Tell whether an agency may be given anything on this kind of ground."""
    kinds = codelist("bundle").get(receiver).texts("kinds")
    return not kinds or kind in kinds


def _initial_state(kind: str, consent: str) -> str:
    """Return how an entry begins: danger carries at once and waits for a second person, consent only if granted."""
    if kind == "danger":
        return GroundState.REVIEW
    return consent if kind == "consent" and consent != "granted" else GroundState.LIVE
