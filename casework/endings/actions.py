"""Erasure by two people with a basis in law: one asks, another who was named before decides; a hold forbids it."""

from dataclasses import dataclass
from uuid import UUID

from casework.accounts import staff
from casework.accounts.staff import Colleague
from casework.audit import read
from casework.cases import case_labels, erasure, reading, scope, writing
from casework.cases.reading import VerifiedCase
from casework.cases.sections import Erasure, Plan
from casework.codelists import codelist
from casework.errors import BadInput, Conflict, NotFound
from casework.gate import ActContext, action
from casework.policy.table import policy
from casework.policy.words import Act, Section
from casework.vault.keys.envelopes import OpenedDocument
from casework.vault.states import MemberState

ASKED, REFUSED, HELD, RELEASED = "asked", "refused", "held", "released"
_DIED = "died"


@dataclass(frozen=True)
class Request:
    """A request to erase a case, or what else was last said about keeping it.

    `step` is empty where nothing was ever said. `mine` tells that I am the one who asked, `decides` that it is for me
    to decide.
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

    def __repr__(self) -> str:
        """Never print what was sealed."""
        return "<sealed>"


@dataclass(frozen=True)
class ErasureOptions:
    """What the pages about erasing a case show: what was last said, who may be named, and whether it is held."""

    request: Request
    candidates: tuple[Colleague, ...]
    held: bool
    died: bool


@action(Act.CASE_ERASE_LIST)
def list_requests(context: ActContext) -> tuple[Request, ...]:
    """List the requests to erase that wait for my word, and those that I have made myself, oldest first."""
    asked = read.changed_by(context.crypto, Act.CASE_ERASE_REQUEST)
    if not asked:
        return ()
    reached = scope.case_rows(reading.some(scope.cases(context.permit), asked)).on(context.session).all()
    found = [_request(context, reading.find_case(context, row.id)) for row in reached if row.id in asked]
    context.about = None
    return tuple(sorted((one for one in found if one.decides or _waits(one)), key=lambda one: one.at))


def _waits(one: Request) -> bool:
    return one.mine and one.step == ASKED


@action(Act.CASE_ERASE_READ)
def read_request(context: ActContext, case_id: UUID) -> ErasureOptions:
    """Open what was last said about keeping a case; for who holds it, asked, was named, or leads."""
    found = reading.find_case(context, case_id)
    request = _request(context, found)
    _concerned(context, found, request)
    return ErasureOptions(request, _candidates(context, found), request.step == HELD, _died(context, found))


@action(Act.CASE_ERASE_REQUEST)
def request_erasure(context: ActContext, case_id: UUID, *, basis: str, second: UUID, words: str) -> None:
    """Ask for a case to be erased, on a basis in law, and name who is to decide; nothing is erased yet.

    Raises Conflict for a case that is held, BadInput for a second person who cannot be one.
    """
    found = reading.find_case(context, case_id)
    _free(context, found)
    codelist("erasure_basis").get(basis)
    if second not in {one.id for one in _candidates(context, found)}:
        raise BadInput("Hãy chọn người thứ hai trong danh sách.", about=case_id)
    if not words.strip():
        raise BadInput("Hãy ghi lý do xóa.", about=case_id)
    _say(context, found, Erasure(step=ASKED, basis=basis, second=second.hex, words=words))


@action(Act.CASE_ERASE_REFUSE)
def refuse_erasure(context: ActContext, case_id: UUID, words: str = "") -> None:
    """Refuse a request, or take back one's own; the case stays as it is."""
    found = reading.find_case(context, case_id)
    request = _request(context, found)
    if not (request.decides or _waits(request)):
        raise NotFound("no request of mine", about=case_id)
    _say(context, found, Erasure(step=REFUSED, basis=request.basis, words=words))


@action(Act.CASE_ERASE)
def erase_case(context: ActContext, case_id: UUID) -> None:
    """Erase for good what the owner of a case wrote of it, as the second person; whoever asked never may.

    Raises NotFound for who was not named, Conflict for a case that is held or whose request was taken back.
    """
    found = reading.find_case(context, case_id)
    request = _request(context, found)
    _concerned(context, found, request)
    if not request.decides:
        raise Conflict("Không có đề nghị xóa nào đang chờ bạn quyết định.", about=case_id)
    _free(context, found)
    context.reason = request.basis
    erasure.erase(context, found)


