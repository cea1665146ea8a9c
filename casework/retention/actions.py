"""Erasure of a case by two people on a basis in law (one requests, a named second decides), and legal holds."""

from dataclasses import dataclass
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import freshness, read, verify
from casework.cases import access_grants, case_labels, erasure, every_case, reading, scope, writing
from casework.cases.deaths import has_died
from casework.cases.erasure_entry import Erasure
from casework.cases.reading import VerifiedCase
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, NotFound
from casework.gate import ActContext, action
from casework.policy.table import policy
from casework.policy.vocabulary import Act, Section
from casework.sealed import Sealed
from casework.vault.keys.envelopes import OpenedDocument
from casework.vault.states import MemberState

ASKED, REFUSED, HELD, RELEASED = "asked", "refused", "held", "released"


@dataclass(frozen=True)
class ErasureRequest(Sealed):
    """The newest entry about the erasure of a case: a request, a refusal, a hold or a release.

    `step` is empty where there is none, `at` is microseconds. `mine` tells that I wrote it, `decides` that it is a
    request for me to decide.
    """

    case_id: UUID
    code: str
    step: str
    basis: str
    words: str
    by: str
    second: str
    at: int
    mine: bool
    decides: bool


@dataclass(frozen=True)
class ErasureOptions:
    """What the pages about erasure show: the newest entry, who may be the second person, whether the case is held.

    `in_danger` tells that the case says so now, `readers` are the names of the agencies that it was sent to and that
    work on it still.
    """

    request: ErasureRequest
    candidates: tuple[Colleague, ...]
    held: bool
    died: bool
    in_danger: bool
    readers: tuple[str, ...]


@action(Act.CASE_ERASE_LIST)
def list_requests(context: ActContext) -> tuple[ErasureRequest, ...]:
    """List the requests to erase that wait for my decision, and my own that wait for another's, oldest first."""
    every_case.compare(context, passes_over=True)
    requested_ids = read.changed_by(context.crypto, Act.CASE_ERASE_REQUEST)
    if not requested_ids:
        return ()
    rows = scope.case_rows(reading.narrow_scope(scope.cases(context.permit), requested_ids)).on(context.session).all()
    ids = [row.id for row in rows if row.id in requested_ids]
    requests = list(reading.of_each(context, ids, lambda case: _request(context, case)))
    context.about = None
    return tuple(
        sorted(
            (request for request in requests if request.decides or _is_own_pending(request)),
            key=lambda request: request.at,
        )
    )


def _is_own_pending(request: ErasureRequest) -> bool:
    return request.mine and request.step == ASKED


@action(Act.CASE_ERASE_READ)
def read_request(context: ActContext, case_id: UUID) -> ErasureOptions:
    """Open the newest entry about the erasure of a case; for its holders, who wrote it, who was named, and leads."""
    verified = reading.find_case(context, case_id)
    request = _request(context, verified)
    _require_involved(context, verified, request)
    label = case_labels.label(context, verified)
    readers = access_grants.receivers_of_next_revision(context, verified, Section.LABEL)
    names = (freshness.agency(context.session, context.commune_id, reader_id).name for reader_id in readers)
    return ErasureOptions(
        request=request,
        candidates=_candidates(context, verified),
        held=request.step == HELD,
        died=_has_died(context, verified),
        in_danger=label is not None and label.danger == "yes",
        readers=tuple(sorted(names)),
    )


@action(Act.CASE_ERASE_REQUEST)
def request_erasure(context: ActContext, case_id: UUID, *, basis: str, second: UUID, words: str) -> None:
    """Request the erasure of a case on a basis in law and name who is to decide; nothing is erased yet.

    Raises Conflict for a case that is held, BadInput for a second person who cannot be one.
    """
    verified = reading.find_case(context, case_id)
    _require_erasable(context, verified)
    codelist("erasure_basis").get(basis)
    if second not in {candidate.id for candidate in _candidates(context, verified)}:
        raise BadInput("Hãy chọn người thứ hai trong danh sách.", about=case_id)
    if not words.strip():
        raise BadInput("Hãy ghi lý do xóa.", about=case_id)
    _save(context, verified, Erasure(step=ASKED, basis=basis, second=second.hex, words=words))


@action(Act.CASE_ERASE_REFUSE)
def refuse_erasure(context: ActContext, case_id: UUID, words: str = "") -> None:
    """Refuse a request, or take back one's own; the case stays as it is."""
    verified = reading.find_case(context, case_id)
    request = _request(context, verified)
    if not (request.decides or _is_own_pending(request)):
        raise NotFound("no request of mine", about=case_id)
    _save(context, verified, Erasure(step=REFUSED, basis=request.basis, words=words))


