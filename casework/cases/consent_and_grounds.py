"""Grounds for sharing: consent, duty by law, danger to life; each entry is sealed, its routing stands in a row."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from casework import clock
from casework.audit import freshness
from casework.cases import access_grants, age_groups, ground_rules, reading, writing
from casework.cases.case_labels import label_of
from casework.cases.ground_rules import CONSENT, DANGER, NOTHING_KNOWN, Circumstances
from casework.cases.models import Ground, Referral
from casework.cases.reading import VerifiedCase
from casework.cases.sections import GroundEntry, Identity, Label, Perpetrator
from casework.cases.states import CARRYING_GROUND, READABLE, CaseState, GroundState
from casework.clock import MICROSECOND
from casework.codelists import codelist
from casework.errors import BadInput, Ungrounded
from casework.gate import ActContext
from casework.policy.vocabulary import Section
from casework.vault.integrity import heads
from casework.vault.states import AgencyState

# Consent is asked again after six months (183 days); the other grounds end with their referral.
_CONSENT_DAYS = 183


def record(context: ActContext, case: VerifiedCase, entry: GroundEntry, *, ground_id: UUID | None = None) -> Ground:
    """Write one entry: sealed words for the owner, and a row that says to whom, which sections and until when.

    Raises BadInput for what no receiver may be given, and for a consent that whoever gave it cannot give.
    """
    if entry.kind == DANGER and case.row.state == CaseState.CLOSED:
        raise Ungrounded(
            "Vụ việc đã đóng. Đang nguy hiểm thì gọi 113, mở lại vụ việc, rồi ghi lý do chia sẻ.", about=case.id
        )
    receiver = _active_receiver(context, entry.receiver)
    kind, is_consent = codelist("ground_kind").get(entry.kind).code, entry.kind == CONSENT
    if is_consent:
        codelist("consent_state").get(entry.consent)
    ground_rules.require_usable(entry, sender=own_agency_kind(context))
    known = circumstances(context, case) if is_consent and entry.consent == "granted" else NOTHING_KNOWN
    ground_rules.require_consenter(entry, known)
    ground_rules.require_refuser(entry)
    sections = _sections_that_fit(context, case, ground_rules.named_sections(entry))
    ground = Ground(
        commune_id=context.commune_id,
        id=ground_id or uuid4(),
        case_id=case.id,
        receiver_id=receiver.id,
        sections=joined(sections),
        state=_initial_state(kind, entry, known),
        until=lasts_until(kind, context.crypto.at),
    )
    context.session.add(ground)
    named = replace(entry, sections=tuple(section.code for section in sorted(sections)))
    writing.save_json(context, case, Section.GROUNDS, named.to_json(), series=ground.id)
    return ground


def _sections_that_fit(context: ActContext, case: VerifiedCase, sections: frozenset[Section]) -> frozenset[Section]:
    """Leave out of a child's case what is not asked about a child and was never written."""
    context.session.flush()
    opened = reading.open_newest_of(context, case, [Section.LABEL])
    is_child = (label_of(opened) or Label()).age_group == age_groups.CHILD
    written = set(map(Section, heads.listed_sections(case.head.listing)))
    return ground_rules.fitting(sections, is_child=is_child) | (sections & written)


def lasts_until(kind: str, recorded: int) -> int | None:
    """Return until when a ground lasts by itself, by the moment of its recording; both are microseconds."""
    return recorded + _CONSENT_DAYS * 86_400 * MICROSECOND if kind == CONSENT else None


def is_paused(ground: Ground, kind: str, *, recorded: int, at: int) -> bool:
    """Tell whether nothing but the closing of the case ended a ground, or set it an end: it would last longer.

    Danger to life is over with the case: what comes again is recorded again.
    """
    lasts = lasts_until(kind, recorded)
    carries = kind != DANGER and ground.state in CARRYING_GROUND
    return carries and ground.until != lasts and (lasts is None or lasts > at)


def resume(context: ActContext, case: VerifiedCase) -> None:
    """Give back to the grounds of a case that is opened again the time that its closing took; nothing is sent by it."""
    oldest = {page.series: page for page in reading.history(context, case, Section.GROUNDS)}
    for ground in reading.rows_of_case(context, case, Ground):
        if (first := oldest.get(ground.id)) is None:
            continue
        kind = GroundEntry.from_json(first.data).kind
        if is_paused(ground, kind, recorded=first.at, at=context.crypto.at):
            ground.until = lasts_until(kind, first.at)


def narrow(context: ActContext, case: VerifiedCase, ground: Ground, out: frozenset[Section]) -> None:
    """Take sections out of a ground on which something is about to be sent; the ledger says which are left.

    Raises BadInput for one that the ground needs, and where none would be left.
    """
    carried = access_grants.agreed_sections(ground)
    entry = entries(context, case).get(ground.id, GroundEntry())
    ground_rules.require_removable(entry, carried, out)
    left = carried - out
    if left == carried:
        return
    ground.sections = joined(left)
    named = replace(entry, sections=tuple(section.code for section in sorted(left)))
    writing.save_json(context, case, Section.GROUNDS, named.to_json(), series=ground.id)
    writing.revoke(context, case)


