"""Acts on those who must not know of a case and read it: list them, take one out, leave one in with a reason."""

from uuid import UUID

from casework.accounts import staff
from casework.cases import access_grants, case_labels, every_case, reading, scope, tasks
from casework.cases.case_labels import label_of
from casework.cases.models import ChairNotice, Ground, Referral
from casework.cases.sections import Label
from casework.cases.states import READABLE
from casework.cases.task_entry import Task
from casework.errors import BadInput, NotFound
from casework.gate import ActContext, action
from casework.policy.vocabulary import Act, Section
from casework.referrals import readers_though_named
from casework.referrals.named_view_models import NamedCase, NamedReaders


@action(Act.READER_LIST)
def list_named(context: ActContext) -> tuple[NamedCase, ...]:
    """List our cases that somebody reads who must not know, until they are taken out or left in with a reason."""
    ends, found = _ends(context), []
    people = readers_though_named.load_staff(context)
    sections = (Section.LABEL, *readers_though_named.NAMING)
    batch = reading.load_batch(context, scope.cases(context.permit).only(ends), passes_over=True) if ends else None
    for case in batch.listed(sections, of=ends) if batch else ():
        if not (named := readers_though_named.named(people, case.pages)):
            continue
        held, kept = set().union(*map(people.holders, ends[case.row.id])), tasks.readers_kept(case.pages)
        names = tuple(member.name for member, _ in named if member.id in held and member.id not in kept)
        if names and case.row.owner_id in context.actor.agencies:
            found.append(NamedCase(case.row.id, (label_of(case.pages) or Label()).code, names))
    context.about, context.reason = None, f"{len(found)} cases"
    return tuple(sorted(found, key=lambda case: case.code))


def _ends(context: ActContext) -> dict[UUID, set[UUID]]:
    """Return by case to which agencies and circles something of it can be read now."""
    every_case.compare(context, passes_over=True, routing=True)
    within = scope.cases(context.permit)
    sent = [row for row in scope.referrals(within).on(context.session) if row.state in READABLE]
    told = [row for row in scope.notices(within).on(context.session) if readers_though_named.is_read(row)]
    ids = {row.case_id for row in (*sent, *told)}
    if not ids:
        return {}
    batch = reading.load_batch(context, reading.narrow_scope(within, ids), passes_over=True)
    grounds = {row.id: row for row in batch.verified(Ground, scope.grounds(batch.within).on(context.session))}
    ends: dict[UUID, set[UUID]] = {}
    for row in batch.verified(Referral, sent):
        ground = grounds.get(row.ground_id)
        if ground and access_grants.referral_state(row, ground, context.crypto.at) in READABLE:
            ends.setdefault(row.case_id, set()).add(row.to_id)
    for row in batch.verified(ChairNotice, told):
        ends.setdefault(row.case_id, set()).add(row.to_id)
    return ends


@action(Act.READER_NAMED)
def read_named(context: ActContext, case_id: UUID) -> NamedReaders:
    """Return who must not know and reads this case of ours, and by what."""
    verified = reading.find_own_case(context, case_id)
    readers = readers_though_named.of_case(context, verified)
    return NamedReaders(case_id, case_labels.code(context, verified), readers, staff.names(context))


@action(Act.READER_KEEP)
def keep(context: ActContext, case_id: UUID, member_id: UUID, words: str, *, once: UUID | None = None) -> None:
    """Leave somebody among the readers who bears the name of who must not know, and say why.

    When an answer that names people changes, it is asked anew. Raises NotFound for whoever is not named or does not
    read.
    """
    verified = reading.find_own_case(context, case_id)
    if all(reader.id != member_id for reader in readers_though_named.of_case(context, verified)):
        raise NotFound("reader", about=case_id)
    if not words.strip():
        raise BadInput("Hãy ghi vì sao người này vẫn được đọc.", about=case_id)
    kept = Task(step=tasks.KEPT, reader=str(member_id), words=words)
    if not tasks.is_written(context, verified, once):
        tasks.write(context, verified, kept, keeper_id=verified.row.owner_id, once=once)