@action(Act.CASE_HOLD)
def hold_case(context: ActContext, case_id: UUID, words: str) -> None:
    """Forbid the erasure of a case, as when a court or an inquiry needs it; a request that waits lapses."""
    found = reading.find_case(context, case_id)
    _owned(context, found)
    if not words.strip():
        raise BadInput("Hãy ghi vì sao phải giữ lại.", about=case_id)
    _say(context, found, Erasure(step=HELD, words=words))


@action(Act.CASE_RELEASE)
def release_case(context: ActContext, case_id: UUID, words: str = "") -> None:
    """Let a case be erased again; nothing is erased by this."""
    found = reading.find_case(context, case_id)
    _owned(context, found)
    if _request(context, found).step != HELD:
        raise Conflict("Vụ việc này không bị giữ lại.", about=case_id)
    _say(context, found, Erasure(step=RELEASED, words=words))


def is_held(page: OpenedDocument | None) -> bool:
    """Tell by the newest page of the section whether a case must be kept."""
    return page is not None and Erasure.from_json(page.data).step == HELD


def has_died(page: OpenedDocument | None) -> bool:
    """Tell by the plan whether the person has died: then nothing is erased and nothing expires."""
    return page is not None and Plan.from_json(page.data).outcome == _DIED


def _say(context: ActContext, found: VerifiedCase, data: Erasure) -> None:
    context.reason = data.step
    writing.save(context, found, data)


def _request(context: ActContext, found: VerifiedCase) -> Request:
    page = reading.page(context, found, Section.ERASURE)
    data = Erasure.from_json(page.data) if page else Erasure()
    names, label = staff.names(context), case_labels.label(context, found)
    mine = page is not None and page.by == context.me
    leads = not policy().leads.isdisjoint(context.actor.roles)
    second = UUID(hex=data.second) if data.second else None
    return Request(
        case_id=found.id,
        code=label.code if label else "",
        step=data.step,
        basis=data.basis,
        words=data.words,
        by=names.get(page.by, "") if page else "",
        second=names.get(second, "") if second else "",
        at=page.at if page else 0,
        mine=mine,
        decides=data.step == ASKED and not mine and (leads or second == context.me),
    )


def _concerned(context: ActContext, found: VerifiedCase, request: Request) -> None:
    """Raise NotFound for a colleague who neither holds nor leads, and was not named."""
    _owned(context, found)
    holds = context.me in (found.case.holder_id, found.case.standin_id) or found.case.owner_id in context.actor.circles
    leads = not policy().leads.isdisjoint(context.actor.roles)
    if not (holds or leads or request.decides or request.mine):
        raise NotFound("not concerned", about=found.id)


def _owned(context: ActContext, found: VerifiedCase) -> None:
    if found.case.owner_id not in context.actor.agencies:
        raise NotFound("not the owner", about=found.id)


def _free(context: ActContext, found: VerifiedCase) -> None:
    """Raise Conflict if a case must be kept: it is held, or the person has died."""
    _owned(context, found)
    if is_held(reading.page(context, found, Section.ERASURE)):
        raise Conflict("Vụ việc này đang được giữ lại, không xóa được.", about=found.id)
    if _died(context, found):
        raise Conflict("Người bị bạo lực đã mất: vụ việc phải được giữ lại.", about=found.id)


def _died(context: ActContext, found: VerifiedCase) -> bool:
    return has_died(reading.page(context, found, Section.PLAN))


def _candidates(context: ActContext, found: VerifiedCase) -> tuple[Colleague, ...]:
    """Return who may be named as the second person: whoever holds the same key and may decide, leads first."""
    may = policy().rows[Act.CASE_ERASE].who
    there = [
        one
        for one in staff.holding(context, found.case.owner_id)
        if one.id != context.me and one.state == MemberState.ACTIVE and any(role in may for role in one.roles)
    ]
    return tuple(sorted(there, key=lambda one: policy().leads.isdisjoint(one.roles)))