def _active_receiver(context: ActContext, kind: str) -> Any:
    receiver = freshness.agency_of_kind(context.crypto, kind)
    if receiver is None:
        raise BadInput("Xã chưa ghi cơ quan nhận này vào sổ.")
    if receiver.state != AgencyState.ACTIVE:
        raise BadInput("Cơ quan này mới ghi vào sổ, Chủ tịch Hội Phụ nữ chưa xác nhận, nên chưa nhận được gì.")
    if receiver.id in context.actor.agencies:
        raise BadInput("Cơ quan giữ vụ việc đã đọc được rồi, không cần ghi lý do chia sẻ.")
    return receiver


def own_agency_kind(context: ActContext) -> str:
    """Return the code of the agency where whoever acts works."""
    agency_id = context.actor.agency_id
    return freshness.agency(context.session, context.commune_id, agency_id).kind if agency_id else ""


def joined(sections: Iterable[Section]) -> str:
    """Write sections as the row of a ground holds them: their numbers joined by commas."""
    return ",".join(str(section.value) for section in sorted(sections))


def circumstances(context: ActContext, case: VerifiedCase) -> Circumstances:
    """Read from a case what decides who may consent; what this act has just written counts too."""
    context.session.flush()
    pages = reading.open_newest_of(context, case, [Section.LABEL, Section.IDENTITY, Section.PERPETRATOR])
    data = {page.section: page.data for page in pages}
    identity = Identity.from_json(data.get(Section.IDENTITY, {}))
    perpetrator = Perpetrator.from_json(data.get(Section.PERPETRATOR, {}))
    age_group = Label.from_json(data.get(Section.LABEL, {})).age_group
    return circumstances_of(identity, perpetrator, age_group=age_group)


def circumstances_of(identity: Identity, perpetrator: Perpetrator, *, age_group: str) -> Circumstances:
    """Return what decides who may consent, as far as it was answered; an unknown relation tells nothing."""
    today = clock.today()
    settled = age_groups.settled(age_group, identity.birth_year, today, vulnerable=identity.vulnerable)
    relation = perpetrator.relation if perpetrator.relation in codelist("relation") else ""
    return Circumstances(
        is_child=settled == age_groups.CHILD,
        age=today.year - identity.birth_year if identity.birth_year else None,
        relation="" if relation and codelist("relation").get(relation).unknown else relation,
        perpetrator=perpetrator.name,
    )


def entries(context: ActContext, case: VerifiedCase) -> dict[UUID, GroundEntry]:
    """Open the newest entry of each ground of a case, by the id of the ground."""
    pages = reading.open_newest_of(context, case, [Section.GROUNDS])
    return {page.series: GroundEntry.from_json(page.data) for page in pages}


def has_unsent(context: ActContext, case: VerifiedCase) -> bool:
    """Tell whether something of an open case was said and never sent: by law, for danger, or more than is read."""
    if case.row.state != CaseState.OPEN:
        return False
    at, opened = context.crypto.at, entries(context, case)
    referrals = reading.rows_of_case(context, case, Referral)
    sent, read = {row.ground_id for row in referrals}, {row.ground_id for row in referrals if row.state in READABLE}
    live = [row for row in reading.rows_of_case(context, case, Ground) if access_grants.ground_is_live(row, at)]
    for ground in live:
        entry = opened.get(ground.id, GroundEntry())
        if ground.id in sent or ground_rules.goes_by_notice(entry):
            continue
        reads = [access_grants.agreed_sections(row) for row in live if row.id in read and _same_end(row, ground)]
        covered = frozenset[Section]().union(*reads)
        if entry.kind != CONSENT or not reads or access_grants.agreed_sections(ground) - covered:
            return True
    return False


def _same_end(one: Ground, other: Ground) -> bool:
    return one.receiver_id == other.receiver_id


def agencies_with_ground(context: ActContext, case: VerifiedCase) -> frozenset[str]:
    """Return the kinds of agencies with which a ground lets a case be shared now.

    Danger lets it be shared while it waits for a second person, a consent does not. Only the sealed entry says which
    of the two a ground is, so what is under review and cannot be opened counts as no ground.
    """
    rows = reading.rows_of_case(context, case, Ground)
    live = [row for row in rows if access_grants.ground_is_live(row, context.crypto.at)]
    opened = entries(context, case) if any(row.state == GroundState.REVIEW for row in live) else {}
    told = {
        row.receiver_id
        for row in live
        if row.state != GroundState.REVIEW or opened.get(row.id, GroundEntry()).kind == DANGER
    }
    return frozenset(freshness.agency(context.session, context.commune_id, agency_id).kind for agency_id in told)


def _initial_state(kind: str, entry: GroundEntry, known: Circumstances) -> str:
    """Return how an entry begins: what needs a second person waits for one, consent carries only if granted.

    Danger to life carries while it waits; what a suspected representative agreed to is not sent before.
    """
    if kind == CONSENT and entry.consent != "granted":
        return entry.consent
    return GroundState.REVIEW if ground_rules.needs_review(entry, known) else GroundState.LIVE