@action(Act.CASE_ERASE)
def erase_case(context: ActContext, case_id: UUID) -> None:
    """Erase what the owner of a case wrote of it, as the second person; whoever requested it never may.

    Raises NotFound for who was not named, Conflict for a case that is held or whose request was withdrawn, VaultError
    if any line of the log does not hold: the hold may be what was taken away.
    """
    verified = reading.find_case(context, case_id)
    request = _request(context, verified)
    _require_involved(context, verified, request)
    if not request.decides:
        raise Conflict("Không có đề nghị xóa nào đang chờ bạn quyết định.", about=case_id)
    _require_erasable(context, verified)
    verify.require_whole(context.crypto)
    context.reason = request.basis
    erasure.erase(context, verified)


@action(Act.CASE_HOLD)
def hold_case(context: ActContext, case_id: UUID, words: str) -> None:
    """Place a legal hold on a case, as for a court or an inquiry: it cannot be erased, and a pending request lapses."""
    verified = reading.find_case(context, case_id)
    _require_owner(context, verified)
    if not words.strip():
        raise BadInput("Hãy ghi vì sao phải giữ lại.", about=case_id)
    _save(context, verified, Erasure(step=HELD, words=words))


@action(Act.CASE_RELEASE)
def release_case(context: ActContext, case_id: UUID, words: str = "") -> None:
    """End a hold; nothing is erased by this."""
    verified = reading.find_case(context, case_id)
    _require_owner(context, verified)
    if _request(context, verified).step != HELD:
        raise Conflict("Vụ việc này không bị giữ lại.", about=case_id)
    _save(context, verified, Erasure(step=RELEASED, words=words))


def is_held(page: OpenedDocument | None) -> bool:
    """Tell by the newest document of the section whether a case is under a legal hold."""
    return page is not None and Erasure.from_json(page.data).step == HELD


def _save(context: ActContext, verified: VerifiedCase, data: Erasure) -> None:
    context.reason = data.step
    writing.save(context, verified, data)


def _request(context: ActContext, verified: VerifiedCase) -> ErasureRequest:
    page = reading.newest_page(context, verified, Section.ERASURE)
    data = Erasure.from_json(page.data) if page else Erasure()
    names, label = staff.names(context), case_labels.label(context, verified)
    mine = page is not None and page.by == context.me
    leads = not policy().leads.isdisjoint(context.actor.roles)
    second_id = UUID(hex=data.second) if data.second else None
    return ErasureRequest(
        case_id=verified.id,
        code=label.code if label else "",
        step=data.step,
        basis=data.basis,
        words=data.words,
        by=names.get(page.by, "") if page else "",
        second=names.get(second_id, "") if second_id else "",
        at=page.at if page else 0,
        mine=mine,
        decides=data.step == ASKED and not mine and (leads or second_id == context.me),
    )


def _require_involved(context: ActContext, verified: VerifiedCase, request: ErasureRequest) -> None:
    """Raise NotFound for who neither holds the case nor leads, and neither wrote the request nor decides it."""
    _require_owner(context, verified)
    holds = (
        context.me in (verified.row.holder_id, verified.row.standin_id)
        or verified.row.owner_id in context.actor.circles
    )
    leads = not policy().leads.isdisjoint(context.actor.roles)
    if not (holds or leads or request.decides or request.mine):
        raise NotFound("not concerned", about=verified.id)


def _require_owner(context: ActContext, verified: VerifiedCase) -> None:
    if verified.row.owner_id not in context.actor.agencies:
        raise NotFound("not the owner", about=verified.id)


def _require_erasable(context: ActContext, verified: VerifiedCase) -> None:
    """Raise Conflict if a case must be kept: it is held, or the person has died."""
    _require_owner(context, verified)
    if is_held(reading.newest_page(context, verified, Section.ERASURE)):
        raise Conflict("Vụ việc này đang được giữ lại, không xóa được.", about=verified.id)
    if _has_died(context, verified):
        raise Conflict("Người bị bạo lực đã mất: vụ việc phải được giữ lại.", about=verified.id)


def _has_died(context: ActContext, verified: VerifiedCase) -> bool:
    return has_died(reading.newest_page(context, verified, Section.PLAN))


def _candidates(context: ActContext, verified: VerifiedCase) -> tuple[Colleague, ...]:
    """Return who may be the second person: active members who hold the same key and may erase, leads first."""
    deciding_roles = policy().rows[Act.CASE_ERASE].who
    candidates = [
        member
        for member in staff.colleagues_with_key(context, verified.row.owner_id)
        if member.id != context.me
        and member.state == MemberState.ACTIVE
        and any(role in deciding_roles for role in member.roles)
    ]
    return tuple(sorted(candidates, key=lambda member: policy().leads.isdisjoint(member.roles)))
